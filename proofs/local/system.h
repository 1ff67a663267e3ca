/* What stands in proofs/local for the file system, as Linux has it: each call may fail, and facts
 * of files are any. */
#pragma once

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "proofs/local/texts.h"

struct linux_stat {
	dev_t st_dev, st_rdev;
	ino_t st_ino;
	mode_t st_mode;
	nlink_t st_nlink;
	uid_t st_uid;
	gid_t st_gid;
	off_t st_size;
	struct timespec st_mtim, st_ctim;
};

static int any_result(void)
{
	errno = Frama_C_interval(1, 133);
	return Frama_C_interval(-1, 0);
}

static int any_descriptor(void)
{
	return any_result() == 0 ? Frama_C_interval(0, 1023) : -1;
}

static int linux_stat(const char *path, struct linux_stat *st)
{
	strlen(path);
	int result = any_result();
	if (result == 0)
		Frama_C_make_unknown((char *)st, sizeof *st);
	return result;
}

static DIR some_folder;

static DIR *any_folder(void)
{
	return any_result() == 0 ? &some_folder : NULL;
}

static int compare(const char *a, const char *b)
{
	for (; *a == *b; a++, b++)
		if (*a == 0)
			return 0;
	return 1;
}

static char *find_last(const char *text, int c)
{
	const char *found = NULL;
	for (; *text; text++)
		if (*text == (char)c)
			found = text;
	return (char *)found;
}

#define stat                         linux_stat
#define lstat(path, st)              linux_stat(path, st)
#define fstat(fd, st)                linux_stat("", st)
#define fstatat(fd, path, st, flags) linux_stat(path, st)
#define open(path, flags)            (strlen(path), any_descriptor())
#define openat(fd, path, flags)      (strlen(path), any_descriptor())
#define mkdirat(fd, path, mode)      (strlen(path), any_result())
#define fcntl(fd, order, least)      any_descriptor()
#define fdopendir(fd)                any_folder()
#define closedir(dir)                any_result()
#define dirfd(dir)                   ((void)(dir), any_descriptor())
#define close(fd)                    any_result()
#define strerror(number)             "why"
#define strcmp                       compare
#define strrchr                      find_last
