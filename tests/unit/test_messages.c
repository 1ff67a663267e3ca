/* messages: control messages of an unknown kind, or that come when they mean nothing, are skipped;
 * those that make no sense end the session. */
#include "session/messages.h"

#include "tests/unit/two_sessions.h"

static struct two t;

static void test_control_message_of_another_kind_or_size(void **state)
{
	static const struct {
		uint8_t bytes[16];
		size_t len;
		bool closes;
	} table[] = {
		{ { 9, 0, 2, 1, 1 }, 5, false },                     /* unknown type */
		{ { CONTROL_CANDIDATES, 0, 2, 1, 13 }, 5, false },   /* more than there may be */
		{ { CONTROL_CANDIDATES, 0, 3, 1, 1, 1 }, 6, false }, /* cut short */
		{ { CONTROL_CANDIDATES, 0, 0 }, 3, false },
		{ { CONTROL_REKEY, 0, 3, 3, 0, 1 }, 6, false }, /* not the next phase */
		{ { CONTROL_REKEY, 0, 3, 1, 5, 1 }, 6, false }, /* out of turn */
		{ { CONTROL_REKEY, 0, 3, 1, 0, 1 }, 6, true },  /* does not verify */
		{ { CONTROL_REKEY, 0, 1, 1 }, 4, false },       /* cut short */
		{ { 1, 0xff, 0xff }, 3, true },                 /* longer than 4100 */
		{ { 9, 0x10, 0x05 }, 3, true },
	};

	(void)state;
	for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
		two_start(&t, SUITE_PSEUDO, udp_from(20, 4000));
		two_run(&t, SECOND);
		session_write(t.peer, STREAM_CONTROL, span_of(table[i].bytes, table[i].len));
		two_peer_speaks(&t);
		assert_int_equal(session_closing(t.own), table[i].closes);
		two_end(&t);
	}
}

/* However messages are cut on their way, each is heard once: a round of punching is answered. */
static void test_control_message_is_heard_however_it_is_cut(void **state)
{
	static const uint8_t empty_offer[] = { CONTROL_CANDIDATES, 0, 2, 9, 0 };

	(void)state;
	for (size_t cut = 1; cut < sizeof empty_offer; cut++) {
		two_start(&t, SUITE_PSEUDO,
		          (struct route){ .kind = ROUTE_FORWARD_UDP, .link = 1, .pair = 7 });
		punch_init(&t.peer->messages.punch, true, false);
		two_run(&t, SECOND);
		session_write(t.peer, STREAM_CONTROL, span_of(empty_offer, cut));
		two_run(&t, SECOND);
		session_write(t.peer, STREAM_CONTROL,
		              span_of(empty_offer + cut, sizeof empty_offer - cut));
		two_run(&t, SECOND);
		assert_false(session_closing(t.own));
		assert_int_equal(t.own->messages.punch.round, 9);
		two_end(&t);
	}
}

/* 200 offers within two seconds, which come from there; how many doubts they raise. */
static unsigned doubts_by_offers(struct route from)
{
	static const uint8_t empty_offer[] = { CONTROL_CANDIDATES, 0, 2, 9, 0 };
	const struct route at = udp_from(20, 4000);
	unsigned doubts = 0;

	two_start(&t, SUITE_PSEUDO, at);
	punch_init(&t.peer->messages.punch, true, false);
	two_run(&t, 2 * SECOND);
	for (int i = 0; i < 200; i++) {
		bool before = session_in_doubt(t.own);

		session_write(t.peer, STREAM_CONTROL, span_of(empty_offer, sizeof empty_offer));
		t.peer_at = from;
		two_peer_speaks(&t);
		t.peer_at = at;
		doubts += !before && session_in_doubt(t.own);
		two_run(&t, 10 * MS);
	}
	two_end(&t);
	return doubts;
}

/* A peer that says again and again that it has no direct path: each time ours is asked, and our
 * servers are, but not as often as it likes; and not at all if it says so by that path. */
static void test_control_candidates_raise_few_doubts(void **state)
{
	(void)state;
	assert_in_range(doubts_by_offers(udp_from(21, 4000)), 1, 5);
	assert_int_equal(doubts_by_offers(udp_from(20, 4000)), 0);
}

/* Over a forwarder, with a hard NAT on one side: what the search has to say gets to the other. */
static void test_messages_carry_what_a_search_says(void **state)
{
	static const uint8_t nats[2][2 + SEARCH_NAT] = {
		{ 1, 1, 16 },                          /* of the peer, which is easy */
		{ 1, 1, 16, 1, 0, 0, 4, 0, 255, 255 }, /* of own */
	};
	static const uint8_t body[] = { 1, 0, 1, 4, 0, 255, 255, 0, 1 };
	const struct search_socket sockets[] = { { 1, 4000 }, { 2, 4001 } };
	const struct addr seen = addr_v4(203, 0, 113, 1, 9);
	struct candidates ours = {
		.own = { { CANDIDATE_SEEN, seen } },
		.own_count = 1,
		.udp_link = { 1, 2 },
		.nat = { .known = true, .hard = true, .first = 1024, .last = 65535 }
	};
	struct route forward = { .kind = ROUTE_FORWARD_UDP, .link = 1, .pair = 7 };

	(void)state;
	two_start_at(&t, SUITE_PSEUDO, forward, forward);
	struct session *both[] = { t.own, t.peer };
	for (unsigned i = 0; i < 2; i++) {
		struct search *s = session_search(both[i]);
		const struct addr other = addr_v4(198, 51, 100, (uint8_t)(1 + i), 9);

		search_init(s, i == 1, true, &t.random.random);
		ours.nat.hard = i == 0;
		search_candidates(s, &ours);
		search_peer(s, span_of(nats[i], sizeof nats[i]));
		search_attested(s, &other);
	}
	search_input(session_search(t.own), span_of(body, sizeof body), t.now);
	search_sockets(session_search(t.own), sockets, 2, &seen, t.now);
	assert_int_equal(session_search(t.peer)->stage, SEARCH_IDLE);
	two_run(&t, SECOND / 10);
	assert_int_equal(session_search(t.peer)->stage, SEARCH_ASKING);
	two_end(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_control_message_of_another_kind_or_size),
		cmocka_unit_test(test_control_message_is_heard_however_it_is_cut),
		cmocka_unit_test(test_control_candidates_raise_few_doubts),
		cmocka_unit_test(test_messages_carry_what_a_search_says),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
