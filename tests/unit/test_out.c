/* out: what is added comes out in order, in any pieces, each for where it was meant. */
#include "ui/out.h"

#include "tests/unit/support.h"

static struct out o;

static void test_out_keeps_the_order_over_both(void **state)
{
	(void)state;
	uint8_t some[16];
	int where = 0;
	memset(&o, 0, sizeof o);
	assert_int_equal(out_take(&o, &where, some, sizeof some), 0);
	out_add(&o, UI_OUT, span_text("ab"));
	out_add(&o, UI_OUT, span_text("cd"));
	out_add(&o, UI_ERR, span_text(""));
	out_add(&o, UI_ERR, span_text("e"));
	out_add(&o, UI_OUT, span_text("f"));
	assert_int_equal(out_take(&o, &where, some, 3), 3);
	assert_int_equal(where, UI_OUT);
	assert_memory_equal(some, "abc", 3);
	assert_int_equal(out_take(&o, &where, some, sizeof some), 1); /* not beyond the change */
	assert_int_equal(out_take(&o, &where, some, 0), 0);
	assert_int_equal(out_take(&o, &where, some, sizeof some), 1);
	assert_int_equal(where, UI_ERR);
	assert_int_equal(out_take(&o, &where, some, sizeof some), 1);
	assert_int_equal(where, UI_OUT);
	assert_int_equal(out_take(&o, &where, some, sizeof some), 0);
}

/* Crowded means that an event of the program still has room; a writer that is full is a mistake. */
static void test_out_leaves_room_for_the_program(void **state)
{
	(void)state;
	memset(&o, 0, sizeof o);
	assert_false(out_crowded(&o));
	while (!out_crowded(&o)) {
		assert_true(out_room(&o) >= OUT_RESERVE);
		struct writer w = out_begin(&o);
		write_zeroes(&w, 1000);
		out_done(&o, UI_OUT, &w);
	}
	assert_true(out_room(&o) + 1000 >= OUT_RESERVE);
	struct writer w = out_begin(&o);
	write_zeroes(&w, OUT_SIZE);
	assert_panics(out_done(&o, UI_OUT, &w));
}

/* Changes between the two are counted, too: with too many of them there is no room. */
static void test_out_counts_changes(void **state)
{
	(void)state;
	unsigned count = 0;
	memset(&o, 0, sizeof o);
	for (; out_room(&o) > 0; count++)
		out_add(&o, count % 2 ? UI_OUT : UI_ERR, span_text("x"));
	assert_true(count >= OUT_RUNS / 2 && count < OUT_RUNS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_out_keeps_the_order_over_both),
		cmocka_unit_test(test_out_leaves_room_for_the_program),
		cmocka_unit_test(test_out_counts_changes),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
