/* wrap: breaks a text that is safe already (ui/safe.h) into rows: at blanks and around wide
 * characters, with an indent, so that no row of a message can be mistaken for the beginning of
 * another. A word longer than a row is left to the terminal, which continues it in the first
 * column, so that a long address can still be clicked and copied; nothing else follows on its last
 * row. */
#pragma once

#include "base/bytes.h"

enum { WRAP_NEVER = 1 << 30 }; /* columns where nothing is broken */

/* Only wrap.c writes to it; others may read the first four. */
struct wrap {
	unsigned column; /* of the next character; columns: the row is full */
	bool sure;       /* every terminal agrees about column: width_is_sure */
	unsigned most;   /* width_most of the text so far */
	struct writer *out;
	unsigned columns, indent;
	unsigned blanks; /* that wait for a word */
	bool alone;      /* a long word stands on this row */
};

/* Room that a text needs at most that had len bytes before it was made safe: a newline becomes \r\n
 * and an indent of six, a tab with the letter that follows nine bytes; an escape of four bytes
 * breaks at most every other row. */
#define WRAP_ROOM(len) (10 * (size_t)(len))

struct wrap wrap_of(struct writer *out, unsigned columns, unsigned indent);
void wrap_raw(struct wrap *w, const char *bytes); /* takes no columns: colours */
/* \n begins a row, \t goes to the next multiple of eight. */
void wrap_text(struct wrap *w, struct span safe);
/* Begins a row unless this one has room for that many columns. */
void wrap_fit(struct wrap *w, unsigned columns);
