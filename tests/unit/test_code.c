/* Codes as people type them. */
#include "tests/unit/support.h"

#include "crypto/code.h"
#include "crypto/words.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

/* What people type for a code is read as that code; what is no code is told from a code with a
 * mistyped word. */
static void test_code_parse_forgives_and_names_what_it_does_not_know(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		enum err err;
		const char *formatted; /* or the unknown word */
	} table[] = {
		{ "7-velvet-anchor", OK, "7-velvet-anchor" },
		{ "velvet-anchor", OK, "velvet-anchor" },
		{ "7-VELVET-Anchor", OK, "7-velvet-anchor" },
		{ " 7 velvet  anchor \n", OK, "7-velvet-anchor" },
		{ "7--velvet---anchor-", OK, "7-velvet-anchor" },
		{ "-velvet\t-\tanchor", OK, "velvet-anchor" },
		{ "4294967295-zoo-zoo-zoo-zoo", OK, "4294967295-zoo-zoo-zoo-zoo" },
		{ "007-zoo-act-zone", OK, "7-zoo-act-zone" },
		{ "7-velvet-ancor", ERR_AUTH, "ancor" },
		{ "Velvt-anchr", ERR_AUTH, "Velvt" },
		{ "bob-laptop", ERR_AUTH, "bob" },
		{ "velvet-anchor-abcdefghijk", ERR_AUTH, "abcdefghijk" },
		{ "", ERR_FORMAT, NULL },
		{ "-", ERR_FORMAT, NULL },
		{ "7", ERR_FORMAT, NULL },
		{ "velvet", ERR_FORMAT, NULL },
		{ "7-velvet", ERR_FORMAT, NULL },
		{ "0-velvet-anchor", ERR_FORMAT, NULL },
		{ "4294967296-velvet-anchor", ERR_FORMAT, NULL },
		{ "velvet-7-anchor", ERR_FORMAT, NULL },
		{ "velvet-anchor-7", ERR_FORMAT, NULL },
		{ "zoo-zoo-zoo-zoo-zoo", ERR_FORMAT, NULL },
		{ "x-y-z-u-v-w", ERR_FORMAT, NULL },
		{ "velvet-anch0r", ERR_FORMAT, NULL },
		{ "velvet.anchor", ERR_FORMAT, NULL },
		{ "velvet-anchor@vps", ERR_FORMAT, NULL },
		{ "tcp://velvet-anchor", ERR_FORMAT, NULL },
		{ "v\xc3\xa9lvet-anchor", ERR_FORMAT, NULL },
	};
	for (size_t i = 0; i < COUNT(table); i++) {
		struct code code, untouched;
		struct span unknown = { NULL, 0 };
		memset(&code, 0x5a, sizeof code);
		untouched = code;
		enum err err = code_parse(span_text(table[i].text), &code, &unknown);
		if (err != table[i].err)
			fail_msg("\"%s\": %d, not %d", table[i].text, err, table[i].err);
		if (err == OK) {
			char text[CODE_TEXT];
			code_format(&code, text);
			assert_string_equal(text, table[i].formatted);
		} else {
			assert_memory_equal(&code, &untouched, sizeof code);
		}
		if (err == ERR_AUTH) {
			assert_span_text(unknown, table[i].formatted);
			const char *at = (const char *)unknown.at; /* a view into what was typed */
			assert_true(at >= table[i].text &&
			            at < table[i].text + strlen(table[i].text));
		}
	}
}

static void test_code_made_is_two_words_and_reads_back(void **state)
{
	(void)state;
	struct test_random random = test_random(1);
	bool seen_high = false;
	for (int i = 0; i < 1000; i++) {
		struct code made, read;
		struct span unknown;
		char text[CODE_TEXT];
		code_make(&made, CODE_WORDS, &random.random);
		assert_false(made.has_nameplate);
		assert_int_equal(made.words_count, CODE_WORDS);
		seen_high |= made.words[0] >= WORDS_COUNT / 2;
		made.has_nameplate = i % 2;
		made.nameplate = (uint32_t)(made.has_nameplate ? i : 0);
		code_format(&made, text);
		assert_int_equal(code_parse(span_text(text), &read, &unknown), OK);
		assert_int_equal(read.has_nameplate, made.has_nameplate);
		assert_int_equal(read.nameplate, made.nameplate);
		assert_int_equal(read.words_count, made.words_count);
		assert_memory_equal(read.words, made.words, sizeof read.words);
	}
	assert_true(seen_high);
	struct code longest = { true, UINT32_MAX, 4, { 7, 7, 7, 7 } }; /* abstract: eight letters */
	char text[CODE_TEXT];
	code_format(&longest, text);
	assert_string_equal(text, "4294967295-abstract-abstract-abstract-abstract");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_code_parse_forgives_and_names_what_it_does_not_know),
		cmocka_unit_test(test_code_made_is_two_words_and_reads_back),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
