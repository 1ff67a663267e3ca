/* backlog: the last lines that were put out, numbered from 1 on, for readers who come and go; and
 * of all that were ever put out, those that still hold: who is here, what the program waits for. */
#pragma once

#include "chat/chat.h"

enum {
	BACKLOG_LINES = 1024,    /* are kept at most, ... */
	BACKLOG_BYTES = 1 << 18, /* ... of so many bytes in all, and always the last */
	BACKLOG_HELD = 16 + 4 * (LIMIT_PEERS + 1)
};

/* Others read it. */
struct backlog_line {
	uint64_t number; /* 0: it is no line of the backlog */
	enum event_kind kind;
	uint64_t conv;
	unsigned users;
	size_t len;
	uint8_t at[];
};

/* Only backlog.c writes to it; others read last. Zeroes: nothing was put out. */
struct backlog {
	uint64_t last; /* the number of the last line */
	uint64_t kept; /* ... of the oldest that is kept; 0: none is */
	size_t bytes;
	struct backlog_line *lines[BACKLOG_LINES]; /* each at its number, modulo their count */
	struct backlog_line *held[BACKLOG_HELD];   /* by their numbers */
	size_t held_count;
};

void backlog_wipe(struct backlog *b);
/* The bytes are copied. For want of memory the line is lost, as if it were too old. */
void backlog_add(struct backlog *b, enum event_kind kind, uint64_t conv, struct span line);
/* The first line after number that still holds, of those before number before. NULL: none. Valid
 * until the next add; backlog_use makes it last. */
struct backlog_line *backlog_held(const struct backlog *b, uint64_t after, uint64_t before);
/* The first after number of those that are kept. NULL: none. Valid as above. */
struct backlog_line *backlog_kept(const struct backlog *b, uint64_t after);

/* A line of a reader's own, in use. NULL: no memory. */
struct backlog_line *backlog_line_new(struct span bytes);
struct backlog_line *backlog_use(struct backlog_line *line);
void backlog_release(struct backlog_line *line); /* wipes it when it was the last; NULL is fine */
