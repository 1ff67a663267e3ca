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
};

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
	for (int i = 0; i < 2; i++) {
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
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds && failure == NULL; i++) {
		if (i > 0)
			world_end(w);
		prepare(&kinds[i], 15 * SECOND, 40);
		uint64_t longest = longest_wait();
		CHECK(longest <= SECOND);
	}
}

/* However much is said: the peer follows to the new mapping. */
static void a_mapping_that_ends_after_fifty_seconds_costs_no_relay(void)
{
	static const struct short_lived kind = { .absolute_us = 50 * SECOND,
		                                 .ports = PORTS_RANDOM };
	unsigned relayed = 0;
	prepare(&kind, SECOND, 600);
	stage_run_for(120 * SECOND);
	for (unsigned i = 0; i < 480; i++) {
		stage_run_for(SECOND);
		for (int k = 0; k < 2; k++)
			relayed += !peer_direct(stage_peer(k));
	}
	CHECK(relayed == 0);
}

const struct scene lifetime_scenes[] = {
	SCENARIO(a_mapping_of_ten_seconds_delays_no_line),
	SCENARIO(a_mapping_that_ends_after_fifty_seconds_costs_no_relay),
	{ NULL, NULL },
};
