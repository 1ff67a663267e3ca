/* Tests of ui/width.c: columns as the C library and tmux count them, and clusters that are the same
 * from both sides. */
#include <locale.h>
#include <stdio.h>
#include <wchar.h>

#include "base/utf8.h"
#include "tests/unit/skips.h"
#include "tests/unit/support.h"
#include "ui/width.h"

/* Every rune the C library knows a width of has it here, too, but for what a later Unicode widened.
 * musl's knows an earlier one. */
static void test_width_agrees_with_wcwidth(void **state)
{
	(void)state;
	unsigned differ = 0, known = 0;
#ifndef __GLIBC__
	skip_without("another C library than glibc");
#endif
	if (!setlocale(LC_ALL, "C.UTF-8"))
		skip_without("no locale C.UTF-8");
	for (uint32_t rune = 0x20; rune < 0x110000; rune++) {
		int want = wcwidth((wchar_t)rune);
		if (want < 0 || (rune >= 0xd800 && rune < 0xe000))
			continue;
		known++;
		if ((unsigned)want != width_rune(rune)) {
			if (differ++ < 20)
				fprintf(stderr, "U+%04X: %u, the C library says %d\n",
				        (unsigned)rune, width_rune(rune), want);
		}
	}
	assert_true(known > 100000);
	assert_true(differ <= 8);
}

/* Single cases that matter. */
static void test_width_runes(void **state)
{
	(void)state;
	static const struct {
		uint32_t rune;
		unsigned columns;
	} cases[] = {
		{ 'a', 1 },      { 0, 0 },       { 0x1b, 0 },    { 0x7f, 0 },    { 0x9b, 0 },
		{ 0xe9, 1 },     { 0x301, 0 },   { 0x200d, 0 },  { 0xfe0f, 0 },  { 0x4f60, 2 },
		{ 0xac00, 2 },   { 0x1161, 0 },  { 0xff21, 2 },  { 0xff71, 1 },  { 0x2713, 1 },
		{ 0x21b5, 1 },   { 0xb7, 1 },    { 0x2764, 1 },  { 0x231a, 2 },  { 0x1f600, 2 },
		{ 0x1f1e9, 1 },  { 0x20000, 2 }, { 0x3fffd, 2 }, { 0xe0041, 0 }, { 0xe000, 1 },
		{ 0x10fffd, 1 }, { 0x1f3fd, 2 }, { 0x3000, 2 },
	};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		assert_int_equal(width_rune(cases[i].rune), cases[i].columns);
}

/* Where clusters end and how wide they are: the numbers are what tmux 3.3a does. */
static void test_width_clusters(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		size_t first;     /* bytes of the first cluster */
		unsigned columns; /* of all */
		bool sure;
	} cases[] = {
		{ "ab", 1, 2, true },
		{ "e\u0301x", 3, 2, true },
		{ "你好", 3, 4, true },
		{ "\u1112\u1161\u11ab", 9, 2, true },
		{ "\U0001f468\u200d\U0001f469\u200d\U0001f467", 18, 2, false },
		{ "a\u200db", 4, 2, false },
		{ "\u2764\ufe0f", 6, 1, false },
		{ "\u2764\ufe0f\u200d\U0001f525", 13, 1, false },
		{ "\U0001f44d\U0001f3fd", 8, 4, false },
		{ "a\U0001f3fd", 1, 3, false },
		{ "\U0001f1e9\U0001f1ea\U0001f1eb", 8, 3, false },
		{ "1\ufe0f\u20e3", 7, 1, false },
		{ "กี่", 9, 1, true },
		{ "\xff"
		  "a",
		  1, 1, true },
		{ "\u0301", 2, 0, true },
	};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		unsigned columns;
		assert_int_equal(width_cluster(span_text(cases[i].text), &columns), cases[i].first);
		assert_int_equal(width_text(span_text(cases[i].text)), cases[i].columns);
		assert_int_equal(width_is_sure(span_text(cases[i].text)), cases[i].sure);
		unsigned most = width_most(span_text(cases[i].text));
		assert_true(cases[i].sure ? most == cases[i].columns : most >= cases[i].columns);
	}
	/* shown rune by rune */
	assert_int_equal(width_most(span_text("a\U0001f468\u200d\U0001f469")), 1 + 3 * 2);
	assert_true(width_most(span_text("a\nb")) > 1000);
}

/* Ends found backwards are those found forwards, and no cluster is longer than promised. */
static void test_width_both_ways(void **state)
{
	(void)state;
	static const char *const parts[] = {
		"a",      "\u0301", "你", "\u200d", "\U0001f468", "\U0001f3fd", "\U0001f1e9",
		"\ufe0f", "\u20e3", "\n", "1",      "\u1112",     "\u1161",
	};
	for (uint64_t seed = 1; seed <= 3000; seed++) {
		struct test_random r = test_random(seed);
		char text[200] = "";
		unsigned columns;
		while (strlen(text) < 150)
			strcat(text,
			       parts[random_below(&r.random, sizeof parts / sizeof parts[0])]);
		struct span s = span_text(text);
		for (size_t at = 0; at < s.len;) {
			size_t len = width_cluster(span_of(s.at + at, s.len - at), &columns);
			assert_in_range(len, 1, WIDTH_CLUSTER);
			for (size_t i = at + 1; i <= at + len; i++) {
				if (i < s.len && (s.at[i] & 0xc0) == 0x80)
					continue;
				assert_int_equal(width_left(s, i), at);
				assert_int_equal(width_settle(s, i), at + len);
			}
			at += len;
		}
		assert_int_equal(width_left(s, 0), 0);
		assert_int_equal(width_settle(s, 0), 0);
	}
}

/* What emoji are joined from, and what not. */
static void test_width_pictures(void **state)
{
	(void)state;
	static const uint32_t yes[] = { 0x2194, 0x23e9,  0x2600,  0x2764,  0x27a1,
		                        0x2b1b, 0x1f000, 0x1f468, 0x1f3fb, 0x1faff };
	static const uint32_t no[] = { 'a',    0x218f, 0x2400,  0x25ff,  0x27c0,  0x2aff,
		                       0x2c00, 0x4f60, 0x1efff, 0x1f1e6, 0x1f1ff, 0x1fb00 };
	static const uint32_t skins[] = { 0x1f3fa, 0x1f3fb, 0x1f3ff, 0x1f400 };
	for (size_t i = 0; i < sizeof yes / sizeof yes[0]; i++)
		assert_true(width_is_picture(yes[i]));
	for (size_t i = 0; i < sizeof no / sizeof no[0]; i++)
		assert_false(width_is_picture(no[i]));
	for (size_t i = 0; i < 4; i++) {
		uint8_t text[8];
		unsigned columns;
		size_t len = utf8_encode(0x1f44d, text);
		len += utf8_encode(skins[i], text + len);
		assert_int_equal(width_cluster(span_of(text, len), &columns),
		                 i == 1 || i == 2 ? 8 : 4);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_width_pictures),
		cmocka_unit_test(test_width_agrees_with_wcwidth),
		cmocka_unit_test(test_width_runes),
		cmocka_unit_test(test_width_clusters),
		cmocka_unit_test(test_width_both_ways),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
