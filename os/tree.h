/* tree: files and folders to be sent. Walks them in the order in which the system lists them, with
 * a descriptor for each level and nothing else in memory; symbolic links in folders are not
 * followed. Opens and reads one file at a time. */
#pragma once

#include "base/bytes.h"
#include "base/err.h"
#include "os/beneath.h"

enum {
	TREE_PATH = 4096, /* bytes of a path, from the name of the item on */
	/* bytes: number in the file system, size, time of the last change of what is in it, and of
	 * anything about it, each 8 bytes, big-endian */
	TREE_FACTS = 32
};

struct tree_entry {
	bool folder, executable;
	uint64_t size, mtime_ms;
	struct span path;          /* until the next call */
	unsigned item;             /* index of the root it belongs to */
	uint8_t facts[TREE_FACTS]; /* the same as long as the file is not changed */
};

struct tree;

/* roots: what the user named; links among these are followed. Borrowed. ERR_UNREACHABLE, ERR_LOCAL:
 * *which of them cannot be read, and errno says why; ERR_USAGE: it has no name of its own ("/",
 * ".."); ERR_EXISTS: another has the same name; ERR_FORMAT: it is neither file nor folder. NULL
 * without memory. */
struct tree *tree_new(char *const *roots, unsigned count, enum err *err, unsigned *which);
void tree_free(struct tree *t);

/* The next one: what is in a folder, and then the folder. Each root has an entry without a slash: a
 * file of no bytes where it is gone. False: that was all. */
bool tree_next(struct tree *t, struct tree_entry *entry);
void tree_skip(struct tree *t);  /* nothing more of the root of the last one */
void tree_again(struct tree *t); /* from the first on */
/* What tree_next has left out since the beginning: links, devices and the like; and folders that
 * cannot be read, or are too deep. */
uint64_t tree_left_out(const struct tree *t);

/* Opens a file that tree_next gave. ERR_LOCAL: errno says why. */
enum err tree_open(struct tree *t, unsigned item, struct span path,
                   uint8_t facts[static TREE_FACTS]);
/* All of to, from offset on. ERR_CUT: the file ends before; ERR_LOCAL: errno says why. */
enum err tree_read(struct tree *t, uint64_t offset, uint8_t *to, size_t len);
enum err tree_facts(struct tree *t, uint8_t facts[static TREE_FACTS]);
void tree_close(struct tree *t); /* harmless when nothing is open */
