/* base32: the vectors of RFC 4648, and that nothing else is accepted. */
#include "base/base32.h"

#include "tests/unit/support.h"

/* RFC 4648 section 10, in lower case and without padding. */
static void test_base32_gives_vectors_of_rfc_4648(void **state)
{
	(void)state;
	static const char *const cases[][2] = {
		{ "", "" },
		{ "f", "my" },
		{ "fo", "mzxq" },
		{ "foo", "mzxw6" },
		{ "foob", "mzxw6yq" },
		{ "fooba", "mzxw6ytb" },
		{ "foobar", "mzxw6ytboi" },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		char text[16];
		uint8_t back[8];
		size_t len = strlen(cases[i][0]);
		memset(text, 'x', sizeof text);
		base32_encode(span_text(cases[i][0]), text);
		assert_string_equal(text, cases[i][1]);
		assert_true(base32_decode(span_text(text), back, len));
		assert_memory_equal(back, cases[i][0], len);
	}
}

/* decode(encode(x)) is x at every length, in either case; a length off by one either way is
 * refused. */
static void test_base32_round_trips(void **state)
{
	(void)state;
	struct test_random random = test_random(32);
	for (size_t len = 0; len <= 64; len++) {
		uint8_t in[64], out[66];
		char text[104];
		random_fill(&random.random, in, len);
		base32_encode(span_of(in, len), text);
		assert_int_equal(strlen(text), (len * 8 + 4) / 5);
		for (size_t i = 0; text[i]; i++)
			if (i % 2 == 0 && text[i] >= 'a')
				text[i] = (char)(text[i] - 'a' + 'A');
		assert_true(base32_decode(span_text(text), out, len));
		assert_memory_equal(out, in, len);
		assert_false(base32_decode(span_text(text), out, len + 1));
		assert_false(len > 0 && base32_decode(span_text(text), out, len - 1));
	}
}

/* Each of the 256 characters is a digit exactly when the alphabet has it; failures leave out
 * untouched. */
static void test_base32_refuses_foreign_characters_and_spare_bits(void **state)
{
	(void)state;
	uint8_t out[5], untouched[5];
	memset(out, 0xaa, sizeof out);
	memset(untouched, 0xaa, sizeof untouched);
	for (unsigned c = 0; c < 256; c++) {
		char text[8] = { 'a', 'a', 'a', (char)c, 'a', 'a', 'a', 'a' };
		bool digit =
		    c != 0 &&
		    strchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ234567", (int)c);
		assert_int_equal(base32_decode(span_of(text, 8), out, 5), digit);
		if (!digit)
			assert_memory_equal(out, untouched, 5);
		memset(out, 0xaa, sizeof out);
	}
	static const struct {
		const char *text;
		size_t len;
	} cases[] = {
		{ "mz", 1 },       { "mb", 1 },      { "mzxr", 2 },
		{ "mzxw7", 3 },    { "mzxw6yr", 4 }, /* spare bits */
		{ "m", 0 },        { "m", 1 },       { "mzx", 1 },
		{ "mzxw6y", 3 },   /* no length of base32 */
		{ "my======", 1 }, /* padding */
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		assert_false(base32_decode(span_text(cases[i].text), out, cases[i].len));
		assert_memory_equal(out, untouched, 5);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_base32_gives_vectors_of_rfc_4648),
		cmocka_unit_test(test_base32_round_trips),
		cmocka_unit_test(test_base32_refuses_foreign_characters_and_spare_bits),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
