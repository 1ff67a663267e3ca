/* view: the line being typed as one row of a terminal. A line longer than the row is shown in part,
 * with < and > where it goes on. */
#pragma once

#include "ui/edit.h"

/* Writes at most room columns; returns the cursor's, 0 to room. *first: the offset of what is shown
 * first, kept from one call to the next, so that the row stands still; 0 in the beginning. out:
 * VIEW_ROOM. */
#define VIEW_ROOM(room) (40 * (size_t)(room) + 256) /* a base with eight marks takes 36 */
unsigned view_write(size_t *first, const struct edit *e, unsigned room, bool utf8,
                    struct writer *out);

/* A text as view_write shows it, whole: newlines as marks, controls as escapes. out: SAFE_ROOM. */
void view_text(struct span text, bool utf8, struct writer *out);
