/* relocate: adds the address the program was loaded at to its own pointers, in the build with musl.
 * The linker packs the places of these pointers (DT_RELR of the ELF gABI): one bit a pointer and
 * not 24 bytes, which saves 8 KB. musl unpacks them since 1.2.4 only, so the program does it,
 * before the C library runs anything that holds a pointer. It has no stack protector: the guard
 * value does not exist yet. */
#include <link.h>
#include <stddef.h>
#include <stdint.h>

enum { TAG_RELRSZ = 35, TAG_RELR = 36, BITS = 8 * sizeof(uintptr_t) - 1 };

typedef int main_function(int argc, char **argv);
typedef void hook(void);

/* Hidden: found relative to the code, not through pointers that are not relocated yet. */
#pragma GCC visibility push(hidden)
extern const ElfW(Ehdr) __ehdr_start;
extern ElfW(Dyn) _DYNAMIC[];
main_function main;
hook _init, _fini;
#pragma GCC visibility pop

/* The linker's --wrap: musl's start file calls the second, which is ours, for the first. */
int __real___libc_start_main(main_function *program, int argc, char **argv, hook *init, hook *fini,
                             hook *loader);
int __wrap___libc_start_main(main_function *program, int argc, char **argv, hook *init, hook *fini,
                             hook *loader);

static char place;
static char *volatile pointer = &place; /* wrong until it is relocated */

/* An even word is the offset of a pointer. An odd one tells, from its second bit on, which of the
 * 63 (or 31) pointers that follow are relocated too. */
static void relocate(uintptr_t base, const uintptr_t *packed, size_t count)
{
	uintptr_t *next = (uintptr_t *)base;

	for (size_t i = 0; i < count; i++) {
		uintptr_t word = packed[i];
		if ((word & 1) == 0) {
			next = (uintptr_t *)(base + word);
			*next++ += base;
			continue;
		}
		for (size_t k = 0; k < BITS; k++) {
			if ((word >> (k + 1) & 1) != 0)
				next[k] += base;
		}
		next += BITS;
	}
}

/* What musl's start file gives as program, init and fini it may have read from pointers that were
 * not relocated: only what the kernel gave is taken from it. */
int __wrap___libc_start_main(main_function *program, int argc, char **argv, hook *init, hook *fini,
                             hook *loader)
{
	uintptr_t base = (uintptr_t)&__ehdr_start, packed = 0;
	size_t len = 0;

	(void)program;
	(void)init;
	(void)fini;
	for (const ElfW(Dyn) *entry = _DYNAMIC; entry->d_tag != DT_NULL; entry++) {
		if (entry->d_tag == TAG_RELR)
			packed = entry->d_un.d_ptr;
		else if (entry->d_tag == TAG_RELRSZ)
			len = entry->d_un.d_val;
	}
	if (pointer != &place)
		relocate(base, (const uintptr_t *)(base + packed), len / sizeof(uintptr_t));
	return __real___libc_start_main(main, argc, argv, _init, _fini, loader);
}
