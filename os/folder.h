/* folder: what is in a folder. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct folder; /* one that is open */

struct folder *folder_open(const char *path); /* NULL: it can't be read */
/* The next name, in no order, until the next call; NULL: that was all. *is_folder: it is one, or a
 * link to one. */
const char *folder_next(struct folder *f, bool *is_folder);
void folder_close(struct folder *f);

/* Where an open one is, absolute. False: it can't be known, or is too long. */
bool folder_path(int fd, char *path, size_t cap);
