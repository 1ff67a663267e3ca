/* again: when a peer that is gone is asked for, and what is told of it. (With a session:
 * test_endpoint_again.c, and the simulator.) */
#include "endpoint/again.h"

#include "tests/unit/support.h"

static struct again a;
static struct route route;
static uint64_t life;

static struct route to(unsigned n)
{
	return (struct route){ .kind = ROUTE_FORWARD_UDP, .link = 1, .pair = n };
}

static void prepare(unsigned routes)
{
	again_init(&a, true, true);
	for (unsigned n = 1; n <= routes; n++) {
		struct route r = to(n);

		again_route_up(&a, &r);
	}
}

/* Seldom, where nobody answers: at 0, 3.5, 10.5, 24.5 s and then every 18 s. */
static void test_again_asks_less_and_less_often(void **state)
{
	(void)state;
	static const uint64_t at[] = { 0, 3500, 10500, 24500, 42500, 60500 };
	unsigned next = 0;

	prepare(1);
	for (uint64_t ms = 0; ms < 61000; ms += 500) {
		bool due = again_next(&a, &route, &life, SECOND + ms * MS);

		assert_int_equal(due, next < 6 && ms == at[next]);
		assert_true(!due || again_deadline(&a, NULL) > SECOND + ms * MS);
		next += due;
	}
	assert_int_equal(next, 6);
	again_calm(&a, NULL);
	assert_true(again_next(&a, &route, &life, 62 * SECOND));
	assert_int_equal(life, 5 * SECOND / 2);
}

/* A new route comes first, each has its own turns, and none is asked when it is gone. */
static void test_again_tries_every_route_that_is_up(void **state)
{
	(void)state;
	struct route one = to(1);

	prepare(2);
	assert_true(again_next(&a, &route, &life, SECOND) && route.pair == 2);
	assert_true(again_next(&a, &route, &life, SECOND) && route.pair == 1);
	assert_false(again_next(&a, &route, &life, SECOND));
	again_route_down(&a, &one);
	assert_true(again_next(&a, &route, &life, 5 * SECOND) && route.pair == 2);
	assert_false(again_next(&a, &route, &life, 5 * SECOND));
	again_route_up(&a, &one); /* it is back */
	assert_true(again_next(&a, &route, &life, 5 * SECOND) && route.pair == 1);
	again_route_up(&a, &one); /* twice the same is one */
	assert_int_equal(a.count, 2);
}

/* However many there are, the newest are kept. */
static void test_again_keeps_the_newest_routes(void **state)
{
	(void)state;
	prepare(AGAIN_ROUTES + 5);
	assert_int_equal(a.count, AGAIN_ROUTES);
	for (unsigned n = AGAIN_ROUTES + 5; n > 5; n--)
		assert_true(again_next(&a, &route, &life, SECOND) && route.pair == n);
	assert_false(again_next(&a, &route, &life, SECOND));
}

/* A failure is told, and not again as long as it is the same; and who was there has some peace. */
static void test_again_tells_a_failure_once(void **state)
{
	(void)state;
	struct endpoint_event e, busy = { .kind = ENDPOINT_REFUSED, .reason = REFUSE_BUSY },
				 dead = { .kind = ENDPOINT_REFUSED, .reason = REFUSE_KEY };

	prepare(1);
	again_failed(&a, &busy, SECOND);
	assert_true(again_take(&a, &e) && e.reason == REFUSE_BUSY && e.again);
	again_failed(&a, &busy, SECOND);
	assert_false(again_take(&a, &e));
	assert_false(again_next(&a, &route, &life, 2 * SECOND));
	assert_true(again_next(&a, &route, &life, 3 * SECOND));
	again_failed(&a, &dead, 3 * SECOND);
	assert_int_equal(again_deadline(&a, NULL), 0);
	assert_true(again_take(&a, &e) && e.reason == REFUSE_KEY);
	again_accepted(&a, 4 * SECOND);
	again_failed(&a, &dead, 5 * SECOND);
	assert_true(again_take(&a, &e));
}

/* Two programs with one identity would replace each other for ever. */
static void test_again_is_over_when_replaced_from_elsewhere(void **state)
{
	(void)state;
	struct endpoint_event e, busy = { .kind = ENDPOINT_REFUSED, .reason = REFUSE_BUSY };

	prepare(1);
	again_accepted(&a, SECOND);
	again_over(&a, ERR_EXISTS, true, 2 * SECOND); /* by an attempt of our own */
	assert_true(again_looks(&a, NULL, 3 * SECOND));
	again_over(&a, ERR_EXISTS, false, 3 * SECOND);
	assert_false(again_looks(&a, NULL, 9 * SECOND));
	again_failed(&a, &busy, 9 * SECOND);
	assert_false(again_take(&a, &e));
	assert_int_equal(again_deadline(&a, NULL), NEVER);
}

/* What was not asked for does not happen. */
static void test_again_is_off_unless_wanted(void **state)
{
	(void)state;
	again_init(&a, false, true);
	assert_false(again_looks(&a, NULL, SECOND));
	again_accepted(&a, SECOND);
	assert_false(again_looks(&a, NULL, SECOND));
	again_init(&a, true, false);
	assert_false(again_looks(&a, NULL, SECOND));
	again_accepted(&a, SECOND);
	assert_true(again_looks(&a, NULL, SECOND));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_again_asks_less_and_less_often),
		cmocka_unit_test(test_again_tries_every_route_that_is_up),
		cmocka_unit_test(test_again_keeps_the_newest_routes),
		cmocka_unit_test(test_again_tells_a_failure_once),
		cmocka_unit_test(test_again_is_over_when_replaced_from_elsewhere),
		cmocka_unit_test(test_again_is_off_unless_wanted),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
