/* The word list: unpacked it is the published one, and words are found by name and by prefix. */
#include "tests/unit/support.h"

#include "crypto/sha256.h"
#include "crypto/words.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

/* The list is sorted, of 3 to 8 small letters, and four letters tell a word from all others. */
static void test_words_are_sorted_and_told_apart_by_four_letters(void **state)
{
	(void)state;
	char before[WORD_TEXT] = "";
	for (unsigned i = 0; i < WORDS_COUNT; i++) {
		char word[WORD_TEXT];
		words_at(i, word);
		size_t len = strlen(word);
		assert_in_range(len, 3, 8);
		assert_int_equal(strspn(word, "abcdefghijklmnopqrstuvwxyz"), len);
		assert_true(bytes_zero(word + len, WORD_TEXT - len));
		assert_true(strcmp(before, word) < 0);
		assert_true(strncmp(before, word, 4) < 0);
		memcpy(before, word, WORD_TEXT);
		if (i == 0)
			assert_string_equal(word, "abandon");
	}
	assert_string_equal(before, "zoo");
	assert_panics(words_at(WORDS_COUNT, before));
}

/* It is the published list: SHA-256 of english.txt, one word a line. */
static void test_words_are_the_list_of_bip39(void **state)
{
	(void)state;
	static uint8_t bytes[WORDS_COUNT * WORD_TEXT];
	struct writer list = writer_of(bytes, sizeof bytes);
	for (unsigned i = 0; i < WORDS_COUNT; i++) {
		char word[WORD_TEXT];
		words_at(i, word);
		write_span(&list, span_text(word));
		write_u8(&list, '\n');
	}
	uint8_t hash[HASH_LEN];
	sha256(PARTS(written(&list)), hash);
	assert_span_hex(span_of(hash, sizeof hash),
	                "2f5eed53a4727b4bf8880d8f3f199efc90e58503646d9ff8eff3a2ed3b24dbda");
}

static void test_words_are_found_in_any_case_and_only_whole(void **state)
{
	(void)state;
	for (unsigned i = 0; i < WORDS_COUNT; i++) {
		char word[WORD_TEXT];
		words_at(i, word);
		assert_int_equal(words_index(span_text(word)), i);
	}
	assert_int_equal(words_index(span_text("Abandon")), 0);
	assert_int_equal(words_index(span_text("ZOO")), 2047);
	static const char *const strangers[] = { "",         "a",    "abando",
		                                 "abandonn", "zoos", "zzzzzzzzz",
		                                 "ac-id",    "\xff", "aba\xc3\xa9" };
	for (size_t i = 0; i < COUNT(strangers); i++)
		assert_int_equal(words_index(span_text(strangers[i])), -1);
	assert_int_equal(words_index(span_of("act\0", 4)), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_words_are_sorted_and_told_apart_by_four_letters),
		cmocka_unit_test(test_words_are_the_list_of_bip39),
		cmocka_unit_test(test_words_are_found_in_any_case_and_only_whole),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
