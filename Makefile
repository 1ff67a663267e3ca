# schat: one static program.        make        make check        make install PREFIX=/usr        make release
# The same as a library:             make lib    build/libschat.a, for include/schat.h; make install takes it along
#
# Yours to set: CC HOSTCC CFLAGS BUILD PREFIX DESTDIR WERROR LIBC LINKS PIC=1 FAT=1 V=1. Other builds are the same rules with other variables:
#   make BUILD=build/san CC=clang LIBC=system SAN=1 units     unit tests under sanitizers, one program a file
#   make BUILD=build/opt CC=gcc LIBC=system CFLAGS=-O2 sim    the simulator, fast
#   make BUILD=build/opt CC=gcc LIBC=system CFLAGS=-O2 congestion    the comparison of congestion controls
#   make BUILD=build/fuzz CC=clang LIBC=system SAN=fuzz fuzz  libFuzzer programs
#   make ct                                                   is crypto/, as released, constant time? for scripts/run-ct
ifeq ($(origin CC),default)
CC = musl-gcc
endif
BUILD ?= build
# musl: Debian's musl-gcc wrapper. system: whatever CC links by itself (musl on Alpine, glibc for tests).
LIBC ?= $(if $(filter musl-gcc,$(notdir $(firstword $(CC)))),musl,system)
CFLAGS ?= $(if $(SAN),-O1 -g1,-Oz -g) # reports of sanitizers want lines, not variables
# Own code is optimized as one piece (-flto) unless somebody sets CFLAGS, who then decides.
LTO ?= $(if $(SAN),,$(filter file,$(origin CFLAGS)))
# 0: a program at a fixed address, for CPUs whose compiler makes no static position-independent programs.
PIE ?= 1
fixed := $(filter 0,$(PIE))
WERROR ?= -Werror
PREFIX ?= /usr/local
STRIP ?= strip
OBJCOPY ?= objcopy
comma := ,
space := $(subst ,, )
CHECK_CC ?= clang
VERSION := $(shell sed -n 1p VERSION)
RELEASED_DAY := $(shell expr $$(date -u -d "$$(sed -n 2p VERSION)" +%s) / 86400) # since 1970-01-01

rooms = base wire crypto rendezvous transport session endpoint chat files lib ui
# In the same order everywhere: not every version of make sorts what wildcard finds.
files = $(foreach pattern,$(1),$(sort $(wildcard $(pattern))))
core := $(patsubst %.c,$(BUILD)/obj/%.o,$(call files,$(addsuffix /*.c,$(rooms))))
outer := $(patsubst %.c,$(BUILD)/obj/%.o,$(filter-out os/heap.c os/libc.c os/relocate.c,$(call files,os/*.c)) loop/hosts.c loop/traffic.c $(call files,cmd/*.c cmd/talk/*.c))
library := $(patsubst %.c,$(BUILD)/obj/%.o,loop/schat.c $(call files,lib/schat_*.c))
units := $(patsubst tests/unit/%.c,$(BUILD)/tests/%,$(wildcard tests/unit/test_*.c))
outer_units := $(filter $(BUILD)/tests/test_os_% $(BUILD)/tests/test_cmd_%,$(units))
fuzz := $(patsubst tests/fuzz/%.c,$(BUILD)/tests/%,$(wildcard tests/fuzz/fuzz_*.c))
sim := $(patsubst %.c,$(BUILD)/obj/%.o,$(wildcard tests/sim/*.c))
support := $(patsubst %.c,$(BUILD)/obj/%.o,$(filter-out tests/unit/test_% tests/unit/panic.c,$(wildcard tests/unit/*.c)) $(wildcard tests/nat/*.c))
panic = $(BUILD)/obj/tests/unit/panic.o

# Flags that not every compiler knows are asked for first.
known = $(foreach flag,$(1),$(shell $(CC) -Werror $(flag) -x c -c /dev/null -o /dev/null 2>/dev/null && echo $(flag)))
warn = -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wstrict-prototypes -Wmissing-prototypes -Wvla -Wundef \
	-Wpointer-arith -Wcast-qual -Wwrite-strings -Wformat-security -Wno-string-conversion $(WERROR)
harden := $(if $(PIC),-fPIC,$(if $(fixed),-fno-pie,-fPIE)) -fstack-protector-strong -fno-strict-overflow -fno-delete-null-pointer-checks \
	-ffunction-sections -fdata-sections -ffile-prefix-map=$(CURDIR)=. \
	$(call known,-fstack-clash-protection -ftrivial-auto-var-init=zero -fcf-protection=none)
ifdef SAN
san = -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
# Fuzzers are led by what is run and, where they are to find new inputs (SAN=fuzz), by what is compared, which takes twice the time.
# SAN=count is for many cases: no coverage of lines, which takes time as well.
led := $(call known,$(if $(filter fuzz,$(SAN)),-fsanitize=fuzzer-no-link,-fsanitize-coverage=inline-8bit-counters$(comma)pc-table))
counts = $(if $(filter-out fuzz count,$(SAN)),--coverage) # of the lines that are run, for scripts/coverage
san_bearssl = -DBR_LE_UNALIGNED=0 -DBR_BE_UNALIGNED=0
else
harden += -fno-asynchronous-unwind-tables -fno-unwind-tables
# musl has the guard value of the stack protector as a variable too, which takes fewer bytes to read than through the thread.
harden += $(if $(filter musl,$(LIBC)),$(call known,-mstack-protector-guard=global))
endif
# Objects are compiled once, when they are linked. With machine code in them too, for tests with musl and other linkers, it takes three
# times as long a file.
FAT ?= $(filter lib units core_units sim,$(MAKECMDGOALS))
# The passes that are off repeat code, and so does an inliner that reckons with large calls. What is called once goes into its
# caller, though the caller's stack frame is large.
lto := $(if $(LTO),$(if $(call known,-flto-partition=one),-flto -flto-partition=one -fno-thread-jumps -fno-caller-saves \
	-fno-tree-dominator-opts -fno-jump-tables -fno-guess-branch-probability -fno-if-conversion -fno-tree-slsr \
	-fno-tree-tail-merge -fipa-pta \
	$(call known,--param=uninlined-function-insns=0) $(call known,--param=large-stack-frame=8000)))
flags = -std=c11 -D_GNU_SOURCE -DSCHAT_VERSION=\"$(VERSION)\" -DSCHAT_RELEASED_DAY=$(strip $(RELEASED_DAY)) -I. $(warn) $(CPPFLAGS) $(CFLAGS) $(harden) $(san) $(led) $(counts) $(if $(lto),$(lto) $(if $(strip $(FAT)),-ffat-lto-objects,-fno-fat-lto-objects))
bearssl_flags = -I$(bearssl)/inc -I$(bearssl)/src $(CFLAGS) $(firstword $(filter -fno-thread-jumps,$(lto))) $(harden) $(san) $(if $(filter fuzz count,$(SAN)),$(led)) $(san_bearssl) -w

# musl-gcc -static-pie makes a dynamic program without a word, so musl's start files are given by hand.
musl_lib = $(shell sed -n 's/.*-specs "\{0,1\}\(.*\)\/musl-gcc\.specs.*/\1/p' "$$(command -v $(firstword $(CC)))")
libgcc = $(shell $(CC) -print-libgcc-file-name)
ifeq ($(SAN)$(LIBC),musl)
# Packed relocations, where the linker knows them; os/relocate.c unpacks them.
# Where the functions and constants go, for linkers that take half of a script.
order = SECTIONS { .rodata : { *(.rodata .rodata.*) } } INSERT AFTER .rela.plt; SECTIONS { .text.first : { *(.text) $(1) } } INSERT BEFORE .text;
ordered := $(shell echo '$(call order)' | $(CC) -shared -nostdlib -Wl,--fatal-warnings,-T,/dev/stdin -x c /dev/null -o /dev/null 2>/dev/null && \
	echo $(BUILD)/order.ld)
packed := $(if $(fixed),,$(shell $(CC) -shared -nostdlib -Wl,--fatal-warnings,-z,pack-relative-relocs -x c /dev/null -o /dev/null 2>/dev/null && \
	echo ,-z,pack-relative-relocs,--wrap=__libc_start_main))
pie := -Wl,-pie,--no-dynamic-linker,-z,text$(packed)
start := -static -nostartfiles -nodefaultlibs -Wl,--fatal-warnings $(if $(fixed),-no-pie,$(pie)) \
	$(addprefix $(musl_lib)/,$(if $(fixed),crt1.o,rcrt1.o) crti.o)
finish := -Wl,--start-group -lc $(libgcc) -Wl,--end-group $(musl_lib)/crtn.o
else
start = $(if $(SAN),-pie,$(if $(fixed),-static,-static-pie))
endif
lto_link = $(if $(lto),$(lto) $(harden) -std=c11)
quick := $(if $(SAN),$(if $(shell command -v ld.lld),-fuse-ld=lld -Wl$(comma)--threads=1)) # hundreds of programs, each in less than half the time
link = $(CC) $(CFLAGS) $(san) $(quick) $(counts) $(lto_link) -Wl,--gc-sections,--sort-section=alignment,-z,relro,-z,now,-z,noexecstack,--build-id=none $(LDFLAGS)

run = $(if $(V),,@printf '  %-6s %s\n' $(1) $@;) mkdir -p $(@D); # run NAME: says what is made, in a folder that exists
.DELETE_ON_ERROR:
.PHONY: all release lib units core_units sim congestion box flood fuzz ct check install install-lib clean distclean FORCE
all: $(BUILD)/schat

$(BUILD)/schat: $(BUILD)/schat.debug
	$(call run,STRIP) $(STRIP) -s -R .comment -o $@ $< $(if $(SAN),,&& scripts/check-elf $(if $(fixed),--fixed) $@)

# In the place of musl's allocator and some functions, and before its start; sanitizers and other libraries keep theirs.
relocate = $(if $(packed),$(BUILD)/obj/os/relocate.o)
of_musl = $(if $(SAN),,$(if $(filter musl,$(LIBC)),$(BUILD)/obj/os/heap.o $(BUILD)/obj/os/libc.o $(relocate)))
$(BUILD)/obj/os/heap.o $(BUILD)/obj/os/libc.o: room_flags = -fno-lto -fno-builtin
$(BUILD)/obj/os/relocate.o: room_flags = -fno-lto -fno-builtin -fno-stack-protector

$(BUILD)/schat.debug: $(BUILD)/obj/main.o $(of_musl) $(core) $(outer) $(BUILD)/libbearssl.a $(BUILD)/sources $(ordered)
	$(call run,LINK) $(link) $(start) $(addprefix -Wl$(comma)-T,$(ordered)) -o $@ $(filter %.o %.a,$^) $(finish)

# Functions that are called lie together (scripts/order), and constants with the headers, in one segment that is only read.
$(BUILD)/order.ld: scripts/order.txt Makefile
	@mkdir -p $(@D); echo '$(call order,$(shell sed '/^#/d; s/.*/*(.text.& .text.&.*)/' scripts/order.txt))' >$@

$(BUILD)/obj/%.o: %.c $(BUILD)/flags
	$(call run,CC) $(if $(counts),rm -f $(@:.o=.gcda) &&) $(CC) $(flags) $(room_flags) -MMD -MP -c -o $@ $<

# main.c for tests of cmd/, which have a main of their own.
$(BUILD)/obj/program.o: main.c $(BUILD)/flags
	$(call run,CC) $(CC) $(flags) -Dmain=schat_main -Wno-missing-prototypes -MMD -MP -c -o $@ $<

# BearSSL is for crypto/ alone (scripts/check-house holds the others to it), and its headers are not ours to warn about.
$(BUILD)/obj/crypto/%.o: room_flags = -isystem $(bearssl)/inc
# A fifth of what ML-KEM costs, for 300 bytes; unless somebody sets CFLAGS.
$(BUILD)/obj/crypto/keccak.o $(BUILD)/ct/crypto/keccak.o: room_flags += $(if $(lto),-O2)
# With musl the kernel's headers, which one test wants, are the host's, and what else a compiler warns of in tests is no error. A unit
# test itself does little: it is compiled in a quarter of the time.
$(BUILD)/obj/tests/%.o: room_flags = -isystem $(bearssl)/inc $(if $(lto),-fno-lto) \
	$(if $(filter musl,$(LIBC)),-Wno-error -idirafter /usr/include -idirafter /usr/include/$(shell $(HOSTCC) -print-multiarch))
$(BUILD)/obj/tests/unit/%.o: room_flags += $(if $(lto),-O0)

# With sanitizers, what does little of the work of tests is compiled in a third of the time.
ifneq ($(and $(SAN),$(filter file,$(origin CFLAGS))),)
busy = session_stream communicator
$(foreach room,chat files lib os loop cmd tests/unit tests/fuzz tests/net,$(BUILD)/obj/$(room)/%.o): room_flags += -O0
$(busy:%=$(BUILD)/obj/tests/unit/test_%.o) $(BUILD)/obj/tests/unit/support.o: room_flags += -O1
endif

# BearSSL: fetched, verified and corrected by the script. A third of it is compiled, what crypto/ and its tests can use on any CPU,
# and of that what is hot for speed.
wanted = aead/gcm codec/(ccopy|(dec|enc)32.e) ec/ec_(c25519|p256)_m31 hash/(ghash_.*|mgf1|sha2small) int/(i(31|62)_.*|i32_div32) mac/hmac \
	rand/hmac_drbg rsa/rsa_(default|i31|i62|oaep|pkcs1)_.* symcipher/aes_(ct|ct64|pwr8|x86ni)(_ctr|_enc)? symcipher/(chacha20_ct|poly1305_ctmul.*)
bearssl = build/bearssl-src
ifeq ($(filter clean distclean,$(MAKECMDGOALS)),)
include build/bearssl.mk
endif
build/bearssl.mk: scripts/fetch-bearssl Makefile
	@scripts/fetch-bearssl $(bearssl)
	@echo "bearssl_names =" $$(cd $(bearssl)/src && find * -name '*.c' | grep -Ex '($(subst $(space),|,$(strip $(wanted))))\.c' | sed 's/c$$/o/' | LC_ALL=C sort) >$@.$$$$ && mv $@.$$$$ $@
bearssl_objects = $(addprefix $(BUILD)/bearssl/,$(bearssl_names))
hot = symcipher/chacha20_ct symcipher/aes_x86ni_ctr
$(filter $(patsubst %,$(BUILD)/bearssl/%.o,$(hot)),$(bearssl_objects)): room_flags = $(if $(SAN),,-O3)
$(filter $(BUILD)/bearssl/hash/ghash_pclmul.o,$(bearssl_objects)): room_flags = $(if $(SAN),,-O2)
curves = ec/ec_p256_% ec/ec_c25519_% # handshakes: at -Oz a first line by code came 1 ms later, at -O2 no sooner
$(filter $(patsubst %,$(BUILD)/bearssl/%.o,$(curves)),$(bearssl_objects)): room_flags = $(if $(SAN),,-O1)
# With sanitizers half of the time of tests of keys went into the arithmetic of BearSSL, on numbers whose sizes are fixed or its own. In
# it they look for nothing unless asked to (DEEP=1); and nowhere else is anything left out.
deep := $(and $(SAN),$(DEEP))
arithmetic = ec/ec_c25519_m31 ec/ec_p256_m31 int/i62_modpow2 int/i31_montmul
$(filter $(patsubst %,$(BUILD)/bearssl/%.o,$(arithmetic)),$(bearssl_objects)): room_flags += $(if $(SAN),$(if $(deep),,-O2 -fno-sanitize=all))
$(BUILD)/bearssl/%.o: $(bearssl)/src/%.c $(BUILD)/flags
	$(call run,CC) $(CC) $(bearssl_flags) $(room_flags) -c -o $@ $<

$(BUILD)/libbearssl.a: $(bearssl_objects)
$(BUILD)/libcore.a: $(core)
$(BUILD)/libouter.a: $(outer) $(patsubst %.c,$(BUILD)/obj/program.o,$(wildcard main.c))
$(BUILD)/libsupport.a: $(support)
# libschat.a, for the C library that cc links with; with CC given, for that compiler's.
ifeq ($(origin CC)$(LIBC),filemusl)
lib:
	@$(MAKE) BUILD=$(BUILD)/lib CC=$(HOSTCC) LIBC=system PIC=1 LTO= lib
	@cp $(BUILD)/lib/libschat.a $(BUILD)/libschat.a
else
lib: $(BUILD)/obj/libschat.a
	@cp $< $(BUILD)/libschat.a
endif
# The library is one object: the functions of its header, and what they use; no other name can be seen from outside.
public = $(sort $(shell sed -n 's:.*\b\(schat_[a-z_]*\)\x28.*:\1:p' include/schat.h))
of_lto = $(if $(lto),$(if $(strip $(FAT)),-fno-lto -fno-use-linker-plugin,$(CFLAGS) $(lto_link) -flinker-output=nolto-rel))
$(BUILD)/obj/libschat.a: $(library) $(BUILD)/libcore.a $(BUILD)/libouter.a $(BUILD)/libbearssl.a include/schat.h
	$(call run,LIB) $(CC) -r -nostdlib $(of_lto) $(LDFLAGS) -o $(@:.a=.o) -Wl,--gc-sections $(addprefix -Wl$(comma)-u$(comma),$(public)) $(library) \
		-Wl,--start-group $(filter %.a,$^) -Wl,--end-group && \
		$(OBJCOPY) $(addprefix --keep-global-symbol=,$(public)) --remove-section='.gnu.lto_*' --strip-unneeded $(@:.a=.o) && \
		rm -f $@ && $(AR) rcD $@ $(@:.a=.o) && rm $(@:.a=.o)
$(BUILD)/%.a: $(BUILD)/sources
	$(call run,AR) rm -f $@; $(AR) rcD $@ $(filter %.o,$^)

# Help and the manual pages, packed; by a program for the host that builds.
# By default that is musl-gcc, so that a host without the files of its own C library for developers can build (scripts/cross has another
# CPU's musl-gcc, under a path).
HOSTCC ?= cc
pack_cc = $(if $(filter file,$(origin HOSTCC)),$(if $(filter musl-gcc,$(CC)),$(CC),$(HOSTCC)),$(HOSTCC))
manual = docs/schat.1 $(sort $(filter-out docs/schat.1,$(wildcard docs/schat*.1)))
$(BUILD)/obj/cmd/texts.o: build/texts_table.h
build/texts_table.h: cmd/texts.txt $(manual) scripts/make-manual scripts/pack.c cmd/predict.c cmd/predict.h
	@mkdir -p build && $(pack_cc) -O2 -I. -o build/pack.$$$$ scripts/pack.c cmd/predict.c && \
		scripts/make-manual $(manual) >build/manual.$$$$ && \
		cat cmd/texts.txt build/manual.$$$$ | build/pack.$$$$ texts >$@.$$$$ && \
		echo "enum { texts_help_bytes = $$(wc -c <cmd/texts.txt) };" >>$@.$$$$ && \
		mv $@.$$$$ $@ && rm build/pack.$$$$ build/manual.$$$$

# The page of --ui web, packed; without what indents its lines.
$(BUILD)/obj/cmd/page.o: build/page_table.h
build/page_table.h: ui/page.html scripts/pack.c cmd/predict.c cmd/predict.h
	@mkdir -p build && $(pack_cc) -O2 -I. -o build/packer.$$$$ scripts/pack.c cmd/predict.c && \
		sed 's/^[[:blank:]]*//; /^$$/d' $< >build/page.$$$$ && build/packer.$$$$ page <build/page.$$$$ >$@.$$$$ && \
		mv $@.$$$$ $@ && rm build/packer.$$$$ build/page.$$$$

# Tests: glibc and cmocka. A unit test is linked with what it uses of the core and of the other files beside it, and with
# panic.c for asserts; test_os_* and test_cmd_* with os/ and cmd/ instead, whose base_panic is the real one.
# The test of os/relocate.c is for programs that the system relocates.
units: $(filter-out $(if $(filter musl,$(SAN)$(LIBC)),$(if $(packed)$(fixed),$(BUILD)/tests/test_os_relocate)),$(units))
core_units: $(filter-out $(outer_units),$(units))
fuzz: $(fuzz)
sim: $(if $(sim),$(BUILD)/tests/sim)
box: $(BUILD)/tests/box
flood: $(BUILD)/tests/flood
libraries = $(BUILD)/libsupport.a $(BUILD)/libcore.a $(BUILD)/libbearssl.a
$(filter-out $(outer_units),$(units)): $(BUILD)/tests/%: $(BUILD)/obj/tests/unit/%.o $(panic) $(libraries)
$(outer_units): $(BUILD)/tests/%: $(BUILD)/obj/tests/unit/%.o $(BUILD)/libouter.a $(libraries)
# With musl, which has to have cmocka beside it, they are static programs, too; of the machine code that objects have beside -flto's.
link_test = $(link) $(if $(lto),-fno-lto) $(if $(filter musl,$(SAN)$(LIBC)),$(start))
$(units) $(BUILD)/tests/sim: $(if $(filter musl,$(SAN)$(LIBC)),$(relocate))
$(units):
	$(call run,LINK) $(link_test) -o $@ $(filter %.o,$^) -Wl,--start-group $(filter %.a,$^) -Wl,--end-group -lcmocka $(finish)
$(fuzz): $(BUILD)/tests/%: $(BUILD)/obj/tests/fuzz/%.o $(panic) $(libraries)
	$(call run,LINK) $(link) -fsanitize=fuzzer -o $@ $(filter %.o,$^) -Wl,--start-group $(filter %.a,$^) -Wl,--end-group
$(BUILD)/tests/fuzz_text $(BUILD)/tests/fuzz_proxy_talk $(BUILD)/tests/fuzz_upload: $(BUILD)/libouter.a # parts of cmd/ and os/
# Constant time: crypto/ as it is released, but with its public values marked (crypto/ct.h), for valgrind.
ct: $(BUILD)/tests/ct
ct_objects := $(patsubst %.c,$(BUILD)/ct/%.o,$(wildcard base/*.c crypto/*.c tests/ct/*.c) tests/unit/panic.c tests/unit/support.c)
$(BUILD)/ct/%.o: %.c $(BUILD)/flags
	$(call run,CC) $(CC) $(flags) $(room_flags) -DSCHAT_CT -isystem $(bearssl)/inc -idirafter /usr/include -MMD -MP -c -o $@ $<
$(BUILD)/tests/ct: $(ct_objects) $(relocate) $(BUILD)/libbearssl.a
	$(call run,LINK) $(link) $(start) -o $@ $^ $(finish)
$(BUILD)/tests/sim: $(sim) $(panic) $(libraries)
	$(call run,LINK) $(link_test) -o $@ $^ $(finish)
$(BUILD)/tests/box: $(BUILD)/obj/tests/net/box.o $(BUILD)/libsupport.a $(BUILD)/libcore.a
	$(call run,LINK) $(link) -o $@ $^
$(BUILD)/tests/flood: $(BUILD)/obj/tests/net/flood.o
	$(call run,LINK) $(link) -o $@ $^

# The same flows with each congestion control: its congestion.h comes first, and recovery is compiled with it.
congestion: $(BUILD)/tests/congestion-model $(BUILD)/tests/congestion-cubic $(BUILD)/tests/congestion-c4
$(BUILD)/tests/congestion-model: control = session/congestion.c
$(BUILD)/tests/congestion-%: control = tests/cc/$*/session/congestion.c
$(BUILD)/tests/congestion-%: $(wildcard tests/cc/*.[ch] tests/cc/*/session/*) session/congestion.c session/recovery.c $(panic) $(libraries)
	$(call run,LINK) $(CC) -Itests/cc/$* $(flags) -o $@ $(wildcard tests/cc/*.c) $(control) session/recovery.c $(filter %.o %.a,$^) -lm

check:
	@$(MAKE) BUILD=$(BUILD)/san CC=$(CHECK_CC) LIBC=system SAN=1 units
	@scripts/run-units $(BUILD)/san/tests

# LINKS="serve connect signal keygen peers" also makes schat-serve and so on.
install: $(BUILD)/schat
	install -d $(DESTDIR)$(PREFIX)/bin
	install -m 755 $(BUILD)/schat $(DESTDIR)$(PREFIX)/bin/schat
	for name in $(LINKS); do ln -sf schat $(DESTDIR)$(PREFIX)/bin/schat-$$name; done
	install -d $(DESTDIR)$(PREFIX)/share/man/man1
	install -m 644 docs/schat*.1 $(DESTDIR)$(PREFIX)/share/man/man1
	for to in bash-completion/completions/schat zsh/site-functions/_schat fish/vendor_completions.d/schat.fish; do \
		install -d $(DESTDIR)$(PREFIX)/share/$${to%/*} && shell=$${to%%[-/]*} && \
		$(BUILD)/schat help --completion $$shell >$(DESTDIR)$(PREFIX)/share/$$to || exit; done
	! test -e $(BUILD)/libschat.a || $(MAKE) install-lib
install-lib:
	install -d $(DESTDIR)$(PREFIX)/include $(DESTDIR)$(PREFIX)/lib/pkgconfig
	install -m 644 include/schat.h $(DESTDIR)$(PREFIX)/include/schat.h
	install -m 644 $(BUILD)/libschat.a $(DESTDIR)$(PREFIX)/lib/libschat.a
	printf '%s\n' 'prefix=$(PREFIX)' 'Name: libschat' 'Description: encrypted chat between two programs' 'Version: $(VERSION)' \
		'Cflags: -I$${prefix}/include' 'Libs: -L$${prefix}/lib -lschat' >$(DESTDIR)$(PREFIX)/lib/pkgconfig/libschat.pc

# What is published, in build/release; with CPUS="mips armv5", also for those.
release: $(BUILD)/schat
	$(if $(CPUS),scripts/cross $(CPUS))
	scripts/release $(BUILD)/release $(shell uname -m)=$(BUILD)/schat $(foreach cpu,$(CPUS),$(cpu)=build/cross/$(cpu)/schat)

clean: # keeps the fetched source
	find build -mindepth 1 -maxdepth 1 ! -name bearssl-src -exec rm -rf {} +
distclean:
	rm -rf build

# Compiled again when the compiler or its flags change, linked again when the list of files does.
$(BUILD)/flags: text = $(CC) $(flags) $(bearssl_flags) $(deep)
$(BUILD)/sources: text = $(core) $(outer) $(support) $(sim)
$(BUILD)/flags $(BUILD)/sources: FORCE
	@mkdir -p $(@D); echo '$(text)' | cmp -s - $@ || echo '$(text)' >$@

-include $(patsubst %.o,%.d,$(ct_objects) $(addprefix $(BUILD)/obj/,main.o os/heap.o os/libc.o os/relocate.o program.o tests/net/box.o tests/net/flood.o) $(library) $(core) $(outer) $(sim) $(support) $(panic)) \
	$(patsubst $(BUILD)/tests/%,$(BUILD)/obj/tests/unit/%.d,$(units)) \
	$(patsubst $(BUILD)/tests/%,$(BUILD)/obj/tests/fuzz/%.d,$(fuzz))
