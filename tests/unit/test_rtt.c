/* rtt: the figures of RFC 9002 section 5.3, and waiting times that are never shorter than they
 * say. */
#include "session/rtt.h"

#include "base/limits.h"
#include "tests/unit/support.h"

static void test_rtt_without_a_sample_waits_for_the_initial_round_trip(void **state)
{
	struct rtt rtt = { .smoothed = 0 };

	(void)state;
	assert_int_equal(rtt_pto(&rtt), 333 * MS + 4 * 166500 + 25 * MS);
}

static void test_rtt_follows_the_samples(void **state)
{
	static const struct {
		uint64_t latest, delay, smoothed, variation;
	} table[] = {
		{ 100 * MS, 0, 100 * MS, 50 * MS },   /* the first */
		{ 180 * MS, 0, 110 * MS, 57500 },     /* 7/8 and 3/4 of the old */
		{ 126 * MS, 10 * MS, 110750, 44625 }, /* the peer waited 10 ms */
		{ 105 * MS, 20 * MS, 110031, 34906 }, /* cannot have: it would be below min */
		{ 150 * MS, SECOND, 111902, 29921 },  /* 25 ms at most */
	};
	struct rtt rtt = { .smoothed = 0 };

	(void)state;
	for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
		rtt_sample(&rtt, table[i].latest, table[i].delay);
		assert_int_equal(rtt.latest, table[i].latest);
		assert_int_equal(rtt.smoothed, table[i].smoothed);
		assert_int_equal(rtt.variation, table[i].variation);
		assert_int_equal(rtt.min, 100 * MS);
	}
}

/* Whatever a peer claims (seeded): no wait is zero, none is shorter than the round trip. */
static void test_rtt_waits_are_never_shorter_than_the_round_trip(void **state)
{
	struct test_random t = test_random(6);
	struct rtt rtt = { .smoothed = 0 };

	(void)state;
	for (unsigned i = 0; i < 10000; i++) {
		rtt_sample(&rtt, random_below(&t.random, 10 * SECOND),
		           random_below(&t.random, UINT64_MAX));
		assert_true(rtt.smoothed > 0 && rtt.min <= rtt.latest);
		assert_true(rtt_pto(&rtt) >= rtt.smoothed + RTT_GRANULARITY_US + RTT_ACK_DELAY_US);
		assert_true(rtt_loss_delay(&rtt) >= rtt.smoothed);
		assert_true(rtt_loss_delay(&rtt) >= RTT_GRANULARITY_US);
	}
}

/* A queue of our own is left out of the way where nothing is far; elsewhere all of it counts. */
static void test_rtt_of_a_short_way_leaves_out_the_queue(void **state)
{
	(void)state;
	struct rtt near = { 0 }, far = { 0 };

	assert_int_equal(rtt_of_way(&near), 0);
	rtt_sample(&near, 200, 0);
	rtt_sample(&far, 1000, 0);
	assert_int_equal(rtt_of_way(&near), 200);
	for (int i = 0; i < 100; i++) {
		rtt_sample(&near, 50000, 0);
		rtt_sample(&far, 50000, 0);
	}
	assert_int_equal(rtt_of_way(&near), 800);
	assert_true(rtt_of_way(&far) > 40000);
}

/* A queue is told from jitter, which has no lower end of its own. */
static void test_rtt_tells_a_queue_from_jitter(void **state)
{
	struct test_random t = test_random(7);
	struct rtt rtt = { .smoothed = 0 };
	unsigned seen = 0;

	(void)state;
	rtt_sample(&rtt, 80 * MS, 0);
	assert_false(rtt_queue(&rtt));
	for (unsigned i = 0; i < 1000; i++) {
		rtt_sample(&rtt, 80 * MS + random_below(&t.random, 100 * MS), 0);
		seen += rtt_queue(&rtt);
	}
	assert_in_range(seen, 0, 50);
	for (unsigned i = 0; i < 20; i++)
		rtt_sample(&rtt, 110 * MS + random_below(&t.random, 10 * MS), 0);
	assert_true(rtt_queue(&rtt));
	for (unsigned i = 0; i < 20; i++)
		rtt_sample(&rtt, 80 * MS + random_below(&t.random, 5 * MS), 0);
	assert_false(rtt_queue(&rtt));
}

/* It is one from an eighth of the way and three times the variation on. Nothing takes no time. */
static void test_rtt_is_exact_at_its_bounds(void **state)
{
	struct rtt rtt = { .min = 800, .variation = 100, .smoothed = 1200 };

	(void)state;
	assert_false(rtt_queue(&rtt));
	rtt.smoothed++;
	assert_true(rtt_queue(&rtt));
	rtt = (struct rtt){ .min = 1000, .smoothed = 5000, .latest = 4000 };
	assert_int_equal(rtt_of_way(&rtt), 5000);
	rtt.min--;
	assert_int_equal(rtt_of_way(&rtt), 3996);
	assert_int_equal(rtt_loss_delay(&rtt), 5625);
	rtt.latest = 8000;
	assert_int_equal(rtt_loss_delay(&rtt), 9000);
	rtt = (struct rtt){ .smoothed = 0 };
	for (unsigned i = 0; i < 3; i++) {
		rtt_sample(&rtt, 0, 0);
		assert_true(rtt.smoothed == 1 && rtt.latest == 1 && rtt.min == 1);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rtt_without_a_sample_waits_for_the_initial_round_trip),
		cmocka_unit_test(test_rtt_follows_the_samples),
		cmocka_unit_test(test_rtt_of_a_short_way_leaves_out_the_queue),
		cmocka_unit_test(test_rtt_tells_a_queue_from_jitter),
		cmocka_unit_test(test_rtt_is_exact_at_its_bounds),
		cmocka_unit_test(test_rtt_waits_are_never_shorter_than_the_round_trip),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
