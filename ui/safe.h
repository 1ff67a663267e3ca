/* safe: the one way of a peer's text to a terminal, a log or a file name. What comes out is valid
 * UTF-8 that cannot move the cursor, reorder, hide or forge: controls (C0, C1, DEL), bidi controls,
 * zero-width and other invisible runes, line and paragraph separators, noncharacters are shown as
 * escapes: \x1b below U+0080, \u{202e} above; bytes that are not UTF-8 as \xe9.
 *
 * Left as they are where they make a picture: U+200D between two emoji, U+FE0E and U+FE0F after an
 * emoji, U+FE0F in a keycap. A mark without a base, and more than WIDTH_MARKS marks on one, are
 * escaped: they would draw over what stands beside. A backslash of the peer's own stays one, so an
 * escape can be imitated; it is harmless. */
#ifndef UI_SAFE_H
#define UI_SAFE_H

#include "base/bytes.h"

enum safe_flag {
	SAFE_NEWLINE = 1, /* \n passes */
	SAFE_TAB = 2,     /* \t passes */
	SAFE_ASCII = 4,   /* the terminal shows no UTF-8: all above U+007E as escapes */
	SAFE_LINE =
	    8 /* \n as the two characters \n, \t passes, \r as \r: one line stays one line */
};

/* Room that len bytes need at most. */
#define SAFE_ROOM(len) (4 * (size_t)(len) + 16)

void safe_text(struct span in, unsigned flags, struct writer *out);

/* True for a rune that is never shown as itself alone. */
bool safe_hides(uint32_t rune);

#endif
