/* tries: three in a run, however they are spread over peers and time. */
#include "endpoint/tries.h"

#include "tests/unit/support.h"

static struct source who(unsigned n)
{
	struct addr at = addr_v4(192, 0, 2, (uint8_t)n, 1);

	return source_of_addr(&at);
}

/* Open ones count, and a place has one of them. C2. */
static void test_tries_are_three_in_a_run_open_ones_counted(void **state)
{
	(void)state;
	struct tries t = { 0 };
	struct source one = who(1), two = who(2);

	assert_true(tries_begin(&t, 1, &one, 0) && tries_begin(&t, 2, &one, 0));
	assert_true(tries_left(&t));
	assert_true(tries_begin(&t, 3, &two, 0) && tries_begin(&t, 1, &one, 0));
	assert_false(tries_left(&t) || tries_begin(&t, 4, &two, 0));
	tries_good(&t, 3);
	assert_true(tries_begin(&t, 4, &two, 0));
	tries_failed(&t, 1);
	tries_failed(&t, 1); /* once */
	tries_failed(&t, 2);
	assert_false(tries_over(&t) || tries_begin(&t, 5, &two, 0));
	tries_good(&t, 4);
	assert_true(tries_begin(&t, 4, &two, 0));
	tries_failed(&t, 4);
	tries_good(&t, 4); /* too late */
	assert_true(tries_over(&t));
	assert_false(tries_begin(&t, 1, &one, 0));
	assert_int_equal(tries_of(&t, &one), 2);
	assert_int_equal(tries_of(&t, &two), 1);
	assert_int_equal(tries_lost(&t), 3);
}

/* An unanswered one counts as lost after five seconds, and no longer when the answer comes. */
static void test_tries_without_an_answer_are_lost_until_it_comes(void **state)
{
	(void)state;
	struct tries t = { 0 };
	struct source one = who(1);

	assert_true(tries_deadline(&t) == NEVER);
	assert_true(tries_begin(&t, 1, &one, SECOND));
	assert_true(tries_deadline(&t) == SECOND + TRIES_OVERDUE_US);
	tries_timer(&t, SECOND + TRIES_OVERDUE_US - 1);
	assert_int_equal(tries_lost(&t), 0);
	tries_timer(&t, SECOND + TRIES_OVERDUE_US);
	assert_int_equal(tries_lost(&t), 1);
	assert_true(tries_deadline(&t) == NEVER);
	assert_int_equal(tries_of(&t, &one), 0);
	tries_good(&t, 1);
	assert_int_equal(tries_lost(&t), 0);
}

/* Two runs that lie side by side in memory: what becomes of one says nothing of the other. */
static void test_tries_of_another_run_do_not_count(void **state)
{
	(void)state;
	struct tries t[2] = { 0 };
	struct source one = who(1);

	for (int place = 0; place < LIMIT_CODE_GUESSES; place++)
		assert_true(tries_begin(&t[1], place, &one, SECOND));
	assert_true(tries_deadline(&t[0]) == NEVER);
	tries_timer(&t[0], 100 * SECOND);
	tries_good(&t[0], 0);
	tries_failed(&t[0], 0);
	assert_int_equal(tries_lost(&t[1]), 0);
	assert_false(tries_left(&t[1]));
	tries_timer(&t[1], 100 * SECOND);
	assert_int_equal(tries_lost(&t[1]), LIMIT_CODE_GUESSES);
	assert_int_equal(tries_lost(&t[0]), 0);
	for (int place = 0; place < LIMIT_CODE_GUESSES; place++)
		tries_failed(&t[1], place);
	assert_int_equal(tries_of(&t[1], &one), LIMIT_CODE_GUESSES);
	assert_int_equal(tries_of(&t[0], &one), 0);
	assert_false(tries_over(&t[0]));
	t[1] = (struct tries){ 0 };
	for (int place = 0; place < LIMIT_CODE_GUESSES; place++)
		assert_true(tries_begin(&t[0], place, &one, SECOND));
	assert_false(tries_left(&t[0]) || tries_begin(&t[0], 9, &one, SECOND));
}

/* Any order of beginnings, good and bad ends: never more than three are open or failed. */
static void test_tries_are_never_more_than_three(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= 200; seed++) {
		struct test_random chance = test_random(seed);
		struct tries t = { 0 };
		struct source s = who(1);
		unsigned failed = 0;
		bool open[8] = { false };

		for (unsigned step = 0; step < 100; step++) {
			unsigned place = (unsigned)random_below(&chance.random, 8), count = 0;

			switch (random_below(&chance.random, 4)) {
			case 0: tries_timer(&t, step * SECOND); break;
			case 1:
				tries_good(&t, (int)place);
				open[place] = false;
				break;
			case 2:
				tries_failed(&t, (int)place);
				failed += open[place];
				open[place] = false;
				break;
			default: open[place] |= tries_begin(&t, (int)place, &s, step * SECOND);
			}
			for (unsigned i = 0; i < 8; i++)
				count += open[i];
			assert_true(count + failed <= LIMIT_CODE_GUESSES);
			assert_int_equal(tries_left(&t), count + failed < LIMIT_CODE_GUESSES);
			assert_int_equal(tries_over(&t), failed == LIMIT_CODE_GUESSES);
			assert_int_equal(tries_of(&t, &s), failed);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_tries_are_three_in_a_run_open_ones_counted),
		cmocka_unit_test(test_tries_without_an_answer_are_lost_until_it_comes),
		cmocka_unit_test(test_tries_of_another_run_do_not_count),
		cmocka_unit_test(test_tries_are_never_more_than_three),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
