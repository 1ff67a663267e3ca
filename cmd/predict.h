/* predict: how likely the next bit of a text is a one, from the text so far. With an arithmetic
 * coder that packs text to less than a third (scripts/pack.c packs, cmd/manual.c unpacks). Seven
 * contexts, from none to the last six bytes and the word so far, have an opinion each; these are
 * added as logits, with weights that follow what came true, as in Mahoney's lpaq. */
#pragma once

#include <stdint.h>

enum { PREDICT_CONTEXTS = 7, PREDICT_ONE = 4096, PREDICT_SLOTS = 1 << 20 };

/* 2 MB. Private to predict.c. */
struct predict {
	uint16_t slots[PREDICT_SLOTS]; /* a probability of 12 bits, and how often it was asked */
	int16_t logits[PREDICT_ONE];
	int32_t weights[PREDICT_CONTEXTS][PREDICT_CONTEXTS]; /* by the longest context known */
	uint32_t contexts[PREDICT_CONTEXTS];
	uint16_t *asked[PREDICT_CONTEXTS]; /* slots of the bit that comes now */
	int said[PREDICT_CONTEXTS];        /* their logits */
	uint32_t last, before, word;       /* four bytes each; a hash of the letters */
	uint32_t bits;                     /* of this byte, after a leading one */
	int known, answer;
};

void predict_start(struct predict *p);
/* 1 to PREDICT_ONE - 1: the probability of a one, in parts of PREDICT_ONE. */
unsigned predict_next(struct predict *p);
/* Which it was. Between two calls of predict_next. */
void predict_learn(struct predict *p, unsigned bit);
