/* shelf: texts that are kept for a while, in the order they came: the history of lines, what was
 * deleted, steps to undo. The room is bounded: the oldest make way. What goes is wiped. All zero is
 * an empty shelf. */
#pragma once

#include "base/bytes.h"

enum { SHELF = 1 << 15, SHELF_TEXT = SHELF - 2 }; /* bytes of all, and of the longest text */

/* Only shelf.c writes to it; others may read the first. */
struct shelf {
	unsigned count;
	size_t len;
	uint8_t at[SHELF]; /* oldest first: length (2), text */
};

/* The text of a depth between 1, the newest, and count. Valid until the shelf changes. */
struct span shelf_at(const struct shelf *s, unsigned depth);
void shelf_add(struct shelf *s, struct span text); /* at most SHELF_TEXT */
/* Bytes that join the newest, before or behind what it has. False: it would be too long. */
bool shelf_join(struct shelf *s, struct span bytes, bool before);
/* Another text takes the place of one. False: there is no room, even without all that is older. */
bool shelf_change(struct shelf *s, unsigned depth, struct span text);
void shelf_drop(struct shelf *s, unsigned depth);
void shelf_wipe(struct shelf *s); /* all of them */
