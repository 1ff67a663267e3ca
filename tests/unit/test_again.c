/* again: when a peer that is gone is asked for, and what is told of it. (With a
 * session that speaks: test_endpoint_again.c, and the simulator.) */
#include "endpoint/again.h"

#include "session/session_net.h"
#include "tests/unit/two_keys.h"

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
	again_calm(&a, NULL); /* its turns begin anew */
	assert_true(again_next(&a, &route, &life, SECOND) && route.pair == 2);
	assert_true(again_next(&a, &route, &life, SECOND) && route.pair == 1);
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

/* A session that began at SECOND, and whose peer says nothing. */
static struct session *silent_session(void)
{
	static struct test_random randomness;
	struct identity ids[2];
	struct encryptor *keys[2];
	struct route at = to(1);

	randomness = test_random(1);
	two_keys(SUITE_PSEUDO, ids, &randomness.random, keys);
	encryptor_free(keys[1]);
	struct session_config config = { .suite = encryptor_class_of(SUITE_PSEUDO),
		                         .silence_us = NEVER,
		                         .random = &randomness.random };
	struct session *s = session_new(&config, keys[0], &at, SECOND);

	assert_non_null(s);
	session_accept(s);
	return s;
}

/* Whoever answers while a session stands waits, for a second or three round trips, a second each at
 * most; the session is asked at once and every 50 ms whether its peer is that one, there too. An
 * answer that comes long after waits anew. */
static void test_again_holds_answers_while_the_session_is_asked(void **state)
{
	(void)state;
	static const uint64_t table[][2] = {
		{ 0, 1000 }, { 400, 1200 }, { 1000, 3000 }, { 9000, 3000 }
	};
	struct route there = to(2);

	for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
		struct session *s = silent_session();
		struct again_hold h = { .until = 0 };
		uint64_t now = 2 * SECOND, until = now + table[i][1] * MS;

		assert_false(again_holds(&h, NULL, table[i][0] * MS, now));
		assert_int_equal(again_hold_deadline(&h), NEVER);
		again_hold_timer(&h, s, &there, now);
		assert_false(session_has_route(s, &there));
		assert_true(again_holds(&h, s, table[i][0] * MS, now));
		assert_int_equal(h.until, until);
		assert_int_equal(again_hold_deadline(&h), now);
		again_hold_timer(&h, s, &there, now);
		assert_true(session_has_route(s, &there));
		assert_int_equal(again_hold_deadline(&h), now + 50 * MS);
		again_hold_timer(&h, s, &there, now + 50 * MS - 1);
		assert_int_equal(again_hold_deadline(&h), now + 50 * MS);
		assert_true(again_holds(&h, s, 0, until - 1));
		assert_false(again_holds(&h, s, 0, until));
		uint64_t late = until + (table[i][0] > 667 ? 3 * table[i][0] : 2000) * MS;
		assert_false(again_holds(&h, s, 0, late - 1));
		struct again_hold anew = h;
		assert_true(again_holds(&anew, s, 0, late));
		assert_int_equal(anew.until, late + SECOND);
		again_hold_timer(&h, NULL, &there, until);
		assert_int_equal(again_hold_deadline(&h), NEVER);
		session_free(s);
	}
}

/* A session that stands is doubted when its peer may be elsewhere and a second has passed without a
 * word of it; not before, and not for what was asked of an earlier one. */
static void test_again_asks_whether_the_session_is_heard(void **state)
{
	(void)state;
	struct session *s = silent_session();

	prepare(1);
	assert_false(again_looks(&a, s, 9 * SECOND));
	assert_int_equal(again_deadline(&a, s), NEVER);
	again_ask(&a, s, SECOND); /* of one before: s was heard no earlier than that */
	assert_false(again_looks(&a, s, 9 * SECOND));
	assert_int_equal(again_deadline(&a, s), NEVER);
	again_over(&a, ERR_CUT, false, SECOND);
	again_accepted(&a, SECOND);
	again_ask(&a, s, 3 * SECOND);
	again_ask(&a, s, 4 * SECOND); /* it is asked already */
	assert_false(again_looks(&a, s, 4 * SECOND - 1));
	assert_true(again_looks(&a, s, 4 * SECOND));
	assert_int_equal(again_deadline(&a, s), 4 * SECOND);
	again_calm(&a, s);
	assert_true(again_looks(&a, s, 4 * SECOND)); /* still not heard */
	session_close(s, CLOSE_BUSY, span_text(""));
	assert_false(again_looks(&a, s, 4 * SECOND));
	assert_int_equal(again_deadline(&a, s), NEVER);
	session_free(s);
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
		cmocka_unit_test(test_again_holds_answers_while_the_session_is_asked),
		cmocka_unit_test(test_again_asks_whether_the_session_is_heard),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
