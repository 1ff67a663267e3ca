/* verdicts: what the program hears and decides, one peer at a time. */
#include "endpoint/verdicts.h"

#include "tests/unit/two_rosters.h"

static struct test_random randomness;
static struct side alice, guests[2];
static struct verdicts v;
static uint64_t now;

static struct route route_of(unsigned guest)
{
	return side_route(1 + guest);
}

static void talk(unsigned guest)
{
	struct route to_alice = side_route(999), to_guest = route_of(guest);

	side_talk(&guests[guest], &to_alice, &alice, &to_guest, now);
}

/* Alice waits for contacts; a guest comes with the key of that number. */
static void prepare(void)
{
	now = 1000 * SECOND;
	randomness = test_random(9);
	verdicts_init(&v);
	side_start(&alice, &(struct side_config){ .contacts = true, .random = &randomness.random });
	memset(guests, 0, sizeof guests);
}

static void comes(unsigned guest, unsigned identity)
{
	struct route to_alice = side_route(999);

	side_start(&guests[guest], &(struct side_config){ .initiator = true,
	                                                  .identity = identity,
	                                                  .expected = &alice.key.public,
	                                                  .random = &randomness.random });
	seek_introduced(&guests[guest].seek, &to_alice, now);
	talk(guest);
}

static void end(void)
{
	for (unsigned i = 0; i < 2; i++)
		side_end(&guests[i]);
	side_end(&alice);
}

static void expect(enum endpoint_event_kind kind, struct endpoint_event *e)
{
	assert_true(verdicts_take(&v, &alice.roster, e));
	assert_int_equal(e->kind, kind);
}

static void expect_nothing(void)
{
	struct endpoint_event e;

	assert_false(verdicts_take(&v, &alice.roster, &e));
}

/* While the program has not decided it hears of nobody else, and of nothing. */
static void test_verdicts_ask_about_one_peer_at_a_time(void **state)
{
	(void)state;
	struct endpoint_event e;

	prepare();
	comes(0, 1);
	comes(1, 2);
	expect(ENDPOINT_PEER, &e);
	assert_true(verdicts_asked(&v) >= 0);
	news_add_failed(verdicts_news(&v), NEWS_MODE, ERR_VERSION, "other mode");
	expect_nothing();
	verdicts_refuse(&v, &alice.roster, CLOSE_BUSY, span_text("busy"));
	assert_int_equal(roster_in(&alice.roster, PEER_CLOSING), 1);
	expect(ENDPOINT_FAILED, &e); /* news come first */
	expect(ENDPOINT_PEER, &e);
	assert_false(e.replaces);
	verdicts_accept(&v, &alice.roster);
	assert_true(verdicts_accepted(&v) >= 0);
	expect(ENDPOINT_READY, &e);
	expect_nothing();
	end();
}

/* The accepted peer that comes again is told from somebody else; the old session makes room. */
static void test_verdicts_know_the_accepted_peer_again(void **state)
{
	(void)state;
	struct endpoint_event e;

	for (unsigned same = 0; same < 2; same++) {
		prepare();
		comes(0, 1);
		expect(ENDPOINT_PEER, &e);
		verdicts_accept(&v, &alice.roster);
		expect(ENDPOINT_READY, &e);
		int first = verdicts_accepted(&v);
		comes(1, same ? 1 : 2);
		expect(ENDPOINT_PEER, &e);
		assert_int_equal(e.replaces, same);
		verdicts_retire(&v, &alice.roster);
		verdicts_accept(&v, &alice.roster);
		assert_int_not_equal(verdicts_accepted(&v), first);
		expect(ENDPOINT_OVER, &e);
		assert_int_equal(e.err, ERR_EXISTS);
		assert_int_equal(verdicts_ended(&v), -1); /* it goes when its CLOSE has arrived */
		expect(ENDPOINT_READY, &e);
		expect_nothing();
		end();
	}
}

/* The end of the accepted session is told once, with its words, and then it may go. */
static void test_verdicts_tell_the_end_once(void **state)
{
	(void)state;
	struct endpoint_event e;

	prepare();
	comes(0, 1);
	expect(ENDPOINT_PEER, &e);
	verdicts_accept(&v, &alice.roster);
	expect(ENDPOINT_READY, &e);
	int place = verdicts_accepted(&v);
	struct session *theirs = NULL;
	for (int i = 0; i < ROSTER_PLACES; i++) {
		if (roster_at(&guests[0].roster, i) != NULL)
			theirs = peer_session(roster_at(&guests[0].roster, i));
	}
	assert_non_null(theirs);
	session_close(theirs, CLOSE_OTHER, span_text("that is all"));
	talk(0);
	for (unsigned i = 0; i < 100 && verdicts_accepted(&v) >= 0; i++) {
		if (verdicts_take(&v, &alice.roster, &e) && e.kind == ENDPOINT_OVER)
			assert_true(span_is(e.text, "that is all"));
		now += 100 * MS;
		talk(0);
	}
	assert_int_equal(e.kind, ENDPOINT_OVER);
	assert_int_equal(verdicts_accepted(&v), -1);
	assert_int_equal(verdicts_ended(&v), place);
	assert_int_equal(verdicts_ended(&v), -1);
	expect_nothing();
	end();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_verdicts_ask_about_one_peer_at_a_time),
		cmocka_unit_test(test_verdicts_know_the_accepted_peer_again),
		cmocka_unit_test(test_verdicts_tell_the_end_once),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
