/* scenarios: what must hold in situations that chance rarely makes, each named by its property.
 * They look at what a user or somebody at the wire sees. */
#include "stage.h"
#include "tap.h"

/* The usual conversation, and a short one: scripts/sim draws it for docs/DESIGN.md. */
static void two_behind_nats_meet_by_a_code(void)
{
	stage_prepare(CARRIER_P2P, SUITE_NOISE, 77);
	for (int i = 0; i < 2; i++) {
		net_node(&w->net, i, addr_v4(192, 168, (uint8_t)(1 + i), 2, 0), outside_of(i),
		         MAP_ENDPOINT_INDEPENDENT, FILTER_ADDRESS_AND_PORT_DEPENDENT);
		w->net.nodes[i].weather.delay_us = 20 * MS;
	}
	alice.lines = bob.lines = 1;
	alice.say_from = alice.say_until = bob.say_from + SECOND;
	bob.finish_at = alice.say_until + SECOND;
	stage_start();
	stage_run_for(3 * SECOND);
	CHECK(peer_direct(stage_peer(ALICE)) && peer_direct(stage_peer(BOB)));
	stage_run_for(20 * SECOND);
	for (int i = 0; i < 2; i++)
		CHECK(stage_peer(i)->over && stage_peer(i)->err == OK && stage_peer(i)->heard == 1);
}

/* ---- trust ---- */

static void wrong_code_is_one_guess_told_on_both_sides(void)
{
	stage_prepare(CARRIER_TCP, SUITE_NOISE, 77);
	bob.code = &other_code;
	stage_start();
	stage_run_for(5 * SECOND);
	CHECK(stage_peer(ALICE)->guesses == 1);
	CHECK(stage_peer(BOB)->refused == REFUSE_CODE);
	CHECK(!stage_peer(ALICE)->ready);
	bob.code = &code;
	stage_restart_bob(false);
	stage_both_end_well();
}

static void third_wrong_guess_kills_the_code(void)
{
	stage_prepare(CARRIER_UDP, SUITE_NOISE, 77);
	bob.code = &other_code;
	stage_start();
	for (int i = 0; i < 2; i++) {
		stage_run_for(5 * SECOND);
		CHECK(stage_peer(BOB)->refused == REFUSE_CODE);
		stage_restart_bob(i == 1);
	}
	stage_run_for(5 * SECOND);
	CHECK(stage_peer(ALICE)->guesses == 3);
	CHECK(stage_peer(BOB)->refused == REFUSE_CODE_DEAD);
	bob.code = &code;
	stage_restart_bob(false);
	stage_run_for(30 * SECOND);
	CHECK(!stage_peer(ALICE)->ready);
	CHECK(!stage_peer(BOB)->ready);
	CHECK(stage_peer(BOB)->refused == REFUSE_CODE_DEAD);
}

static void one_host_kills_no_code(void)
{
	stage_prepare(CARRIER_UDP, SUITE_NOISE, 77);
	bob.code = &other_code;
	stage_start();
	for (int i = 0; i < 5; i++) {
		stage_run_for(5 * SECOND);
		CHECK(stage_peer(BOB)->refused == (i < 2 ? REFUSE_CODE : REFUSE_CODE_DEAD));
		stage_restart_bob(false);
	}
	CHECK(stage_peer(ALICE)->guesses == 2);
	bob.code = &code;
	stage_restart_bob(true);
	stage_both_end_well();
}

static void a_share_without_a_confirmation_is_no_guess(void)
{
	stage_prepare(CARRIER_UDP, SUITE_NOISE, 77);
	stage_start();
	while (!heard.answered && w->net.now < 1010 * SECOND)
		stage_run_for(MS);
	CHECK(heard.answered);
	w->net.nodes[BOB].alive = false;
	stage_run_for(3 * LIMIT_HANDSHAKE_US / 2);
	CHECK(stage_peer(ALICE)->guesses == 0);
	alice.say_from = bob.say_from = bob.say_until = w->net.now + 2 * SECOND;
	bob.finish_at = bob.say_until + SECOND;
	stage_restart_bob(false);
	stage_both_end_well();
}

static void changed_key_is_told_and_shown_nothing(void)
{
	stage_prepare(CARRIER_TCP, SUITE_NOISE, 77);
	alice.code = bob.code = NULL;
	alice.first_use =
	    true; /* answers strangers: the only way a changed key can be seen at all */
	bob.expected = &ids[2].public;
	stage_start();
	stage_run_for(5 * SECOND);
	CHECK(!stage_peer(ALICE)->ready);
	CHECK(stage_peer(BOB)->changed || stage_peer(BOB)->refused == REFUSE_KEY);
}

static void stranger_without_the_key_gets_no_answer(void)
{
	stage_prepare(CARRIER_UDP, SUITE_NOISE, 77);
	alice.code = bob.code = NULL;
	alice.contacts = true;
	bob.expected = &ids[2].public;
	stage_start();
	stage_run_for(10 * SECOND);
	CHECK(!stage_peer(ALICE)->ready);
	CHECK(stage_peer(BOB)->refused == 0);
	CHECK(!stage_peer(BOB)->changed);
}

static void other_suite_is_refused_by_name(void)
{
	stage_prepare(CARRIER_TCP, SUITE_NOISE, 77);
	ids[BOB] = test_identity(KEY_RSA, 1);
	bob.suite = encryptor_class_of(SUITE_RSA);
	stage_start();
	stage_run_for(5 * SECOND);
	CHECK(stage_peer(BOB)->refused == REFUSE_SUITE);
	CHECK(stage_peer(ALICE)->guesses == 0);
}

/* A rekeying of rsa takes the pair that was ready, and there is another for whoever comes next. */
static void rekeying_of_rsa_has_a_pair_of_its_own(void)
{
	stage_prepare(CARRIER_TCP, SUITE_RSA, 77);
	bob.finish_at = NEVER;
	stage_start();
	stage_run_for(700 * SECOND);
	for (int i = 0; i < 2; i++)
		CHECK(!stage_peer(i)->over && heard.phase[i] == 1);
	CHECK(!endpoint_pair_wanted(stage_peer(ALICE)->ep));
}

static void chat_and_pipe_do_not_mix(void)
{
	stage_prepare(CARRIER_TCP, SUITE_NOISE, 77);
	bob.mode = MODE_PIPE;
	stage_start();
	stage_run_for(5 * SECOND);
	for (int i = 0; i < 2; i++) {
		CHECK(!stage_peer(i)->ready);
		CHECK(stage_peer(i)->err == ERR_VERSION);
	}
}

static void every_suite_talks_over_every_carrier(void)
{
	for (enum carrier carrier = CARRIER_TCP; carrier <= CARRIER_P2P; carrier++) {
		for (enum suite suite = SUITE_NOISE; suite <= SUITE_HYBRID; suite++) {
			stage_prepare(carrier, suite, 77);
			if (suite == SUITE_PSEUDO) {
				alice.code = bob.code = NULL;
				alice.identity = bob.identity = NULL;
				alice.first_use = bob.first_use = true;
			}
			stage_start();
			stage_both_end_well();
			if (carrier != CARRIER_P2P || suite != SUITE_HYBRID)
				world_end(w);
		}
	}
}

/* ---- bad input ---- */

static void garbage_at_every_moment_changes_nothing(void)
{
	uint8_t noise[1300];

	stage_prepare(CARRIER_UDP, SUITE_NOISE, 77);
	stage_start();
	for (int i = 0; i < 3000; i++) {
		size_t len = (size_t)pick(w, sizeof noise);
		struct route from = { .kind = ROUTE_UDP, .link = 1, .remote = outside_of(3) };

		from.remote.port = 999;
		random_fill(&w->random.random, noise, len);
		if (len > 0)
			noise[0] = (uint8_t)(0xC0 + pick(w, 0x40));
		endpoint_input(stage_peer((int)pick(w, 2))->ep, &from, span_of(noise, len),
		               w->net.now);
		stage_run_for(MS);
	}
	stage_both_end_well();
}

/* Every packet bob sent comes again from somewhere else: the path does not move there, and
 * nothing is heard twice. */
static void replayed_packets_move_nothing(void)
{
	stage_prepare(CARRIER_UDP, SUITE_NOISE, 77);
	bob.say_until = bob.say_from + 2 * SECOND;
	bob.finish_at = bob.say_until + 2 * SECOND;
	stage_start();
	w->net.copy_from = BOB;
	w->net.copy_as = outside_of(3);
	w->net.copy_as.port = 4444;
	stage_both_end_well();
	CHECK(w->net.copies > 10);
	CHECK(w->net.to_copy_address == 0);
}

/* ---- paths ---- */

static void each_path_has_ids_of_its_own(void)
{
	stage_prepare(CARRIER_P2P, SUITE_NOISE, 77);
	bob.finish_at = NEVER;
	stage_start();
	stage_run_for(10 * SECOND);
	CHECK(peer_direct(stage_peer(ALICE)));
	CHECK(peer_direct(stage_peer(BOB)));
	CHECK(heard.ids_count > 2);
	CHECK(!heard.id_shared);
}

/* Bob's network lets no UDP pass, and may say so. TCP is tried after 300 ms, or at once, and takes
 * ten round trips to the first line. */
static void where_no_udp_passes_a_line_is_not_late(void)
{
	for (int refused = 0; refused < 2; refused++) {
		stage_prepare(CARRIER_P2P, SUITE_NOISE, 77);
		w->net.nodes[BOB].weather.udp_refused = refused;
		w->net.nodes[BOB].weather.udp_blocked = !refused;
		bob.finish_at = NEVER;
		bob.say_from = bob.say_until = w->net.now;
		stage_start_one(&alice);
		w->net.nodes[BOB].alive = false;
		stage_run_for(5 * SECOND);
		w->net.nodes[BOB].alive = true;
		stage_start_one(&bob);
		uint64_t began = w->net.now;
		while (stage_peer(ALICE)->heard == 0 && w->net.now < began + 5 * SECOND)
			stage_run_for(MS);
		CHECK(stage_peer(ALICE)->heard > 0);
		CHECK(w->net.now - began <= (refused ? 450 : 750) * MS);
		if (!refused)
			world_end(w);
	}
}

/* Alice's network stops letting UDP pass while bob's handshake with her is on its way, and she goes
 * on with the server over TCP: the handshake goes on there, too. Else bob would wait for a minute
 * for an answer to his last message. */
static void a_handshake_outlives_the_way_to_the_server(void)
{
	for (unsigned late = 0; late < 6; late++) {
		if (late > 0)
			world_end(w);
		stage_prepare(CARRIER_P2P, SUITE_NOISE, 77);
		bob.relay_only = true;
		bob.finish_at = NEVER;
		stage_start_one(&alice);
		w->net.nodes[BOB].alive = false;
		stage_run_for(5 * SECOND);
		w->net.nodes[BOB].alive = true;
		stage_start_one(&bob);
		stage_run_for(late * 60 * MS);
		w->net.nodes[ALICE].weather.udp_blocked = true;
		stage_run_for(30 * SECOND);
		CHECK(stage_peer(ALICE)->ready && stage_peer(BOB)->ready);
	}
}

/* A server that relays nothing: hole punching gives the path, and no line takes the forwarder. */
static void without_relay_direct_paths_serve(void)
{
	stage_prepare(CARRIER_P2P, SUITE_NOISE, 77);
	net_node(&w->net, SERVER, outside_of(SERVER), outside_of(SERVER), MAP_NONE,
	         FILTER_ENDPOINT_INDEPENDENT);
	world_server_start(w, SERVER, 0);
	stage_start();
	stage_both_end_well();
}

static void without_relay_and_hole_the_user_is_told(void)
{
	stage_prepare(CARRIER_P2P, SUITE_NOISE, 77);
	net_node(&w->net, SERVER, outside_of(SERVER), outside_of(SERVER), MAP_NONE,
	         FILTER_ENDPOINT_INDEPENDENT);
	world_server_start(w, SERVER, 0);
	for (int i = 0; i < 2; i++)
		net_node(&w->net, i, addr_v4(192, 168, (uint8_t)i, 2, 0), outside_of(i),
		         MAP_ADDRESS_AND_PORT_DEPENDENT, FILTER_ADDRESS_AND_PORT_DEPENDENT);
	stage_start();
	stage_run_for(60 * SECOND);
	for (int i = 0; i < 2; i++)
		CHECK((stage_peer(i)->failed || stage_peer(i)->over) &&
		      stage_peer(i)->err == ERR_UNREACHABLE);
	CHECK(stage_peer(ALICE)->heard == 0);
}

static unsigned bobs_address_told, straight_to_bob;

/* Of what the server sends to alice; and what she sends there. */
static void look_for_bob(const struct net *n, int node, const struct route *route, struct span wire)
{
	struct addr to_alice = outside_of(ALICE), to_bob = outside_of(BOB);

	bobs_address_told += node == SERVER && addr_same_ip(&route->remote, &to_alice) &&
	                     tap_contains(wire, span_of(n->nodes[BOB].outside.ip + 12, 4));
	straight_to_bob += node == ALICE && addr_same_ip(&route->remote, &to_bob);
}

/* ... in nothing that alice gets, of bob (not even sealed) or of the server; in the room of a
 * nameplate and, later, in the one of their session. The control: else it is told.
 * (no_candidate_is_readable_on_the_wire is that of what is sealed.) */
static void relay_only_never_shows_an_address(void)
{
	for (int hides = 0; hides < 2; hides++) {
		for (unsigned udp = 0; udp < 2; udp++) {
			if (hides || udp)
				world_end(w);
			stage_prepare(CARRIER_P2P, SUITE_NOISE, 77);
			bob.relay_only = hides;
			alice.where.streams = true;
			bob.where.streams = !hides;
			w->net.nodes[ALICE].weather.udp_blocked = !udp;
			w->net.nodes[BOB].weather.udp_blocked = !udp;
			bob.finish_at = NEVER;
			w->net.listen = look_for_bob;
			bobs_address_told = straight_to_bob = 0;
			stage_start();
			stage_run_for(60 * SECOND);
			CHECK(stage_peer(ALICE)->heard == 3);
			CHECK((bobs_address_told == 0) == hides);
			CHECK((straight_to_bob == 0) == hides);
		}
	}
}

static void relay_only_says_no_address(void)
{
	stage_prepare(CARRIER_P2P, SUITE_NOISE, 77);
	bob.relay_only = true;
	bob.finish_at = NEVER;
	tap_look_for(span_of(w->net.nodes[BOB].inside.ip + 12, 4));
	stage_start();
	stage_run_for(10 * SECOND);
	CHECK(stage_peer(ALICE)->heard == 3);
	CHECK(!peer_direct(stage_peer(ALICE)));
	CHECK(!peer_direct(stage_peer(BOB)));
	CHECK(tap_found() == 0);
	tap_look_for(span_of(NULL, 0));
}

static void two_behind_one_nat_use_their_network(void)
{
	stage_prepare(CARRIER_P2P, SUITE_NOISE, 77);
	for (int i = 0; i < 2; i++)
		net_node(&w->net, i, addr_v4(192, 168, 1, (uint8_t)(10 + i), 0), outside_of(0),
		         MAP_ENDPOINT_INDEPENDENT, FILTER_ADDRESS_AND_PORT_DEPENDENT);
	bob.finish_at = NEVER;
	stage_start();
	stage_run_for(10 * SECOND);
	struct session_path path = { 0 };
	CHECK(stage_session(BOB) != NULL && session_path(stage_session(BOB), &path) && path.lan);
	CHECK(addr_is_private(&path.route.remote));
}

/* The direct path dies while lines are said: they go on over the forwarder within two seconds. Came
 * from a seed (its number was not kept) whose talkative user kept a dead path alive. */
static void a_dead_path_is_left_for_the_forwarder(void)
{
	stage_prepare(CARRIER_P2P, SUITE_NOISE, 77);
	bob.lines = 200;
	bob.say_until = bob.say_from + 20 * SECOND;
	bob.finish_at = NEVER;
	stage_start();
	stage_run_for(8 * SECOND);
	CHECK(peer_direct(stage_peer(BOB)));
	w->net.cut_a = ALICE;
	w->net.cut_b = BOB;
	w->net.cut = true;
	stage_run_for(2 * SECOND);
	unsigned before = stage_peer(ALICE)->heard;
	stage_run_for(2 * SECOND);
	CHECK(!peer_direct(stage_peer(BOB)));
	CHECK(stage_peer(ALICE)->heard >= before + 15);
	w->net.cut = false;
	stage_run_for(60 * SECOND);
	CHECK(peer_direct(stage_peer(BOB)));
	CHECK(stage_peer(ALICE)->heard == 200);
	CHECK(!stage_peer(ALICE)->wrong);
}

static void hours_of_darkness_cost_a_pause(void)
{
	stage_prepare(CARRIER_UDP, SUITE_NOISE, 77);
	bob.finish_at = NEVER;
	bob.lines = 6;
	bob.say_until = bob.say_from + 6 * 3600 * SECOND;
	stage_start();
	stage_run_for(5 * SECOND);
	w->net.nodes[BOB].weather.dark = true;
	w->light_at[BOB] = w->net.now + 5 * 3600 * SECOND;
	stage_run_for(3 * 3600 * SECOND);
	CHECK(stage_session(ALICE) != NULL && session_away(stage_session(ALICE)));
	CHECK(stage_session(BOB) != NULL && session_away(stage_session(BOB)));
	stage_run_for(4 * 3600 * SECOND);
	CHECK(stage_peer(ALICE)->heard == 6);
	CHECK(stage_session(BOB) != NULL && !session_away(stage_session(BOB)));
}

/* ---- sessions ---- */

static void the_same_peer_again_replaces_its_session(void)
{
	stage_prepare(CARRIER_TCP, SUITE_NOISE, 77);
	alice.code = bob.code = NULL;
	alice.contacts = true;
	bob.expected = &ids[ALICE].public;
	bob.finish_at = NEVER;
	stage_start();
	stage_run_for(5 * SECOND);
	CHECK(stage_peer(ALICE)->ready);
	stage_restart_bob(false);
	stage_run_for(3 * SECOND);
	CHECK(stage_peer(ALICE)->over);
	CHECK(stage_peer(ALICE)->err == ERR_EXISTS);
}

static void a_killed_peer_is_a_cut(void)
{
	stage_prepare(CARRIER_UDP, SUITE_NOISE, 77);
	alice.silence_us = 10 * SECOND;
	bob.finish_at = NEVER;
	stage_start();
	stage_run_for(3 * SECOND);
	w->net.nodes[BOB].alive = false;
	stage_run_for(9 * SECOND);
	CHECK(!stage_peer(ALICE)->over);
	stage_run_for(5 * SECOND);
	CHECK(stage_peer(ALICE)->over);
	CHECK(stage_peer(ALICE)->err == ERR_CUT);
}

static void keys_are_fresh_after_ten_minutes(void)
{
	for (enum suite suite = SUITE_NOISE; suite <= SUITE_RSA; suite++) {
		stage_prepare(CARRIER_UDP, suite, 77);
		bob.finish_at = NEVER;
		bob.lines = 20;
		bob.say_until = bob.say_from + 2000 * SECOND;
		stage_start();
		stage_run_for(2100 * SECOND);
		CHECK(heard.phase[ALICE] == 3 && heard.phase[BOB] == 3);
		CHECK(stage_peer(ALICE)->heard == 20);
		if (suite == SUITE_NOISE)
			world_end(w);
	}
}

/* The lines of both carry small packets only, and may say so or not: all arrives, and directly. */
static void small_lines_carry_long_texts(void)
{
	static const size_t sizes[] = { 1100, 600 };

	for (unsigned i = 0; i < 4 && failure == NULL; i++) {
		if (i > 0)
			world_end(w);
		stage_prepare(CARRIER_P2P, SUITE_NOISE, 77);
		for (int node = ALICE; node <= BOB; node++) {
			w->net.nodes[node].weather.mtu = sizes[i / 2];
			w->net.nodes[node].weather.tells = i % 2 == 1;
		}
		alice.text_len = bob.text_len = 3000;
		alice.say_until = bob.say_until = alice.say_from + 3 * SECOND;
		bob.finish_at = alice.say_until + 5 * SECOND;
		stage_start();
		stage_run_for(7 * SECOND);
		CHECK(peer_direct(stage_peer(ALICE)) && peer_direct(stage_peer(BOB)));
		CHECK(w->net.lost > 0);
		stage_both_end_well();
	}
}

const struct scene scenarios[] = {
	SCENARIO(two_behind_nats_meet_by_a_code),
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
	SCENARIO(where_no_udp_passes_a_line_is_not_late),
	SCENARIO(a_handshake_outlives_the_way_to_the_server),
	SCENARIO(without_relay_direct_paths_serve),
	SCENARIO(without_relay_and_hole_the_user_is_told),
	SCENARIO(relay_only_never_shows_an_address),
	SCENARIO(relay_only_says_no_address),
	SCENARIO(two_behind_one_nat_use_their_network),
	SCENARIO(a_dead_path_is_left_for_the_forwarder),
	SCENARIO(hours_of_darkness_cost_a_pause),
	SCENARIO(the_same_peer_again_replaces_its_session),
	SCENARIO(a_killed_peer_is_a_cut),
	SCENARIO(keys_are_fresh_after_ten_minutes),
	SCENARIO(small_lines_carry_long_texts),
	{ NULL, NULL },
};
