/* outbox: lines leave in the order they came, each with its conversation, and none is lost or shown
 * twice. */
#include "ui/outbox.h"

#include "tests/unit/support.h"

static struct outbox o;

static void test_outbox_is_first_in_first_out(void **state)
{
	(void)state;
	memset(&o, 0, sizeof o);
	assert_int_equal(outbox_first(&o).len, 0);
	assert_panics(outbox_drop(&o));
	assert_true(outbox_add(&o, span_text("one"), 1));
	assert_true(outbox_add(&o, span_text(""), 2));
	assert_true(outbox_add(&o, span_text("three"), UINT64_MAX));
	assert_int_equal(outbox_count(&o), 3);
	assert_span_text(outbox_first(&o), "one");
	assert_int_equal(outbox_first_conv(&o), 1);
	assert_false(outbox_drop(&o));
	assert_int_equal(outbox_first(&o).len, 0);
	assert_int_equal(outbox_first_conv(&o), 2);
	assert_false(outbox_drop(&o));
	assert_span_text(outbox_first(&o), "three");
	assert_true(outbox_first_conv(&o) == UINT64_MAX);
	assert_false(outbox_drop(&o));
	assert_int_equal(outbox_count(&o), 0);
}

/* Each line is shown once, oldest first, and drop says whether it was. */
static void test_outbox_shows_each_line_once(void **state)
{
	(void)state;
	struct span text;
	size_t place;
	memset(&o, 0, sizeof o);
	assert_true(outbox_add(&o, span_text("a"), 1));
	assert_true(outbox_add(&o, span_text("b"), 1));
	assert_false(outbox_first_shown(&o));
	assert_true(outbox_unshown(&o, &text, &place));
	assert_span_text(text, "a");
	outbox_mark(&o, place);
	assert_true(outbox_first_shown(&o));
	assert_true(outbox_unshown(&o, &text, &place));
	assert_span_text(text, "b");
	assert_true(outbox_drop(&o));
	assert_true(outbox_unshown(&o, &text, &place));
	outbox_mark(&o, place);
	assert_false(outbox_unshown(&o, &text, &place));
	assert_true(outbox_drop(&o));
}

/* Two of the longest fit, and nothing more until one is gone; what is gone is wiped. */
static void test_outbox_is_bounded(void **state)
{
	(void)state;
	static uint8_t big[LIMIT_TEXT];
	memset(&o, 0, sizeof o);
	memset(big, 'x', sizeof big);
	assert_true(outbox_add(&o, span_of(big, sizeof big), 1));
	assert_true(outbox_add(&o, span_of(big, sizeof big), 1));
	assert_false(outbox_add(&o, span_text(""), 1));
	outbox_drop(&o);
	assert_true(outbox_add(&o, span_text("y"), 1));
	outbox_drop(&o);
	outbox_drop(&o);
	assert_true(bytes_zero(o.at, sizeof o.at));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_outbox_is_first_in_first_out),
		cmocka_unit_test(test_outbox_shows_each_line_once),
		cmocka_unit_test(test_outbox_is_bounded),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
