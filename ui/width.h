/* width: how many columns a text takes on a terminal, by tables of our own (scripts/make-width),
 * and where its clusters end: what a reader sees as one character, and an editor moves over at
 * once. Agrees with wcwidth, and with what tmux makes of joined emoji. */
#pragma once

#include "base/bytes.h"

enum {
	/* combining marks on one base; more would smear over the neighbours */
	WIDTH_MARKS = 8,
	WIDTH_CLUSTER = 4 * 16, /* bytes of the longest cluster; a longer one is cut in two */

	/* runes that change what stands before them */
	WIDTH_JOINER = 0x200d,
	WIDTH_TEXT_STYLE = 0xfe0e,
	WIDTH_EMOJI_STYLE = 0xfe0f
};

unsigned width_rune(uint32_t rune);   /* 0, 1 or 2; of a control: 0 */
bool width_is_picture(uint32_t rune); /* an emoji or a symbol that emoji are joined from */

/* The bytes of the cluster at the front of s, and its columns; 0 when s is empty. A byte that is
 * not UTF-8 is one cluster. */
size_t width_cluster(struct span s, unsigned *columns);

/* Where the cluster begins that holds the byte before at; 0 when at is 0. */
size_t width_left(struct span s, size_t at);
/* The next end of a cluster, which may be at itself. */
size_t width_settle(struct span s, size_t at);

unsigned width_text(struct span s); /* the columns of s */
/* So many at most on any terminal, in one row; WIDTH_ROWS more for each newline or tab. */
enum { WIDTH_ROWS = 1 << 16 };
unsigned width_most(struct span s);
/* All terminals agree about them; they don't where emoji are joined, varied or coloured. */
bool width_is_sure(struct span s);
