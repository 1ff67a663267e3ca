/* servers: two signaling servers, which know nothing of each other (docs/SIGNALING.md S8-23). Both
 * introduce the two contacts at the same moment, or one of them is gone, then or later. */
#include "base/assert.h"
#include "stage.h"

enum { OTHER = SERVER + 1 };

static void prepare(uint64_t seed)
{
	stage_prepare(CARRIER_P2P, SUITE_NOISE, seed);
	alice.code = bob.code = NULL;
	alice.contacts = true;
	bob.expected = &ids[ALICE].public;
}

static void at_both(void)
{
	world_server_start(w, OTHER, 64);
	alice.other_server = outside_of(OTHER);
	alice.other_server.port = LIMIT_PORT;
	bob.other_server = alice.other_server;
}

static void behind_nats(enum mapping mapping)
{
	for (int i = 0; i < 2; i++)
		net_node(&w->net, i, addr_v4(192, 168, (uint8_t)(1 + i), 2, 0), outside_of(i),
		         mapping, FILTER_ADDRESS_AND_PORT_DEPENDENT);
}

/* In a room of two contacts: a number would belong to one server. */
static void start(void)
{
	for (int i = 0; i < 2; i++) {
		peer_start(&w->peers[i], i == ALICE ? &alice : &bob, &w->net);
		endpoint_join(w->peers[i].ep, (const uint8_t *)"a room for two..", w->net.now);
	}
}

/* Whichever server is the faster, for whichever of the two: they have one conversation. */
static void two_introductions_at_once_make_one_conversation(void)
{
	for (uint64_t seed = 1; seed <= 60 && failure == NULL; seed++) {
		if (seed > 1)
			world_end(w);
		prepare(seed);
		at_both();
		behind_nats(seed % 2 ? MAP_ENDPOINT_INDEPENDENT : MAP_ADDRESS_AND_PORT_DEPENDENT);
		for (int i = 0; i < WORLD_NODES; i++) {
			w->net.nodes[i].weather.delay_us = (seed % 3 ? 5 + pick(w, 60) : 20) * MS;
			w->net.nodes[i].weather.jitter_us = seed % 3 == 2 ? 30 * MS : 0;
		}
		start();
		stage_both_end_well();
		for (int i = 0; i < 2; i++) {
			CHECK(stage_peer(i)->conversations == 1);
			CHECK(server_counts(w->servers[i]).intros > 0);
		}
	}
}

/* How long until both are connected. */
static uint64_t meeting(bool other, int gone)
{
	prepare(5);
	if (other)
		at_both();
	if (gone >= 0)
		world_server_lose(w, gone);
	behind_nats(MAP_ENDPOINT_INDEPENDENT);
	uint64_t from = w->net.now;
	bob.finish_at = NEVER;
	start();
	stage_run_for(5 * SECOND);
	for (int i = 0; i < 2; i++) {
		CHECK(stage_peer(i)->ready);
		CHECK(peer_direct(stage_peer(i)));
	}
	uint64_t a = stage_peer(ALICE)->ready_at, b = stage_peer(BOB)->ready_at;
	return (a > b ? a : b) - from;
}

static void a_server_that_is_gone_costs_no_time(void)
{
	uint64_t alone = meeting(false, -1);
	for (int gone = SERVER; gone <= OTHER; gone++) {
		world_end(w);
		uint64_t us = meeting(true, gone);
		CHECK(us <= alone + MS);
	}
}

/* The server that relays is gone in the middle of a conversation, and comes back; then the other
 * is. A line waits for a few round trips, and never for a second. */
static void no_conversation_depends_on_one_server(void)
{
	prepare(9);
	at_both();
	behind_nats(MAP_ADDRESS_AND_PORT_DEPENDENT);
	alice.relay_only = bob.relay_only = true;
	alice.lines = bob.lines = 190;
	alice.say_until = bob.say_until = alice.say_from + 190 * SECOND;
	bob.finish_at = NEVER;
	start();
	uint64_t longest = 0, since[2] = { w->net.now, w->net.now };
	for (unsigned t = 0; t < 2000; t++) {
		if (t == 200 || t == 800)
			world_server_lose(w, t == 200 ? SERVER : OTHER);
		if (t == 500 || t == 1100)
			w->light_at[t == 500 ? SERVER : OTHER] = 0;
		stage_run_for(100 * MS);
		for (int i = 0; i < 2; i++) {
			if (stage_peer(1 - i)->heard == stage_peer(i)->said)
				since[i] = w->net.now;
			if (w->net.now - since[i] > longest)
				longest = w->net.now - since[i];
		}
	}
	CHECK(longest >= 2 * 100 * MS && longest <= SECOND);
	for (int i = 0; i < 2; i++) {
		CHECK(stage_peer(i)->heard == 190 && !stage_peer(i)->wrong);
		CHECK(stage_peer(i)->conversations == 1);
	}
}

/* A conversation of a minute, on a direct path or on the relay; its server begins anew after 20 s.
 * Returns how long lines took at most. */
static uint64_t over_a_restart(uint64_t seed, bool relayed, bool closed, bool says)
{
	static const uint8_t key[] = "abcdefghijklmnop";
	static struct access access;
	char words[64];
	struct text why = text_of(words, sizeof words);
	prepare(seed);
	if (closed) {
		assert(access_read(&access, span_text("all mfrggzdfmztwq2lknnwg23tpoa"), "", &why));
		w->access = &access;
		alice.where.key = bob.where.key = key;
		world_server_restart(w, SERVER, 64, false);
	}
	behind_nats(relayed ? MAP_ADDRESS_AND_PORT_DEPENDENT : MAP_ENDPOINT_INDEPENDENT);
	alice.relay_only = bob.relay_only = relayed;
	alice.lines = bob.lines = 50;
	alice.say_until = bob.say_until = alice.say_from + 50 * SECOND;
	bob.finish_at = NEVER;
	start();
	uint64_t longest = 0, since[2] = { w->net.now, w->net.now };
	for (unsigned t = 0; t < 1200; t++) {
		if (t == 400)
			world_server_restart(w, SERVER, 64, says);
		stage_run_for(50 * MS);
		for (int i = 0; i < 2; i++) {
			if (stage_peer(1 - i)->heard == stage_peer(i)->said)
				since[i] = w->net.now;
			if (t >= 100 && w->net.now - since[i] > longest)
				longest = w->net.now - since[i];
		}
	}
	for (int i = 0; i < 2; i++) {
		CHECK(stage_peer(i)->ready && !stage_peer(i)->over);
		CHECK(peer_direct(stage_peer(i)) == !relayed);
		CHECK(stage_peer(i)->heard == 50 && !stage_peer(i)->wrong);
		CHECK(stage_peer(i)->conversations == 1);
	}
	return longest;
}

/* A hundred conversations, half of them through the server, half of the servers closed. When it
 * ends and begins again, or is killed, those on a direct path notice nothing, and the others wait
 * for one line. */
static void a_hundred_conversations_outlive_a_restart(void)
{
	for (unsigned i = 0; i < 100 && failure == NULL; i += stage_step) {
		bool relayed = i & 1, closed = i & 2, says = i & 4;
		if (i > 0)
			world_end(w);
		uint64_t longest = over_a_restart(100 + i, relayed, closed, says);
		CHECK(longest <= (relayed ? 1500 : 150) * MS);
	}
}

const struct scene server_scenes[] = {
	SCENARIO(two_introductions_at_once_make_one_conversation),
	SCENARIO(a_server_that_is_gone_costs_no_time),
	SCENARIO(no_conversation_depends_on_one_server),
	SCENARIO(a_hundred_conversations_outlive_a_restart),
	{ NULL, NULL },
};
