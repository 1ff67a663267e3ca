/* cadence: how long a sender stays at its rate. */
#include "session/cadence.h"

#include "base/limits.h"
#include "tests/unit/support.h"

#define SINCE (100 * SECOND + 300 * MS)

/* After how many us without a round trip it is over. */
static uint64_t lasts(uint64_t packets, bool overflowed)
{
	uint64_t us = 0;

	while (!cadence_over(packets, overflowed, 0, SINCE, SINCE + us))
		us += 10 * MS;
	return us;
}

static void test_cadence_some_seconds_where_nothing_overflowed(void **state)
{
	(void)state;
	/* the time at which it began spreads the flows over a second */
	assert_int_equal(lasts(667, false), 2310 * MS);
	assert_int_equal(lasts(10, false), 2310 * MS);
	assert_false(cadence_over(667, false, 63, SINCE, SINCE));
	assert_true(cadence_over(667, false, 64, SINCE, SINCE));
	assert_false(cadence_over(10, false, 10, SINCE, SINCE));
	assert_true(cadence_over(10, false, 11, SINCE, SINCE));
	assert_false(cadence_over(1, false, 4, SINCE, SINCE));
}

/* RFC 9438, figure 2: K, with 0.85 for beta. */
static void test_cadence_as_cubic_grows_after_an_overflow(void **state)
{
	static const struct {
		uint64_t packets, tenths;
	} cases[] = { { 10, 16 }, { 100, 34 }, { 333, 50 }, { 667, 64 }, { 2600, 100 } };

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		assert_int_equal(lasts(cases[i].packets, true),
		                 cases[i].tenths * 100 * MS + 10 * MS);
	assert_int_equal(lasts(1 << 30, true), 10 * SECOND + 10 * MS); /* no longer */
}

/* Where a round trip is short, it is back sooner. */
static void test_cadence_as_reno_grows_after_an_overflow(void **state)
{
	(void)state;
	assert_false(cadence_over(100, true, 50, SINCE, SINCE));
	assert_true(cadence_over(100, true, 51, SINCE, SINCE));
	assert_false(cadence_over(667, true, 333, SINCE, SINCE));
	assert_false(cadence_over(0, true, 4, SINCE, SINCE));
	assert_true(cadence_over(0, true, 5, SINCE, SINCE));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cadence_some_seconds_where_nothing_overflowed),
		cmocka_unit_test(test_cadence_as_cubic_grows_after_an_overflow),
		cmocka_unit_test(test_cadence_as_reno_grows_after_an_overflow),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
