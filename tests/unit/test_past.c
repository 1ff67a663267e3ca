/* past: what was said comes back as it was said, and is found whatever its capitals. */
#include "ui/past.h"

#include "base/limits.h"

#include "tests/unit/support.h"

static struct past p;

static void test_past_gives_back_what_was_said(void **state)
{
	(void)state;
	memset(&p, 0, sizeof p);
	past_add(
	    &p, &(struct past_line){ 20261231, 86399, span_text("bob"), span_text("a\n\x1b\xff") });
	past_add(&p, &(struct past_line){ 20270101, 0, span_of(NULL, 0), span_of(NULL, 0) });
	struct past_line line = past_at(&p, 2);
	assert_int_equal(line.date, 20261231);
	assert_int_equal(line.clock_s, 86399);
	assert_span_text(line.name, "bob");
	assert_span_text(line.text, "a\n\x1b\xff");
	line = past_at(&p, 1);
	assert_true(line.name.len == 0 && line.text.len == 0 && line.clock_s == 0);
}

static void test_past_finds(void **state)
{
	(void)state;
	static const struct {
		const char *text, *what;
		bool found;
	} cases[] = {
		{ "The quick fox", "QUICK", true },
		{ "The quick fox", "fox ", false },
		{ "\u00dcBER alles", "\u00fcber", true },
		{ "", "", true },
		{ "abc", "", true },
		{ "", "a", false },
		{ "aab", "ab", true },
		{ "\xff\xfe!", "!", true },
		{ "a", "ab", false },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		assert_int_equal(past_finds(span_text(cases[i].text), span_text(cases[i].what)),
		                 cases[i].found);
}

/* A flood costs no more than a shelf, and leaves what came last. */
static void test_past_is_bounded(void **state)
{
	(void)state;
	static uint8_t text[LIMIT_TEXT];
	for (int i = 0; i < 10000; i++)
		past_add(&p, &(struct past_line){ 1, 2, span_text("eve"),
		                                  span_of(text, i % 100 == 0 ? LIMIT_TEXT : 30) });
	assert_true(p.lines.len <= SHELF && p.lines.count > 100);
	assert_int_equal(past_at(&p, 1).text.len, 30);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_past_gives_back_what_was_said),
		cmocka_unit_test(test_past_finds),
		cmocka_unit_test(test_past_is_bounded),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
