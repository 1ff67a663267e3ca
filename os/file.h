/* file: small files, read whole and replaced whole, so that a crash leaves the old one or the new
 * one. */
#pragma once

#include <limits.h>

#include "base/bytes.h"
#include "base/err.h"

enum { FILE_PATH = 512 }; /* bytes of the longest path we build, with its 0 */

bool file_exists(const char *path); /* false: errno says why */
/* The folder of path; "." where it has none. */
void file_folder(const char *path, char out[static PATH_MAX]);
/* Where a link leads in the end: what is written there stays what it leads to. */
void file_end(const char *path, char end[static PATH_MAX]);

/* What a file has to be. Each is a regular file, or /dev/null: others (pipes, devices, folders) are
 * refused at once instead of being waited for. Trusted are this user, root, and a group that is
 * this user's own (of the same number, as on Debian). root trusts every owner: it reads the files
 * of others on purpose. */
enum file_care {
	FILE_PLAIN, /* whoever owns it: a text */
	/* nobody else owns or may write the file, the folder it is in or, where it is a link, the
	 * folder of any file it leads to; folders further up are not checked */
	FILE_TRUSTED,
	FILE_PRIVATE, /* nor may group or others read it: a secret */
	/* the same; or what is no regular file, as it is, for the user has named it: /dev/stdin */
	FILE_PIPED
};
/* Reads a whole file. ERR_UNREACHABLE: there is none. ERR_FULL: larger than cap. ERR_TRUST: it is
 * not as care demands; file_why() is then a whole sentence, with what to type. ERR_LOCAL, ERR_FULL:
 * file_why() says why. */
enum err file_read(const char *path, enum file_care care, void *to, size_t cap, size_t *len);

/* The same of one that is open: OK, ERR_TRUST or ERR_LOCAL. */
enum err file_check(int fd, const char *path, enum file_care care);

/* ERR_EXISTS: never over an existing file. Nothing half-written is left. */
enum err file_create(const char *path, struct span bytes, unsigned mode);
/* Atomically instead of what is there. A link stays: the file that it leads to is replaced. Of
 * those who replace the same file at the same time, each holds its lock, or all write the same and
 * one may get ERR_EXISTS or ERR_UNREACHABLE. */
enum err file_replace(const char *path, struct span bytes, unsigned mode);

/* Opens for appending, made 0600 when new. A pipe that nobody reads is refused. -1: it failed. */
int file_append(const char *path);
/* Adds bytes to what was opened so. sync: they are on the disk then. */
enum err file_add(int fd, struct span bytes, bool sync);
enum err file_remove(const char *path); /* it need not be there */
/* Makes it, where it is not there, and keeps other programs that ask for the same away until this
 * one ends; a device is anybody's. ERR_BUSY: another one has it. */
enum err file_hold(const char *path, int *held);
/* As touch(1): its time is now, and what is in it stays. An empty one is made. */
enum err file_touch(const char *path);

/* The folders above path (path itself not), each 0700 when new. */
enum err file_make_folders(const char *path);
/* The name of path in its folder outlives a loss of power from now on; of its bytes file_add sees
 * to that. */
enum err file_sync_folder(const char *path);

/* One process at a time between lock and unlock; path need not exist: "path.lock" is used, beside
 * the file that a link leads to. ERR_BUSY: another has held it for so long. *lock is for
 * file_unlock. */
enum err file_lock(const char *path, unsigned wait_ms, int *lock);
void file_unlock(int lock);

/* Why the last call failed, in the system's words or in ours. */
const char *file_why(void);
/* What failed was closed to us: the first on the way to path (absolute), or path, that is another
 * user's in a folder of ours, as when root has made it there. us: the number of our user, for
 * chown. False: none is. */
bool file_of_another(const char *path, char out[static FILE_PATH], unsigned *us);
/* It was a call of the system that failed, and errno says why. */
enum err file_failed(void);
