/* doubt: whoever has answered since it began is sure; each validated path gets one copy, even when
 * paths come and go meanwhile. */
#include "session/doubt.h"

#include "base/limits.h"
#include "tests/unit/support.h"

#define START (100 * SECOND)

static struct doubt d;

static void test_doubt_ends_with_an_answer(void **state)
{
	(void)state;
	d = (struct doubt){ .on = false };
	assert_true(doubt_sure(&d, 0, UINT64_MAX)); /* nothing was doubted yet */
	doubt_begin(&d, 3, 17, START);
	assert_false(doubt_sure(&d, 0, UINT64_MAX));
	assert_false(doubt_sure(&d, START - 1, 16));
	assert_true(doubt_sure(&d, START, UINT64_MAX));
	assert_true(doubt_sure(&d, 0, 17));
	doubt_end(&d);
	assert_false(
	    doubt_sure(&d, START - 1, 16)); /* who has not answered is not sure for all that */
}

static void test_doubt_hurries_for_a_minute(void **state)
{
	(void)state;
	doubt_begin(&d, 1, 0, START);
	assert_true(doubt_hurries(&d, START + 60 * SECOND - 1));
	assert_false(doubt_hurries(&d, START + 60 * SECOND));
	doubt_begin(&d, 1, 0, START);
	doubt_end(&d);
	assert_false(doubt_hurries(&d, START));
}

static void test_doubt_gives_each_path_one_copy(void **state)
{
	(void)state;
	doubt_begin(&d, 1 << 2 | 1 << 5 | 1 << 15, 0, START);
	assert_int_equal(doubt_copy(&d, 0xFFFF), 2);
	assert_int_equal(doubt_copy(&d, 0xFFFF), 2); /* until it has it */
	doubt_copied(&d, 2);
	assert_int_equal(doubt_copy(&d, 0xFFFF & ~(1 << 5)), 15);
	doubt_copied(&d, 15);
	assert_int_equal(doubt_copy(&d, 0xFFFF), -1); /* 5 was gone once, and is another path now */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_doubt_ends_with_an_answer),
		cmocka_unit_test(test_doubt_hurries_for_a_minute),
		cmocka_unit_test(test_doubt_gives_each_path_one_copy),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
