/* announced: what a sender announces; whether it is what was accepted, and in the order that makes
 * items of it. docs/PROTOCOL.md section 7.5. */
#pragma once

#include "files/offer.h"

/* A file or a folder, as the sender tells it; a folder without size, and never executable. */
struct announcement {
	bool folder, executable;
	uint64_t size, mtime_ms;
	uint8_t version[PARCEL_VERSION];
	struct span path;
};

/* What changes when the file does, or anything in the folder: a MAC of facts, under a key of the
 * sender's. */
enum { ANNOUNCED_KEY = 32 };
void announced_version(const uint8_t key[static ANNOUNCED_KEY], struct span facts,
                       uint8_t version[static PARCEL_VERSION]);

void announced_write(struct writer *w, const struct announcement *a); /* the whole record */
/* Of a FILE or FOLDER; false: malformed. path is a part of it, as it was sent. */
bool announced_read(const struct parcel *p, struct announcement *a);

/* A file and a folder take that much room on a disk, and a file its bytes besides. */
enum { ANNOUNCED_EACH = 4096 };
/* The room for what is offered; more: and for as much as may come beyond it. */
uint64_t announced_room(const struct offer *offer, bool more);

/* Private to announced.c. */
struct announced {
	uint64_t files_left, bytes_left, room_left;
	uint64_t entries;   /* files and folders that are taken, also those that have no record */
	size_t fresh;       /* names of the last path that were not in the one before */
	size_t item_len;    /* of the item that is not whole yet; 0: there is none */
	size_t path_len;    /* 0: nothing of the last path was taken */
	uint64_t more;      /* items that may come, and are not listed */
	struct span listed; /* what is left of the list */
	size_t list_len;
	uint8_t path[PARCEL_PATH];
	uint8_t list[PARCEL_BODY];
};

/* The room up to which all is taken; what was offered, and some more for what has changed since, is
 * a limit too. */
void announced_limit(struct announced *a, const struct offer *offer, uint64_t room);

/* An item is a file, or what is in a folder and then that folder itself. False: path, a clean one,
 * cannot come next, or is of an item that was not offered. */
bool announced_belongs(struct announced *a, struct span path, bool folder);
/* This path is one more; false: it is too much, and not counted. */
bool announced_fits(struct announced *a, uint64_t bytes);
/* The list of items, as it was offered. */
struct span announced_items(const struct announced *a);
/* A folder has begun, and not come itself. */
bool announced_within(const struct announced *a);
