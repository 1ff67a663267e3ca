/* token: what was pasted reads as what was meant, and nothing else of it changes. */
#include "base/token.h"

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
		cmocka_unit_test(test_token_leaves_nothing_behind),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
