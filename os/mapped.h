/* mapped: a file that is memory, so that what is written there outlives the process, however that
 * ends, and no write is a system call. */
#pragma once

#include "os/file.h"

/* Only mapped.c writes to it; zeroes: none. */
struct mapped {
	uint8_t *at; /* NULL: there is none */
	size_t size; /* bytes that may be touched */
	size_t max;
	int fd; /* holds the lock */
	char path[FILE_PATH];
};

/* Makes path a file of this process alone, mode 0600 and empty. What was in it before is left in
 * *old (to be freed; NULL: nothing, or more than max bytes) and *old_len. max: bytes it may ever
 * have. False, with nothing changed: what is there is no file, a link, not this user's own, open to
 * others, or in use by another process; or the system has no room for it. */
bool mapped_open(struct mapped *m, const char *path, size_t max, uint8_t **old, size_t *old_len);
/* At least so many bytes, at most max; new ones are zeroes. False: there is no room, and all is as
 * before. */
bool mapped_grow(struct mapped *m, size_t size);
/* Takes the file away. */
void mapped_end(struct mapped *m);
