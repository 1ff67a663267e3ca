/* pending: what one contact has not got yet, in order: lines, and files that wait among them. A
 * part of the outbox (chat/outbox.h), which gives each its number and keeps it on the disk. */
#pragma once

#include "base/bytes.h"

enum {
	PENDING_ROOM = 256 << 10, /* bytes of all */
	PENDING_LINE = 64         /* ... of which each costs so many besides its text */
};

/* Only pending.c writes to it. */
struct pending_line {
	struct pending_line *next;
	uint64_t number;
	bool file, more, waits, fresh; /* as for outbox_line; waits: it had to */
	unsigned tag;

	bool apart;  /* pending_set_apart */
	uint64_t as; /* it was said as that text; a file: it was offered; 0: not yet */
	size_t len;
	uint8_t text[];
};

/* Only pending.c writes to it; others embed it, and read the first three. */
struct pending {
	struct pending_line *first;
	unsigned waiting, files; /* lines that had to wait, and files */

	struct pending_line **end;
	size_t room; /* that is left */
};

void pending_init(struct pending *p);
void pending_wipe(struct pending *p);

/* One more, with a number above all others; it has next, and text is copied. NULL: there is no
 * room, or no memory. */
struct pending_line *pending_add(struct pending *p, const struct pending_line *line,
                                 struct span text);
struct span pending_text(const struct pending_line *l);
/* Nothing goes on in a line that will never come. */
void pending_end_text(struct pending *p);

/* The first that was not said; files: or offered. NULL: there is none. */
struct pending_line *pending_next(const struct pending *p, bool files);
/* Lines that were said as texts up to as are done; the number of the last of them, or 0. */
uint64_t pending_confirmed(struct pending *p, uint64_t as);
void pending_done(struct pending *p, uint64_t number); /* ... lines up to this number are */
void pending_said(struct pending_line *l, uint64_t as);
void pending_set_apart(struct pending_line *l); /* its outbox said it under another name */
void pending_again(struct pending *p);          /* all are still to be said */

/* The first file from this number on; NULL: there is none. */
struct pending_line *pending_file(const struct pending *p, uint64_t number);
void pending_tag(struct pending_line *l, unsigned tag);
/* It is no longer there. False: it was not. */
bool pending_drop_file(struct pending *p, uint64_t number);
