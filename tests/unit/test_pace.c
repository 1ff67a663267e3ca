/* pace: the rate of the last seconds, and the time that is left. */
#include "files/pace.h"

#include "base/limits.h"
#include "tests/unit/support.h"

static void test_the_rate_is_that_of_the_last_seconds(void **state)
{
	(void)state;
	struct pace p = { .count = 0 };
	uint64_t now = 7 * SECOND, bytes = 0;
	assert_int_equal(pace_rate(&p, 0, now), 0);
	pace_note(&p, 0, now);
	assert_int_equal(pace_rate(&p, 1000000, now + 100 * MS), 0); /* too soon to say */
	for (unsigned i = 0; i < 200; i++) {                         /* 1 MB/s for 20 s */
		now += 100 * MS;
		bytes += 100000;
		pace_note(&p, bytes, now);
	}
	assert_int_equal(pace_rate(&p, bytes, now), 1000000);
	for (unsigned i = 0; i < 60; i++) { /* 10 KB/s for 6 s, and the 1 MB/s is forgotten */
		now += 100 * MS;
		bytes += 1000;
		pace_note(&p, bytes, now);
	}
	assert_int_equal(pace_rate(&p, bytes, now), 10000);
	now += 6 * SECOND; /* nothing comes */
	for (unsigned i = 0; i < PACE_KEPT; i++)
		pace_note(&p, bytes, now += PACE_APART_US);
	assert_int_equal(pace_rate(&p, bytes, now), 0);
}

static void test_a_count_that_falls_begins_anew(void **state)
{
	(void)state;
	struct pace p = { .count = 0 };
	pace_note(&p, 5000000, SECOND);
	pace_note(&p, 1000, 2 * SECOND);
	assert_int_equal(pace_rate(&p, 0, 3 * SECOND), 0);
	assert_int_equal(pace_rate(&p, 2000, 3 * SECOND), 1000);
	assert_int_equal(pace_rate(&p, UINT64_MAX, 3 * SECOND), 0);
}

static void test_the_time_that_is_left(void **state)
{
	(void)state;
	assert_int_equal(pace_left(1000, 0), 0);
	assert_int_equal(pace_left(1000, 1), 1);
	assert_int_equal(pace_left(1000, 5000), 5);
	assert_int_equal(pace_left(1000, UINT64_MAX), UINT64_MAX / 1000 + 1);
	assert_true(pace_left(0, 5) == NEVER);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_rate_is_that_of_the_last_seconds),
		cmocka_unit_test(test_a_count_that_falls_begins_anew),
		cmocka_unit_test(test_the_time_that_is_left),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
