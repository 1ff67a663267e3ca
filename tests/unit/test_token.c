/* token: what was pasted reads as what was meant, and nothing else of it changes. */
#include "base/token.h"

#include "base/utf8.h"
#include "tests/unit/support.h"

static void test_token_reads_as_it_was_meant(void **state)
{
	(void)state;
	static const struct {
		const char *pasted, *meant;
	} table[] = {
		{ "7-velvet-anchor@host:9", "7-velvet-anchor@host:9" },
		{ "7-velvet-anchor\r", "7-velvet-anchor" },
		{ "\t 7-velvet-anchor \n", "7-velvet-anchor" },
		{ "\xef\xbb\xbfsignal", "signal" }, /* BOM */
		{ "vps\xc2\xa0", "vps" },           /* no-break space */
		{ "7\xe2\x80\x93velvet\xe2\x80\x94"
		  "anchor",
		  "7-velvet-anchor" }, /* dashes */
		{ "7\xe2\x80\x91velvet\xe2\x88\x92"
		  "anchor",
		  "7-velvet-anchor" },
		{ "7 velvet\xe3\x80\x80"
		  "anchor",
		  "7 velvet anchor" },
		{ "\xe2\x80\x9c"
		  "alice\xe2\x80\x9d",
		  "alice" }, /* curly quotes */
		{ "\xc2\xab"
		  "alice\xc2\xbb",
		  "alice" },
		{ "`alice`", "alice" },
		{ "'alice", "alice" },
		{ "alice'", "alice" },
		{ "al\xe2\x80\x8b"
		  "ice\xe2\x80\x8e",
		  "alice" }, /* zero width, direction */
		{ "\xe2\x81\xa6"
		  "alice\xe2\x81\xa9",
		  "alice" },
		{ "J\xc3\xb6rg \xe5\xb0\x8f\xe6\x98\x8e", "J\xc3\xb6rg \xe5\xb0\x8f\xe6\x98\x8e" },
		{ "O\xe2\x80\x99"
		  "Brien",
		  "O'Brien" },
		{ "a\xff"
		  "b\xe2\x80",
		  "a\xff"
		  "b\xe2\x80" }, /* not UTF-8: as it is */
		{ "\x1b[31m", "\x1b[31m" },
		{ "\xef\xbb\xbf \"'\xc2\xa0", "" },
		{ "", "" },
	};
	for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
		char text[64];
		strcpy(text, table[i].pasted);
		token_tidy(text);
		assert_string_equal(text, table[i].meant);
	}
}

/* Of every rune of two or three bytes: what stands for it, in the middle of a word. */
static void test_token_knows_blanks_hyphens_quotes_and_what_is_not_seen(void **state)
{
	(void)state;
	static const struct {
		const char *meant;
		uint16_t runes[24]; /* pairs, first and last */
	} kinds[] = {
		{ " ",
		  { 0xa0, 0xa0, 0x2000, 0x200a, 0x2028, 0x2029, 0x202f, 0x202f, 0x205f, 0x205f,
		    0x3000, 0x3000 } },
		{ "-",
		  { 0x2010, 0x2015, 0x2212, 0x2212, 0xfe58, 0xfe58, 0xfe63, 0xfe63, 0xff0d,
		    0xff0d } },
		{ "\"", { 0xab, 0xab, 0xbb, 0xbb, 0x201c, 0x201f } },
		{ "'", { 0x2018, 0x201b, 0x2039, 0x203a } },
		{ "",
		  { 0xad, 0xad, 0x200b, 0x200f, 0x202a, 0x202e, 0x2060, 0x206f, 0xfeff, 0xfeff } },
	};
	for (uint32_t rune = 0x80; rune < 0xffff; rune++) {
		char text[8] = "a", want[8] = "a";
		size_t len = utf8_encode(rune, (uint8_t *)text + 1);
		const char *meant = text + 1;
		text[1 + len] = 'b';
		for (size_t k = 0; k < 5; k++)
			for (size_t i = 0; i < 24; i += 2)
				if (rune >= kinds[k].runes[i] && rune <= kinds[k].runes[i + 1])
					meant = kinds[k].meant;
		strcat(want, meant);
		if (meant != text + 1)
			strcat(want, "b");
		token_tidy(text);
		if (strcmp(text, want) != 0)
			fail_msg("U+%04X: %s, not %s", rune, text, want);
	}
}

/* What was meant like that is not even written to: it may be a constant. */
static void test_token_touches_nothing_that_is_right(void **state)
{
	(void)state;
	token_tidy((char *)(uintptr_t) "7-velvet-anchor");
	token_tidy((char *)(uintptr_t) "!~");
	token_tidy((char *)(uintptr_t) "");
}

/* A code that gets shorter leaves none of it behind. */
static void test_token_leaves_nothing_behind(void **state)
{
	(void)state;
	char text[] = " 7\xe2\x80\x93velvet";
	static const char want[sizeof text] = "7-velvet";
	token_tidy(text);
	assert_memory_equal(text, want, sizeof want);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_token_reads_as_it_was_meant),
		cmocka_unit_test(test_token_knows_blanks_hyphens_quotes_and_what_is_not_seen),
		cmocka_unit_test(test_token_touches_nothing_that_is_right),
		cmocka_unit_test(test_token_leaves_nothing_behind),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
