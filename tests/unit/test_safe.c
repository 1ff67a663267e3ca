/* Tests of ui/safe.c: nothing a peer can send reaches the terminal as anything but visible text. */
#include <stdio.h>

#include "base/utf8.h"
#include "tests/unit/support.h"
#include "ui/safe.h"
#include "ui/width.h"

static uint8_t made[1 << 16];

static struct span safe(const char *in, size_t len, unsigned flags)
{
	struct writer w = writer_of(made, sizeof made);
	safe_text(span_of(in, len), flags, &w);
	assert_false(w.full);
	return written(&w);
}

#define assert_safe(in, flags, want) assert_span_text(safe((in), sizeof(in) - 1, (flags)), (want))

/* What may pass passes as it is. */
static void test_safe_leaves_text_alone(void **state)
{
	(void)state;
	static const char *const texts[] = {
		"",
		"plain text ~!@#$%^&*()\\\"'",
		"Grüße, Ελληνικά, кириллица",
		"你好，世界",
		"한국어",
		"שלום مرحبا",
		"e\xcc\x81 combined",
		"\U0001f600\U0001f389",
		"\U0001f468\u200d\U0001f469\u200d\U0001f467",
		"\u2764\ufe0f",
		"\u2764\ufe0e",
		"\u2764\ufe0f\u200d\U0001f525",
		"1\ufe0f\u20e3 #\ufe0f\u20e3",
		"\U0001f44d\U0001f3fd",
		"\U0001f1e9\U0001f1ea",
		"\u1112\u1161\u11ab",
		"\ue000",
		"\ufffd",
		"\u00a0",
		"คี่กี่",
		"\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645", /* Persian */
		"\u0628\u0631\u0627\u062f\u0631\u200c\u0647\u0627", /* by habit, behind reh */
		"\u0647\u200d.\u0634",                              /* heh as if joined */
		"\u0647\u200d",                                     /* ... at the end */
		"\u0628\u0650\u200c\u0628",                         /* behind a mark */
		"\u0b95\u0bcd\u200c\u0bb7",                         /* Tamil */
		"\u0dc1\u0dca\u200d\u0dbb\u0dd3 \u0d9a\u0dca\u200d\u0dc2", /* Sinhala */
		"\u09b0\u200d\u09cd\u09af\u09be\u09ac",                    /* Bengali */
		"\u0930\u094d\u200d\u092f \u0d28\u0d4d\u200d",             /* Marathi, Malayalam */
	};
	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
		assert_span_text(safe(texts[i], strlen(texts[i]), 0), texts[i]);
}

/* Everything else is shown as an escape. */
static void test_safe_escapes(void **state)
{
	(void)state;
	assert_safe("\x1b[2J", 0, "\\x1b[2J");
	assert_safe("a\0b", 0, "a\\x00b");
	assert_safe("\a\b\v\f\r\x7f", 0, "\\x07\\x08\\x0b\\x0c\\x0d\\x7f");
	assert_safe("\xc2\x9b"
	            "2J \xc2\x85",
	            0, "\\u{9b}2J \\u{85}");
	assert_safe("\x9b"
	            "2J",
	            0, "\\x9b2J"); /* C1 as a byte */
	assert_safe("evil\u202egpj.exe", 0, "evil\\u{202e}gpj.exe");
	assert_safe("\u200e\u200f\u061c\u2066\u2069\u202a\u202d", 0,
	            "\\u{200e}\\u{200f}\\u{61c}\\u{2066}\\u{2069}\\u{202a}\\u{202d}");
	assert_safe("a\u200bb\u200cc\u2060\ufeff\u00ad", 0,
	            "a\\u{200b}b\\u{200c}c\\u{2060}\\u{feff}\\u{ad}");
	assert_safe("a\u2028b\u2029", 0, "a\\u{2028}b\\u{2029}");
	assert_safe("\ufffe\U0001ffff\ufdd0\U0010ffff", 0,
	            "\\u{fffe}\\u{1ffff}\\u{fdd0}\\u{10ffff}");
	assert_safe("\U000e0041\U000e0100", 0, "\\u{e0041}\\u{e0100}");
	assert_safe("\u3164\uffa0\u115f\u034f", 0, "\\u{3164}\\u{ffa0}\\u{115f}\\u{34f}");
}

/* Bytes that are not UTF-8: overlong forms, surrogates, beyond U+10FFFF, stray and cut ones. */
static void test_safe_invalid_bytes(void **state)
{
	(void)state;
	assert_safe("\xc0\x9b", 0, "\\xc0\\x9b");
	assert_safe("\xe0\x80\x9b", 0, "\\xe0\\x80\\x9b");
	assert_safe("\xed\xa0\x80", 0, "\\xed\\xa0\\x80");
	assert_safe("\xf4\x90\x80\x80", 0, "\\xf4\\x90\\x80\\x80");
	assert_safe("\xe2\x82", 0, "\\xe2\\x82");
	assert_safe("\xe2\x82\x1b[m", 0, "\\xe2\\x82\\x1b[m");
	assert_safe("\xf0\x9f\x98\xc3\xa4", 0, "\\xf0\\x9f\\x98ä");
}

/* Blanks as the flags say. */
static void test_safe_flags(void **state)
{
	(void)state;
	assert_safe("a\tb\nc", 0, "a\\x09b\\x0ac");
	assert_safe("a\tb\nc", SAFE_NEWLINE, "a\\x09b\nc");
	assert_safe("a\tb\nc", SAFE_TAB | SAFE_NEWLINE, "a\tb\nc");
	assert_safe("a\tb\r\nc", SAFE_LINE, "a\tb\\r\\nc");
	assert_safe("é€😀", SAFE_ASCII, "\\u{e9}\\u{20ac}\\u{1f600}");
	assert_safe("e\u0301\u2764\ufe0f", SAFE_ASCII, "e\\u{301}\\u{2764}\\u{fe0f}");
}

/* Joiners pass only where they make a picture, or where letters need them. */
static void test_safe_joiners(void **state)
{
	(void)state;
	assert_safe("a\u200db", 0, "a\\u{200d}b");
	assert_safe("\U0001f468\u200db", 0, "\U0001f468\\u{200d}b");
	assert_safe("\U0001f468\u200d", 0, "\U0001f468\\u{200d}");
	assert_safe("\U0001f468\u200d\u200d\U0001f468", 0,
	            "\U0001f468\\u{200d}\\u{200d}\U0001f468");
	assert_safe("\u200d\U0001f468", 0, "\\u{200d}\U0001f468");
	assert_safe("1\ufe0f2", 0, "1\\u{fe0f}2");
	assert_safe("a\u200cb", 0, "a\\u{200c}b");
	assert_safe("\u200c\u0645", 0, "\\u{200c}\u0645");
	assert_safe("\u0645\u200c ", 0, "\u0645\\u{200c} ");
	assert_safe("\u0645\u200c", 0, "\u0645\\u{200c}");
	assert_safe("\u0645\u200da", SAFE_ASCII, "\\u{645}\\u{200d}a");
	assert_safe("\u0645\u200d\u0645", 0, "\u0645\\u{200d}\u0645");
	assert_safe("\u0645\u200d\u200d", 0, "\u0645\\u{200d}\\u{200d}");
	assert_safe("\u0645\u200c\u200c\u0645", 0, "\u0645\\u{200c}\\u{200c}\u0645");
	assert_safe("\u0915\u200c\u0916", 0, "\u0915\\u{200c}\u0916"); /* without a virama */
	assert_safe("\u094d\u200d", 0, "\\u{94d}\\u{200d}");
	assert_safe("\u0915\u094d\u200d\u200d", 0, "\u0915\u094d\u200d\\u{200d}");
	assert_safe("a\ufe0f", 0, "a\\u{fe0f}");
	assert_safe("1\ufe0f\xff", 0, "1\\u{fe0f}\\xff");
}

/* Marks need a base, and not too many sit on one. */
static void test_safe_marks(void **state)
{
	(void)state;
	char in[200] = "a", want[200] = "a";
	assert_safe("\u0301x", 0, "\\u{301}x");
	assert_safe("x\n\u0301", SAFE_NEWLINE, "x\n\\u{301}");
	assert_safe("\x1b\u0301", 0, "\\x1b\\u{301}");
	for (int i = 0; i < WIDTH_MARKS + 2; i++) {
		strcat(in, "\u0301");
		strcat(want, i < WIDTH_MARKS ? "\u0301" : "\\u{301}");
	}
	assert_span_text(safe(in, strlen(in), 0), want);
}

/* A decoder of its own, from the Unicode standard's table 3-7: no byte of what comes out may be
 * anything but the begin of a rune that is allowed to be seen. */
static void check_output(struct span out, unsigned flags, uint64_t seed)
{
	for (size_t i = 0; i < out.len;) {
		uint8_t c = out.at[i];
		size_t size = c < 0x80 ? 1 : c < 0xe0 ? 2 : c < 0xf0 ? 3 : 4;
		uint32_t rune = size == 1 ? c : c & (0x7fu >> size);
		bool good = c < 0x80 || (c >= 0xc2 && c <= 0xf4);
		for (size_t k = 1; good && k < size; k++) {
			good = i + k < out.len && (out.at[i + k] & 0xc0) == 0x80;
			rune = rune << 6 | (good ? out.at[i + k] & 0x3f : 0);
		}
		static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
		good = good && rune >= least[size] && rune <= 0x10ffff &&
		       (rune < 0xd800 || rune > 0xdfff);
		bool blank = (rune == '\n' && flags & SAFE_NEWLINE) ||
		             (rune == '\t' && flags & (SAFE_TAB | SAFE_LINE));
		good = good && (rune >= 0x20 || blank) && (rune < 0x7f || rune > 0x9f);
		good = good && (rune < 0x80 || !(flags & SAFE_ASCII));
		good = good && !(rune >= 0x202a && rune <= 0x202e) &&
		       !(rune >= 0x2066 && rune <= 0x2069) && rune != 0x61c && rune != 0x200e &&
		       rune != 0x200f && rune != 0x2028 && rune != 0x2029 && rune != 0xfeff &&
		       rune != 0x200b && (rune & 0xfffe) != 0xfffe &&
		       !(rune >= 0xe0000 && rune <= 0xe0fff) && rune != 0xad;
		if (!good) {
			fprintf(stderr, "seed %llu: U+%04X at %zu\n", (unsigned long long)seed,
			        (unsigned)rune, i);
			fail();
		}
		i += size;
	}
	assert_true(utf8_valid(out));
}

/* Bytes that make trouble more often than even chance would. */
static size_t make_input(struct test_random *r, uint8_t *in, size_t cap)
{
	static const char *const nasty[] = {
		"\x1b[31m", "\u202e",     "\u200d",   "\ufe0f",   "\U0001f468",   "\u2764",
		"1",        "\u20e3",     "\u0301",   "\n",       "\t",           "\r",
		"\x9b",     "\xc2\x9b",   "\xe2\x82", "\xf0\x9f", "\xed\xa0\x80", "a",
		"你",       "\U000e0041", "\ufffe",   "\xc0",     "\U0001f3fd",   "\u1161",
		"\\",       "\x7f",       "\u200c",   "\u0645",   "\u0915",       "\u094d",
	};
	size_t len = 0, want = (size_t)random_below(&r->random, cap - 8);
	while (len < want) {
		if (random_below(&r->random, 3) == 0) {
			in[len++] = (uint8_t)random_below(&r->random, 256);
			continue;
		}
		const char *s = nasty[random_below(&r->random, sizeof nasty / sizeof nasty[0])];
		memcpy(in + len, s, strlen(s));
		len += strlen(s);
	}
	return len;
}

/* Whatever comes in, and wherever it is cut, what comes out is visible text, within the promised
 * room. */
static void test_safe_any_input_any_cut(void **state)
{
	(void)state;
	static const unsigned flags[] = { 0,         SAFE_NEWLINE, SAFE_TAB | SAFE_NEWLINE,
		                          SAFE_LINE, SAFE_ASCII,   SAFE_ASCII | SAFE_LINE };
	static uint8_t whole[4096];
	for (uint64_t seed = 1; seed <= 20000; seed++) {
		struct test_random r = test_random(seed);
		uint8_t in[100];
		unsigned f = flags[seed % (sizeof flags / sizeof flags[0])];
		size_t len = make_input(&r, in, sizeof in);
		struct writer w = writer_of(whole, SAFE_ROOM(len));
		safe_text(span_of(in, len), f, &w);
		assert_false(w.full);
		check_output(written(&w), f, seed);
		len = (size_t)random_below(&r.random, len + 1);
		w = writer_of(whole, SAFE_ROOM(len));
		safe_text(span_of(in, len), f, &w);
		assert_false(w.full);
		check_output(written(&w), f, seed);
	}
}

/* Every rune by itself, and every pair of bytes. */
static void test_safe_every_rune(void **state)
{
	(void)state;
	for (uint32_t rune = 0; rune <= 0x10ffff; rune++) {
		uint8_t utf8[4];
		size_t len = utf8_encode(rune, utf8);
		if (len == 0)
			continue;
		struct span out = safe((const char *)utf8, len, 0);
		check_output(out, 0, rune);
		if (!safe_hides(rune) && width_rune(rune) > 0)
			assert_true(span_equal(out, span_of(utf8, len)));
		else
			assert_true(out.at[0] == '\\');
	}
	for (unsigned pair = 0; pair < 0x10000; pair++) {
		char bytes[2] = { (char)(pair >> 8), (char)pair };
		check_output(safe(bytes, 2, 0), 0, pair);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_safe_leaves_text_alone),
		cmocka_unit_test(test_safe_escapes),
		cmocka_unit_test(test_safe_invalid_bytes),
		cmocka_unit_test(test_safe_flags),
		cmocka_unit_test(test_safe_joiners),
		cmocka_unit_test(test_safe_marks),
		cmocka_unit_test(test_safe_any_input_any_cut),
		cmocka_unit_test(test_safe_every_rune),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
