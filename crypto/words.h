/* words: the 2048 English words of BIP-39, 11 bits a word: for codes and for the words that two
 * people compare. The list is sorted; each word has 3 to 8 lower-case letters, and its first four
 * tell it from all others. */
#pragma once

#include "base/bytes.h"

enum {
	WORDS_COUNT = 2048,
	WORDS_BITS = 11,
	WORD_TEXT = 8 + 1 /* characters, with the final 0 */
};

/* The word of an index below WORDS_COUNT, ended and filled up with zeroes. Takes the same time for
 * every index: the words of a code are secret. */
void words_at(unsigned index, char out[static WORD_TEXT]);

/* The index of a word, in upper or lower case; -1 if it isn't in the list. Takes the same time for
 * every word of the list. */
int words_index(struct span text);
