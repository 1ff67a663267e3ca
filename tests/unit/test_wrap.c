/* wrap: no row is wider than the terminal, rows break at blanks, and no row of a message begins in
 * the first column. */
#include "ui/wrap.h"

#include "tests/unit/support.h"

static uint8_t buffer[4096];

static struct span wrapped(const char *text, unsigned columns, unsigned indent)
{
	struct writer w = writer_of(buffer, sizeof buffer);
	struct wrap wrap = wrap_of(&w, columns, indent);
	wrap_text(&wrap, span_text(text));
	assert_false(w.full);
	return written(&w);
}

static void test_wrap_breaks_at_blanks(void **state)
{
	(void)state;
	assert_span_text(wrapped("one two three", 8, 0), "one two\r\nthree");
	assert_span_text(wrapped("one two three", 9, 2), "one two\r\n  three");
	assert_span_text(wrapped("a\nb", 80, 6), "a\r\n      b");
	assert_span_text(wrapped("a b", 80, 0), "a b");
	assert_span_text(wrapped("a\tb", 80, 0), "a       b");
	assert_span_text(wrapped("a b c d", WRAP_NEVER, 0), "a b c d");
	/* an indent that leaves too little is none */
	assert_span_text(wrapped("ab cd", 4, 2), "ab\r\ncd");
}

/* A word longer than a row is left to the terminal, and nothing follows it on its last row. */
static void test_wrap_leaves_long_words_whole(void **state)
{
	(void)state;
	assert_span_text(wrapped("x 0123456789ab y", 10, 0), "x 0123456789ab\r\ny");
	assert_span_text(wrapped("0123456789", 10, 0), "0123456789");
}

/* Wide characters break anywhere, and never stick out. */
static void test_wrap_breaks_between_wide_characters(void **state)
{
	(void)state;
	assert_span_text(wrapped("\u4e2d\u6587\u5b57", 5, 0), "\u4e2d\u6587\r\n\u5b57");
	assert_span_text(wrapped("a\u3000b", 3, 0), "a\u3000\r\nb");
}

static void test_wrap_fit_begins_a_row(void **state)
{
	(void)state;
	struct writer w = writer_of(buffer, sizeof buffer);
	struct wrap wrap = wrap_of(&w, 10, 0);
	wrap_text(&wrap, span_text("12345678"));
	wrap_fit(&wrap, 2);
	assert_int_equal(wrap.column, 8);
	wrap_fit(&wrap, 3);
	assert_int_equal(wrap.column, 0);
	assert_true(wrap.sure);
	wrap_text(&wrap, span_text("\u2764\ufe0f")); /* terminals differ about this one */
	assert_false(wrap.sure);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_wrap_breaks_at_blanks),
		cmocka_unit_test(test_wrap_leaves_long_words_whole),
		cmocka_unit_test(test_wrap_breaks_between_wide_characters),
		cmocka_unit_test(test_wrap_fit_begins_a_row),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
