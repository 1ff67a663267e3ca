#include "os/file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "base/text.h"
#include "os/descriptor.h"

enum { LINKS_MAX = 40 }; /* as Linux follows */

static int last_errno;
static char distrust[1200]; /* why, when it was not the system that refused; else "" */

enum err file_failed(void)
{
	last_errno = errno;
	distrust[0] = 0;
	return errno == ENOENT ? ERR_UNREACHABLE : errno == EEXIST ? ERR_EXISTS : ERR_LOCAL;
}

const char *file_why(void)
{
	return distrust[0] ? distrust : strerror(last_errno);
}

bool file_exists(const char *path)
{
	struct stat st;
	return lstat(path, &st) == 0;
}

/* ---- may a file be believed? ---- */

static enum err distrusted(const char *what, const char *path, const char *then, const char *name)
{
	struct text t = text_of(distrust, sizeof distrust);
	text_add_format(&t, "%s%s%s%s", what, path, then, name);
	return ERR_TRUST;
}

/* By number: in a shell of root's own, $USER is root. */
static enum err foreign_is(const char *what, const char *path, const char *name)
{
	char then[80];
	struct text t = text_of(then, sizeof then);
	text_add_format(&t, ". Look at what is in it; then, as root, run: chown %u ",
	                (unsigned)geteuid());
	return distrusted(what, path, then, name);
}

static bool others_write(const struct stat *st)
{
	bool own_group = st->st_gid == getegid() && st->st_gid == geteuid();
	return (st->st_mode & S_IWOTH) != 0 || ((st->st_mode & S_IWGRP) != 0 && !own_group);
}

static bool foreign(const struct stat *st)
{
	return geteuid() != 0 && st->st_uid != geteuid() && st->st_uid != 0;
}

void file_folder(const char *path, char out[static PATH_MAX])
{
	struct text t = text_of(out, PATH_MAX);
	const char *slash = strrchr(path, '/');
	text_add_span(&t, slash == path   ? span_text("/")
	                  : slash != NULL ? span_of(path, (size_t)(slash - path))
	                                  : span_text("."));
}

bool file_of_another(const char *path, char out[static FILE_PATH], unsigned *us)
{
	*us = (unsigned)geteuid();
	struct stat st = { .st_uid = *us + 1 };
	for (size_t len = 1; last_errno == EACCES && !distrust[0]; len++) {
		if (path[len] != '/' && path[len])
			continue;
		struct text t = text_of(out, FILE_PATH);
		text_add_span(&t, span_of(path, len));
		bool below_ours = st.st_uid == *us;
		if (stat(out, &st) != 0)
			return false;
		if (below_ours && st.st_uid != *us)
			return true;
		if (path[len] == 0)
			return false;
	}
	return false;
}

/* In a folder with the sticky bit others can make files, but not take away those that are there. */
static enum err check_folder(const char *path)
{
	char folder[PATH_MAX];
	struct stat st;
	file_folder(path, folder);
	if (stat(folder, &st) != 0) /* the file was opened; who may not look may not write */
		return OK;
	if (foreign(&st))
		return foreign_is("another user owns the directory of ", path, folder);
	if (others_write(&st) && (st.st_mode & S_ISVTX) == 0)
		return distrusted("other users can write to the directory of ", path,
		                  ". Run: chmod go-w ", folder);
	return OK;
}

/* Where at is a link, makes it what the link leads to. False: it is none, or leads too far. */
static bool follow(char at[static PATH_MAX])
{
	char link[PATH_MAX], from[PATH_MAX];
	ssize_t len = readlink(at, link, sizeof link - 1);
	if (len <= 0)
		return false;
	link[len] = 0;
	file_folder(at, from);
	struct text t = text_of(at, PATH_MAX);
	if (link[0] != '/')
		text_add_format(&t, "%s/", from);
	text_add(&t, link);
	return !t.cut;
}

/* The folder of path and, where path is a link, of each file that it leads to. Links among the
 * folders need no look of their own: stat follows them. */
static enum err check_folders(const char *path)
{
	char at[PATH_MAX];
	unsigned links = 0;
	text_copy(at, sizeof at, path);
	do
		if (check_folder(at))
			return ERR_TRUST;
	while (links++ < LINKS_MAX && follow(at));
	return OK;
}

/* /dev/null is an empty one: some link a file of settings there. */
static bool is_file(const struct stat *st)
{
	return S_ISREG(st->st_mode) || (S_ISCHR(st->st_mode) && st->st_rdev == makedev(1, 3));
}

enum err file_check(int fd, const char *path, enum file_care care)
{
	struct stat st;
	if (fstat(fd, &st) != 0)
		return file_failed();
	if (!is_file(&st) && care != FILE_PIPED) {
		text_copy(distrust, sizeof distrust, "it isn't a regular file");
		return ERR_LOCAL;
	}
	if (care == FILE_PLAIN || !S_ISREG(st.st_mode))
		return OK;
	if (care >= FILE_PRIVATE && (st.st_mode & (S_IRWXG | S_IRWXO)) != 0)
		return distrusted("", path, " is readable by other users. Run: chmod 600 ", path);
	if (foreign(&st))
		return foreign_is("another user owns ", path, path);
	if (others_write(&st))
		return distrusted("other users can write to ", path, ". Run: chmod go-w ", path);
	return check_folders(path);
}

/* ---- reading and writing ---- */

static enum err read_all(int fd, uint8_t *to, size_t cap, size_t *len)
{
	size_t done = 0, n;
	do {
		uint8_t more;
		bool full = done == cap;
		if (descriptor_read(fd, full ? &more : to + done, full ? 1 : cap - done, &n))
			return file_failed();
		if (full && n > 0) {
			text_copy(distrust, sizeof distrust, "it is too large");
			return ERR_FULL;
		}
		done += n;
	} while (n > 0);
	*len = done;
	return OK;
}

enum err file_read(const char *path, enum file_care care, void *to, size_t cap, size_t *len)
{
	int wait = care == FILE_PIPED ? 0 : O_NONBLOCK;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | wait);
	if (fd < 0)
		return file_failed();
	enum err err = file_check(fd, path, care);
	if (!err)
		err = read_all(fd, to, cap, len);
	close(fd);
	return err;
}

static enum err write_and_sync(int fd, struct span bytes)
{
	if (descriptor_write_all(fd, bytes))
		return file_failed();
	return fsync(fd) == 0 || errno == EINVAL || errno == ENOSYS ? OK : file_failed();
}

/* False, with errno: it is too long. */
static bool path_of(char out[static FILE_PATH], const char *path, const char *suffix)
{
	struct text t = text_of(out, FILE_PATH);
	text_add(&t, path);
	text_add(&t, suffix);
	if (t.cut)
		errno = ENAMETOOLONG;
	return !t.cut;
}

enum err file_sync_folder(const char *path)
{
	char folder[PATH_MAX];
	file_folder(path, folder);
	int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	enum err err = fd < 0 ? file_failed() : write_and_sync(fd, span_of(NULL, 0));
	descriptor_close(fd);
	return err;
}

/* Writes the whole file beside path, under a name that nobody else uses. What a killed process has
 * left there is replaced: of those that replace a file, whoever has its lock works alone. */
static enum err write_beside(const char *path, struct span bytes, unsigned mode, bool replaces,
                             char temporary[static FILE_PATH])
{
	char suffix[32];
	struct text t = text_of(suffix, sizeof suffix);
	text_add_format(&t, ".schat-%u", replaces ? 0 : (unsigned)getpid());
	if (!path_of(temporary, path, suffix))
		return file_failed();
	(void)unlink(temporary);
	int fd = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, mode);
	if (fd < 0)
		return file_failed();
	enum err err = fchmod(fd, mode) == 0 ? OK : file_failed();
	if (!err)
		err = write_and_sync(fd, bytes);
	if (close(fd) != 0 && !err)
		err = file_failed();
	if (err)
		(void)unlink(temporary);
	return err;
}

static enum err write_file(const char *path, struct span bytes, unsigned mode, bool replaces)
{
	char temporary[FILE_PATH];
	enum err err = write_beside(path, bytes, mode, replaces, temporary);
	if (err)
		return err;
	/* unlike rename, link never replaces; but some systems have no links */
	bool linked = !replaces && link(temporary, path) == 0;
	if (!linked && ((!replaces && errno == EEXIST) || rename(temporary, path) != 0))
		err = file_failed();
	if (linked || err)
		(void)unlink(temporary);
	if (!err)
		(void)file_sync_folder(path);
	return err;
}

enum err file_create(const char *path, struct span bytes, unsigned mode)
{
	if (!file_exists(path))
		return write_file(path, bytes, mode, false);
	errno = EEXIST;
	return file_failed();
}

void file_end(const char *path, char end[static PATH_MAX])
{
	text_copy(end, PATH_MAX, path);
	for (unsigned links = 0; links < LINKS_MAX && follow(end); links++)
		;
}

enum err file_replace(const char *path, struct span bytes, unsigned mode)
{
	char end[PATH_MAX];
	file_end(path, end);
	return write_file(end, bytes, mode, true);
}

int file_append(const char *path)
{
	int fd =
	    open(path, O_WRONLY | O_APPEND | O_CREAT | O_NONBLOCK | O_CLOEXEC | O_NOCTTY, 0600);
	if (fd < 0)
		(void)file_failed();
	return fd;
}

enum err file_add(int fd, struct span bytes, bool sync)
{
	enum err err = descriptor_write_all(fd, bytes);
	return sync && !err ? write_and_sync(fd, span_of(NULL, 0)) : err ? file_failed() : OK;
}

enum err file_remove(const char *path)
{
	return unlink(path) == 0 || errno == ENOENT ? OK : file_failed();
}

static int open_touched(const char *path)
{
	return open(path, O_WRONLY | O_CREAT | O_NONBLOCK | O_CLOEXEC | O_NOCTTY, 0644);
}

enum err file_hold(const char *path, int *held)
{
	*held = open_touched(path);
	if (*held < 0)
		return file_failed();
	struct stat st;
	if (fstat(*held, &st) != 0 || !S_ISREG(st.st_mode) ||
	    flock(*held, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK)
		return OK; /* or a file system without locks */
	close(*held);
	text_copy(distrust, sizeof distrust, "another server touches it");
	return ERR_BUSY;
}

enum err file_touch(const char *path)
{
	int fd = open_touched(path);
	enum err err = fd < 0 || futimens(fd, NULL) != 0 ? file_failed() : OK;
	descriptor_close(fd);
	return err;
}

enum err file_make_folders(const char *path)
{
	char folder[FILE_PATH];
	if (!path_of(folder, path, ""))
		return file_failed();
	for (char *at = folder + 1; (at = strchr(at, '/')) != NULL; at++) {
		*at = 0;
		bool made = mkdir(folder, 0700) == 0;
		if (!made && errno != EEXIST)
			return file_failed();
		if (made)
			(void)file_sync_folder(folder);
		*at = '/';
	}
	return OK;
}

enum err file_lock(const char *path, unsigned wait_ms, int *lock)
{
	char name[FILE_PATH], end[PATH_MAX];
	int fd = -1;
	file_end(path, end);
	if (path_of(name, end, ".lock"))
		fd = open(name, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		return file_failed();
	for (; flock(fd, LOCK_EX | LOCK_NB) != 0; wait_ms -= 10) {
		/* a file system without locks: better than no contacts at all */
		if (errno != EWOULDBLOCK && errno != EINTR)
			break;
		if (wait_ms < 10) {
			close(fd);
			return ERR_BUSY;
		}
		(void)poll(NULL, 0, 10);
	}
	*lock = fd;
	return OK;
}

void file_unlock(int lock)
{
	close(lock);
}
