/* offer: what a sender has, told before anything else: the body of OFFER. docs/PROTOCOL.md section
 * 7.5. */
#pragma once

#include "files/parcel.h"

/* more: items that have no place in the list. */
struct offer {
	uint64_t files, folders, bytes, more;
	struct span items; /* for offer_item */
};

struct offer_item {
	bool folder;
	uint64_t files, bytes; /* in it */
	uint8_t version[PARCEL_VERSION];
	struct span name; /* as the sender has it: naming_clean makes it safe */
};

enum { OFFER_LIST = PARCEL_BODY - 4 * 8 }; /* bytes of items at most */

/* Appends an item to a list of at most OFFER_LIST bytes; false: there is no place. */
bool offer_add(struct writer *list, const struct offer_item *item);
/* Takes the next off *items. False: there is none; of a body that offer_read took, there are only
 * good ones. */
bool offer_item(struct span *items, struct offer_item *item);
void offer_write(struct writer *w, const struct offer *offer); /* the whole record */
bool offer_read(struct span body, struct offer *offer);        /* false: malformed */
/* Whether an item of this clean name comes next: one of those that are left of the list, from which
 * those before it go, or else one of *more. */
bool offer_has(struct span *items, uint64_t *more, struct span name);

/* Whether a version is that of an item in the list. */
bool offer_lists(struct span items, const uint8_t version[static PARCEL_VERSION]);
/* Every item is listed, and its version is among these, one after the other. */
bool offer_all_known(const struct offer *offer, struct span versions);

/* ACCEPT: appends the places in the list of items whose versions are among these; of as many as
 * there is room for. */
void offer_write_known(struct writer *w, struct span items, struct span versions);
enum { OFFER_ITEMS = 1024 }; /* more than a list can have */
/* Sets a bit for each item of the list. */
void offer_places(struct span items, uint8_t places[static OFFER_ITEMS / 8]);
/* ... and of these, clears those that an ACCEPT does not name. False: malformed, or it names what
 * is not in the list. */
bool offer_read_known(struct span body, uint8_t known[static OFFER_ITEMS / 8]);
bool offer_is_known(const uint8_t known[static OFFER_ITEMS / 8], unsigned item);
