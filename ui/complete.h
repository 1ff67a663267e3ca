/* complete: what Tab adds to what was typed: as much as all words have in common that begin like
 * it. Whoever knows the words offers them, one after the other. */
#pragma once

#include "base/text.h"

enum { COMPLETE_WORD = 512, COMPLETE_LIST = 800 };

/* Only complete.c writes to it; others may read the first two. */
struct complete {
	unsigned count;           /* words that begin like what was typed */
	char list[COMPLETE_LIST]; /* these, with two blanks between, as far as there is room */
	size_t list_len;
	struct span typed; /* borrowed */
	uint8_t common[COMPLETE_WORD];
	size_t common_len;
};

void complete_begin(struct complete *c, struct span typed);
/* A word longer than COMPLETE_WORD is none. */
void complete_offer(struct complete *c, struct span word);
struct span complete_rest(const struct complete *c); /* what is to be added; empty: nothing */
