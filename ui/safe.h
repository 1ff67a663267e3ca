/* safe: makes a peer's text safe for a terminal, a log or a file name. The result is valid UTF-8
 * that cannot move the cursor, reorder, hide or forge anything. Escaped are: control characters
 * (C0, C1, DEL), bidirectional controls, zero-width and other invisible characters, line and
 * paragraph separators, and noncharacters, as \x1b below U+0080 and \u{202e} above; bytes that are
 * not UTF-8, as \xe9.
 *
 * Kept where letters need them: the joiners U+200C and U+200D (ui/joining.h). Kept where they make
 * a picture: U+200D between two emoji, U+FE0E and U+FE0F after an emoji, U+FE0F in a keycap. A
 * combining mark without a base, and more than WIDTH_MARKS marks on one, are escaped, since they
 * would be drawn over their neighbours. A backslash stays a backslash, so a peer can imitate an
 * escape; that does no harm. */
#pragma once

#include "base/bytes.h"

enum safe_flag {
	SAFE_NEWLINE = 1, /* \n passes */
	SAFE_TAB = 2,     /* \t passes */
	SAFE_ASCII = 4,   /* the terminal shows no UTF-8: everything above U+007E is escaped */
	SAFE_LINE = 8     /* one line stays one line: \n and \r become two characters, \t passes */
};

/* Room that len bytes need at most. */
#define SAFE_ROOM(len) (4 * (size_t)(len) + 16)

void safe_text(struct span in, unsigned flags, struct writer *out);
/* A part of a text that goes on with next: a joiner at its end is kept if it is in the whole. */
void safe_part(struct span in, uint32_t next, unsigned flags, struct writer *out);

/* True for a rune that is never shown as itself alone. */
bool safe_hides(uint32_t rune);
