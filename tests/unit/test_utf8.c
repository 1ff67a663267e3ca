/* utf8: every scalar value, and every form that is forbidden. */
#include "base/utf8.h"

#include "tests/unit/support.h"

/* Every scalar value comes back from its encoding, whole only; every other value has none. */
static void test_utf8_round_trips_every_scalar_value(void **state)
{
	(void)state;
	for (uint32_t rune = 0; rune < 0x110002; rune++) {
		uint8_t bytes[4];
		uint32_t back = 1;
		size_t size = utf8_encode(rune, bytes);
		if ((rune >= 0xd800 && rune < 0xe000) || rune > 0x10ffff) {
			assert_int_equal(size, 0);
			continue;
		}
		size_t want = rune < 0x80 ? 1 : rune < 0x800 ? 2 : rune < 0x10000 ? 3 : 4;
		if (size != want || utf8_decode(span_of(bytes, size), &back) != (int)size ||
		    back != rune)
			fail_msg("U+%04X", rune);
		for (size_t len = 1; len < size; len++)
			if (utf8_decode(span_of(bytes, len), &back) != -2)
				fail_msg("U+%04X cut to %zu", rune, len);
	}
	uint8_t bytes[4];
	assert_int_equal(utf8_encode(UINT32_MAX, bytes), 0);
}

static void test_utf8_tells_invalid_from_unfinished(void **state)
{
	(void)state;
	static const struct {
		const char *hex;
		int result;
	} cases[] = {
		{ "", 0 },          { "00", 1 },        { "7f", 1 },
		{ "c280", 2 },      { "dfbf", 2 },      { "e0a080", 3 },
		{ "ed9fbf", 3 },    { "ee8080", 3 },    { "efbfbf", 3 },
		{ "f0908080", 4 },  { "f48fbfbf", 4 },  { "80", -1 },
		{ "bf", -1 },       { "fe", -1 },       { "ff", -1 },     /* no lead byte */
		{ "c0", -1 },       { "c080", -1 },     { "c1bf", -1 },   /* overlong, two bytes */
		{ "e080", -1 },     { "e09fbf", -1 },   { "e08080", -1 }, /* overlong, three */
		{ "f080", -1 },     { "f08fbfbf", -1 }, { "f0808080", -1 }, /* overlong, four */
		{ "eda0", -1 },     { "eda080", -1 },   { "edbfbf", -1 },   /* surrogates */
		{ "f490", -1 },     { "f4908080", -1 }, { "f5", -1 },
		{ "f8888080", -1 }, /* above U+10FFFF */
		{ "c3", -2 },       { "e2", -2 },       { "e282", -2 },
		{ "f0", -2 },       { "f09f", -2 },     { "f09f98", -2 },
		{ "ed", -2 },       { "ed9f", -2 },     { "f4", -2 },
		{ "e0", -2 },       { "c341", -1 },     { "e24182", -1 },
		{ "e28241", -1 },   { "f09f9841", -1 }, { "c3c3", -1 },
		{ "e282c0", -1 },   { "f09fc080", -1 }, { "f09f98c0", -1 },
		{ "e2827f", -1 },   { "f09f987f", -1 }, { "c37f", -1 },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		uint8_t bytes[8];
		uint32_t rune = 4711;
		struct span s = unhex(cases[i].hex, bytes, sizeof bytes);
		if (utf8_decode(s, &rune) != cases[i].result)
			fail_msg("%s", cases[i].hex);
		assert_int_equal(utf8_valid(s), cases[i].result >= 0);
		if (cases[i].result <= 0)
			assert_int_equal(rune, 4711);
	}
	assert_true(utf8_valid(span_text("Gr\xc3\xbc\xc3\x9f"
	                                 "e \xe2\x82\xac \xf0\x9f\x98\x80")));
	assert_false(utf8_valid(span_text("ok \xc3")));
	assert_false(utf8_valid(span_text("\xc3\xa9\x80 ok")));
}

/* One by one, each byte of a text is part of one character, or stands for itself as UTF8_FOREIGN.
 */
static void test_utf8_takes_every_byte_once(void **state)
{
	(void)state;
	static const uint32_t runes[] = { 'a',     0xe9,         UTF8_FOREIGN, 0x20ac,
		                          0x1f600, UTF8_FOREIGN, UTF8_FOREIGN };
	struct span s = span_text("a\xc3\xa9\xff\xe2\x82\xac\xf0\x9f\x98\x80\xe2\x82");
	uint8_t bytes[16];
	struct writer w = writer_of(bytes, sizeof bytes);
	for (size_t i = 0; i < sizeof runes / sizeof runes[0]; i++) {
		uint32_t rune = utf8_take(&s);
		assert_int_equal(rune, runes[i]);
		if (rune != UTF8_FOREIGN)
			utf8_write(&w, rune);
	}
	assert_int_equal(s.len, 0);
	assert_span_text(written(&w), "a\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80");
}

/* The ASCII at the front ends at the first byte that is none, wherever that is. */
static void test_utf8_ascii_ends_where_another_byte_is(void **state)
{
	(void)state;
	char text[41];
	for (size_t at = 0; at < sizeof text; at++) {
		memset(text, 'x', sizeof text);
		assert_int_equal(utf8_ascii(span_of(text, at)), at);
		text[at] = (char)(0x80 + 3 * at);
		assert_int_equal(utf8_ascii(span_of(text, sizeof text)), at);
		assert_false(utf8_valid(span_of(text, sizeof text)));
		text[at] = 0x7f;
		assert_int_equal(utf8_ascii(span_of(text, sizeof text)), sizeof text);
		assert_true(utf8_valid(span_of(text, sizeof text)));
	}
}

/* Only an unfinished character at the end is left out; bytes that can never be one are kept. */
static void test_utf8_whole_characters(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		size_t whole;
	} cases[] = { { "", 0 },      { "ab", 2 },       { "a\xc3\xa9", 3 },
		      { "a\xc3", 1 }, { "\xe2\x82", 0 }, { "\xf0\x9f\x98", 0 },
		      { "a\xff", 2 }, { "a\x80", 2 },    { "\x80\x80\x80\x80", 4 } };
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		assert_int_equal(utf8_whole(span_text(cases[i].text)), cases[i].whole);
	static const char text[] = "\xe2\x80\x80\x80";
	assert_int_equal(utf8_whole(span_of(text + 2, 2)),
	                 2); /* what is before it is no part of it */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_utf8_round_trips_every_scalar_value),
		cmocka_unit_test(test_utf8_tells_invalid_from_unfinished),
		cmocka_unit_test(test_utf8_takes_every_byte_once),
		cmocka_unit_test(test_utf8_ascii_ends_where_another_byte_is),
		cmocka_unit_test(test_utf8_whole_characters),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
