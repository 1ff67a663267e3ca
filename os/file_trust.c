/* file_trust: see file_trust.h. */
#include "os/file_trust.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"

static bool own_group(gid_t group)
{
	return group == getegid() && group == geteuid();
}

static bool others_write(const struct stat *st)
{
	return (st->st_mode & S_IWOTH) != 0 ||
	       ((st->st_mode & S_IWGRP) != 0 && !own_group(st->st_gid));
}

static bool foreign(const struct stat *st)
{
	return geteuid() != 0 && st->st_uid != geteuid() && st->st_uid != 0;
}

static void say(char why[static FILE_TRUST_TEXT], const char *what, const char *path,
                const char *then, const char *name)
{
	struct text t = text_of(why, FILE_TRUST_TEXT);
	text_add_format(&t, "%s%s%s%s", what, path, then, name);
}

/* The folder of path; "." where it has none. */
static void folder_of(const char *path, char out[static PATH_MAX])
{
	struct text t = text_of(out, PATH_MAX);
	const char *slash = strrchr(path, '/');
	text_add_span(&t, slash == path   ? span_text("/")
	                  : slash != NULL ? span_of(path, (size_t)(slash - path))
	                                  : span_text("."));
}

/* In a folder with the sticky bit others can make files, but not take away those that are there. */
static bool folder_trusted(const char *path, char why[static FILE_TRUST_TEXT])
{
	char folder[PATH_MAX];
	struct stat st;
	folder_of(path, folder);
	if (stat(folder, &st) != 0)
		return true; /* the file was opened; who may not look at the folder may not write it
		              */
	if (foreign(&st))
		say(why, "another user owns the directory of ", path,
		    ". Look at what is in it; then, as root, run: chown $USER ", folder);
	else if (others_write(&st) && (st.st_mode & S_ISVTX) == 0)
		say(why, "other users can write to the directory of ", path, ". Run: chmod go-w ",
		    folder);
	else
		return true;
	return false;
}

bool file_trust_check(int fd, const char *path, char why[static FILE_TRUST_TEXT])
{
	char real[PATH_MAX];
	struct stat st;
	if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode))
		return true; /* what is given by a pipe or a device is given by whoever started us
		              */
	if (foreign(&st)) {
		say(why, "another user owns ", path,
		    ". Look at what is in it; then, as root, run: chown $USER ", path);
		return false;
	}
	if (others_write(&st)) {
		say(why, "other users can write to ", path, ". Run: chmod go-w ", path);
		return false;
	}
	if (!folder_trusted(path, why))
		return false;
	return realpath(path, real) == NULL || strcmp(real, path) == 0 || folder_trusted(real, why);
}
