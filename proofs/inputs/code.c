/* code: a code as people type it, crypto/code, and its words; of up to so many bytes. The list of
 * words, which is always walked from one end to the other, is left out: any word may be in it. */
#define words_index words_index_of_list
#include "crypto/words.c"
#undef words_index
#include "crypto/code.h"
#include "proofs/parsers/any.h"

static struct code code;
static struct span unknown;

int words_index(struct span text)
{
	char word[WORD_TEXT];
	return to_lower(text, word) ? Frama_C_interval(-1, WORDS_COUNT - 1) : -1;
}

static void read_all(size_t len)
{
	enum err err = code_parse(any_bytes(len), &code, &unknown);
	if (err == ERR_AUTH)
		words_index(unknown);
}

int main(void)
{
	for (size_t len = 0; len <= LEN; len++)
		read_all(len);
}
