/* beneath: files below a folder that is held open. A path is walked name by name, and no symbolic
 * link is followed, so whatever others do to the folders meanwhile, nothing outside is reached. */
#pragma once

#include "base/bytes.h"

struct stat;

enum {
	BENEATH_NAME = 256, /* bytes of a name, with its 0 */
	BENEATH_DEPTH = 64  /* names in a path */
};

/* The first name of *path, taken off it with its slash. False, with errno: there is none, or it is
 * too long, ".", "..", or has a 0. */
bool beneath_name(struct span *path, char name[static BENEATH_NAME]);

/* Opens the folder at name in the folder dir. make: it is made (0700) where there is none. -1, with
 * errno. */
int beneath_folder(int dir, const char *name, bool make);

/* A regular file of this user with one name, or a folder of its own (S_IFREG, S_IFDIR), which
 * others cannot have put there. False, with errno. */
bool beneath_ours(int fd, unsigned kind, struct stat *st);

const char *beneath_why(void); /* why a call of this or what uses it failed, just then */

/* Opens the folder that the last name of path is in. *last: that name. -1, with errno. */
int beneath_parent(int dir, struct span path, bool make, char last[static BENEATH_NAME]);
