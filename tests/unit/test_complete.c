/* complete: what words have in common is added, whole characters only. */
#include "ui/complete.h"

#include "tests/unit/support.h"

static struct complete c;

static void offer(const char *typed, const char *const *words)
{
	complete_begin(&c, span_text(typed));
	while (*words)
		complete_offer(&c, span_text(*words++));
}

static void test_complete_adds_what_is_common(void **state)
{
	(void)state;
	static const char *const words[] = { "/history", "/help ",   "/hello", "/\u00e4a",
		                             "/\u00f6",  "/\u00e4b", NULL };
	static const struct {
		const char *typed, *rest, *list;
		unsigned count;
	} cases[] = {
		{ "/h", "", "/history  /help   /hello", 3 },
		{ "/he", "l", "/help   /hello", 2 },
		{ "/hel", "", "/help   /hello", 2 },
		{ "/help", " ", "/help ", 1 },
		{ "/hello", "", "/hello", 1 },
		{ "/hellos", "", "", 0 },
		{ "x", "", "", 0 },
		{ "/\u00e4", "", "/\u00e4a  /\u00e4b", 2 },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		offer(cases[i].typed, words);
		assert_int_equal(c.count, cases[i].count);
		assert_span_text(complete_rest(&c), cases[i].rest);
		assert_span_text(span_of(c.list, c.list_len), cases[i].list);
	}
	static const char *const alike[] = { "\u00e4", "\u00f6", NULL }; /* their first bytes are */
	offer("", alike);
	assert_span_text(complete_rest(&c), "");
}

/* Of any number of long words, the list is cut, and no word is. */
static void test_complete_is_bounded(void **state)
{
	(void)state;
	static char word[COMPLETE_WORD + 1];
	memset(word, 'a', sizeof word);
	complete_begin(&c, span_text("a"));
	complete_offer(&c, span_of(word, sizeof word));
	assert_int_equal(c.count, 0);
	for (int i = 0; i < 100; i++) {
		word[COMPLETE_WORD - 1] = (char)('a' + i % 26);
		complete_offer(&c, span_of(word, COMPLETE_WORD));
		assert_true(c.list_len < COMPLETE_LIST);
	}
	assert_int_equal(c.count, 100);
	assert_int_equal(complete_rest(&c).len, COMPLETE_WORD - 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_complete_adds_what_is_common),
		cmocka_unit_test(test_complete_is_bounded),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
