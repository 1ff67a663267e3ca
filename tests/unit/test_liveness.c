/* liveness: a silent peer is asked, then counts as away, then is given up; and one that answers is
 * neither, nor is it asked more often than needed. */
#include "session/liveness.h"

#include "base/limits.h"
#include "tests/unit/support.h"

#define START (100 * SECOND)

static struct liveness l;

/* Runs until then in steps of 100 ms. answers: the peer does, at once. Returns the pings sent;
 * stops when the silence was too long. */
static unsigned run(uint64_t *now, uint64_t until, bool answers, bool *alive)
{
	static bool idle;
	unsigned pings = 0;

	idle = idle || answers || *now == START;

	for (*alive = true; *alive && *now < until; *now += 100 * MS) {
		*alive = liveness_timer(&l, idle, true, *now);
		if (!l.ping_due)
			continue;
		liveness_asked(&l, *now);
		pings++;
		idle = answers;
		if (answers)
			liveness_heard(&l, *now);
	}
	return pings;
}

/* Every third of the silence that is allowed, and at least every 20 seconds for the NATs. */
static void test_liveness_asks_a_quiet_peer_now_and_then(void **state)
{
	static const struct {
		uint64_t silence_us;
		unsigned pings; /* in ten minutes */
	} table[] = { { NEVER, 30 }, { 60 * SECOND, 30 }, { 30 * SECOND, 60 }, { SECOND, 1200 } };
	bool alive;

	(void)state;
	for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
		uint64_t now = START;

		liveness_init(&l, table[i].silence_us, now);
		unsigned pings = run(&now, START + 600 * SECOND, true, &alive);
		assert_true(alive);
		assert_false(l.away);
		assert_in_range(pings, table[i].pings, table[i].pings + 1);
	}
}

static void test_liveness_silent_peer_is_away_then_over(void **state)
{
	uint64_t now = START;
	bool alive;

	(void)state;
	liveness_init(&l, 60 * SECOND, now);
	run(&now, START + 2900 * MS, false, &alive);
	assert_false(l.away);
	run(&now, START + 3200 * MS, false, &alive);
	/* nothing was said since the first ping: it is still unanswered */
	assert_true(liveness_timer(&l, false, true, now));
	assert_true(l.away);
	assert_int_equal(liveness_deadline(&l, false, true), START + 60 * SECOND);
	liveness_heard(&l, now);
	assert_false(l.away);
	assert_true(liveness_timer(&l, false, true, now + 60 * SECOND - 1));
	assert_false(liveness_timer(&l, false, true, now + 60 * SECOND));
}

/* Without a path nothing can be asked, and the peer is away all the same. */
static void test_liveness_without_a_path_is_away(void **state)
{
	(void)state;
	liveness_init(&l, NEVER, START);
	for (uint64_t now = START; now <= START + 4 * SECOND; now += 100 * MS)
		assert_true(liveness_timer(&l, true, false, now));
	assert_true(l.away);
}

static void test_liveness_asks_as_often_as_it_is_told(void **state)
{
	(void)state;
	liveness_init(&l, NEVER, START);
	liveness_asked(&l, START);
	liveness_heard(&l, START);
	assert_true(liveness_timer(&l, true, true, START));
	assert_int_equal(liveness_deadline(&l, true, true), START + 20 * SECOND);
	liveness_keep(&l, 8 * SECOND, false, true);
	assert_int_equal(liveness_deadline(&l, true, true), START + 8 * SECOND);
	assert_true(liveness_timer(&l, true, true, START + 8 * SECOND - 1) && !l.ping_due);
	assert_true(liveness_timer(&l, true, true, START + 8 * SECOND) && l.ping_due);
}

/* Where NATs are kept awake otherwise, the peer is asked after half the time in which nothing was
 * said, or as late as one is told. The responder lets the initiator ask. */
static void test_liveness_asks_less_when_nothing_is_said(void **state)
{
	static const unsigned after_s[] = { 20, 20, 20, 30, 45, 67, 101, 151, 227, 240, 240 };
	uint64_t now = START;

	(void)state;
	liveness_init(&l, NEVER, now);
	for (size_t i = 0; i < sizeof after_s / sizeof *after_s; i++) {
		for (unsigned initiator = 0; initiator < 2; initiator++) {
			liveness_asked(&l, now - SECOND);
			liveness_heard(&l, now);
			liveness_keep(&l, 240 * SECOND, true, initiator);
			assert_true(liveness_timer(&l, true, true, now));
			uint64_t after = liveness_deadline(&l, true, true) - now;
			assert_int_equal(after / SECOND, after_s[i] + (initiator ? 0 : 5));
		}
		now = liveness_deadline(&l, true, true);
	}
	liveness_said(&l, now);
	liveness_heard(&l, now);
	assert_int_equal(liveness_deadline(&l, true, true), now + 20 * SECOND);
	liveness_limit(&l, 30 * SECOND); /* who gives up soon asks often */
	assert_int_equal(liveness_deadline(&l, true, true), now + 10 * SECOND);
}

/* Whoever hears much and asks nothing would not notice that nothing it says arrives. */
static void test_liveness_asks_though_the_peer_is_heard(void **state)
{
	uint64_t now = START;
	unsigned pings = 0;

	(void)state;
	liveness_init(&l, NEVER, now);
	liveness_keep(&l, 245 * SECOND, true, false);
	for (; now < START + 200 * SECOND; now += 100 * MS) {
		if (now % (2 * SECOND) == 0)
			liveness_heard(&l, now);
		assert_true(liveness_timer(&l, true, true, now));
		if (!l.ping_due)
			continue;
		liveness_asked(&l, now);
		pings++;
	}
	assert_in_range(pings, 10, 11);
}

static void test_liveness_limit_only_shortens(void **state)
{
	(void)state;
	liveness_init(&l, 10 * SECOND, START);
	liveness_limit(&l, 60 * SECOND);
	assert_false(liveness_timer(&l, true, true, START + 10 * SECOND));
	liveness_init(&l, NEVER, START);
	liveness_limit(&l, 60 * SECOND);
	assert_false(liveness_timer(&l, true, true, START + 60 * SECOND));
}

/* Whatever happens (seeded): past its deadline a timer leaves a later one, or a ping to send. */
static void test_liveness_deadline_never_stays_in_the_past(void **state)
{
	struct test_random t = test_random(7);
	uint64_t now = START;

	(void)state;
	liveness_init(&l, NEVER, now);
	for (unsigned step = 0; step < 20000; step++) {
		bool idle = random_below(&t.random, 2) == 0;
		bool path = random_below(&t.random, 4) != 0;

		now += random_below(&t.random, 2 * SECOND);
		assert_true(liveness_timer(&l, idle, path, now));
		assert_true(liveness_deadline(&l, idle, path) > now || l.ping_due);
		if (random_below(&t.random, 3) == 0)
			liveness_heard(&l, now);
		if (l.ping_due && path)
			liveness_asked(&l, now);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_liveness_asks_a_quiet_peer_now_and_then),
		cmocka_unit_test(test_liveness_silent_peer_is_away_then_over),
		cmocka_unit_test(test_liveness_without_a_path_is_away),
		cmocka_unit_test(test_liveness_asks_as_often_as_it_is_told),
		cmocka_unit_test(test_liveness_asks_less_when_nothing_is_said),
		cmocka_unit_test(test_liveness_asks_though_the_peer_is_heard),
		cmocka_unit_test(test_liveness_limit_only_shortens),
		cmocka_unit_test(test_liveness_deadline_never_stays_in_the_past),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
