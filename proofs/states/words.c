/* words: whether text is a word of the list, crypto/words; of up to so many bytes, which is more
 * than any word has. */
#include "crypto/words.c"
#include "proofs/states/any.h"

static void read_all(size_t len)
{
	char word[WORD_TEXT];
	to_lower(any_bytes(len), word);
}

int main(void)
{
	for (size_t len = 0; len <= LEN; len++)
		read_all(len);
	words_index(any_bytes(WORD_TEXT - 1));
}
