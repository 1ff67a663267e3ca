/* attached: a program at our socket in the file system: what it says until it may write, and what
 * is written to it. docs/JSON.md, "At a socket". */
#pragma once

#include "base/err.h"
#include "os/poller.h"
#include "ui/backlog.h"

enum { ATTACHED_TYPED = 512 /* bytes of a line of one that does not write */ };

/* Only attached.c writes to it; others read what stands before the empty line. */
struct attached {
	bool attached;      /* it has said what it wants */
	bool gone;          /* it is to be freed */
	bool readable;      /* there may be something to read */
	bool blocked;       /* it takes no more now */
	bool asks, at_once; /* it wants to write, and is to be given a turn, before all others */
	bool deaf;          /* messages of peers are not for it, nor shown because it is there */
	bool writes;        /* ... and has one: */
	int64_t turn;       /* the lowest is the next */
	uint64_t got;       /* the number of the last line it has got */

	int fd;
	struct asked asked;
	bool ended;    /* it says nothing more */
	bool hung;     /* it is gone, but what it has said may still be read */
	bool told;     /* that it may write now */
	bool skipping; /* the rest of a line that was too long */
	/* it has got what still held up to held; all lines are wanted from from, or are left */
	uint64_t held, from;
	struct backlog_line *line; /* being written, from at on; NULL */
	size_t at;
	struct backlog_line *answer; /* for it alone, and next; NULL */
	uint8_t typed[ATTACHED_TYPED];
	size_t typed_len;
};

/* What one learns that attaches. */
struct attached_to {
	const struct backlog *backlog;
	uint64_t run;   /* when we began, in milliseconds since 1970 */
	uint64_t heard; /* the last line that anybody has got */
};

struct attached *attached_new(int fd); /* fd becomes its own. NULL: no memory, and fd is not */
void attached_free(struct attached *m);
/* Says what to wait for. hears: what it writes is wanted now, if it writes. */
void attached_ask(struct attached *m, struct poller *p, uint32_t who, bool hears);
/* The wait found that. speaks: it is the one whose lines are read. */
void attached_found(struct attached *m, short events, bool speaks);
/* Reads what it says until it asks to write, or has to get an answer first: true. */
bool attached_listen(struct attached *m, const struct attached_to *to);
void attached_give_turn(struct attached *m, int64_t turn);
bool attached_ready(const struct attached *m); /* it may have written something */
/* What it has written. ERR_FULL: nothing now. OK and nothing: it writes no more. */
enum err attached_read(struct attached *m, void *to, size_t cap, size_t *len);
/* Writes what goes, first whether it may write now. True: it has got everything. */
bool attached_write(struct attached *m, const struct backlog *b, bool speaks);
/* Waits until it takes more. */
void attached_wait(struct attached *m, int wait_ms);
