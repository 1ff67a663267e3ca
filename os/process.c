#include "os/process.h"

#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

/* A closed standard descriptor would be taken by the first socket, and a message meant for the
 * screen would go to the peer. What takes its place fails as the closed one does: reading is no end
 * of input, and what is written is not taken. The root folder is that, in every environment. */
static void open_standard_descriptors(void)
{
	for (int fd = 0; fd <= 2; fd++) {
		struct stat st;
		if (fstat(fd, &st) == 0 || errno != EBADF)
			continue;
		if (open("/", O_PATH | O_DIRECTORY) != fd) /* the lowest that is free */
			_exit(1);
	}
}

/* The linker's: the program's first byte, wherever it was loaded. */
extern const ElfW(Ehdr) __ehdr_start __attribute__((visibility("hidden")));

/* musl before 1.2.4 leaves the relocations of a static program writable. One at a fixed address has
 * its parts where they say. */
static void protect_relocations(void)
{
	uintptr_t base = (uintptr_t)&__ehdr_start, page = (uintptr_t)getauxval(AT_PAGESZ);
	const ElfW(Phdr) *part = (const void *)(base + __ehdr_start.e_phoff);
	for (unsigned i = 0; i < __ehdr_start.e_phnum; i++) {
		uintptr_t start = (__ehdr_start.e_type == ET_DYN ? base : 0) + part[i].p_vaddr,
			  end = (start + part[i].p_memsz) / page * page;
		start = start / page * page;
		if (part[i].p_type == PT_GNU_RELRO && end > start)
			(void)mprotect((void *)start, end - start, PROT_READ);
	}
}

void process_start(void)
{
	open_standard_descriptors();
	protect_relocations();
	signal(SIGPIPE, SIG_IGN);
	signal(SIGXFSZ, SIG_IGN); /* a file is as large as it may be (ulimit -f) */
	struct rlimit none = { 0, 0 };
	(void)prlimit(0, RLIMIT_CORE, &none, NULL); /* musl's setrlimit brings 2 KB for threads */
	/* little is used of large mappings, but a huge page would take 2 MB of each */
	(void)prctl(PR_SET_THP_DISABLE, 1, 0, 0, 0);
#ifndef SCHAT_DEBUGGABLE
	(void)prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
#endif
}

const char *process_environment(const char *name)
{
	const char *value = getenv(name);
	return value != NULL && *value != 0 ? value : NULL;
}

bool process_environment_take(const char *name, char *out, size_t cap)
{
	char *value = getenv(name);
	if (value == NULL)
		return false;
	size_t len = strlen(value);
	bool fits = len > 0 && len < cap;
	if (fits)
		memcpy(out, value, len + 1);
	bytes_wipe(value, len);
	unsetenv(name);
	return fits;
}

bool process_folder(char *out, size_t cap)
{
	return getcwd(out, cap) != NULL;
}

void process_suspend(void)
{
	kill(0, SIGTSTP);
}
