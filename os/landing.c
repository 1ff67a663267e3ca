#include "os/landing.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/min_max.h"
#include "base/text.h"
#include "os/clock.h"
#include "os/noted.h"
#include "os/rename.h"

enum { WRITE_BACK = 1 << 22 }; /* bytes of a piece */

static enum err failed(void)
{
	switch (errno) {
	case ENOSPC:
	case EDQUOT:
	case EFBIG: return ERR_FULL;
	case EWOULDBLOCK: return ERR_BUSY;
	case ENAMETOOLONG:
	case EINVAL:
	case EILSEQ: return ERR_USAGE;
	default: return ERR_LOCAL;
	}
}

static void close_one(int *fd)
{
	int why = errno;
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
	errno = why;
}

int landing_at(const char *path)
{
	return open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

void landing_init(struct landing *l, int dir)
{
	*l = (struct landing){ .dir = dir, .item = -1, .file = -1, .folder = -1 };
	l->began_s = clock_unix_s();
}

void landing_wipe(struct landing *l)
{
	close_one(&l->file);
	close_one(&l->folder);
	close_one(&l->item);
}

/* ---- what is ours ---- */

/* One that others do not use, or -1. */
static int lock(int fd, unsigned kind)
{
	struct stat st;
	/* a file system without locks is used without */
	if (fd >= 0 && (!beneath_ours(fd, kind, &st) ||
	                (flock(fd, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK)))
		close_one(&fd);
	return fd;
}

/* Its times are of this run of the host: what was written is there. */
static bool of_this_boot(const struct stat *st)
{
	uint64_t now = clock_unix_s(), up = clock_us() / 1000000;
	uint64_t at = st->st_ctim.tv_sec < 0 ? 0 : (uint64_t)st->st_ctim.tv_sec;
	return at + up > now + 1 && at <= now + 1;
}

static uint64_t mtime_of(const struct stat *st)
{
	return st->st_mtim.tv_sec < 0
	           ? 0
	           : (uint64_t)st->st_mtim.tv_sec * 1000 + (uint64_t)st->st_mtim.tv_nsec / 1000000;
}

static bool is_same(const struct stat *st, const struct landing_place *at)
{
	return S_ISREG(st->st_mode) && (uint64_t)st->st_size == at->size &&
	       mtime_of(st) == at->mtime_ms;
}

/* Such a file is on the disk before it has its time. Others of a folder wait for the folder. */
static bool is_written_through(const struct landing_place *at)
{
	return at->item_part[0] == 0 || at->size > LANDING_SMALL;
}

/* How much there surely is of a file that has its size and its time. The tail, which may be all of
 * it, is compared with the sender's. */
static uint64_t sure_of(const struct stat *st, const struct landing_place *at)
{
	bool sure = is_written_through(at) || at->size <= LANDING_TAIL || of_this_boot(st);
	return sure ? at->size : 0;
}

/* ---- looking ---- */

/* The folder that the file at belongs into; it need not exist. */
static int find_folder(const struct landing *l, const struct landing_place *at,
                       char name[static BENEATH_NAME])
{
	struct span path = at->path;
	struct stat st;
	if (at->item_part[0] == 0)
		return beneath_parent(l->dir, path, false, name);
	int item = beneath_folder(l->dir, at->item_part, false);
	if (item >= 0 && !beneath_ours(item, S_IFDIR, &st))
		close_one(&item);
	int folder = -1;
	if (item >= 0 && beneath_name(&path, name))
		folder = beneath_parent(item, path, false, name);
	close_one(&item);
	return folder;
}

/* What name is in folder; *st of it. -1: not there, or not ours. */
static int open_for_look(int folder, const char *name, struct stat *st)
{
	int fd = openat(folder, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
	if (fd >= 0 && !beneath_ours(fd, S_IFREG, st))
		close_one(&fd);
	return fd;
}

/* The part, or else the whole file in place. */
static int open_what_is_there(int folder, const char *name, const struct landing_place *at,
                              struct stat *st, uint64_t *offset, bool *whole)
{
	int fd = open_for_look(folder, at->part, st);
	if (fd >= 0 && is_same(st, at)) {
		*offset = sure_of(st, at);
	} else if (fd >= 0 && (uint64_t)st->st_size <= at->size) {
		*offset = (uint64_t)st->st_size;
		if (!of_this_boot(st))
			*offset -= *offset % LANDING_SYNC;
	} else if (fd < 0) {
		fd = open_for_look(folder, name, st);
		bool same = fd >= 0 && is_same(st, at);
		*offset = same ? sure_of(st, at) : 0;
		*whole = same && at->item_part[0] != 0 && of_this_boot(st);
	}
	return fd;
}

enum err landing_look(const struct landing *l, const struct landing_place *at, uint64_t *offset,
                      bool *whole, uint8_t tail[static LANDING_TAIL])
{
	char name[BENEATH_NAME];
	struct stat st;
	*offset = 0;
	*whole = false;
	int folder = find_folder(l, at, name);
	if (folder < 0)
		return errno == ENOENT ? OK : failed();
	int fd = open_what_is_there(folder, name, at, &st, offset, whole);
	size_t len = *whole ? 0 : (size_t)min_of(*offset, LANDING_TAIL);
	if (len > 0 && pread(fd, tail, len, (off_t)(*offset - len)) != (ssize_t)len)
		*offset = 0;
	close_one(&fd);
	close_one(&folder);
	return OK;
}

/* ---- receiving ---- */

/* The item's folder is open and ours alone. */
static enum err open_item(struct landing *l, const struct landing_place *at)
{
	if (l->item >= 0 && strcmp(l->item_part, at->item_part) == 0)
		return OK;
	close_one(&l->item);
	text_copy(l->item_part, sizeof l->item_part, at->item_part);
	l->item = lock(beneath_folder(l->dir, at->item_part, true), S_IFDIR);
	return l->item >= 0 ? OK : failed();
}

/* The folder that the last name of path is in, made where there is none. */
static int make_folder_of(struct landing *l, const struct landing_place *at,
                          char name[static BENEATH_NAME])
{
	struct span path = at->path;
	if (at->item_part[0] == 0)
		return beneath_parent(l->dir, path, false, name);
	if (open_item(l, at) || !beneath_name(&path, name))
		return -1;
	return beneath_parent(l->item, path, true, name);
}

/* The whole file is in place, and is to stay. */
static bool is_in_place(const struct landing *l, const char *name, const struct landing_place *at)
{
	struct stat st;
	return fstatat(l->folder, at->part, &st, AT_SYMLINK_NOFOLLOW) != 0 &&
	       fstatat(l->folder, name, &st, AT_SYMLINK_NOFOLLOW) == 0 && is_same(&st, at);
}

enum err landing_open(struct landing *l, const struct landing_place *at, uint64_t offset)
{
	enum { FLAGS = O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC | O_NOCTTY };
	char name[BENEATH_NAME];
	struct stat st;
	landing_leave(l, true);
	l->folder = make_folder_of(l, at, name);
	if (l->folder < 0)
		return failed();
	l->at = offset;
	text_copy(l->part, sizeof l->part, at->part);
	if (offset > 0 && offset == at->size && is_in_place(l, name, at))
		return OK;
	l->file = lock(openat(l->folder, at->part, FLAGS, 0600), S_IFREG);
	if (l->file < 0 || fstat(l->file, &st) != 0)
		return failed();
	errno = EWOULDBLOCK; /* somebody else has taken it away, or begun anew */
	if ((uint64_t)st.st_size < offset ||
	    ((uint64_t)st.st_size > offset && ftruncate(l->file, (off_t)offset) != 0))
		return failed();
	return OK;
}

/* The disk writes one piece while the next arrives, and no more than two wait for it: so nothing
 * here, and no fdatasync, waits longer than the disk needs for a piece. */
static int write_back(struct landing *l, uint64_t before)
{
	unsigned both =
	    SYNC_FILE_RANGE_WAIT_BEFORE | SYNC_FILE_RANGE_WRITE | SYNC_FILE_RANGE_WAIT_AFTER;
	off_t piece = (off_t)(l->at / WRITE_BACK * WRITE_BACK) - WRITE_BACK;
	if (before / WRITE_BACK != l->at / WRITE_BACK) {
		(void)sync_file_range(l->file, piece, WRITE_BACK, SYNC_FILE_RANGE_WRITE);
		if (piece >= WRITE_BACK)
			(void)sync_file_range(l->file, piece - WRITE_BACK, WRITE_BACK, both);
	}
	return before / LANDING_SYNC != l->at / LANDING_SYNC ? fdatasync(l->file) : 0;
}

enum err landing_write(struct landing *l, struct span bytes)
{
	while (bytes.len > 0) {
		ssize_t n = pwrite(l->file, bytes.at, bytes.len, (off_t)l->at);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return failed();
		l->at += (uint64_t)n;
		bytes = span_after(bytes, (size_t)n);
		if (write_back(l, l->at - (uint64_t)n) != 0)
			return failed();
	}
	return OK;
}

void landing_leave(struct landing *l, bool keep)
{
	if (l->file >= 0 && !keep)
		(void)unlinkat(l->folder, l->part, 0);
	close_one(&l->file);
	close_one(&l->folder);
}

/* ---- names ---- */

/* In the folder of an item that is not whole there may be an earlier version of the file, from an
 * attempt that was broken off. */
static void take_away_earlier(const struct landing *l, const char *name)
{
	struct stat st;
	if (fstatat(l->folder, name, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG(st.st_mode) &&
	    ((uint64_t)st.st_ctim.tv_sec < l->began_s || !of_this_boot(&st)))
		(void)unlinkat(l->folder, name, 0);
}

static unsigned masked(unsigned mode)
{
	unsigned mask = (unsigned)umask(0);
	(void)umask((mode_t)mask);
	return mode & ~mask;
}

static int set_time(int fd, uint64_t mtime_ms)
{
	struct timespec times[] = { { .tv_nsec = UTIME_OMIT },
		                    { .tv_sec = (time_t)(mtime_ms / 1000),
		                      .tv_nsec = (long)(mtime_ms % 1000) * 1000000 } };
	return futimens(fd, times);
}

/* A system that does not do it for such a file has nothing to be waited for. */
static int synced(int result)
{
	return result == 0 || errno == EINVAL || errno == ENOSYS || errno == EROFS ? 0 : -1;
}

/* Before it gets its name: whoever asks for the item again, since he was not told, can be told
 * then. */
static void note(const struct landing *l, const struct landing_place *at, const char *part)
{
	if (at->version.len > 0)
		noted_add(l->dir, at->notes, at->version, part);
}

enum err landing_close(struct landing *l, const struct landing_place *at)
{
	char name[BENEATH_NAME];
	struct span path = at->path;
	bool item = at->item_part[0] == 0, good;
	if (l->file < 0) { /* it was in place */
		landing_leave(l, true);
		return OK;
	}
	while (beneath_name(&path, name) && path.len > 0)
		;
	/* the time last: whoever finds a file with its time relies on it */
	good = fchmod(l->file, (mode_t)masked(at->executable ? 0755 : 0644)) == 0 &&
	       (!is_written_through(at) || synced(fsync(l->file)) == 0) &&
	       set_time(l->file, at->mtime_ms) == 0;
	if (good && !item)
		take_away_earlier(l, name);
	if (good && item)
		note(l, at, at->part);
	good = good && rename_free(l->folder, at->part, name, false, l->as) == 0 &&
	       (!item || synced(fsync(l->folder)) == 0);
	enum err err = good ? OK : failed();
	landing_leave(l, true);
	return err;
}

enum err landing_folder(struct landing *l, const struct landing_place *at)
{
	char name[BENEATH_NAME];
	int parent = make_folder_of(l, at, name);
	int folder = parent >= 0 ? beneath_folder(parent, name, true) : -1;
	bool good = folder >= 0 && fchmod(folder, (mode_t)masked(0755)) == 0 &&
	            set_time(folder, at->mtime_ms) == 0;
	enum err err = good ? OK : failed();
	close_one(&folder);
	close_one(&parent);
	return err;
}

enum err landing_item(struct landing *l, const struct landing_place *at, bool whole)
{
	char name[BENEATH_NAME];
	struct span path = at->path;
	enum err err = OK;
	if (whole)
		err = open_item(l, at);
	if (whole && !err) {
		note(l, at, at->item_part);
		if (!beneath_name(&path, name) || set_time(l->item, at->mtime_ms) != 0 ||
		    fchmod(l->item, (mode_t)masked(0755)) != 0 || synced(syncfs(l->item)) != 0 ||
		    rename_free(l->dir, at->item_part, name, true, l->as) != 0 ||
		    synced(fsync(l->dir)) != 0)
			err = failed();
	}
	close_one(&l->item);
	return err;
}
