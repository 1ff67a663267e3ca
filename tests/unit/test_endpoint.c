/* endpoint: what the program hears and decides, of one peer and of several. */
#include "tests/unit/endpoint_world.h"

static struct test_random randomness;
enum { GUESTS = 4 };
static struct host alice, guests[GUESTS];
static uint64_t now;

/* Alice waits for contacts, so many at a time; the test is her program. */
static void prepare(unsigned peers)
{
	randomness = test_random(9);
	now = 1000 * SECOND;
	struct endpoint_config config = world_config(false, 0, &randomness.random);

	config.keying.contacts = true;
	config.peers = peers;
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
	for (unsigned i = 0; i < GUESTS; i++)
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

/* While the program has not decided it hears of nobody else. */
static void test_endpoint_asks_about_one_peer_at_a_time(void **state)
{
	(void)state;
	prepare(1);
	comes(0, 1);
	comes(1, 2);
	expect(ENDPOINT_PEER);
	expect_nothing();
	assert_null(endpoint_session(alice.ep, 0));
	endpoint_refuse(alice.ep, CLOSE_BUSY, span_text("busy"));
	assert_int_equal(in(PEER_CLOSING), 1);
	world_members(&alice, 3, now);
	expect(ENDPOINT_COMMUNICATOR); /* news come first */
	assert_false(expect(ENDPOINT_PEER).replaces);
	expect_nothing();
	endpoint_accept(alice.ep, now);
	assert_non_null(endpoint_session(alice.ep, 0));
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
		prepare(1);
		comes(0, 1);
		expect(ENDPOINT_PEER);
		endpoint_accept(alice.ep, now);
		expect(ENDPOINT_READY);
		const struct session *first = endpoint_session(alice.ep, 0);
		comes(1, same ? 1 : 2);
		assert_int_equal(expect(ENDPOINT_PEER).replaces, same);
		assert_ptr_equal(endpoint_session(alice.ep, 0), first);
		endpoint_accept(alice.ep, now);
		assert_ptr_not_equal(endpoint_session(alice.ep, 0), first);
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

	prepare(1);
	comes(0, 1);
	expect(ENDPOINT_PEER);
	endpoint_accept(alice.ep, now);
	expect(ENDPOINT_READY);
	world_talk(&guests[0], &alice, now); /* the guest learns that it is in */
	session_close(endpoint_session(guests[0].ep, 0), CLOSE_OTHER, span_text("that is all"));
	for (unsigned i = 0; i < 100 && e.kind != ENDPOINT_OVER; i++) {
		world_talk(&guests[0], &alice, now);
		if (!endpoint_has_news(alice.ep) || !endpoint_take(alice.ep, &e))
			now += 100 * MS;
	}
	assert_int_equal(e.kind, ENDPOINT_OVER);
	assert_true(span_is(e.text, "that is all"));
	assert_null(endpoint_session(alice.ep, 0));
	endpoint_timer(alice.ep, now + 1000 * SECOND);
	assert_int_equal(in(PEER_ENDED), 1);      /* the words are still to be read */
	assert_true(endpoint_has_news(alice.ep)); /* nothing to hear, but somebody to let go */
	expect_nothing();
	assert_int_equal(in(PEER_ENDED), 0);
	assert_false(endpoint_has_news(alice.ep));
	assert_true(endpoint_settled(alice.ep));
	end();
}

static unsigned gives_way(void)
{
	const struct peer *p = roster_gives_way(endpoint_roster(alice.ep));

	return p != NULL ? p->number : 0;
}

/* A guest comes, and is accepted. Returns its number. */
static unsigned joins(unsigned guest, unsigned identity)
{
	comes(guest, identity);
	unsigned peer = expect(ENDPOINT_PEER).peer;
	endpoint_accept(alice.ep, now);
	struct endpoint_event e = expect(ENDPOINT_READY);
	assert_int_equal(e.peer, peer);
	world_talk(&guests[guest], &alice, now);
	return peer;
}

static void says(unsigned guest, const char *text)
{
	session_write(endpoint_session(guests[guest].ep, 0), STREAM_CHAT, span_text(text));
	world_talk(&guests[guest], &alice, now);
}

static void hears(unsigned peer, const char *text)
{
	assert_true(span_is(session_read(endpoint_session(alice.ep, peer), STREAM_CHAT), text));
}

/* Each has a session of its own, and its number tells it from the others. One that comes again
 * replaces its own. */
static void test_endpoint_has_several_peers(void **state)
{
	(void)state;
	unsigned peers[3];

	prepare(3);
	for (unsigned i = 0; i < 3; i++) {
		assert_int_equal(gives_way(), 0);
		peers[i] = joins(i, 1 + i);
	}
	for (unsigned i = 0; i < 3; i++)
		says(i, (const char *[]){ "one", "two", "three" }[i]);
	hears(peers[0], "one");
	hears(peers[1], "two");
	hears(peers[2], "three");
	comes(3, 2);
	struct endpoint_event e = expect(ENDPOINT_PEER);
	assert_true(e.replaces);
	assert_int_equal(gives_way(), peers[1]);
	endpoint_accept(alice.ep, now);
	struct endpoint_event over = expect(ENDPOINT_OVER);
	assert_int_equal(over.peer, peers[1]);
	assert_int_equal(over.err, ERR_EXISTS);
	expect(ENDPOINT_READY);
	assert_null(endpoint_session(alice.ep, peers[1]));
	assert_int_equal(in(PEER_ACCEPTED), 3);
	world_talk(&guests[3], &alice, now);
	says(3, "again");
	hears(e.peer, "again");
	hears(peers[0], "one");
	hears(peers[2], "three");
	end();
}

/* Where no place is left, whoever is away goes first, and then who was not heard for longest. The
 * end of one is not the end of the others. */
static void test_endpoint_has_a_limit(void **state)
{
	(void)state;
	unsigned peers[3];

	prepare(3);
	for (unsigned i = 0; i < 3; i++) {
		peers[i] = joins(i, 1 + i);
		now += SECOND;
	}
	assert_int_equal(gives_way(), peers[0]);
	says(0, "here");
	assert_int_equal(gives_way(), peers[1]);
	comes(3, 4);
	assert_false(expect(ENDPOINT_PEER).replaces);
	endpoint_accept(alice.ep, now);
	assert_int_equal(expect(ENDPOINT_OVER).peer, peers[1]);
	expect(ENDPOINT_READY);
	session_close(endpoint_session(guests[2].ep, 0), CLOSE_DONE, span_text(""));
	for (unsigned i = 0; i < 100 && !endpoint_has_news(alice.ep); i++) {
		world_talk(&guests[2], &alice, now);
		now += 100 * MS;
	}
	assert_int_equal(expect(ENDPOINT_OVER).peer, peers[2]);
	expect_nothing();
	assert_null(endpoint_session(alice.ep, peers[2]));
	hears(peers[0], "here");
	assert_int_equal(gives_way(), 0);
	end();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_endpoint_asks_about_one_peer_at_a_time),
		cmocka_unit_test(test_endpoint_knows_the_accepted_peer_again),
		cmocka_unit_test(test_endpoint_tells_the_end_once),
		cmocka_unit_test(test_endpoint_has_several_peers),
		cmocka_unit_test(test_endpoint_has_a_limit),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
