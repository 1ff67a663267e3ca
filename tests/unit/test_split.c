/* split: words, lines, prefixes and what stands around a character are parts of the text, and lose
 * nothing of it. */
#include "base/split.h"

#include "tests/unit/support.h"

static void test_split_trims_blanks_at_both_ends(void **state)
{
	(void)state;
	assert_span_text(split_trim(span_text(" \t\r\n a b \n")), "a b");
	assert_span_text(split_trim(span_text("ab")), "ab");
	assert_int_equal(split_trim(span_text(" \t ")).len, 0);
	assert_int_equal(split_trim(span_of(NULL, 0)).len, 0);
	assert_int_equal(split_trim(span_of("\0", 1)).len, 1);
}

/* Words come in order, and after the last an empty one; what is left of the text follows the word.
 */
static void test_split_gives_word_after_word(void **state)
{
	(void)state;
	struct span s = span_text("  one\ttwo \r\n three ");
	assert_span_text(split_word(&s), "one");
	assert_span_text(s, "\ttwo \r\n three ");
	assert_span_text(split_word(&s), "two");
	assert_span_text(split_word(&s), "three");
	assert_int_equal(split_word(&s).len, 0);
	assert_int_equal(s.len, 0);
	s = span_text("7-velvet acorn");
	assert_span_text(split_word_at(&s, "- "), "7");
	assert_span_text(split_word_at(&s, "- "), "velvet");
	assert_span_text(split_word_at(&s, "- "), "acorn");
	assert_int_equal(split_word_at(&s, "- ").len, 0);
	s = span_of("a\0b c", 5);
	assert_int_equal(split_word(&s).len, 3);
}

static void test_split_gives_line_after_line(void **state)
{
	(void)state;
	struct span s = span_text("one\n\nthree"), line;
	assert_true(split_line(&s, &line));
	assert_span_text(line, "one");
	assert_true(split_line(&s, &line));
	assert_int_equal(line.len, 0);
	assert_true(split_line(&s, &line));
	assert_span_text(line, "three");
	assert_false(split_line(&s, &line));
	s = span_text("end\n");
	assert_true(split_line(&s, &line));
	assert_false(split_line(&s, &line));
}

/* The first one counts; without one nothing is set. */
static void test_split_at_a_character(void **state)
{
	(void)state;
	struct span before = span_text("?"), after = span_text("?");
	assert_false(split_at(span_text("abc"), '@', &before, &after));
	assert_false(split_at(span_of(NULL, 0), '@', &before, &after));
	assert_span_text(before, "?");
	assert_true(split_at(span_text("a@b@c"), '@', &before, &after));
	assert_span_text(before, "a");
	assert_span_text(after, "b@c");
	assert_true(split_at(span_text("@"), '@', &before, &after));
	assert_int_equal(before.len + after.len, 0);
}

static void test_split_takes_a_prefix_away(void **state)
{
	(void)state;
	struct span s = span_text("tcp://host");
	assert_false(split_prefix(&s, "udp://"));
	assert_span_text(s, "tcp://host");
	assert_true(split_prefix(&s, "tcp://"));
	assert_span_text(s, "host");
	assert_false(split_prefix(&s, "host:"));
	assert_true(split_prefix(&s, "host"));
	assert_true(split_prefix(&s, ""));
	assert_int_equal(s.len, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_split_trims_blanks_at_both_ends),
		cmocka_unit_test(test_split_gives_word_after_word),
		cmocka_unit_test(test_split_gives_line_after_line),
		cmocka_unit_test(test_split_at_a_character),
		cmocka_unit_test(test_split_takes_a_prefix_away),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
