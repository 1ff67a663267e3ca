/* words: see words.h. The list is packed (scripts/make-words says how), so it is always read from
 * its beginning; that takes some 20 microseconds. */
#include "crypto/words.h"

#include <string.h>

#include "base/assert.h"
#include "crypto/ct.h"
#include "crypto/words_table.h"

enum { SYMBOL_BITS = 5, SYMBOLS = 12 };

struct list {
	size_t at; /* number of the next symbol */
	char word[WORD_TEXT];
};

static unsigned next_symbol(struct list *l)
{
	size_t at = l->at++;
	return words_table[at / SYMBOLS] >> at % SYMBOLS * SYMBOL_BITS & 31;
}

/* The list's next word into l->word. */
static void next_word(struct list *l)
{
	unsigned how = next_symbol(l);
	size_t len = how >> 3, end = len + (how & 7) + 1;
	assert(end < sizeof l->word);
	memset(l->word + len, 0, sizeof l->word - len);
	while (len < end)
		l->word[len++] = (char)('a' + next_symbol(l));
}

void words_at(unsigned index, char out[static WORD_TEXT])
{
	assert(ct_verdict(index < WORDS_COUNT));
	struct list l = { 0 };
	memset(out, 0, WORD_TEXT);
	for (unsigned i = 0; i < WORDS_COUNT; i++) {
		next_word(&l);
		char keep = (char)-(((i ^ index) - 1) >> 31); /* all bits where i is index */
		for (size_t c = 0; c < WORD_TEXT; c++)
			out[c] |= (char)(l.word[c] & keep);
	}
}

/* Text in lower case, filled up with zeroes as the list's words are. False: no word starts so. */
static bool to_lower(struct span text, char out[static WORD_TEXT])
{
	if (text.len >= WORD_TEXT)
		return false;
	memset(out, 0, WORD_TEXT);
	for (size_t i = 0; i < text.len; i++) {
		uint8_t c = text.at[i];
		if (c == 0)
			return false;
		out[i] = (char)(c >= 'A' && c <= 'Z' ? c | 0x20 : c);
	}
	return true;
}

int words_index(struct span text)
{
	char wanted[WORD_TEXT];
	if (!to_lower(text, wanted))
		return -1;
	struct list l = { 0 };
	unsigned found = 0; /* one more than the index */
	for (unsigned i = 0; i < WORDS_COUNT; i++) {
		next_word(&l);
		found |= (0 - (unsigned)bytes_equal(l.word, wanted, WORD_TEXT)) & (i + 1);
	}
	bytes_wipe(wanted, sizeof wanted);
	return (int)found - 1;
}
