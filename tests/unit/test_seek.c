/* seek: who is tried when, and what is reported: an initiator without an endpoint, and whoever
 * answers it. */
#include "tests/unit/two_rosters.h"

static struct test_random randomness;
static struct side bob, alice;
static struct code code;
static uint64_t now;

static void prepare(uint64_t give_up_at)
{
	now = 1000 * SECOND;
	randomness = test_random(4);
	code_make(&code, CODE_WORDS, &randomness.random);
	side_start(&bob, &(struct side_config){ .initiator = true,
	                                        .identity = 1,
	                                        .code = &code,
	                                        .give_up_at = give_up_at,
	                                        .random = &randomness.random });
}

/* To how many routes something is sent now, as bits of their last number. */
static unsigned speaks_to(void)
{
	uint8_t packet[LIMIT_PACKET];
	struct route to;
	unsigned routes = 0;

	side_turn(&bob, now);
	while (side_output(&bob, &to, packet, now) > 0)
		routes |= 1U << (to.remote.ip[15] % 32);
	return routes;
}

/* The first at once, a second one a second and a half later: most second routes lead to the same
 * host. */
static void test_seek_lets_second_routes_wait(void **state)
{
	(void)state;
	struct route one = side_route(1), two = side_route(2);

	prepare(0);
	seek_introduced(&bob.seek, &one, now);
	seek_introduced(&bob.seek, &two, now);
	assert_int_equal(speaks_to(), 1U << 1);
	assert_true(roster_deadline(&bob.roster) > now);
	now += 3 * SECOND / 2 - 1;
	assert_int_equal(speaks_to() & 1U << 2, 0);
	now += 1;
	assert_int_equal(speaks_to() & 1U << 2, 1U << 2);
	side_end(&bob);
}

/* By a code that both have, seek and knock come to a session, and there is nothing to report. */
static void test_seek_finds_whoever_knows_the_code(void **state)
{
	(void)state;
	struct route to_alice = side_route(1), to_bob = side_route(2);

	prepare(0);
	side_start(&alice, &(struct side_config){ .code = &code, .random = &randomness.random });
	seek_introduced(&bob.seek, &to_alice, now);
	side_talk(&bob, &to_alice, &alice, &to_bob, now);
	assert_int_equal(peers_in(&bob.roster, PEER_PROVED), 1);
	assert_int_equal(peers_in(&alice.roster, PEER_PROVED), 1);
	assert_int_equal(bob.events + alice.events, 0);
	side_end(&alice);
	side_end(&bob);
}

/* ---- a contact, on two routes ---- */

/* Routes of bob's to alice, and where she sees him on each. */
static struct route there[2], here[2];
static uint8_t answers[2][LIMIT_PACKET];
static size_t answers_len[2];

static void prepare_contact(void)
{
	now = 1000 * SECOND;
	randomness = test_random(4);
	side_start(&alice, &(struct side_config){ .first_use = true,
	                                          .contacts = true,
	                                          .identity = 2,
	                                          .random = &randomness.random });
	side_start(&bob, &(struct side_config){ .initiator = true,
	                                        .identity = 1,
	                                        .expected = &alice.key.public,
	                                        .random = &randomness.random });
	for (unsigned i = 0; i < 2; i++) {
		there[i] = side_route(1 + i);
		here[i] = side_route(11 + i);
		seek_introduced(&bob.seek, &there[i], now);
	}
}

/* What bob says goes to alice; her answers are kept, and go nowhere. Returns how many last messages
 * (number 2) he said. */
static unsigned bob_speaks(void)
{
	uint8_t packet[LIMIT_PACKET_MAX];
	struct route to;
	size_t len;
	unsigned last = 0;

	side_turn(&bob, now);
	while ((len = side_output(&bob, &to, packet, now)) > 0) {
		last += packet[0] == PACKET_HANDSHAKE && packet[11] == 2;
		side_input(&alice, &here[route_same(&to, &there[1])], packet, len, now);
	}
	side_turn(&alice, now);
	while ((len = side_output(&alice, &to, packet, now)) > 0) {
		unsigned on = route_same(&to, &here[1]);

		if (packet[0] != PACKET_HANDSHAKE)
			continue;
		memcpy(answers[on], packet, len);
		answers_len[on] = len;
	}
	return last;
}

static void bob_hears(unsigned on)
{
	uint8_t packet[LIMIT_PACKET];

	assert_true(answers_len[on] > 0);
	memcpy(packet, answers[on], answers_len[on]);
	side_input(&bob, &there[on], packet, answers_len[on], now);
	answers_len[on] = 0;
}

/* ... on the second route a second and a half later. */
static void both_answer(void)
{
	prepare_contact();
	(void)bob_speaks();
	now += 3 * SECOND / 2;
	(void)bob_speaks();
}

/* Both routes lead to one contact, who was not there for a while and answers on both at once: it
 * gets the last message of one handshake only. Of a second it would think that bob has started
 * again. */
static void test_seek_answers_a_contact_once(void **state)
{
	(void)state;
	both_answer();
	assert_int_equal(peers_in(&alice.roster, PEER_SHAKING), 2);
	bob_hears(0);
	bob_hears(1);
	assert_int_equal(bob_speaks(), 1);
	assert_int_equal(peers_in(&alice.roster, PEER_PROVED), 1);
	side_end(&alice);
	side_end(&bob);
}

/* What comes on the first route does not arrive: the second has its turn, and the first is let go
 * before the contact hears of the second. */
static void test_seek_lets_an_older_handshake_with_a_contact_go(void **state)
{
	(void)state;
	prepare_contact();
	(void)bob_speaks();
	bob_hears(0);
	assert_int_equal(bob_speaks(), 1);
	while (answers_len[1] == 0) {
		assert_true(now < 1010 * SECOND);
		now += 250 * MS;
		(void)bob_speaks();
	}
	assert_int_equal(peers_in(&bob.roster, PEER_PROVED), 1);
	bob_hears(1);
	assert_int_equal(peers_in(&bob.roster, PEER_PROVED), 1);
	assert_int_equal(peers_in(&bob.roster, PEER_SHAKING), 0);
	assert_int_equal(bob_speaks(), 1);
	assert_int_equal(peers_in(&alice.roster, PEER_PROVED), 2);
	side_end(&alice);
	side_end(&bob);
}

/* The program decides about a contact: no second handshake with it goes on meanwhile. */
static void test_seek_goes_on_with_nobody_while_a_contact_is_decided_about(void **state)
{
	(void)state;
	both_answer();
	bob_hears(0);
	(void)bob_speaks();
	struct peer *first = roster_find(&bob.roster, PEER_PROVED);
	assert_non_null(first);
	handshake_end(&first->shake); /* as when a sealed packet has come */
	now += 10 * SECOND;
	bob_hears(1);
	assert_int_equal(bob_speaks(), 0);
	assert_int_equal(peers_in(&bob.roster, PEER_PROVED), 1);
	side_end(&alice);
	side_end(&bob);
}

/* By a code, up to alice's confirmation, which has not arrived. */
static void prepare_confirmation(void)
{
	prepare(0);
	side_start(&alice, &(struct side_config){ .code = &code, .random = &randomness.random });
	there[0] = there[1] = side_route(1);
	here[0] = here[1] = side_route(2);
	seek_introduced(&bob.seek, &there[0], now);
	(void)bob_speaks();
	bob_hears(1);
	assert_int_equal(tries_lost(&bob.seek.tries), 0);
	assert_int_equal(bob_speaks(), 1);
	assert_int_equal(bob.events, 0);
}

/* A confirmation that does not verify was a guess, and nothing else comes of that handshake. */
static void test_seek_counts_a_wrong_confirmation(void **state)
{
	(void)state;
	prepare_confirmation();
	answers[1][HANDSHAKE_HEADER] ^= 1;
	bob_hears(1);
	assert_int_equal(peers_in(&bob.roster, PEER_SHAKING), 0);
	side_turn(&bob, now);
	assert_int_equal(bob.events, 1);
	assert_int_equal(bob.last.kind, ENDPOINT_WRONG_CODE);
	assert_int_equal(bob.last.number, 1);
	assert_int_equal(tries_lost(&bob.seek.tries), 1);
	side_end(&alice);
	side_end(&bob);
}

/* Who is let go while he may have seen what a guess can be checked against has had his try. */
static void test_seek_counts_who_is_let_go_after_a_confirmation(void **state)
{
	(void)state;
	prepare_confirmation();
	seek_accepted(&bob.seek, now);
	assert_int_equal(peers_in(&bob.roster, PEER_SHAKING), 0);
	assert_int_equal(tries_lost(&bob.seek.tries), 1);
	side_end(&alice);
	side_end(&bob);
}

/* Whatever number an accepted contact has, nobody is looked for while it is there. */
static void test_seek_looks_for_nobody_while_a_contact_is_there(void **state)
{
	(void)state;
	struct endpoint_event e;

	both_answer();
	seek_again(&bob.seek, false);
	seek_introduced(&bob.seek, &there[0], now);
	bob_hears(1);
	(void)bob_speaks();
	struct peer *p = roster_find(&bob.roster, PEER_PROVED);
	assert_true(p->number > 1);
	handshake_end(&p->shake); /* as when a sealed packet has come */
	assert_true(roster_take(&bob.roster, &e));
	peer_accept(p);
	seek_accepted(&bob.seek, now);
	assert_int_equal(seek_deadline(&bob.seek), NEVER);
	seek_timer(&bob.seek, now + 9 * SECOND);
	assert_int_equal(peers_in(&bob.roster, PEER_SHAKING), 0);
	side_end(&alice);
	side_end(&bob);
}

/* A refusal is reported a second later, once, as the last thing; and a wrong code with how
 * often. */
static void test_seek_reports_a_refusal_when_nothing_better_came(void **state)
{
	(void)state;
	struct route to_alice = side_route(1), to_bob = side_route(2);
	struct code wrong;

	prepare(0);
	wrong = code;
	wrong.words[0] ^= 1;
	side_start(&alice, &(struct side_config){ .code = &wrong, .random = &randomness.random });
	seek_introduced(&bob.seek, &to_alice, now);
	side_talk(&bob, &to_alice, &alice, &to_bob, now);
	assert_int_equal(alice.events, 1);
	assert_int_equal(alice.last.kind, ENDPOINT_GUESS);
	assert_int_equal(alice.last.number, 1);
	assert_int_equal(bob.events, 0);
	assert_true(seek_deadline(&bob.seek) == now + SECOND);
	now += SECOND;
	side_turn(&bob, now);
	assert_int_equal(bob.events, 1);
	assert_int_equal(bob.last.kind, ENDPOINT_REFUSED);
	assert_int_equal(bob.last.reason, REFUSE_CODE);
	assert_int_equal(bob.last.number, 1);
	now += 1000 * SECOND;
	side_turn(&bob, now);
	assert_int_equal(bob.events, 1);
	side_end(&alice);
	side_end(&bob);
}

/* Only what goes on is better than a refusal: not a packet out of turn under the same id. */
static void test_seek_believes_a_refusal_whatever_else_comes(void **state)
{
	(void)state;
	struct route there_is = side_route(1);
	uint8_t packet[LIMIT_PACKET],
	    refusal[REFUSE_LEN] = { PACKET_REFUSE, PROTOCOL_VERSION, SUITE_NOISE };

	prepare(0);
	seek_introduced(&bob.seek, &there_is, now);
	side_turn(&bob, now);
	size_t len = side_output(&bob, &there_is, packet, now);
	assert_true(len > HANDSHAKE_HEADER);
	memcpy(refusal + 3, packet + 3, CONNECTION_ID);
	refusal[REFUSE_LEN - 1] = REFUSE_BUSY;
	side_input(&bob, &there_is, refusal, sizeof refusal, now);
	packet[11] = 3; /* its number */
	side_input(&bob, &there_is, packet, len, now + MS);
	now += SECOND;
	side_turn(&bob, now);
	assert_int_equal(bob.events, 1);
	assert_int_equal(bob.last.kind, ENDPOINT_REFUSED);
	assert_int_equal(bob.last.reason, REFUSE_BUSY);
	side_end(&bob);
}

/* Where nobody ever answers, it ends when patience is over, and not sooner. */
static void test_seek_gives_up_when_nobody_answers(void **state)
{
	(void)state;
	struct route route = side_route(1);

	prepare(1100 * SECOND);
	seek_introduced(&bob.seek, &route, now);
	while (now < 1100 * SECOND) {
		assert_int_equal(bob.events, 0);
		(void)speaks_to();
		now += 500 * MS;
	}
	side_turn(&bob, now);
	assert_int_equal(bob.events, 1);
	assert_int_equal(bob.last.kind, ENDPOINT_FAILED);
	assert_int_equal(bob.last.err, ERR_UNREACHABLE);
	side_end(&bob);
}

/* Something that may have come: bytes of its own, changed or not, or made up. */
static void hostile_packet(const uint8_t sent[static LIMIT_PACKET], size_t sent_len)
{
	uint8_t packet[LIMIT_PACKET];
	struct random *r = &randomness.random;
	size_t len = sent_len > 0 ? sent_len : 1 + (size_t)random_below(r, 200);
	struct route from = side_route(1 + (unsigned)random_below(r, 6));

	random_fill(r, packet, len);
	if (sent_len > 0)
		memcpy(packet, sent, len);
	if (sent_len > 0 && random_below(r, 2) == 0)
		packet[11] ^= 1; /* number of the message */
	if (random_below(r, 3) == 0)
		packet[random_below(r, len)] ^= (uint8_t)(1 + random_below(r, 255));
	if (random_below(r, 4) == 0)
		packet[0] = PACKET_REFUSE;
	side_input(&bob, &from, packet, len, now);
}

/* A turn: what is reported counts up to three, and the last report is the last. */
static void watch(unsigned *number, bool *ended)
{
	unsigned before = bob.events;

	side_turn(&bob, now);
	if (bob.events == before)
		return;
	assert_false(*ended);
	assert_in_range(bob.last.number, *number, LIMIT_CODE_GUESSES);
	*number = bob.last.number;
	*ended = bob.last.kind != ENDPOINT_GUESS;
}

/* Whatever comes, in any order: at most three tries, reports that count up to three, one last
 * report, and a deadline that does not stay in the past. */
static void test_seek_keeps_its_limits_whatever_comes(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= 12; seed++) {
		uint8_t packet[LIMIT_PACKET] = { 0 };
		unsigned number = 0;
		bool ended = false;

		prepare(seed % 2 == 0 ? 1060 * SECOND : 0);
		randomness = test_random(seed);
		for (unsigned step = 0; step < 400; step++) {
			struct route route = side_route(
					 1 + (unsigned)random_below(&randomness.random, 6)),
				     to;
			size_t len = side_output(&bob, &to, packet, now);

			switch (random_below(&randomness.random, 8)) {
			case 0: seek_introduced(&bob.seek, &route, now); break;
			case 1:
				seek_members(&bob.seek,
				             (uint32_t)random_below(&randomness.random, 4));
				break;
			case 2: now += random_below(&randomness.random, 4 * SECOND); break;
			default: hostile_packet(packet, len);
			}
			watch(&number, &ended);
			assert_true(tries_lost(&bob.seek.tries) <= LIMIT_CODE_GUESSES);
			for (unsigned turns = 0; seek_deadline(&bob.seek) <= now; turns++) {
				assert_in_range(turns, 0, 10);
				watch(&number, &ended);
			}
		}
		side_end(&bob);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_seek_lets_second_routes_wait),
		cmocka_unit_test(test_seek_finds_whoever_knows_the_code),
		cmocka_unit_test(test_seek_answers_a_contact_once),
		cmocka_unit_test(test_seek_lets_an_older_handshake_with_a_contact_go),
		cmocka_unit_test(test_seek_goes_on_with_nobody_while_a_contact_is_decided_about),
		cmocka_unit_test(test_seek_counts_a_wrong_confirmation),
		cmocka_unit_test(test_seek_counts_who_is_let_go_after_a_confirmation),
		cmocka_unit_test(test_seek_looks_for_nobody_while_a_contact_is_there),
		cmocka_unit_test(test_seek_reports_a_refusal_when_nothing_better_came),
		cmocka_unit_test(test_seek_believes_a_refusal_whatever_else_comes),
		cmocka_unit_test(test_seek_gives_up_when_nobody_answers),
		cmocka_unit_test(test_seek_keeps_its_limits_whatever_comes),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
