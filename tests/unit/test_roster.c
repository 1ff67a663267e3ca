/* roster: who gets a place among those who shake hands, and who has to give his. */
#include "endpoint/roster.h"

#include "tests/unit/two_keys.h"
#include "tests/unit/two_rosters.h"

static struct test_random randomness;
static struct roster roster;
static struct credentials credentials;
static struct identity key;
static uint64_t now;

static void prepare_for(unsigned peers)
{
	struct session_config session = { .silence_us = NEVER, .random = &randomness.random };

	now = 1000 * SECOND;
	randomness = test_random(2);
	key = test_identity(KEY_X25519, 0);
	credentials_init(&credentials,
	                 &(struct keying_config){ .suite = encryptor_class_of(SUITE_NOISE),
	                                          .identity = &key,
	                                          .contacts = true,
	                                          .random = &randomness.random },
	                 MODE_CHAT, span_text("nick"));
	roster_init(&roster, &session, MODE_CHAT, peers);
}

static void prepare(void)
{
	prepare_for(1);
}

/* Somebody from host n; NULL: there was no place for him. */
static struct peer *settles(unsigned n, unsigned id, bool known)
{
	struct route route = side_route(n);
	uint8_t bytes[CONNECTION_ID] = { 0 };

	store_be32(bytes, id);
	now += MS;
	struct peer *p = peer_new(&credentials.keying, bytes, &route, now);
	assert_non_null(p);
	p->known = known;
	return roster_settle(&roster, p) ? p : NULL;
}

static bool is_there(unsigned id)
{
	uint8_t bytes[CONNECTION_ID] = { 0 };

	store_be32(bytes, id);
	return roster_of_handshake(&roster, bytes) != NULL;
}

/* The last place of those who shake hands is for who knows a contact's psk, and no stranger
 * takes one from such a one. */
static void test_roster_keeps_a_place_for_a_contact(void **state)
{
	(void)state;
	prepare();
	for (unsigned i = 0; i < 100; i++)
		assert_non_null(settles(i, i, false));
	assert_int_equal(peers_in(&roster, PEER_SHAKING), LIMIT_HALF_OPEN - 1);
	for (unsigned i = 100; i < 200; i++)
		assert_non_null(settles(i, i, true));
	assert_int_equal(peers_in(&roster, PEER_SHAKING), LIMIT_HALF_OPEN);
	assert_null(settles(300, 300, false)); /* contacts have them all */
	assert_true(is_there(199));
	roster_free(&roster);
	assert_int_equal(peers_in(&roster, PEER_SHAKING), 0);
}

/* Who takes many places loses them first; who has one keeps it. */
static void test_roster_takes_from_the_source_that_has_most(void **state)
{
	(void)state;
	prepare();
	(void)settles(1, 1, false);
	for (unsigned i = 2; i < 50; i++)
		(void)settles(9, i, false);
	assert_true(is_there(1));
	(void)settles(2, 100, false);
	(void)settles(3, 101, false);
	assert_true(is_there(1) && is_there(100) && is_there(101));
	assert_false(is_there(2)); /* its oldest went first */
	assert_true(is_there(49));
	roster_free(&roster);
}

/* All contacts can come at once, as far as there can be conversations; and whoever makes many
 * messages under a contact's psk takes places from nobody but himself. */
static void test_roster_has_places_for_all_contacts(void **state)
{
	(void)state;
	for (unsigned peers = 1; peers <= LIMIT_PEERS; peers++) {
		unsigned most = LIMIT_HALF_OPEN + peers - 1;

		prepare_for(peers);
		for (unsigned i = 0; i < 100; i++)
			assert_non_null(settles(i, i, false));
		assert_int_equal(peers_in(&roster, PEER_SHAKING), LIMIT_HALF_OPEN - 1);
		for (unsigned i = 100; i < 100 + peers; i++)
			assert_non_null(settles(i, i, true));
		assert_true(is_there(99) && is_there(100)); /* nobody had to go */
		assert_int_equal(peers_in(&roster, PEER_SHAKING), most);
		for (unsigned i = 1000; i < 1200; i++)
			(void)settles(1000, i, true);
		assert_int_equal(peers_in(&roster, PEER_SHAKING), most);
		for (unsigned i = 101; i < 100 + peers; i++)
			assert_true(is_there(i));
		for (unsigned i = 0; i < peers; i++) /* of each place one conversation */
			roster_next(&roster, &(int){ (int)i })->state = PEER_ACCEPTED;
		assert_true(peers_in(&roster, PEER_SHAKING) < LIMIT_HALF_OPEN);
		for (unsigned i = 2000; i < 2100; i++)
			assert_non_null(settles(i, i, true));
		assert_int_equal(peers_in(&roster, PEER_SHAKING), LIMIT_HALF_OPEN);
		assert_int_equal(peers_in(&roster, PEER_ACCEPTED), peers);
		roster_find(&roster, PEER_SHAKING)->state = PEER_CLOSING;
		assert_non_null(settles(3000, 3000, true)); /* and so all places are taken */
		unsigned all = 0;
		for (int i = 0; roster_next(&roster, &i) != NULL;)
			all++;
		assert_int_equal(all, LIMIT_HALF_OPEN + peers + 1);
		assert_non_null(settles(3001, 3001, true));
		assert_int_equal(peers_in(&roster, PEER_ACCEPTED), peers);
		roster_free(&roster);
	}
}

/* In any order of comings and goings: never more places than there are, everybody who has one is
 * found by his id, and one kept place is a contact's. */
static void test_roster_holds_its_limits_in_any_order(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= 20; seed++) {
		prepare();
		struct test_random chance = test_random(seed);
		for (unsigned id = 1; id <= 150; id++) {
			unsigned host = (unsigned)random_below(&chance.random, 5), known = 0;
			struct peer *p = settles(host, id, random_below(&chance.random, 4) == 0);

			assert_int_equal(is_there(id), p != NULL);
			for (int i = 0; i < ROSTER_PLACES; i++) {
				const struct peer *at = roster.at[i];
				known += at != NULL && at->known;
			}
			unsigned all = peers_in(&roster, PEER_SHAKING);
			assert_true(all <= LIMIT_HALF_OPEN);
			assert_true(all - known <= LIMIT_HALF_OPEN - 1);
			if (p != NULL && random_below(&chance.random, 3) == 0)
				roster_remove(&roster, p);
		}
		roster_free(&roster);
		assert_true(roster_deadline(&roster) == NEVER);
	}
}

/* Whoever proves its key and runs in another mode is told of, once: who it is, and which of the two
 * is what. */
static void test_roster_tells_who_runs_in_another_mode(void **state)
{
	(void)state;
	static const struct {
		enum mode alices, bobs;
		const char *alice, *bob;
	} table[] = {
		{ MODE_CHAT, MODE_PIPE, "only the peer uses --pipe", "only this side uses --pipe" },
		{ MODE_PIPE, MODE_CHAT, "only this side uses --pipe", "only the peer uses --pipe" },
		{ MODE_FORWARD, MODE_CHAT, "only this side forwards a port",
		  "only the peer forwards a port" },
		{ MODE_PIPE, MODE_FORWARD, "only the peer forwards a port",
		  "only this side forwards a port" },
	};
	struct route to_alice = side_route(1), to_bob = side_route(2);

	for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
		struct side alice, bob;
		struct code code;
		struct endpoint_event e;

		now = 1000 * SECOND;
		randomness = test_random(4);
		code_make(&code, CODE_WORDS, &randomness.random);
		side_start(&alice, &(struct side_config){ .code = &code,
		                                          .mode = table[i].alices,
		                                          .random = &randomness.random });
		side_start(&bob, &(struct side_config){ .initiator = true,
		                                        .identity = 1,
		                                        .code = &code,
		                                        .mode = table[i].bobs,
		                                        .random = &randomness.random });
		seek_introduced(&bob.seek, &to_alice, now);
		side_talk(&bob, &to_alice, &alice, &to_bob, now);
		for (unsigned side = 0; side < 2; side++) {
			struct roster *r = side ? &bob.roster : &alice.roster;

			assert_true(roster_has_news(r));
			assert_true(roster_take(r, &e));
			assert_int_equal(e.kind, ENDPOINT_FAILED);
			assert_int_equal(e.err, ERR_VERSION);
			assert_span_text(e.text, side ? table[i].bob : table[i].alice);
			assert_true(
			    public_key_equal(&e.key, side ? &alice.key.public : &bob.key.public));
			assert_int_equal(e.trust, TRUST_CODE);
			assert_int_equal(e.suite, SUITE_NOISE);
			assert_false(roster_take(r, &e));
		}
		side_end(&alice);
		side_end(&bob);
	}
}

/* One with a session, whose key is that of all others that this makes. */
static struct peer *meets(unsigned n, enum peer_state state, enum mode mode)
{
	struct identity ids[2];
	struct encryptor *keys[2];
	struct route route = side_route(n);
	struct peer *p = settles(n, n, true);

	two_keys(SUITE_NOISE, ids, &randomness.random, keys);
	encryptor_free(keys[1]);
	p->session = session_new(&roster.session, keys[0], &route, now);
	assert_non_null(p->session);
	p->state = state;
	p->mode = (uint8_t)mode;
	return p;
}

/* Who comes again takes the place of his older session; but where a port is forwarded, a pipe takes
 * nobody's, nor anybody a pipe's. */
static void test_roster_lets_a_peer_take_his_own_place(void **state)
{
	(void)state;
	static const enum mode modes[] = { MODE_CHAT, MODE_PIPE, MODE_FORWARD };

	for (unsigned i = 0; i < 27; i++) {
		enum mode own = modes[i / 9], old = modes[i / 3 % 3], new = modes[i % 3];
		bool beside = own == MODE_FORWARD && (old == MODE_PIPE || new == MODE_PIPE);

		prepare_for(2);
		roster.mode = own;
		struct peer *p = meets(1, PEER_ACCEPTED, old);
		assert_null(roster_gives_way(&roster));
		(void)meets(2, PEER_ASKED, new);
		assert_ptr_equal(roster_gives_way(&roster), beside ? NULL : p);
		roster_free(&roster);
	}
}

/* Where no place is left, whoever was not heard for longest gives his. */
static void test_roster_lets_go_who_was_not_heard_for_longest(void **state)
{
	(void)state;
	prepare_for(3);
	struct peer *p[3];
	for (unsigned i = 0; i < 3; i++)
		p[i] = meets(1 + i, PEER_ACCEPTED, MODE_CHAT);
	assert_ptr_equal(roster_gives_way(&roster), p[0]);
	roster_remove(&roster, p[0]);
	assert_null(roster_gives_way(&roster)); /* there is a place */
	p[0] = meets(9, PEER_ACCEPTED, MODE_CHAT);
	assert_ptr_equal(roster_gives_way(&roster), p[1]);
	roster_free(&roster);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_roster_keeps_a_place_for_a_contact),
		cmocka_unit_test(test_roster_has_places_for_all_contacts),
		cmocka_unit_test(test_roster_takes_from_the_source_that_has_most),
		cmocka_unit_test(test_roster_holds_its_limits_in_any_order),
		cmocka_unit_test(test_roster_tells_who_runs_in_another_mode),
		cmocka_unit_test(test_roster_lets_a_peer_take_his_own_place),
		cmocka_unit_test(test_roster_lets_go_who_was_not_heard_for_longest),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
