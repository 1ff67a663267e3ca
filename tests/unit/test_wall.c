/* The server's day. */
#include "rendezvous/wall.h"

#include "base/limits.h"
#include "tests/unit/support.h"

/* It ends when the clock says so, and a clock that is set anew is believed, back and forth. */
static void test_wall_goes_by_the_clock(void **state)
{
	(void)state;
	struct wall w;
	struct cookie cookie;
	uint64_t now = 50 * SECOND, day = 20000;
	wall_set(&w, (day + 1) * 86400 - 1, now);
	assert_int_equal(wall_day(&w, now), day);
	wall_tell(&w, now, &cookie);
	assert_int_equal(cookie.day, day);
	assert_int_equal(cookie.day_ends_s, 1);
	wall_tell(&w, now + SECOND, &cookie);
	assert_int_equal(cookie.day, day + 1);
	assert_int_equal(cookie.day_ends_s, 86400);
	wall_set(&w, 100, now + SECOND);
	assert_int_equal(wall_day(&w, now + SECOND), 0);
	wall_set(&w, day * 86400, now + 2 * SECOND);
	assert_int_equal(wall_day(&w, now + 2 * SECOND), day);
}

static void test_wall_unknown(void **state)
{
	(void)state;
	struct wall w;
	struct cookie cookie;
	wall_set(&w, 0, SECOND);
	assert_int_equal(wall_day(&w, 100000 * SECOND), 0);
	wall_tell(&w, 100000 * SECOND, &cookie);
	assert_int_equal(cookie.day, 0);
	assert_int_equal(cookie.day_ends_s, UINT32_MAX);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_wall_goes_by_the_clock),
		cmocka_unit_test(test_wall_unknown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
