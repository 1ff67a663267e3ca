/* code: what one person reads to another so that their programs can meet: a number for the server
 * (the nameplate) and a few secret words. docs/PROTOCOL.md section 4.1. */
#pragma once

#include "base/bytes.h"
#include "base/err.h"
#include "base/random.h"

enum {
	CODE_WORDS = 2,
	CODE_WORDS_MAX = 4,
	CODE_TEXT = 64 /* characters of "4294967295-word-word-word-word" and a 0, rounded up */
};

struct code {
	bool has_nameplate;
	uint32_t nameplate; /* 1.. ; public */
	unsigned words_count;
	uint16_t words[CODE_WORDS_MAX]; /* secret: indices into the list of words.h */
};

/* Draws CODE_WORDS..CODE_WORDS_MAX words; the nameplate comes from the server. */
void code_make(struct code *c, unsigned words_count, struct random *random);

/* Reads "7-velvet-anchor" or "velvet-anchor"; upper case, blanks and repeated hyphens are forgiven.
 * ERR_FORMAT: this isn't shaped like a code. ERR_AUTH: it is, but *unknown (a view into text) isn't
 * in the list of words, so the code can't be right and trying it would only cost a guess. */
enum err code_parse(struct span text, struct code *c, struct span *unknown);
void code_format(const struct code *c, char out[static CODE_TEXT]);
/* The words alone, joined by hyphens: the password of SPAKE2. */
void code_words(const struct code *c, char out[static CODE_TEXT]);
