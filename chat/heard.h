/* heard: what the peer says. Puts records together from the bytes of stream 1, keeps a text until
 * it is taken, and counts what our user has been shown: texts, or in a pipe the bytes written. */
#pragma once

#include "chat/outbox.h"
#include "chat/record.h"

/* Only heard.c writes to it; others may read the first six. */
struct heard {
	uint64_t count;     /* texts */
	uint64_t shown;     /* texts shown, or bytes of stream 2 written ... */
	uint64_t confirmed; /* ... and confirmed to the peer up to here */
	enum { HEARD_NOTHING, HEARD_READY, HEARD_LENT } state; /* READY: a text is to be taken */
	bool more;               /* the last text goes on in the next */
	struct outbox_mark mark; /* of the last text */
	struct span text;        /* in record */
	struct outbox_mark next; /* of the text that comes next */
	size_t looked;           /* bytes behind record that heard_ahead has seen */
	size_t len;
	uint8_t record[LIMIT_RECORD]; /* being put together, or lent out */
};

/* Takes bytes of stream 1 off the front until they complete a record. r: valid until the next call.
 * ERR_FULL: it is not whole yet; or a text waits to be taken, and until then everything else stays
 * with the session, and in the end with the peer. ERR_FORMAT: it is no record. */
enum err heard_record(struct heard *h, struct span *bytes, struct record *r);
/* The record says which line of an outbox the next text is. False: it makes no sense. */
bool heard_kept(struct heard *h, const struct record *r);
/* The record is a text, which now waits to be taken. False: it has not the next number. */
bool heard_text(struct heard *h, const struct record *r);

/* The text, with its number, and whether it goes on; valid until heard_take_back. */
bool heard_take(struct heard *h, uint64_t *number, struct span *text, bool *more);
bool heard_take_back(struct heard *h); /* false: none was lent */
/* bytes: all that stream 1 has while a text waits. The highest number, from least to most, of a
 * RECEIPT among those that were not looked at before; least: there is none. (One above most is
 * found to be nonsense when it is read.) */
uint64_t heard_ahead(struct heard *h, struct span bytes, uint64_t least, uint64_t most);

void heard_show(struct heard *h, uint64_t number); /* up to this text, or byte */
uint64_t heard_confirm(struct heard *h);           /* everything shown; returns how much that is */
