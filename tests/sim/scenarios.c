/* scenarios: see scenarios.h. */
#include "scenarios.h"

#include <stdio.h>
#include <string.h>

#include "crypto/words.h"
#include "endpoint/handshake.h"
#include "endpoint/slot.h"
#include "session/core.h"
#include "tap.h"
#include "world.h"

static struct world world, *w = &world;
static struct identity ids[4], pair;
static struct code code, other_code;
static struct peer_setup alice, bob;
static const char *failure;

#define CHECK(condition)                                                                           \
	do {                                                                                       \
		if (!(condition) && failure == NULL) {                                             \
			failure = #condition;                                                      \
			printf("%s:%d: ", __FILE__, __LINE__);                                     \
		}                                                                                  \
	} while (0)

/* Alice waits with a code, bob has it; 20 ms away; nobody speaks unless a test says so. */
static void prepare(enum carrier carrier, enum suite suite)
{
	memset(w, 0, sizeof *w);
	w->random = test_random(77);
	net_start(&w->net, &w->random.random);
	w->carrier = carrier;
	w->next_fault = w->kill_at = NEVER;
	for (int i = 0; i < SIM_NODES; i++) {
		net_node(&w->net, i, outside_of(i), outside_of(i), MAP_NONE,
		         FILTER_ENDPOINT_INDEPENDENT);
		w->net.nodes[i].weather.delay_us = 10 * MS;
	}
	for (unsigned i = 0; i < 4; i++)
		ids[i] = test_identity(encryptor_class_of(suite)->key_type, i);
	code_make(&code, &w->random.random);
	other_code = code;
	other_code.words[0] = (uint16_t)((code.words[0] + 1) % WORDS_COUNT);
	if (carrier == CARRIER_P2P) {
		code.has_nameplate = other_code.has_nameplate = true;
		code.nameplate = other_code.nameplate = 7;
		server_start(w, 64);
	}
	alice = common_setup(w, ALICE, ids, &code);
	bob = common_setup(w, BOB, ids, &code);
	alice.suite = bob.suite = encryptor_class_of(suite);
	alice.lines = bob.lines = 3;
	alice.say_until = bob.say_until = alice.say_from;
	bob.finish_at = alice.say_until + SECOND;
	if (suite == SUITE_RSA) {
		pair = ids[2];
		alice.pair = &pair;
	}
}

static void start_one(const struct peer_setup *setup)
{
	uint8_t token[TOKEN_LEN];

	communicator_nameplate_token(7, token);
	peer_start(&w->peers[setup->node], setup, &w->net);
	endpoint_join(w->peers[setup->node].ep, token, w->net.now);
}

static void start(void)
{
	start_one(&alice);
	start_one(&bob);
}

/* Bob is another program now, at another address when moved. */
static void restart_bob_at(bool moved)
{
	struct addr at = outside_of(BOB);

	at.ip[14] ^= moved;
	peer_end(&w->peers[BOB]);
	net_node(&w->net, BOB, at, at, MAP_NONE, FILTER_ENDPOINT_INDEPENDENT);
	w->net.nodes[BOB].weather.delay_us = 10 * MS;
	start_one(&bob);
}

static void restart_bob(void)
{
	restart_bob_at(false);
}

static void run_for(uint64_t time)
{
	world_run(w, w->net.now + time);
}

static struct peer *peer(int node)
{
	return &w->peers[node];
}

static struct session *session_of(int node)
{
	return endpoint_session(w->peers[node].ep);
}

static void both_end_well(void)
{
	run_for(60 * SECOND);
	for (int i = 0; i < 2; i++) {
		CHECK(peer(i)->over);
		CHECK(peer(i)->err == OK);
		CHECK(!peer(i)->wrong);
		CHECK(peer(i)->heard == 3);
		CHECK(peer(i)->delivered == 3);
	}
}

/* ---- trust ---- */

static void wrong_code_is_one_guess_told_on_both_sides(void)
{
	prepare(CARRIER_TCP, SUITE_NOISE);
	bob.code = &other_code;
	start();
	run_for(5 * SECOND);
	CHECK(peer(ALICE)->guesses == 1);
	CHECK(peer(BOB)->refused == REFUSE_CODE);
	CHECK(!peer(ALICE)->ready);
	bob.code = &code;
	restart_bob();
	both_end_well();
}

static void third_wrong_guess_kills_the_code(void)
{
	prepare(CARRIER_UDP, SUITE_NOISE);
	bob.code = &other_code;
	start();
	for (int i = 0; i < 2; i++) {
		run_for(5 * SECOND);
		CHECK(peer(BOB)->refused == REFUSE_CODE);
		restart_bob_at(i == 1);
	}
	run_for(5 * SECOND);
	CHECK(peer(ALICE)->guesses == 3);
	CHECK(peer(BOB)->refused == REFUSE_CODE_DEAD);
	bob.code = &code;
	restart_bob();
	run_for(30 * SECOND);
	CHECK(!peer(ALICE)->ready);
	CHECK(!peer(BOB)->ready);
	CHECK(peer(BOB)->refused == REFUSE_CODE_DEAD);
}

static void one_host_kills_no_code(void)
{
	prepare(CARRIER_UDP, SUITE_NOISE);
	bob.code = &other_code;
	start();
	for (int i = 0; i < 5; i++) {
		run_for(5 * SECOND);
		CHECK(peer(BOB)->refused == (i < 2 ? REFUSE_CODE : REFUSE_CODE_DEAD));
		restart_bob();
	}
	CHECK(peer(ALICE)->guesses == 2);
	bob.code = &code;
	restart_bob_at(true);
	both_end_well();
}

static void a_share_without_a_confirmation_is_no_guess(void)
{
	prepare(CARRIER_UDP, SUITE_NOISE);
	start_one(&alice);
	start_one(&bob);
	while (peer(ALICE)->ep->slots[SLOTS - 1].state != SLOT_SHAKING &&
	       w->net.now < 1010 * SECOND)
		run_for(5 * MS);
	CHECK(peer(ALICE)->ep->slots[SLOTS - 1].state == SLOT_SHAKING);
	w->net.nodes[BOB].alive = false;
	run_for(3 * LIMIT_HANDSHAKE_US / 2);
	CHECK(peer(ALICE)->ep->slots[SLOTS - 1].state == SLOT_FREE);
	CHECK(peer(ALICE)->guesses == 0);
}

static void changed_key_is_told_and_shown_nothing(void)
{
	prepare(CARRIER_TCP, SUITE_NOISE);
	alice.code = bob.code = NULL;
	alice.first_use =
	    true; /* answers strangers: the only way a changed key can be seen at all */
	bob.expected = &ids[2].public;
	start();
	run_for(5 * SECOND);
	CHECK(!peer(ALICE)->ready);
	CHECK(peer(BOB)->changed || peer(BOB)->refused == REFUSE_KEY);
}

static void stranger_without_the_key_gets_no_answer(void)
{
	prepare(CARRIER_UDP, SUITE_NOISE);
	alice.code = bob.code = NULL;
	alice.contacts = true;
	bob.expected = &ids[2].public;
	start();
	run_for(10 * SECOND);
	CHECK(!peer(ALICE)->ready);
	CHECK(peer(BOB)->refused == 0);
	CHECK(!peer(BOB)->changed);
}

static void other_suite_is_refused_by_name(void)
{
	prepare(CARRIER_TCP, SUITE_NOISE);
	ids[BOB] = test_identity(KEY_RSA, 1);
	bob.suite = encryptor_class_of(SUITE_RSA);
	start();
	run_for(5 * SECOND);
	CHECK(peer(BOB)->refused == REFUSE_SUITE);
	CHECK(peer(ALICE)->guesses == 0);
}

/* A rekeying of rsa takes the endpoint's pair for itself, and wipes it when it is done; there is another for whoever comes next. */
static void rekeying_of_rsa_has_a_pair_of_its_own(void)
{
	prepare(CARRIER_TCP, SUITE_RSA);
	bob.finish_at = NEVER;
	start();
	run_for(700 * SECOND);
	for (int i = 0; i < 2; i++)
		CHECK(session_of(i) != NULL && session_of(i)->phase == 1);
	CHECK(peer(ALICE)->ep->accepted >= 0);
	const struct slot *slot = &peer(ALICE)->ep->slots[peer(ALICE)->ep->accepted];
	CHECK(bytes_zero(&slot->pair, sizeof slot->pair));
	CHECK(!session_key_wanted(slot->session));
	CHECK(!endpoint_pair_wanted(peer(ALICE)->ep));
}

static void chat_and_pipe_do_not_mix(void)
{
	prepare(CARRIER_TCP, SUITE_NOISE);
	bob.mode = MODE_PIPE;
	start();
	run_for(5 * SECOND);
	for (int i = 0; i < 2; i++) {
		CHECK(!peer(i)->ready);
		CHECK(peer(i)->err == ERR_VERSION);
	}
}

static void every_suite_talks_over_every_carrier(void)
{
	for (enum carrier carrier = CARRIER_TCP; carrier <= CARRIER_P2P; carrier++) {
		for (enum suite suite = SUITE_NOISE; suite <= SUITE_PSEUDO; suite++) {
			prepare(carrier, suite);
			if (suite == SUITE_PSEUDO) {
				alice.code = bob.code = NULL;
				alice.identity = bob.identity = NULL;
				alice.first_use = bob.first_use = true;
			}
			start();
			both_end_well();
			if (carrier != CARRIER_P2P || suite != SUITE_PSEUDO)
				world_end(w);
		}
	}
}

/* ---- bad input ---- */

static void garbage_at_every_moment_changes_nothing(void)
{
	uint8_t noise[1300];

	prepare(CARRIER_UDP, SUITE_NOISE);
	start();
	for (int i = 0; i < 3000; i++) {
		size_t len = (size_t)pick(w, sizeof noise);
		struct route from = { .kind = ROUTE_UDP, .link = 1, .remote = outside_of(3) };

		from.remote.port = 999;
		random_fill(&w->random.random, noise, len);
		if (len > 0)
			noise[0] = (uint8_t)(0xC0 + pick(w, 0x40));
		endpoint_input(peer((int)pick(w, 2))->ep, &from, span_of(noise, len), w->net.now);
		run_for(MS);
	}
	both_end_well();
}

/* Every packet bob sent comes again from somewhere else: the path does not move there, and nothing is heard twice. */
static void replayed_packets_move_nothing(void)
{
	prepare(CARRIER_UDP, SUITE_NOISE);
	bob.say_until = bob.say_from + 2 * SECOND;
	bob.finish_at = bob.say_until + 2 * SECOND;
	start();
	w->net.copy_from = BOB;
	w->net.copy_as = outside_of(3);
	w->net.copy_as.port = 4444;
	both_end_well();
	CHECK(w->net.copies > 10);
	CHECK(w->net.to_copy_address == 0);
}

/* ---- paths ---- */

static void each_path_has_ids_of_its_own(void)
{
	prepare(CARRIER_P2P, SUITE_NOISE);
	bob.finish_at = NEVER;
	start();
	run_for(10 * SECOND);
	CHECK(peer_direct(peer(ALICE)));
	CHECK(peer_direct(peer(BOB)));
	struct session *s = session_of(BOB);
	for (int i = 0; s != NULL && i < LIMIT_PATHS; i++) {
		for (int k = 0; k < i; k++)
			CHECK(s->paths[i].stage == PATH_FREE || s->paths[k].stage == PATH_FREE ||
			      s->paths[i].id != s->paths[k].id);
	}
}

/* A server that relays nothing: hole punching gives the path, and no line takes the forwarder. */
static void without_relay_direct_paths_serve(void)
{
	prepare(CARRIER_P2P, SUITE_NOISE);
	net_node(&w->net, SERVER, outside_of(SERVER), outside_of(SERVER), MAP_NONE,
	         FILTER_ENDPOINT_INDEPENDENT);
	server_start(w, 0);
	start();
	both_end_well();
}

static void without_relay_and_hole_the_user_is_told(void)
{
	prepare(CARRIER_P2P, SUITE_NOISE);
	net_node(&w->net, SERVER, outside_of(SERVER), outside_of(SERVER), MAP_NONE,
	         FILTER_ENDPOINT_INDEPENDENT);
	server_start(w, 0);
	for (int i = 0; i < 2; i++)
		net_node(&w->net, i, addr_v4(192, 168, (uint8_t)i, 2, 0), outside_of(i),
		         MAP_ADDRESS_AND_PORT_DEPENDENT, FILTER_ADDRESS_AND_PORT_DEPENDENT);
	start();
	run_for(60 * SECOND);
	for (int i = 0; i < 2; i++)
		CHECK((peer(i)->failed || peer(i)->over) && peer(i)->err == ERR_UNREACHABLE);
	CHECK(peer(ALICE)->heard == 0);
}

static void relay_only_never_shows_an_address(void)
{
	prepare(CARRIER_P2P, SUITE_NOISE);
	bob.relay_only = true;
	bob.finish_at = NEVER;
	start();
	run_for(10 * SECOND);
	CHECK(peer(ALICE)->heard == 3);
	CHECK(!peer_direct(peer(ALICE)));
	CHECK(!peer_direct(peer(BOB)));
	CHECK(session_of(ALICE) != NULL && session_of(ALICE)->theirs_count == 0);
}

static void two_behind_one_nat_use_their_network(void)
{
	prepare(CARRIER_P2P, SUITE_NOISE);
	for (int i = 0; i < 2; i++)
		net_node(&w->net, i, addr_v4(192, 168, 1, (uint8_t)(10 + i), 0), outside_of(0),
		         MAP_ENDPOINT_INDEPENDENT, FILTER_ADDRESS_AND_PORT_DEPENDENT);
	bob.finish_at = NEVER;
	start();
	run_for(10 * SECOND);
	struct session_path path = { 0 };
	CHECK(session_of(BOB) != NULL && session_path(session_of(BOB), &path) && path.lan);
	CHECK(addr_is_private(&path.route.remote));
}

/* The direct path dies while lines are said: they go on over the forwarder within two seconds. */
static void a_dead_path_is_left_for_the_forwarder(void)
{
	prepare(CARRIER_P2P, SUITE_NOISE);
	bob.lines = 200;
	bob.say_until = bob.say_from + 20 * SECOND;
	bob.finish_at = NEVER;
	start();
	run_for(8 * SECOND);
	CHECK(peer_direct(peer(BOB)));
	w->net.cut_a = ALICE;
	w->net.cut_b = BOB;
	w->net.cut = true;
	run_for(2 * SECOND);
	unsigned before = peer(ALICE)->heard;
	run_for(2 * SECOND);
	CHECK(!peer_direct(peer(BOB)));
	CHECK(peer(ALICE)->heard >= before + 15);
	w->net.cut = false;
	run_for(60 * SECOND);
	CHECK(peer_direct(peer(BOB)));
	CHECK(peer(ALICE)->heard == 200);
	CHECK(!peer(ALICE)->wrong);
}

static void hours_of_darkness_cost_a_pause(void)
{
	prepare(CARRIER_UDP, SUITE_NOISE);
	bob.finish_at = NEVER;
	bob.lines = 6;
	bob.say_until = bob.say_from + 6 * 3600 * SECOND;
	start();
	run_for(5 * SECOND);
	w->net.nodes[BOB].weather.dark = true;
	w->light_at[BOB] = w->net.now + 5 * 3600 * SECOND;
	run_for(3 * 3600 * SECOND);
	CHECK(session_of(ALICE) != NULL && session_away(session_of(ALICE)));
	CHECK(session_of(BOB) != NULL && session_away(session_of(BOB)));
	run_for(4 * 3600 * SECOND);
	CHECK(peer(ALICE)->heard == 6);
	CHECK(session_of(BOB) != NULL && !session_away(session_of(BOB)));
}

/* ---- sessions ---- */

static void the_same_peer_again_replaces_its_session(void)
{
	prepare(CARRIER_TCP, SUITE_NOISE);
	alice.code = bob.code = NULL;
	alice.contacts = true;
	bob.expected = &ids[ALICE].public;
	bob.finish_at = NEVER;
	start();
	run_for(5 * SECOND);
	CHECK(peer(ALICE)->ready);
	restart_bob();
	run_for(3 * SECOND);
	CHECK(peer(ALICE)->over);
	CHECK(peer(ALICE)->err == ERR_EXISTS);
}

static void a_killed_peer_is_a_cut(void)
{
	prepare(CARRIER_UDP, SUITE_NOISE);
	alice.silence_us = 10 * SECOND;
	bob.finish_at = NEVER;
	start();
	run_for(3 * SECOND);
	w->net.nodes[BOB].alive = false;
	run_for(9 * SECOND);
	CHECK(!peer(ALICE)->over);
	run_for(5 * SECOND);
	CHECK(peer(ALICE)->over);
	CHECK(peer(ALICE)->err == ERR_CUT);
}

static void keys_are_fresh_after_ten_minutes(void)
{
	for (enum suite suite = SUITE_NOISE; suite <= SUITE_RSA; suite++) {
		prepare(CARRIER_UDP, suite);
		bob.finish_at = NEVER;
		bob.lines = 20;
		bob.say_until = bob.say_from + 2000 * SECOND;
		start();
		run_for(2100 * SECOND);
		CHECK(session_of(BOB) != NULL && session_of(BOB)->phase == 3);
		CHECK(session_of(ALICE) != NULL && session_of(ALICE)->phase == 3);
		unsigned held = 0;
		for (int i = 0; session_of(BOB) != NULL && i < PHASES; i++)
			held += session_of(BOB)->keys[i] != NULL;
		CHECK(held == 1); /* the old ones are gone */
		CHECK(peer(ALICE)->heard == 20);
		if (suite == SUITE_NOISE)
			world_end(w);
	}
}

static const struct {
	const char *name;
	void (*run)(void);
} scenarios[] = {
#define SCENARIO(name)                                                                             \
	{                                                                                          \
#name, name                                                                        \
	}
	SCENARIO(wrong_code_is_one_guess_told_on_both_sides),
	SCENARIO(third_wrong_guess_kills_the_code),
	SCENARIO(one_host_kills_no_code),
	SCENARIO(a_share_without_a_confirmation_is_no_guess),
	SCENARIO(changed_key_is_told_and_shown_nothing),
	SCENARIO(stranger_without_the_key_gets_no_answer),
	SCENARIO(other_suite_is_refused_by_name),
	SCENARIO(rekeying_of_rsa_has_a_pair_of_its_own),
	SCENARIO(chat_and_pipe_do_not_mix),
	SCENARIO(every_suite_talks_over_every_carrier),
	SCENARIO(garbage_at_every_moment_changes_nothing),
	SCENARIO(replayed_packets_move_nothing),
	SCENARIO(each_path_has_ids_of_its_own),
	SCENARIO(without_relay_direct_paths_serve),
	SCENARIO(without_relay_and_hole_the_user_is_told),
	SCENARIO(relay_only_never_shows_an_address),
	SCENARIO(two_behind_one_nat_use_their_network),
	SCENARIO(a_dead_path_is_left_for_the_forwarder),
	SCENARIO(hours_of_darkness_cost_a_pause),
	SCENARIO(the_same_peer_again_replaces_its_session),
	SCENARIO(a_killed_peer_is_a_cut),
	SCENARIO(keys_are_fresh_after_ten_minutes),
};

static unsigned run_one(const char *name, void (*run)(void), bool verbose)
{
	uint64_t repeats = tap_repeats();

	failure = NULL;
	world_label = name;
	run();
	world_end(w);
	if (tap_repeats() != repeats && failure == NULL)
		failure = "a nonce came twice under one key";
	if (verbose || failure != NULL)
		printf("%s: %s\n", name, failure != NULL ? failure : "well");
	return failure != NULL;
}

unsigned scenarios_run(unsigned *count, bool verbose)
{
	unsigned failed = 0;

	*count = sizeof scenarios / sizeof scenarios[0];
	for (unsigned i = 0; i < *count; i++)
		failed += run_one(scenarios[i].name, scenarios[i].run, verbose);
	return failed;
}
