/* heard: what the peer says. Puts records together from the bytes of stream 1, keeps a text until
 * it is taken, and counts what our user has been shown: texts, or in a pipe the bytes written. */
#ifndef CHAT_HEARD_H
#define CHAT_HEARD_H

#include "chat/record.h"

/* Only heard.c writes to it; others may read the first five. */
struct heard {
	uint64_t count;     /* texts */
	uint64_t shown;     /* texts shown, or bytes of stream 2 written ... */
	uint64_t confirmed; /* ... and confirmed to the peer up to here */
	enum { HEARD_NOTHING, HEARD_READY, HEARD_LENT } state; /* READY: a text is to be taken */
	bool more;        /* the last text goes on in the next */
	struct span text; /* in record */
	size_t len;
	uint8_t record[LIMIT_RECORD]; /* being put together, or lent out */
};

/* How many bytes of stream 1 complete the record, or its length. 0: the record is whole and waits
 * for heard_record, or its text waits to be taken. Until then everything else stays with the
 * session, and in the end with the peer. */
size_t heard_wants(const struct heard *h);
void heard_add(struct heard *h, struct span bytes); /* at most so many */
/* A whole record, valid until the next heard_add. *err: ERR_FORMAT when it is none. False: not yet
 * all there. */
bool heard_record(struct heard *h, struct record *r, enum err *err);
/* The record is a text, which now waits to be taken. False: it has not the next number. */
bool heard_text(struct heard *h, const struct record *r);

/* The text, with its number, and whether it goes on; valid until heard_take_back. */
bool heard_take(struct heard *h, uint64_t *number, struct span *text, bool *more);
void heard_take_back(struct heard *h);

void heard_show(struct heard *h, uint64_t number); /* up to this text, or byte */
uint64_t heard_confirm(struct heard *h);           /* everything shown; returns how much that is */

#endif
