/* knock: who is heard and who is told what: a responder without an endpoint, and whoever comes. */
#include "tests/unit/two_rosters.h"

static struct test_random randomness;
static struct side alice, bob;
static struct code code, wrong;
static uint64_t now;

static void prepare(bool with_code, bool contacts, bool first_use)
{
	now = 1000 * SECOND;
	randomness = test_random(4);
	code_make(&code, CODE_WORDS, &randomness.random);
	wrong = code;
	wrong.words[0] ^= 1;
	side_start(&alice, &(struct side_config){ .code = with_code ? &code : NULL,
	                                          .contacts = contacts,
	                                          .first_use = first_use,
	                                          .random = &randomness.random });
}

/* Somebody comes from there, with a code or (NULL) as a contact. */
static void comes(const struct code *with, unsigned from)
{
	struct route to_alice = side_route(999), to_bob = side_route(from);

	side_start(&bob, &(struct side_config){ .initiator = true,
	                                        .identity = 1,
	                                        .code = with,
	                                        .expected = with == NULL ? &alice.key.public : NULL,
	                                        .random = &randomness.random });
	seek_introduced(&bob.seek, &to_alice, now);
	side_talk(&bob, &to_alice, &alice, &to_bob, now);
}

/* What is refused to a first packet like this; 0: there is no answer. */
static unsigned refused(unsigned version, unsigned suite, const char *message)
{
	uint8_t packet[LIMIT_PACKET];
	struct writer w = writer_of(packet, sizeof packet);
	struct fragment f = { .version = (uint8_t)version,
		              .suite = (uint8_t)suite,
		              .id = { 7 },
		              .total = (uint16_t)strlen(message),
		              .bytes = span_text(message) };
	struct route route = side_route(50), to;

	handshake_write(&f, &w);
	side_input(&alice, &route, packet, w.len, now);
	assert_int_equal(peers_in(&alice.roster, PEER_SHAKING), 0);
	bool any = knock_refuses(&alice.knock);
	assert_int_equal(knock_output(&alice.knock, &to, packet), any ? REFUSE_LEN : 0);
	assert_true(!any || route_same(&to, &route));
	return any ? packet[11] : 0;
}

/* Only a host that answers strangers says why it does not answer this one. */
static void test_knock_is_silent_unless_strangers_may_come(void **state)
{
	(void)state;
	for (unsigned how = 0; how < 3; how++) {
		prepare(how == 1, true, how == 2);
		bool speaks = how > 0;
		assert_int_equal(refused(9, SUITE_NOISE, "x"), speaks ? REFUSE_VERSION : 0);
		assert_int_equal(refused(PROTOCOL_VERSION, 9, "x"), speaks ? REFUSE_SUITE : 0);
		assert_int_equal(refused(PROTOCOL_VERSION, SUITE_NOISE, "\1junk"),
		                 how == 2 ? REFUSE_KEY : 0);
		assert_int_equal(refused(PROTOCOL_VERSION, SUITE_NOISE, "\2junk"),
		                 speaks ? REFUSE_KEY : 0);
		side_end(&alice);
	}
}

/* By the code and as a contact, somebody gets a place and proves his key. */
static void test_knock_lets_in_who_knows_the_code_or_is_a_contact(void **state)
{
	(void)state;
	prepare(true, true, false);
	comes(&code, 1);
	assert_int_equal(peers_in(&alice.roster, PEER_PROVED), 1);
	side_end(&bob);
	comes(NULL, 2);
	assert_int_equal(peers_in(&alice.roster, PEER_PROVED), 2);
	assert_int_equal(alice.events, 0);
	side_end(&bob);
	side_end(&alice);
}

/* Beside its own suite a host may take another of contacts, and of nobody else: who pairs, or comes
 * unknown, comes by its own. Each session runs, and rekeys, with the suite it came by. */
static void test_knock_takes_the_other_suite_of_contacts_alone(void **state)
{
	(void)state;
	static const struct {
		bool code, first_use, also;
		enum suite suite;
		unsigned proved, refused;
	} table[] = {
		{ false, false, true, SUITE_NOISE, 1, 0 },
		{ false, false, true, SUITE_HYBRID, 1, 0 },
		{ false, false, false, SUITE_NOISE, 0, REFUSE_SUITE },
		{ true, false, true, SUITE_NOISE, 0, REFUSE_SUITE },
		{ true, false, true, SUITE_HYBRID, 1, 0 },
		{ false, true, true, SUITE_NOISE, 0, REFUSE_KEY },
		{ false, true, true, SUITE_HYBRID, 1, 0 },
	};
	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
		struct route to_alice = side_route(999), to_bob = side_route(3);
		prepare(true, true, false);
		side_end(&alice);
		side_start(&alice,
		           &(struct side_config){ .suite = SUITE_HYBRID,
		                                  .also = table[i].also ? SUITE_NOISE : SUITE_NONE,
		                                  .code = &code,
		                                  .contacts = true,
		                                  .first_use = true,
		                                  .random = &randomness.random });
		side_start(&bob,
		           &(struct side_config){ .initiator = true,
		                                  .identity = 1,
		                                  .suite = table[i].suite,
		                                  .code = table[i].code ? &code : NULL,
		                                  .first_use = table[i].first_use,
		                                  .expected = table[i].code || table[i].first_use
		                                                  ? NULL
		                                                  : &alice.key.public,
		                                  .random = &randomness.random });
		seek_introduced(&bob.seek, &to_alice, now);
		side_talk(&bob, &to_alice, &alice, &to_bob, now);
		assert_int_equal(peers_in(&alice.roster, PEER_PROVED), table[i].proved);
		const struct peer *p = roster_find(&alice.roster, PEER_PROVED);
		if (p != NULL && table[i].proved)
			assert_int_equal(p->suite, table[i].suite);
		const struct peer *b = roster_find(&bob.roster, PEER_SHAKING);
		unsigned refusal = b != NULL ? bob.seek.plan[b->place].refusal.reason : REFUSE_NOT;
		assert_int_equal(refusal, table[i].refused);
		side_end(&bob);
		side_end(&alice);
	}
}

/* Three wrong guesses of different hosts end a code of two words, and the pairings begun with
 * it. */
static void test_knock_third_wrong_guess_ends_the_code(void **state)
{
	(void)state;
	struct side early;
	struct route to_alice = side_route(999), to_early = side_route(80);
	uint8_t packet[LIMIT_PACKET];
	struct route to;

	prepare(true, false, false);
	side_start(&early, &(struct side_config){ .initiator = true,
	                                          .identity = 2,
	                                          .code = &code,
	                                          .random = &randomness.random });
	seek_introduced(&early.seek, &to_alice, now);
	size_t len = side_output(&early, &to, packet, now); /* begins, and no more for now */
	side_input(&alice, &to_early, packet, len, now);
	for (unsigned i = 1; i <= LIMIT_CODE_GUESSES; i++) {
		assert_int_equal(peers_in(&alice.roster, PEER_SHAKING), 1);
		comes(&wrong, i);
		side_end(&bob);
		assert_int_equal(alice.events, i);
		assert_int_equal(alice.last.number, i);
		assert_int_equal(alice.credentials.keying.code != NULL, i < LIMIT_CODE_GUESSES);
	}
	assert_int_equal(peers_in(&alice.roster, PEER_SHAKING), 0);
	comes(&code, 90);
	assert_int_equal(peers_in(&alice.roster, PEER_PROVED), 0);
	side_end(&bob);
	side_end(&early);
	side_end(&alice);
}

/* A new code ends who paired by the old one; the same one at another nameplate does not. */
static void test_knock_new_code_ends_pairings_by_the_old_one(void **state)
{
	(void)state;
	uint8_t packet[LIMIT_PACKET];
	struct route to_alice = side_route(999), from = side_route(5), to;

	prepare(true, false, false);
	side_start(&bob, &(struct side_config){ .initiator = true,
	                                        .identity = 1,
	                                        .code = &code,
	                                        .random = &randomness.random });
	seek_introduced(&bob.seek, &to_alice, now);
	size_t len = side_output(&bob, &to, packet, now);
	side_input(&alice, &from, packet, len, now);
	assert_int_equal(peers_in(&alice.roster, PEER_SHAKING), 1);
	code.has_nameplate = true;
	code.nameplate = 321;
	knock_code(&alice.knock, &code);
	assert_int_equal(peers_in(&alice.roster, PEER_SHAKING), 1);
	knock_code(&alice.knock, &wrong);
	assert_int_equal(peers_in(&alice.roster, PEER_SHAKING), 0);
	while (knock_output(&alice.knock, &to, packet) > 0)
		assert_int_equal(packet[11], REFUSE_CODE_DEAD);
	side_end(&bob);
	side_end(&alice);
}

/* Made-up packets, and genuine ones that were changed: nobody gets in, no guess is counted, and
 * answers are few. */
static void test_knock_gives_nothing_for_rubbish(void **state)
{
	(void)state;
	uint8_t genuine[LIMIT_PACKET], packet[LIMIT_PACKET];
	struct route to_alice = side_route(999), to;

	for (uint64_t seed = 1; seed <= 20; seed++) {
		prepare(true, true, seed % 2 == 0);
		randomness = test_random(seed);
		side_start(&bob, &(struct side_config){ .initiator = true,
		                                        .identity = 1,
		                                        .expected = &alice.key.public,
		                                        .random = &randomness.random });
		seek_introduced(&bob.seek, &to_alice, now);
		size_t genuine_len = side_output(&bob, &to, genuine, now);
		for (unsigned i = 0; i < 300; i++, now += MS) {
			struct random *r = &randomness.random;
			struct route from = side_route(1 + (unsigned)random_below(r, 300));
			size_t len = genuine_len, at = (size_t)random_below(r, genuine_len);

			memcpy(packet, genuine, genuine_len);
			if (random_below(r, 2) == 0)
				len = 1 + (size_t)random_below(r, genuine_len - 1);
			if (random_below(r, 2) == 0)
				random_fill(r, packet + 3, len > 3 ? len - 3 : 0);
			packet[at > 2 ? at : 11] ^= 1;
			packet[3] ^= (uint8_t)i;
			side_input(&alice, &from, packet, len, now);
			side_turn(&alice, now);
		}
		for (unsigned i = 0; (genuine_len = side_output(&alice, &to, packet, now)) > 0; i++)
			assert_in_range(i, 0, KNOCK_REFUSALS + LIMIT_HALF_OPEN);
		assert_int_equal(peers_in(&alice.roster, PEER_PROVED), 0);
		assert_int_equal(alice.events, 0);
		side_end(&bob);
		side_end(&alice);
	}
}

/* One host that comes again and again to be trusted on first use gets its ration of answers, and
 * then none of any kind. */
static void test_knock_rations_first_use(void **state)
{
	(void)state;
	uint8_t packet[LIMIT_PACKET];
	struct route to_alice = side_route(999), from = side_route(1), to;
	unsigned answers = 0, refusals = 0;

	prepare(false, true, true);
	for (unsigned i = 0; i < 3 * ADMISSION_BURST; i++) {
		side_start(&bob, &(struct side_config){ .initiator = true,
		                                        .identity = 1,
		                                        .first_use = true,
		                                        .random = &randomness.random });
		seek_introduced(&bob.seek, &to_alice, now);
		size_t len = side_output(&bob, &to, packet, now);
		side_input(&alice, &from, packet, len, now);
		while (side_output(&alice, &to, packet, now) > 0) {
			answers += packet[0] == PACKET_HANDSHAKE;
			refusals += packet[0] == PACKET_REFUSE;
		}
		side_end(&bob);
	}
	assert_int_equal(answers, ADMISSION_BURST);
	assert_int_equal(refusals, 0);
	side_end(&alice);
}

/* However many strangers ask, whoever had a handshake hears that it is over; and there is an end to
 * all of it. */
static void test_knock_refusals_of_strangers_leave_room_for_those_who_were_heard(void **state)
{
	(void)state;
	enum { HEARD = LIMIT_HALF_OPEN - 1 };
	uint8_t packet[LIMIT_PACKET];
	struct route to_alice = side_route(999), to;
	unsigned strangers = 0, heard = 0;

	prepare(true, false, false);
	for (unsigned i = 1; i <= HEARD; i++) {
		struct route from = side_route(i);

		side_start(&bob, &(struct side_config){ .initiator = true,
		                                        .identity = 1,
		                                        .code = &code,
		                                        .random = &randomness.random });
		seek_introduced(&bob.seek, &to_alice, now);
		size_t len = side_output(&bob, &to, packet, now);
		side_input(&alice, &from, packet, len, now);
		side_end(&bob);
	}
	assert_int_equal(peers_in(&alice.roster, PEER_SHAKING), HEARD);
	for (unsigned i = 0; i < 1000; i++) {
		struct writer w = writer_of(packet, sizeof packet);
		struct fragment f = { .version = 9, .id = { 7 } };
		struct route from = side_route(50);

		handshake_write(&f, &w);
		side_input(&alice, &from, packet, w.len, now);
	}
	knock_code(&alice.knock, NULL);
	while (knock_output(&alice.knock, &to, packet) > 0) {
		strangers += packet[11] == REFUSE_VERSION;
		heard += packet[11] == REFUSE_CODE_DEAD;
	}
	assert_int_equal(heard, HEARD);
	assert_int_equal(strangers, KNOCK_REFUSALS - LIMIT_HALF_OPEN);
	side_end(&alice);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_knock_is_silent_unless_strangers_may_come),
		cmocka_unit_test(test_knock_lets_in_who_knows_the_code_or_is_a_contact),
		cmocka_unit_test(test_knock_takes_the_other_suite_of_contacts_alone),
		cmocka_unit_test(test_knock_third_wrong_guess_ends_the_code),
		cmocka_unit_test(test_knock_new_code_ends_pairings_by_the_old_one),
		cmocka_unit_test(test_knock_gives_nothing_for_rubbish),
		cmocka_unit_test(test_knock_rations_first_use),
		cmocka_unit_test(
		    test_knock_refusals_of_strangers_leave_room_for_those_who_were_heard),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
