/* view: the line being typed as rows of a terminal, all of them behind the prompt or an indent as
 * wide. Rows break between words, and within those that are longer than a row. A row is full where
 * no terminal has room for more (width_most), so none is wrapped by the terminal itself. Of a text
 * with more rows than may be shown, those around the cursor are, with > where it goes on below;
 * that there is more above, the owner sees from first. */
#pragma once

#include "ui/edit.h"

enum { VIEW_ROWS = 50 }; /* shown at most */

/* Only view.c writes to it; others may read all. Kept from one call to the next, so that what is
 * shown stands still; all zero in the beginning. */
struct view {
	unsigned indent, room;       /* columns of the prompt, and behind it */
	unsigned first;              /* the row shown first, of all */
	unsigned count, more;        /* rows shown, and those below them */
	unsigned row, column;        /* of the cursor, in the rows shown, with the indent */
	unsigned columns[VIEW_ROWS]; /* that each row shown takes */
};

/* Decides what is shown in room columns and at most rows, 1 to VIEW_ROWS. */
void view_lay(struct view *v, const struct edit *e, unsigned indent, unsigned room, unsigned rows,
              bool utf8);
/* Writes the rows, as they were laid, behind a prompt that stands there: VIEW_ROOM bytes at most.
 * The cursor is left behind them. */
#define VIEW_ROOM(len, columns) (4 * (size_t)(len) + VIEW_ROWS * ((size_t)(columns) + 16))
void view_write(struct view *v, const struct edit *e, bool utf8, struct writer *out);

/* A text as view_write shows it, in one row: newlines as marks, controls as escapes. out:
 * SAFE_ROOM. */
void view_text(struct span text, bool utf8, struct writer *out);
