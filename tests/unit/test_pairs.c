/* pairs: INTROs to both sides until they are acknowledged, what a pair may carry, and its end. */
#include "tests/unit/support.h"

#include "rendezvous/pairs.h"

static struct test_random chance;
static struct pairs pairs;

static int start(void **state)
{
	(void)state;
	chance = test_random(6);
	memset(&pairs, 0, sizeof pairs);
	return pairs_init(&pairs, 4) ? 0 : -1;
}

static int end(void **state)
{
	(void)state;
	pairs_free(&pairs);
	return 0;
}

/* How many INTROs are due to each side at this time. */
static void assert_intros(uint64_t now, unsigned initiator, unsigned responder)
{
	unsigned count[PAIR_SIDES] = { 0 }, side;
	while (pairs_next_intro(&pairs, &side, now))
		count[side]++;
	assert_int_equal(count[0], initiator);
	assert_int_equal(count[1], responder);
}

/* At once, and 100, 200 and 400 ms later to whoever has not acknowledged. */
static void test_pairs_introduce_until_acknowledged(void **state)
{
	(void)state;
	uint64_t now = 1000 * SECOND;
	uint32_t pair = pairs_add(&pairs, 1, 2, &chance.random, now);
	assert_int_equal(pairs_find(&pairs, pairs.at[pair].id), pair);
	assert_true(pairs_deadline(&pairs) == now);
	assert_intros(now, 1, 1);
	assert_true(pairs_deadline(&pairs) == now + 100 * MS);
	assert_intros(now + 99 * MS, 0, 0);
	assert_intros(now + 100 * MS, 1, 1);
	pairs_acknowledge(&pairs, pair, 0, false, now + 150 * MS);
	assert_intros(now + 200 * MS, 0, 1);
	assert_intros(now + 400 * MS, 0, 1);
	assert_intros(now + 10 * SECOND, 0, 0);
	pairs_remind(&pairs, pair, 0, false, now + 10 * SECOND); /* has acknowledged */
	assert_intros(now + 10 * SECOND, 0, 0);
	pairs_remind(&pairs, pair, 1, false, now + 10 * SECOND);
	assert_intros(now + 10 * SECOND, 0, 1);
	pairs_acknowledge(&pairs, pair, 1, false, now + 11 * SECOND);
	pairs_remind(&pairs, pair, 0, true, now + 12 * SECOND); /* it has lost what it knew */
	assert_intros(now + 13 * SECOND, 4, 0);
	pairs_introduce(&pairs, pair, now + 20 * SECOND); /* one has moved */
	assert_intros(now + 20 * SECOND, 1, 1);
}

static void test_pairs_end_after_five_silent_minutes(void **state)
{
	(void)state;
	uint64_t now = 1000 * SECOND;
	uint32_t old = pairs_add(&pairs, 1, 2, &chance.random, now),
		 kept = pairs_add(&pairs, 1, 3, &chance.random, now);
	assert_intros(now, 2, 2);
	assert_intros(now + SECOND, 6, 6); /* the three that follow the first, of both pairs */
	pairs_acknowledge(&pairs, kept, 1, false, now + 100 * SECOND);
	assert_int_equal(pairs_idle(&pairs, now + 299 * SECOND), 0);
	assert_true(pairs_deadline(&pairs) == now + 300 * SECOND);
	assert_int_equal(pairs_idle(&pairs, now + 300 * SECOND), old);
	pairs_remove(&pairs, old);
	assert_int_equal(pairs_idle(&pairs, now + 399 * SECOND), 0);
	assert_int_equal(pairs_idle(&pairs, now + 400 * SECOND), kept);
	assert_int_equal(pairs.places.count, 1);
}

/* 64 KiB in the first minute whatever the rate; after that the rate, and nothing where it is 0. */
static void test_pairs_carry_what_is_allowed(void **state)
{
	(void)state;
	uint64_t now = 1000 * SECOND;
	uint32_t pair = pairs_add(&pairs, 1, 2, &chance.random, now);
	for (unsigned i = 0; i < 64; i++)
		assert_true(pairs_carry(&pairs, pair, 1024, 0, now));
	assert_false(pairs_carry(&pairs, pair, 1, 0, now));
	assert_true(pairs_carry(&pairs, pair, 1024, 64, now));
	now += 100 * SECOND;
	assert_false(pairs_carry(&pairs, pair, 1, 0, now));
	unsigned carried = 0;
	for (unsigned i = 0; i < 10000; i++)
		carried += pairs_carry(&pairs, pair, 1000, 64, now + i * MS);
	assert_in_range(carried, 80, 80 + 16 + 1); /* 64 kbit/s for 10 s, and a burst of 16 KiB */
}

/* Busy: both have sent something, not long ago. */
static void test_pairs_are_busy_when_both_send(void **state)
{
	(void)state;
	uint64_t now = 1000 * SECOND;
	uint32_t pair = pairs_add(&pairs, 1, 2, &chance.random, now);
	pairs_acknowledge(&pairs, pair, 0, true, now);
	assert_false(pairs_busy(&pairs, pair, now));
	pairs_acknowledge(&pairs, pair, 1, true, now + 5 * SECOND);
	assert_true(pairs_busy(&pairs, pair, now + 20 * SECOND));
	assert_false(pairs_busy(&pairs, pair, now + 21 * SECOND));
}

static void test_pairs_refuse_when_full(void **state)
{
	(void)state;
	for (uint32_t i = 0; i < 4; i++)
		assert_int_not_equal(pairs_add(&pairs, 1, 2 + i, &chance.random, SECOND), 0);
	assert_int_equal(pairs_add(&pairs, 1, 9, &chance.random, SECOND), 0);
	pairs_remove(&pairs, 2);
	assert_int_not_equal(pairs_add(&pairs, 1, 9, &chance.random, SECOND), 0);
}

/* Who has just been introduced, or is being, and uses the pair; for ten seconds at most. Of others,
 * nobody needs it: they have another path by now, or will have none. */
static void test_pairs_are_settled_soon(void **state)
{
	(void)state;
	uint64_t now = 1000 * SECOND;
	assert_true(pairs_settled(&pairs, now));
	uint32_t silent = pairs_add(&pairs, 1, 2, &chance.random, now);
	assert_false(pairs_settled(&pairs, now));
	assert_false(pairs_settled(&pairs, now + 2 * SECOND - 1));
	assert_true(pairs_settled(&pairs, now + 2 * SECOND));

	now += 100 * SECOND;
	uint32_t used = pairs_add(&pairs, 1, 3, &chance.random, now);
	for (unsigned i = 0; i < 50; i++) {
		pairs_acknowledge(&pairs, used, i % 2, true, now + i * 200 * MS);
		pairs_acknowledge(&pairs, silent, i % 2, false, now + i * 200 * MS);
		assert_false(pairs_settled(&pairs, now + i * 200 * MS));
	}
	pairs_acknowledge(&pairs, used, 0, true, now + 10 * SECOND);
	assert_true(pairs_settled(&pairs, now + 10 * SECOND));

	now += 100 * SECOND;
	used = pairs_add(&pairs, 1, 4, &chance.random, now);
	pairs_acknowledge(&pairs, used, 1, true, now + 3 * SECOND);
	pairs_touch(&pairs, silent, now + 4 * SECOND); /* of later use, but settled */
	assert_false(pairs_settled(&pairs, now + 5 * SECOND));
	assert_true(pairs_settled(&pairs, now + 6 * SECOND));
	pairs_acknowledge(&pairs, used, 1, true, now + 7 * SECOND);
	assert_false(pairs_settled(&pairs, now + 7 * SECOND));
	pairs_remove(&pairs, used);
	assert_true(pairs_settled(&pairs, now + 7 * SECOND));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, start, end)
		TEST(test_pairs_introduce_until_acknowledged),
		TEST(test_pairs_end_after_five_silent_minutes),
		TEST(test_pairs_carry_what_is_allowed),
		TEST(test_pairs_are_busy_when_both_send),
		TEST(test_pairs_refuse_when_full),
		TEST(test_pairs_are_settled_soon),
	};
	return cmocka_run_group_tests_name("pairs", tests, NULL, NULL);
}
