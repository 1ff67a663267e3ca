/* file: see file.h. */
#include "os/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/text.h"
#include "os/file_trust.h"

static int last_errno;
static char distrust[FILE_TRUST_TEXT]; /* why, when the last call gave ERR_TRUST; else "" */

static enum err failed(void)
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

static enum err read_all(int fd, uint8_t *to, size_t cap, size_t *len)
{
	size_t done = 0;
	for (;;) {
		uint8_t more;
		bool full = done == cap;
		ssize_t n = read(fd, full ? &more : to + done, full ? 1 : cap - done);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return failed();
		if (n == 0)
			break;
		if (full)
			return ERR_FULL;
		done += (size_t)n;
	}
	*len = done;
	return OK;
}

enum care { TRUSTED, PRIVATE };

static enum err check(int fd, const char *path, enum care care)
{
	struct stat st;
	if (fstat(fd, &st) != 0)
		return failed();
	if (care == PRIVATE && S_ISREG(st.st_mode) && (st.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
		struct text t = text_of(distrust, sizeof distrust);
		text_add(&t, "the private key ");
		text_add(&t, path);
		text_add(&t, " is readable by other users. Run: chmod 600 ");
		text_add(&t, path);
		return ERR_TRUST;
	}
	return file_trust_check(fd, path, distrust) ? OK : ERR_TRUST;
}

static enum err read_file(const char *path, enum care care, void *to, size_t cap, size_t *len)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	if (fd < 0)
		return failed();
	enum err err = check(fd, path, care);
	if (!err)
		err = read_all(fd, to, cap, len);
	close(fd);
	return err;
}

enum err file_read_trusted(const char *path, void *to, size_t cap, size_t *len)
{
	return read_file(path, TRUSTED, to, cap, len);
}

enum err file_read_private(const char *path, void *to, size_t cap, size_t *len)
{
	return read_file(path, PRIVATE, to, cap, len);
}

static enum err write_and_sync(int fd, struct span bytes)
{
	while (bytes.len > 0) {
		ssize_t n = write(fd, bytes.at, bytes.len);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return failed();
		bytes = span_of(bytes.at + n, bytes.len - (size_t)n);
	}
	return fsync(fd) == 0 || errno == EINVAL || errno == ENOSYS ? OK : failed();
}

/* The entry in the folder must survive a power cut too. */
static void sync_folder_of(const char *path)
{
	char folder[FILE_PATH];
	struct text t = text_of(folder, sizeof folder);
	text_add(&t, path);
	char *slash = strrchr(folder, '/');
	if (slash == folder)
		slash[1] = 0;
	else if (slash != NULL)
		*slash = 0;
	int fd = open(slash != NULL ? folder : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return;
	(void)fsync(fd);
	close(fd);
}

/* Writes the whole file beside path, under a name that nobody else uses. */
static enum err write_beside(const char *path, struct span bytes, unsigned mode,
                             char temporary[static FILE_PATH])
{
	struct text t = text_of(temporary, FILE_PATH);
	text_add(&t, path);
	text_add(&t, ".new");
	text_add_u64(&t, (uint64_t)getpid());
	if (t.cut) {
		errno = ENAMETOOLONG;
		return failed();
	}
	(void)unlink(temporary); /* left by a killed process of the same number */
	int fd = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, mode);
	if (fd < 0)
		return failed();
	enum err err = fchmod(fd, mode) == 0 ? OK : failed();
	if (!err)
		err = write_and_sync(fd, bytes);
	if (close(fd) != 0 && !err)
		err = failed();
	if (err)
		(void)unlink(temporary);
	return err;
}

enum err file_create(const char *path, struct span bytes, unsigned mode)
{
	char temporary[FILE_PATH];
	if (file_exists(path)) {
		last_errno = EEXIST;
		return ERR_EXISTS;
	}
	enum err err = write_beside(path, bytes, mode, temporary);
	if (err)
		return err;
	if (link(temporary, path) == 0) /* unlike rename it never replaces */
		(void)unlink(temporary);
	else if (errno == EEXIST || rename(temporary, path) != 0) /* some systems have no links */
		err = failed();
	if (err)
		(void)unlink(temporary);
	sync_folder_of(path);
	return err;
}

enum err file_replace(const char *path, struct span bytes, unsigned mode)
{
	char temporary[FILE_PATH];
	enum err err = write_beside(path, bytes, mode, temporary);
	if (err)
		return err;
	if (rename(temporary, path) != 0) {
		err = failed();
		(void)unlink(temporary);
	}
	sync_folder_of(path);
	return err;
}

int file_append(const char *path)
{
	int fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY, 0600);
	if (fd < 0)
		(void)failed();
	return fd;
}

enum err file_make_folders(const char *path)
{
	char folder[FILE_PATH];
	struct text t = text_of(folder, sizeof folder);
	text_add(&t, path);
	if (t.cut) {
		errno = ENAMETOOLONG;
		return failed();
	}
	for (char *at = folder + 1; (at = strchr(at, '/')) != NULL; at++) {
		*at = 0;
		if (mkdir(folder, 0700) != 0 && errno != EEXIST)
			return failed();
		*at = '/';
	}
	return OK;
}

enum err file_lock(const char *path, int *lock)
{
	char name[FILE_PATH];
	struct text t = text_of(name, sizeof name);
	text_add(&t, path);
	text_add(&t, ".lock");
	int fd = open(name, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		return failed();
	for (int tries = 0; flock(fd, LOCK_EX | LOCK_NB) != 0; tries++) {
		/* a file system without locks: better than no contacts at all */
		if (errno != EWOULDBLOCK && errno != EINTR)
			break;
		if (tries == 1000) {
			close(fd);
			return ERR_BUSY;
		}
		nanosleep(&(struct timespec){ .tv_nsec = 10 * 1000 * 1000 }, NULL);
	}
	*lock = fd;
	return OK;
}

void file_unlock(int lock)
{
	close(lock);
}
