/* endpoint: what the program hears and decides, one peer at a time. */
#include "tests/unit/endpoint_world.h"

static struct test_random randomness;
static struct host alice, guests[2];
static uint64_t now;

/* Alice waits for contacts; the test is her program. */
static void prepare(void)
{
	randomness = test_random(9);
	now = 1000 * SECOND;
	struct endpoint_config config = world_config(false, 0, &randomness.random);

	config.keying.contacts = true;
	world_host(&alice, &config, addr_v4(192, 0, 2, 1, 1000), now);
	alice.left = true;
	memset(guests, 0, sizeof guests);
}

/* A guest comes with the key of that number. */
static void comes(unsigned guest, unsigned identity)
{
	struct endpoint_config config = world_config(true, identity, &randomness.random);
	struct route to_alice = world_route(&alice.at);

	config.keying.expected = world_key(0);
	world_host(&guests[guest], &config, addr_v4(192, 0, 2, (uint8_t)(2 + guest), 1000), now);
	world_up(&guests[guest], &to_alice, now);
	world_talk(&guests[guest], &alice, now);
}

static void end(void)
{
	for (unsigned i = 0; i < 2; i++)
		world_end(&guests[i]);
	world_end(&alice);
}

static struct endpoint_event expect(enum endpoint_event_kind kind)
{
	struct endpoint_event e;

	assert_true(endpoint_has_news(alice.ep));
	assert_true(endpoint_take(alice.ep, &e));
	assert_int_equal(e.kind, kind);
	return e;
}

static void expect_nothing(void)
{
	struct endpoint_event e;

	assert_false(endpoint_take(alice.ep, &e));
}

static unsigned in(enum peer_state state)
{
	return peers_in(endpoint_roster(alice.ep), state);
}

/* While the program has not decided it hears of nobody else, and of nothing. */
static void test_endpoint_asks_about_one_peer_at_a_time(void **state)
{
	(void)state;
	prepare();
	comes(0, 1);
	comes(1, 2);
	expect(ENDPOINT_PEER);
	world_members(&alice, 3, now);
	expect_nothing();
	assert_null(endpoint_session(alice.ep));
	endpoint_refuse(alice.ep, CLOSE_BUSY, span_text("busy"));
	assert_int_equal(in(PEER_CLOSING), 1);
	expect(ENDPOINT_COMMUNICATOR); /* news come first */
	assert_false(expect(ENDPOINT_PEER).replaces);
	expect_nothing();
	endpoint_accept(alice.ep, now);
	assert_non_null(endpoint_session(alice.ep));
	expect(ENDPOINT_READY);
	assert_false(endpoint_has_news(alice.ep));
	expect_nothing();
	end();
}

/* The accepted peer that comes again is told from somebody else; the old session makes room. */
static void test_endpoint_knows_the_accepted_peer_again(void **state)
{
	(void)state;
	for (unsigned same = 0; same < 2; same++) {
		prepare();
		comes(0, 1);
		expect(ENDPOINT_PEER);
		endpoint_accept(alice.ep, now);
		expect(ENDPOINT_READY);
		const struct session *first = endpoint_session(alice.ep);
		comes(1, same ? 1 : 2);
		assert_int_equal(expect(ENDPOINT_PEER).replaces, same);
		assert_ptr_equal(endpoint_session(alice.ep), first);
		endpoint_accept(alice.ep, now);
		assert_ptr_not_equal(endpoint_session(alice.ep), first);
		assert_int_equal(in(PEER_CLOSING), 1);
		assert_int_equal(expect(ENDPOINT_OVER).err, ERR_EXISTS);
		expect(ENDPOINT_READY);
		assert_int_equal(in(PEER_CLOSING), 1); /* it goes when its CLOSE has arrived */
		expect_nothing();
		end();
	}
}

/* The end of the accepted session is told once, with its words, and then it may go. */
static void test_endpoint_tells_the_end_once(void **state)
{
	(void)state;
	struct endpoint_event e = { .kind = ENDPOINT_PEER };

	prepare();
	comes(0, 1);
	expect(ENDPOINT_PEER);
	endpoint_accept(alice.ep, now);
	expect(ENDPOINT_READY);
	world_talk(&guests[0], &alice, now); /* the guest learns that it is in */
	session_close(endpoint_session(guests[0].ep), CLOSE_OTHER, span_text("that is all"));
	for (unsigned i = 0; i < 100 && e.kind != ENDPOINT_OVER; i++) {
		world_talk(&guests[0], &alice, now);
		if (!endpoint_has_news(alice.ep) || !endpoint_take(alice.ep, &e))
			now += 100 * MS;
	}
	assert_int_equal(e.kind, ENDPOINT_OVER);
	assert_true(span_is(e.text, "that is all"));
	assert_null(endpoint_session(alice.ep));
	endpoint_timer(alice.ep, now + 1000 * SECOND);
	assert_int_equal(in(PEER_ENDED), 1);      /* the words are still to be read */
	assert_true(endpoint_has_news(alice.ep)); /* nothing to hear, but somebody to let go */
	expect_nothing();
	assert_int_equal(in(PEER_ENDED), 0);
	assert_false(endpoint_has_news(alice.ep));
	assert_true(endpoint_settled(alice.ep));
	end();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_endpoint_asks_about_one_peer_at_a_time),
		cmocka_unit_test(test_endpoint_knows_the_accepted_peer_again),
		cmocka_unit_test(test_endpoint_tells_the_end_once),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
