/* disk: does what transfers want with files: joins files/ to os/. */
#pragma once

#include "cmd/upload.h"
#include "files/receiving.h"
#include "files/sending.h"
#include "os/landing.h"
#include "os/noted.h"
#include "os/tree.h"

/* The items of this sender that are whole here, for receiving_accept; want: WANT_DECISION. */
enum { DISK_NOTED = NOTED_MAX * PARCEL_VERSION };
struct span disk_noted(const struct landing *l, const struct want *want,
                       uint8_t to[static DISK_NOTED]);

/* Does it, and answers; not WANT_DECISION. Returns what became of it; failures come once more as
 * WANT_LEAVE. */
enum parcel_status disk_take(struct landing *l, struct receiving *r, const struct want *want);

/* An item of a tree, while it is walked: facts of all that is in it. */
struct disk_sum {
	uint64_t files, folders, bytes;
	uint8_t newest[8]; /* the time of the last change to anything */
};

/* A sender's: one of both; borrowed. */
struct disk_source {
	struct tree *tree;
	struct upload *upload;
	struct disk_sum sum;
	/* The version that its only item has to have, and the key; borrowed. NULL: any. changed: it
	 * has another, and what is wanted is not answered. */
	const uint8_t *expected, *key;
	bool changed;
};

/* Does it, and answers. False: it is to be tried again when more of an upload has come. */
bool disk_give(struct disk_source *d, struct sending *s, const struct want *want);

/* What a source offers. */
struct disk_offer {
	struct offer offer;
	struct disk_sum sum;
	const uint8_t *key; /* borrowed: as for sending_new */
	struct writer list;
	uint8_t bytes[OFFER_LIST];
};
void disk_offer_init(struct disk_offer *o, const uint8_t key[static ANNOUNCED_KEY]);
/* Counts some of it. True: all is counted, the offer is whole, and the source at its beginning. */
bool disk_offer_count(struct disk_offer *o, const struct disk_source *d);
