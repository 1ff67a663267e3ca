/* cross: two hosts behind NATs whose networks let no UDP pass. Their TCP connections cross where
 * the NATs allow it (docs/PROTOCOL.md 6.7-13); elsewhere they use the relay, and nothing is sent in
 * vain for long. */
#include "session/session_net.h"
#include "stage.h"

#define APDM .mapping = MAP_ADDRESS_AND_PORT_DEPENDENT
#define APDF .filtering = FILTER_ADDRESS_AND_PORT_DEPENDENT

static const struct nat_config
    keeps = { APDM, APDF, .ports = PORTS_PRESERVE, .overload = true },
    keeps_resets = { APDM, APDF, .ports = PORTS_PRESERVE, .overload = true, .resets = true },
    easy = { .mapping = MAP_ENDPOINT_INDEPENDENT, APDF, .ports = PORTS_RANDOM },
    easy_resets = { .mapping = MAP_ENDPOINT_INDEPENDENT,
	            APDF,
	            .ports = PORTS_RANDOM,
	            .resets = true },
    open_to_all = { .mapping = MAP_ENDPOINT_INDEPENDENT, .ports = PORTS_RANDOM },
    symmetric = { APDM, APDF, .ports = PORTS_RANDOM },
    symmetric_resets = { APDM, APDF, .ports = PORTS_RANDOM, .resets = true };

static void prepare(const struct nat_config *of_alice, const struct nat_config *of_bob,
                    uint64_t seed)
{
	const struct nat_config *nats[] = { of_alice, of_bob };

	stage_prepare(CARRIER_P2P, SUITE_NOISE, seed);
	alice.where.streams = bob.where.streams = true;
	for (int i = 0; i < 2; i++) {
		net_node_behind(&w->net, i, addr_v4(192, 168, 1, 2, 0), outside_of(i), nats[i]);
		w->net.nodes[i].weather.delay_us = (5 + pick(w, 60)) * MS;
		w->net.nodes[i].weather.jitter_us = pick(w, 5) * MS;
		w->net.nodes[i].weather.udp_blocked = true;
	}
	alice.say_until = bob.say_until = w->net.now + 20 * SECOND;
	bob.finish_at = NEVER;
}

/* A firewall is a NAT whose outside addresses are those of the hosts. */
static void prepare_ipv6(const struct nat_config *of_alice, const struct nat_config *of_bob,
                         uint64_t seed)
{
	const struct nat_config *firewalls[] = { of_alice, of_bob };

	prepare(of_alice, of_bob, seed);
	for (int i = 0; i <= SERVER; i++) {
		struct addr at = { .ip = { 0x20, 0x01, 0x0d, 0xb8, [7] = (uint8_t)i, [15] = 1 } };
		struct weather weather = w->net.nodes[i].weather;

		if (i == SERVER) { /* it runs already */
			w->net.nodes[i].inside = w->net.nodes[i].outside = at;
			at.port = LIMIT_PORT;
			alice.where.peers[0] = bob.where.peers[0] = at;
		} else {
			net_node_behind(&w->net, i, at, at, firewalls[i]);
			w->net.nodes[i].weather = weather;
		}
	}
	alice.where.listen[0] = bob.where.listen[0] = (struct addr){ .port = 0 };
}

/* Of both, to each other's NAT. */
static uint64_t syns(void)
{
	return w->net.syns[ALICE] + w->net.syns[BOB];
}

static bool both_direct(void)
{
	return peer_direct(stage_peer(ALICE)) && peer_direct(stage_peer(BOB));
}

/* How long it takes from when they have met until both are direct; NEVER: more than a minute. */
static uint64_t direct_after(void)
{
	uint64_t until = w->net.now + 60 * SECOND, met_at = NEVER;

	while (w->net.now < until) {
		stage_run_for(10 * MS);
		if (met_at == NEVER && stage_peer(0)->ready && stage_peer(1)->ready)
			met_at = w->net.now;
		if (met_at != NEVER && both_direct())
			return w->net.now - met_at;
	}
	return NEVER;
}

static void all_is_said(void)
{
	stage_run_for(60 * SECOND);
	for (int i = 0; i < 2; i++) {
		CHECK(stage_peer(i)->heard == 3 && stage_peer(i)->delivered == 3);
		CHECK(!stage_peer(i)->wrong);
	}
}

static void connections_cross_between_nats(void)
{
	static const struct nat_config *const nats[] = { &keeps, &keeps_resets, &easy, &easy_resets,
		                                         &open_to_all };
	enum { NATS = sizeof nats / sizeof *nats };

	for (unsigned i = 0; i < NATS * NATS; i++) {
		if (i > 0)
			world_end(w);
		prepare(nats[i / NATS], nats[i % NATS], 300 + i);
		stage_start();
		CHECK(direct_after() <= 2 * SECOND);
		CHECK(syns() <= 40);
		all_is_said();
		CHECK(both_direct());
	}
}

/* The server's connections and theirs break at once; they meet again, and cross again. */
static void connections_cross_again_when_all_have_broken(void)
{
	for (int node = 0; node < 3; node++) {
		if (node > 0)
			world_end(w);
		prepare(&keeps, &easy, 350);
		stage_start();
		CHECK(direct_after() <= 2 * SECOND);
		for (unsigned i = 0; i < 3; i++) {
			stage_run_for(30 * SECOND);
			net_break(&w->net, node == 2 ? SERVER : node);
			stage_run_for(10 * SECOND);
			CHECK(both_direct());
		}
		all_is_said();
	}
}

/* A mapping that the server does not see: the relay carries all, and what is tried for an hour is
 * twenty SYNs of each side to an address where nobody else is led by that. */
static void where_no_connection_can_cross_the_relay_serves(void)
{
	static const struct nat_config *const pairs[][2] = { { &symmetric, &keeps },
		                                             { &easy, &symmetric },
		                                             { &symmetric, &symmetric },
		                                             { &symmetric_resets, &easy_resets },
		                                             { &symmetric_resets,
		                                               &symmetric_resets } };

	for (unsigned i = 0; i < sizeof pairs / sizeof *pairs; i++) {
		if (i > 0)
			world_end(w);
		prepare(pairs[i][0], pairs[i][1], 400 + i);
		stage_start();
		all_is_said();
		stage_run_for(3600 * SECOND);
		CHECK(stage_peer(ALICE)->ready && stage_peer(BOB)->ready);
		CHECK(!peer_direct(stage_peer(ALICE)) && !peer_direct(stage_peer(BOB)));
		CHECK(syns() > 0 && syns() <= 40);
	}
}

/* A genuine peer names a victim's address, or the server attests it, or both do so all the time. */
static void who_lies_about_an_address_aims_at_nobody(void)
{
	enum { VICTIM = SERVER + 1, PEER_LIES = 1, SERVER_LIES = 2 };
	struct addr victim = outside_of(VICTIM);
	struct candidates lies = { .own = { { CANDIDATE_CROSS, victim } }, .own_count = 1 };

	victim.port = lies.own[0].addr.port = 4000;
	for (int lie = PEER_LIES; lie <= (PEER_LIES | SERVER_LIES); lie++) {
		if (lie > PEER_LIES)
			world_end(w);
		prepare(&symmetric, &symmetric, 500);
		net_node_behind(&w->net, VICTIM, addr_v4(192, 168, 1, 2, 0), victim, &easy);
		stage_start();
		stage_run_for(3 * SECOND);
		CHECK(stage_peer(ALICE)->ready && stage_peer(BOB)->ready);
		for (unsigned i = 0; i < 6000 && failure == NULL; i++) {
			stage_run_for(100 * MS);
			if (lie & PEER_LIES)
				session_candidates(stage_session(BOB), &lies);
			if (lie & SERVER_LIES)
				session_attested(stage_session(ALICE), 0, &victim);
		}
		if (lie != (PEER_LIES | SERVER_LIES))
			CHECK(w->net.syns[VICTIM] == 0);
		CHECK(w->net.syns[VICTIM] <= 30); /* ten attempts, in which TCP repeats itself */
	}
	CHECK(w->net.syns[VICTIM] > 0);
}

static void who_wants_the_relay_only_crosses_nobody(void)
{
	for (int node = 0; node < 2; node++) {
		if (node > 0)
			world_end(w);
		prepare(&easy, &open_to_all, 450);
		*(node == ALICE ? &alice.relay_only : &bob.relay_only) = true;
		stage_start();
		all_is_said();
		CHECK(syns() == 0);
	}
}

static void moves(int node, bool udp_blocked)
{
	struct addr inside = addr_v4(192, 168, udp_blocked ? 77 : 78, 2, 0),
		    outside = addr_v4(198, 51, udp_blocked ? 100 : 101, (uint8_t)(1 + node), 0);

	net_move(&w->net, node, inside, outside);
	w->net.nodes[node].weather.udp_blocked = udp_blocked;
	endpoint_hosts(stage_peer(node)->ep, &inside, 1);
	endpoint_refresh(stage_peer(node)->ep, w->net.now);
}

static void both_use(bool streams)
{
	for (int i = 0; i < 2; i++) {
		struct session_path path = { .no_chat = false };

		CHECK(stage_session(i) != NULL && session_path(stage_session(i), &path));
		CHECK(!route_is_forward(&path.route) && route_is_stream(&path.route) == streams);
	}
}

static void connections_cross_between_ipv6_firewalls(void)
{
	for (unsigned i = 0; i < 4; i++) {
		if (i > 0)
			world_end(w);
		prepare_ipv6(i & 2 ? &keeps_resets : &keeps, i & 1 ? &keeps_resets : &keeps,
		             340 + i);
		stage_start();
		CHECK(direct_after() <= 2 * SECOND);
		CHECK(syns() > 0 && syns() <= 40);
		all_is_said();
		both_use(true);
	}
}

/* A direct UDP path, and then bob is in a network without UDP: his TCP connection goes to alice,
 * who has a public address; or crosses hers, if she has moved as well. Where UDP is, they use that
 * again. */
static void who_moves_where_udp_is_blocked_gets_direct_tcp(void)
{
	for (int both = 0; both < 2; both++) {
		if (both)
			world_end(w);
		prepare(&keeps, &keeps, 360);
		for (int i = 0; i < 2; i++)
			w->net.nodes[i].weather.udp_blocked = false;
		if (!both)
			net_node(&w->net, ALICE, outside_of(ALICE), outside_of(ALICE), MAP_NONE,
			         FILTER_ENDPOINT_INDEPENDENT);
		stage_start();
		CHECK(direct_after() <= 2 * SECOND);
		for (unsigned times = 0; times < 4; times++) {
			stage_run_for(30 * SECOND);
			both_use(times & 1);
			for (int i = both ? ALICE : BOB; i <= BOB; i++)
				moves(i, !(times & 1));
		}
		stage_run_for(15 * SECOND);
		both_use(false);
		all_is_said();
	}
}

const struct scene cross_scenes[] = {
	SCENARIO(who_moves_where_udp_is_blocked_gets_direct_tcp),
	SCENARIO(connections_cross_between_nats),
	SCENARIO(connections_cross_between_ipv6_firewalls),
	SCENARIO(connections_cross_again_when_all_have_broken),
	SCENARIO(where_no_connection_can_cross_the_relay_serves),
	SCENARIO(who_lies_about_an_address_aims_at_nobody),
	SCENARIO(who_wants_the_relay_only_crosses_nobody),
	{ NULL, NULL },
};
