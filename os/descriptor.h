/* descriptor: standard input and output without blocking and without touching their flags, which
 * other programs share. */
#pragma once

#include "base/bytes.h"
#include "base/err.h"

/* Until all is written, waiting where needed. ERR_CUT: nobody reads any more (EPIPE); ERR_LOCAL:
 * disk full and the like. */
enum err descriptor_write_all(int fd, struct span bytes);

/* As much as goes now; *taken may be 0. Errors as above, after *taken bytes. */
enum err descriptor_write(int fd, struct span bytes, size_t *taken);

/* Reads a descriptor that was found readable. OK with *len 0: the end; a terminal that is gone and
 * a /dev/null that cannot be read end too. ERR_FULL: nothing now. ERR_LOCAL: any other error, never
 * an end. */
enum err descriptor_read(int fd, void *to, size_t cap, size_t *len);

/* The same of any descriptor, once there is something: never ERR_FULL. */
enum err descriptor_await(int fd, void *to, size_t cap, size_t *len);

/* Whether something can be read, or written, within so long (-1: however long it takes). The end
 * and errors count as something. */
bool descriptor_readable(int fd, int wait_ms);
bool descriptor_writable(int fd, int wait_ms);
/* It is that file: "DEVICE:INODE", in decimal. */
bool descriptor_is(int fd, const char *file);
/* Nobody will ever read what was written: a pipe without readers, a terminal that is gone. */
bool descriptor_deserted(int fd);

/* Errors of the last call that gave ERR_LOCAL, in the system's words: "No space left on device". */
const char *descriptor_why(void);

/* How many more may be opened. */
unsigned descriptor_room(void);
/* Nothing more is written, and a reader at the other end sees that. The number stays taken. */
void descriptor_end(int fd);
void descriptor_close(int fd);
