/* landing: the folder in which files of others arrive. What is not whole has a hidden name of its
 * own, and is as long as what has arrived, so that nothing else has to be kept and a kill loses
 * nothing. What is whole gets its name, and never replaces anything. */
#pragma once

#include "base/bytes.h"
#include "base/err.h"
#include "os/beneath.h"

enum {
	LANDING_TAIL = 65536,
	/* bytes after which a part is written to the disk; a power loss takes no more of it */
	LANDING_SYNC = 1 << 26,
	/* a file in a folder that is no larger is written to the disk with the folder */
	LANDING_SMALL = 1 << 20
};

/* Where a file or folder belongs. The names are harmless ones: no controls. */
struct landing_place {
	struct span path; /* below the folder; of an item, or with that in front */
	const char *part; /* what a file is called until it is whole */
	/* in the place of the first name of path, until the item is whole; "": it is a file */
	const char *item_part;
	uint64_t size, mtime_ms;
	bool executable;
	/* of an item: noted in the file notes (os/noted.h) when it is whole; empty: it is not */
	struct span version;
	const char *notes;
};

struct landing {
	int dir;        /* borrowed */
	int item, file; /* what is being received; -1 */
	int folder;     /* the one that file is in; -1 */
	uint64_t at;    /* file is so long */
	uint64_t began_s;
	char item_part[64], part[64];
	char as[BENEATH_NAME]; /* what the last that got its name is called; "" */
};

/* A descriptor of the folder at path, or -1. */
int landing_at(const char *path);
/* dir: a folder's descriptor, which has to stay open. */
void landing_init(struct landing *l, int dir);
void landing_wipe(struct landing *l); /* closes; parts stay */

/* All errors: errno says why. ERR_FULL: the disk, or what we may have of it, is full. ERR_BUSY:
 * another process, or another landing, receives the same. ERR_USAGE: the file system has no such
 * names. ERR_LOCAL: the rest. */

/* What is there of a file. *offset: so many bytes. *whole: it is in place (in a folder of an item
 * that is not). tail: its last bytes, LANDING_TAIL or *offset. What is from before the last start
 * of this host counts as far as it was surely written, or as tail tells. */
enum err landing_look(const struct landing *l, const struct landing_place *at, uint64_t *offset,
                      bool *whole, uint8_t tail[static LANDING_TAIL]);

/* Begins, or goes on with, a file at offset; one that is in place already, with all of its size, is
 * found there, and left alone. */
enum err landing_open(struct landing *l, const struct landing_place *at, uint64_t offset);
enum err landing_write(struct landing *l, struct span bytes);
/* The open file is whole: it gets its mode, time and name. A file that is an item, or is larger
 * than LANDING_SMALL, is on the disk before it has its time; an item has its name there, too. */
enum err landing_close(struct landing *l, const struct landing_place *at);
/* It is not. keep: its part stays, to go on with. Harmless when nothing is open. */
void landing_leave(struct landing *l, bool keep);

/* A folder exists from now on, with this time. */
enum err landing_folder(struct landing *l, const struct landing_place *at);
/* The folder of an item. whole: it gets its name, and is on the disk after that. */
enum err landing_item(struct landing *l, const struct landing_place *at, bool whole);
