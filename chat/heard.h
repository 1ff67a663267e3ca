/* heard: what the peer says: records put together from the bytes of stream 1, the text that waits
 * to be taken, and how much was shown to our user. Counts are of texts; of a pipe, "shown" counts
 * bytes written. */
#ifndef CHAT_HEARD_H
#define CHAT_HEARD_H

#include "chat/record.h"

/* Private to heard.c; others embed it. */
struct heard {
	uint64_t count;               /* texts */
	uint64_t shown;               /* texts shown, or bytes of stream 2 written ... */
	uint64_t confirmed;           /* ... and confirmed to the peer up to here */
	uint8_t record[LIMIT_RECORD]; /* being put together, or lent out */
	size_t len;
	struct span text; /* in record */
	bool more;        /* the text goes on in the next */
	enum { HEARD_NOTHING, HEARD_READY, HEARD_LENT } state;
};

/* Bytes of stream 1 that complete the record, or tell its size. 0: the record is whole and waits
 * for heard_record, or its text to be taken: what is not taken stays with the session, and so, in
 * the end, with the peer. */
size_t heard_wants(const struct heard *h);
void heard_add(struct heard *h, struct span bytes); /* at most so many */
/* A whole record, valid until the next heard_add. *err: ERR_FORMAT when it is none. False: not yet
 * all there. */
bool heard_record(struct heard *h, struct record *r, enum err *err);
/* The record is a text; it waits to be taken instead. False: not the next one. */
bool heard_text(struct heard *h, const struct record *r);

bool heard_waits(const struct heard *h);   /* a text waits to be taken */
bool heard_is_half(const struct heard *h); /* the last text goes on in the next */
/* The text, with its number, and whether it goes on; valid until heard_take_back. */
bool heard_take(struct heard *h, uint64_t *number, struct span *text, bool *more);
void heard_take_back(struct heard *h);

uint64_t heard_count(const struct heard *h);
uint64_t heard_shown(const struct heard *h);
void heard_show(struct heard *h, uint64_t number); /* up to this text, or byte */
uint64_t heard_unconfirmed(const struct heard *h); /* shown, and not yet confirmed to the peer */
uint64_t heard_confirm(struct heard *h);           /* all that is shown; how much that is */

#endif
