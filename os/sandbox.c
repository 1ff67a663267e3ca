#include "os/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "os/file.h"
#include "os/syscalls.h"

/* ---- seccomp: linux/filter.h, linux/seccomp.h and linux/audit.h, which musl lacks ---- */

struct instruction {
	uint16_t code;
	uint8_t then, otherwise; /* so many instructions are left out */
	uint32_t value;
};

struct program {
	unsigned short count;
	struct instruction *at;
};

enum { LOAD = 0x20, IS = 0x15, ABOVE = 0x25, HAS = 0x45, RETURN = 0x06 };
enum { MODE_FILTER = 2, SET_MODE_FILTER = 1, SPEC_ALLOW = 4 };
enum { CALL_AT = 0, MACHINE_AT = 4, ARGUMENTS_AT = 16 }; /* in struct seccomp_data */

#define ALLOW   UINT32_C(0x7fff0000)
#define REFUSE  UINT32_C(0x00050000) /* with this errno */
#define KILL    UINT32_C(0x80000000) /* before 4.14: the thread, and we have no other */
#define BITS_64 UINT32_C(0x80000000)
#define LITTLE  UINT32_C(0x40000000)

/* The linker's: the program's first byte. */
extern const ElfW(Ehdr) __ehdr_start __attribute__((visibility("hidden")));

/* AUDIT_ARCH_... of this program: other ways into the kernel have other numbers for the calls. */
static uint32_t machine(void)
{
	const ElfW(Ehdr) *e = &__ehdr_start;
	return e->e_machine | (e->e_ident[EI_CLASS] == ELFCLASS64 ? BITS_64 : 0) |
	       (e->e_ident[EI_DATA] == ELFDATA2LSB ? LITTLE : 0);
}

static void put(struct program *p, uint16_t code, unsigned then, unsigned otherwise, uint32_t value)
{
	p->at[p->count++] = (struct instruction){ code, (uint8_t)then, (uint8_t)otherwise, value };
}

static void put_free(struct program *p, unsigned calls)
{
	bool wanted = true;
	for (size_t i = 0; i < syscalls_free_count; i++) {
		uint32_t call = syscalls_free[i];
		if ((call & CALLS_SECTION) != 0) {
			unsigned section = call & ~(unsigned)CALLS_SECTION;
			wanted = section == 0 || (calls & section) != 0;
		} else if (wanted) {
			put(p, IS, 0, 1, call);
			put(p, RETURN, 0, 0, ALLOW);
		}
	}
}

/* Of the argument's two halves, the one that counts. */
static uint32_t half_at(unsigned argument)
{
	bool little = (machine() & LITTLE) != 0;
	return ARGUMENTS_AT + 8 * argument + (little ? 0 : 4);
}

static void put_bound(struct program *p, unsigned calls)
{
	for (size_t i = 0, first; i < syscalls_bound_count; i++) {
		const struct syscalls_row *row = &syscalls_bound[i];
		for (first = i; (syscalls_bound[i].test & CALLS_AND) != 0;)
			i++;
		if (row->section != 0 && (row->section & calls) == 0)
			continue;
		unsigned left = 2 * (unsigned)(i - first + 1) + 1; /* to the last instruction */
		put(p, IS, 0, left + 1, row->call);
		for (; row <= &syscalls_bound[i]; row++) {
			bool is = (row->test & CALLS_IS) != 0;
			put(p, LOAD, 0, 0, half_at(row->test & CALLS_ARGUMENT));
			left -= 2;
			bool own = (row->test & CALLS_OWN_NUMBER) != 0;
			put(p, is ? IS : HAS, is ? 0 : left, is ? left : 0,
			    row->value + (own ? (uint32_t)getpid() : 0));
		}
		put(p, RETURN, 0, 0, ALLOW);
		put(p, LOAD, 0, 0, CALL_AT);
	}
}

static bool filter(unsigned calls)
{
	enum { MOST = 512 };
	struct instruction list[MOST];
	struct program p = { 0, list };
	put(&p, LOAD, 0, 0, MACHINE_AT);
	put(&p, IS, 1, 0, machine());
	put(&p, RETURN, 0, 0, KILL);
	put(&p, LOAD, 0, 0, CALL_AT);
	put_free(&p, calls);
	put_bound(&p, calls);
	/* Calls of newer kernels than this list are tried by newer C libraries. */
	put(&p, ABOVE, 0, 1, SYS_close_range + 8u);
	put(&p, RETURN, 0, 0, REFUSE | ENOSYS);
	put(&p, RETURN, 0, 0, KILL);
	/* SPEC_ALLOW: nothing is gained here from slower speculation, which older kernels add */
	return syscall(SYS_seccomp, (long)SET_MODE_FILTER, (long)SPEC_ALLOW, &p) == 0 ||
	       prctl(PR_SET_SECCOMP, MODE_FILTER, &p, 0, 0) == 0;
}

/* ---- Landlock: linux/landlock.h ---- */

enum { VERSION_ASKED = 1, BENEATH = 1 };
enum {
	EXECUTE = 1,
	WRITE_FILE = 2,
	READ_FILE = 4,
	READ_FOLDER = 8,
	/* what nobody does here: nodes for devices, pipes, and symbolic links */
	MAKE_STRANGE = 1 << 6 | 1 << 10 | 1 << 11 | 1 << 12,
	FIRST_RIGHTS = (1 << 13) - 1, /* of version 1 */
	MOVE = 1 << 13,               /* version 2: to another folder */
	TRUNCATE = 1 << 14            /* version 3 */
};
enum { PORTS_SINCE = 4, SCOPES_SINCE = 6, CONNECT_TCP = 2 };

struct ruleset {
	uint64_t files, ports, scopes;
};

struct rule {
	uint64_t rights;
	int32_t fd;
} __attribute__((packed));

void sandbox_open(struct sandbox *s, unsigned closed)
{
	long version = syscall(SYS_landlock_create_ruleset, NULL, 0L, (long)VERSION_ASKED);
	struct ruleset set = { .ports = closed & SANDBOX_CONNECT ? CONNECT_TCP : 0,
		               .scopes = closed & (SANDBOX_ABSTRACT | SANDBOX_SIGNALS) };
	s->rights = FIRST_RIGHTS | (version > 1 ? MOVE : 0) | (version > 2 ? TRUNCATE : 0);
	set.files = s->rights;
	size_t size = version >= SCOPES_SINCE  ? sizeof set
	              : version >= PORTS_SINCE ? offsetof(struct ruleset, scopes)
	                                       : sizeof set.files;
	s->rules = -1;
	if (version > 0)
		s->rules = (int)syscall(SYS_landlock_create_ruleset, &set, size, 0L);
}

static void allow(const struct sandbox *s, int fd, bool writes, bool folders)
{
	struct stat st;
	unsigned rights = s->rights & ~(unsigned)(EXECUTE | MAKE_STRANGE);
	if (fstat(fd, &st) != 0 || (S_ISDIR(st.st_mode) && !folders))
		return;
	if (!S_ISDIR(st.st_mode))
		rights &= READ_FILE | WRITE_FILE | TRUNCATE;
	if (!writes)
		rights &= READ_FILE | READ_FOLDER;
	struct rule rule = { rights, fd };
	(void)syscall(SYS_landlock_add_rule, (long)s->rules, (long)BENEATH, &rule, 0L);
}

void sandbox_allow(struct sandbox *s, const char *path, bool writes)
{
	int fd = s->rules < 0 ? -1 : open(path, O_PATH | O_CLOEXEC);
	if (fd < 0)
		return;
	allow(s, fd, writes, true);
	close(fd);
}

void sandbox_allow_file(struct sandbox *s, const char *path)
{
	char folder[PATH_MAX], end[PATH_MAX];
	struct stat st;
	bool there = stat(path, &st) == 0;
	if (there && !S_ISREG(st.st_mode) && !S_ISSOCK(st.st_mode)) {
		sandbox_allow(s, path, true);
		return;
	}
	file_folder(path, folder);
	sandbox_allow(s, folder, true);
	file_end(path, end);
	file_folder(end, folder);
	sandbox_allow(s, folder, true);
}

void sandbox_allow_open(struct sandbox *s, int fd, bool writes)
{
	if (s->rules >= 0)
		allow(s, fd, writes, false);
}

/* ---- both ---- */

unsigned sandbox_close(struct sandbox *s, unsigned calls)
{
	unsigned lack = 0;
	(void)prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	if (s->rules < 0 || syscall(SYS_landlock_restrict_self, (long)s->rules, 0L) != 0)
		lack |= SANDBOX_NO_LANDLOCK;
	if (s->rules >= 0)
		close(s->rules);
#ifdef SYS_socketcall
	if (syscall(SYS_socket, -1L, 0L, 0L) < 0 && errno == ENOSYS)
		calls |= CALLS_OLD_KERNEL;
#endif
	if (!filter(calls))
		lack |= SANDBOX_NO_SECCOMP;
	return lack;
}
