/* dates: which day decides about the rooms of contacts. A server that lies about the date cannot
 * keep two contacts in the same room for ever, as long as the host's own clock can be believed. */
#include "crypto/dates.h"

#include "base/limits.h"
#include "tests/unit/support.h"

enum { RELEASED = 20781, TODAY = 20800, NOON = 43200 };

static uint64_t own_clock(uint32_t day, uint32_t s)
{
	return UINT64_C(86400) * day + s;
}

/* The file VERSION says when this version was released; whoever releases another one changes both
 * lines. */
static void test_dates_release_day_is_known(void **state)
{
	(void)state;
	assert_true(SCHAT_RELEASED_DAY >= RELEASED);
}

static void test_dates_the_day_of_a_server_counts_only_near_the_own_clock(void **state)
{
	static const struct {
		uint32_t own, server, want;
		bool foreign;
	} table[] = {
		{ TODAY, TODAY, TODAY, false },
		{ TODAY, TODAY - 1, TODAY - 1, false }, /* about midnight */
		{ TODAY, TODAY + 1, TODAY + 1, false },
		{ TODAY, TODAY - 2, TODAY, true },
		{ TODAY, TODAY + 2, TODAY, true },
		{ TODAY, 1, TODAY, true },
		{ TODAY, 99999, TODAY, true },
		{ TODAY, UINT32_MAX, TODAY, true },
		/* a clock that stands at the release or before was never set */
		{ RELEASED, 99999, 99999, false },
		{ 0, TODAY, TODAY, false },
		{ 1, 1, 1, false },
	};
	(void)state;
	for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
		bool foreign;
		struct dates_day server = { table[i].server, 1000 };
		struct dates_day d =
		    dates_judge(server, own_clock(table[i].own, NOON), RELEASED, &foreign);
		assert_int_equal(d.day, table[i].want);
		assert_int_equal(foreign, table[i].foreign);
		assert_int_equal(d.day_ends_s, foreign ? 86400 - NOON : 1000);
	}
}

/* Where the server has no clock ours serves, and nobody is told of an error. */
static void test_dates_the_day_is_the_own_one_where_the_server_knows_none(void **state)
{
	(void)state;
	bool foreign;
	struct dates_day unknown = { 0, UINT32_MAX };
	struct dates_day d = dates_judge(unknown, own_clock(TODAY, NOON), RELEASED, &foreign);
	assert_int_equal(d.day, TODAY);
	assert_int_equal(d.day_ends_s, 86400 - NOON);
	assert_false(foreign);
	d = dates_judge(unknown, own_clock(3, NOON), RELEASED, &foreign);
	assert_int_equal(d.day, 0);
	assert_int_equal(d.day_ends_s, UINT32_MAX);
}

static void test_dates_the_day_never_goes_back_in_a_run(void **state)
{
	(void)state;
	struct dates r = dates_none();
	uint64_t never_set = own_clock(0, NOON), now = 1000 * SECOND;
	assert_false(
	    dates_set(&r, (struct dates_day){ SCHAT_RELEASED_DAY + 9, 500 }, never_set, now));
	assert_int_equal(r.day, SCHAT_RELEASED_DAY + 9);
	assert_int_equal(r.day_ends_at, now + 500 * SECOND);
	dates_set(&r, (struct dates_day){ SCHAT_RELEASED_DAY + 8, 700 }, never_set, now + SECOND);
	assert_int_equal(r.day, SCHAT_RELEASED_DAY + 9);
	assert_int_equal(r.day_ends_at, now + 500 * SECOND);
	dates_set(&r, (struct dates_day){ SCHAT_RELEASED_DAY + 10, 900 }, never_set, now + SECOND);
	assert_int_equal(r.day, SCHAT_RELEASED_DAY + 10);
}

static void test_dates_wrong_day_of_a_server_is_told_once(void **state)
{
	(void)state;
	struct dates r = dates_none();
	uint32_t later = SCHAT_RELEASED_DAY + 100;
	struct dates_day wrong = { 1, 500 };
	assert_true(dates_set(&r, wrong, own_clock(later, NOON), SECOND));
	assert_false(dates_set(&r, wrong, own_clock(later, NOON + 60), 61 * SECOND));
	assert_int_equal(r.day, later);
}

/* Where neither clock was ever set, contacts with a clock are not found: that is told, too; not
 * where the server, or an earlier one, knows better. */
static void test_dates_without_a_clock_anywhere_is_told_once(void **state)
{
	(void)state;
	struct dates r = dates_none();
	struct dates_day unset = { 0, UINT32_MAX }, set = { SCHAT_RELEASED_DAY, 500 };
	assert_true(dates_set(&r, unset, own_clock(0, NOON), SECOND));
	assert_false(dates_good(&r));
	assert_false(dates_set(&r, unset, 0, 2 * SECOND));
	r = dates_none();
	assert_false(dates_set(&r, set, 0, SECOND));
	assert_true(dates_good(&r));
	assert_false(dates_set(&r, unset, 0, 2 * SECOND));
	assert_true(dates_good(&r));
}

/* About midnight two days count, and it is known when that changes; where nobody knows when
 * midnight is, three do. */
static void test_dates_about_midnight_both_days_count(void **state)
{
	(void)state;
	struct dates r = dates_none();
	uint64_t now = 1000 * SECOND, clock = own_clock(0, NOON);
	uint32_t day[DATES_AT_ONCE];
	assert_int_equal(dates_now(&r, now, day), 0);
	dates_set(&r, (struct dates_day){ TODAY, NOON }, clock, now);
	assert_int_equal(dates_now(&r, now, day), 1);
	assert_int_equal(day[0], TODAY);
	assert_true(r.next_at == now + (NOON - 3600) * SECOND);
	assert_int_equal(dates_now(&r, r.next_at, day), 2);
	assert_int_equal(day[1], TODAY + 1);
	assert_int_equal(dates_now(&r, r.next_at, day), 2);
	assert_int_equal(day[0], TODAY + 1);
	assert_int_equal(day[1], TODAY);
	assert_int_equal(dates_now(&r, r.next_at, day), 1);
	assert_int_equal(day[0], TODAY + 1);
	r = dates_none();
	dates_set(&r, (struct dates_day){ TODAY, UINT32_MAX }, clock, now);
	assert_int_equal(dates_now(&r, now, day), 3);
	assert_true(r.next_at == NEVER);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_dates_release_day_is_known),
		cmocka_unit_test(test_dates_the_day_of_a_server_counts_only_near_the_own_clock),
		cmocka_unit_test(test_dates_the_day_is_the_own_one_where_the_server_knows_none),
		cmocka_unit_test(test_dates_the_day_never_goes_back_in_a_run),
		cmocka_unit_test(test_dates_wrong_day_of_a_server_is_told_once),
		cmocka_unit_test(test_dates_without_a_clock_anywhere_is_told_once),
		cmocka_unit_test(test_dates_about_midnight_both_days_count),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
