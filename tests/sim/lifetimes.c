/* lifetimes: NATs that forget soon. Lines are said now and then, and none waits for long, though
 * every mapping may be gone when it is said. */
#include "stage.h"

#include "base/min_max.h"

/* How long a mapping lives, and how its port is chosen after that. */
struct short_lived {
	uint64_t idle_us, absolute_us;
	enum port_choice ports;
	bool relayed; /* the two NATs only allow that */
	bool alone;   /* only alice speaks */
	bool one;     /* bob's NAT has no absolute lifetime */
};

/* What leaves: packets for the relay that are longer than PATH CHALLENGE and its answer; how often
 * JOIN came from another socket than before: from the fresh one, or the first one again. */
enum { PROBE_MAX = 60 };
static unsigned relayed, turns;
static uint16_t last_link[2];

static void watch(const struct net *n, int node, const struct route *route, struct span wire)
{
	(void)n;
	if (node > BOB || route->kind != ROUTE_UDP)
		return;
	relayed += wire.at[0] == PACKET_FORWARD && wire.len > FORWARD_HEADER + PROBE_MAX;
	if (wire.at[0] != PACKET_JOIN || route->link == last_link[node])
		return;
	last_link[node] = route->link;
	turns++;
}

/* Alice says a line every so often, and so may bob, at the same time. */
static void prepare(const struct short_lived *kind, uint64_t every, unsigned lines)
{
	stage_prepare(CARRIER_P2P, SUITE_NOISE, 77);
	struct nat_config nat = { .mapping = kind->relayed ? MAP_ADDRESS_AND_PORT_DEPENDENT
		                                           : MAP_ENDPOINT_INDEPENDENT,
		                  .filtering = FILTER_ADDRESS_AND_PORT_DEPENDENT,
		                  .ports = kind->ports,
		                  .idle_us = kind->idle_us,
		                  .absolute_us = kind->absolute_us,
		                  .refreshed_inbound = true };
	turns = relayed = 0;
	last_link[ALICE] = last_link[BOB] = 1;
	w->net.listen = watch;
	for (int i = 0; i < 2; i++) {
		if (kind->one && i == BOB)
			nat.absolute_us = 0;
		net_node_behind(&w->net, i, addr_v4(192, 168, (uint8_t)i, 2, 0), outside_of(i),
		                &nat);
		w->net.nodes[i].weather.delay_us = 10 * MS;
	}
	alice.lines = lines;
	bob.lines = kind->alone ? 0 : lines;
	alice.say_from = w->net.now + 20 * SECOND;
	bob.say_from = alice.say_from;
	alice.say_until = alice.say_from + lines * every;
	bob.say_until = bob.say_from + lines * every;
	bob.finish_at = NEVER;
	stage_start();
}

/* Until all is said and heard: the longest that a line has waited. */
static uint64_t longest_wait(void)
{
	uint64_t since[2] = { w->net.now, w->net.now }, longest = 0;

	while (w->net.now < bob.say_until + SECOND) {
		stage_run_for(10 * MS);
		for (int i = 0; i < 2; i++) {
			if (stage_peer(1 - i)->heard == stage_peer(i)->said)
				since[i] = w->net.now;
			longest = max_of(longest, w->net.now - since[i]);
		}
	}
	CHECK(stage_peer(ALICE)->heard == bob.lines && stage_peer(BOB)->heard == alice.lines);
	return longest;
}

static void a_mapping_of_ten_seconds_delays_no_line(void)
{
	static const struct short_lived kinds[] = {
		{ .idle_us = 10 * SECOND, .ports = PORTS_RANDOM },
		{ .idle_us = 10 * SECOND, .ports = PORTS_PRESERVE },
		{ .idle_us = 10 * SECOND, .ports = PORTS_RANDOM, .relayed = true },
		{ .idle_us = 10 * SECOND, .ports = PORTS_RANDOM, .alone = true },
		{ .idle_us = 10 * SECOND, .ports = PORTS_PRESERVE, .alone = true },
		{ .idle_us = 10 * SECOND, .ports = PORTS_RANDOM, .relayed = true, .alone = true },
	};
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds && failure == NULL; i += stage_step) {
		if (i > 0)
			world_end(w);
		prepare(&kinds[i], 15 * SECOND, 40);
		uint64_t longest = longest_wait();
		CHECK(longest <= SECOND);
		CHECK(turns == 0); /* no lifetime of these is absolute */
	}
}

/* After the second time, each mapping is left before it ends, and nobody notices: from both sides
 * at once, or from one; straight, or over a relay. Lines are said four times a second. */
static void a_mapping_that_ends_though_used_is_left_in_time(void)
{
	static const struct short_lived kinds[] = {
		{ .absolute_us = 50 * SECOND, .ports = PORTS_RANDOM },
		{ .absolute_us = 50 * SECOND, .ports = PORTS_RANDOM, .one = true },
		{ .absolute_us = 50 * SECOND, .ports = PORTS_RANDOM, .one = true, .alone = true },
		{ .absolute_us = 20 * SECOND, .ports = PORTS_RANDOM },
		{ .absolute_us = 50 * SECOND, .ports = PORTS_RANDOM, .relayed = true },
	};
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds && failure == NULL; i += stage_step) {
		if (i > 0)
			world_end(w);
		prepare(&kinds[i], SECOND / 4, 1600);
		stage_run_for(2 * kinds[i].absolute_us + 5 * SECOND);
		relayed = 0;
		bool direct = peer_direct(stage_peer(ALICE));
		uint64_t longest = longest_wait();
		CHECK(direct != kinds[i].relayed);
		CHECK(longest <= 80 * MS); /* two round trips */
		CHECK(turns >= (kinds[i].one ? 7 : 14));
		CHECK(relayed == 0 || kinds[i].relayed);
	}
}

/* It looks the same, but is not: the NAT is restarted after 100 s and again after 200, and never
 * more. One move shows it. */
static void a_router_that_was_restarted_twice_is_no_lifetime(void)
{
	static const struct short_lived kind = { .idle_us = 120 * SECOND, .ports = PORTS_RANDOM };

	prepare(&kind, SECOND, 1000);
	for (int i = 0; i < 2; i++) {
		stage_run_for(100 * SECOND);
		net_rebind(&w->net, ALICE);
	}
	stage_run_for(800 * SECOND);
	CHECK(turns == 1);
	CHECK(peer_direct(stage_peer(ALICE)) && peer_direct(stage_peer(BOB)));
	CHECK(stage_peer(ALICE)->heard == stage_peer(BOB)->said);
}

/* Nor is one of two minutes without use, however long nobody says anything. */
static void a_lifetime_that_use_renews_costs_nothing(void)
{
	static const struct short_lived kind = { .idle_us = 120 * SECOND, .ports = PORTS_RANDOM };

	prepare(&kind, 150 * SECOND, 20);
	stage_run_for(3600 * SECOND);
	CHECK(turns == 0);
}

const struct scene lifetime_scenes[] = {
	SCENARIO(a_mapping_of_ten_seconds_delays_no_line),
	SCENARIO(a_mapping_that_ends_though_used_is_left_in_time),
	SCENARIO(a_router_that_was_restarted_twice_is_no_lifetime),
	SCENARIO(a_lifetime_that_use_renews_costs_nothing),
	{ NULL, NULL },
};
