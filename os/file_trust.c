#include "os/file_trust.h"

#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"

enum { LINKS_MAX = 40 }; /* as Linux follows */

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

/* The folder of path and, where path is a link, of each file that it leads to. Links among the
 * folders need no look of their own: stat follows them. */
static bool folders_trusted(const char *path, char why[static FILE_TRUST_TEXT])
{
	char at[PATH_MAX], next[PATH_MAX], link[PATH_MAX];
	struct text t = text_of(at, sizeof at);
	ssize_t len;

	text_add(&t, path);
	for (unsigned links = 0; links < LINKS_MAX; links++) {
		if (!folder_trusted(at, why))
			return false;
		if ((len = readlink(at, link, sizeof link - 1)) <= 0)
			break;
		link[len] = 0;
		folder_of(at, next);
		t = text_of(at, sizeof at);
		if (link[0] != '/')
			text_add_format(&t, "%s/", next);
		text_add(&t, link);
	}
	return true;
}

bool file_trust_check(int fd, const char *path, char why[static FILE_TRUST_TEXT])
{
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
	return folders_trusted(path, why);
}
