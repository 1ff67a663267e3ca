/* world: see world.h. */
#include "world.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/assert.h"
#include "base/min_max.h"

extern const struct communicator_class tcp_communicator, udp_communicator, p2p_communicator;

const char *world_label = "";

_Noreturn void base_panic(const char *file, int line)
{
	printf("%s: %s:%d: assert failed\n", world_label, file, line);
	fflush(stdout);
	abort();
}

/* ---- the signaling server ---- */

void world_server_start(struct world *w, int node, uint32_t relay_kbit)
{
	struct rendezvous_config config = { .members_max = 64,
		                            .pairs_max = 64,
		                            .relay_kbit = relay_kbit,
		                            .random = &w->random.random,
		                            .wall_s = 1000000,
		                            .access = w->access,
		                            .port = LIMIT_PORT,
		                            .other_port = LIMIT_PORT + 1 };
	struct link_request request = { .open = true, .local = addr_v4(0, 0, 0, 0, LIMIT_PORT) };
	struct server **server = &w->servers[node - SERVER];

	server_free(*server);
	*server = server_new(&config, 64, w->net.now);
	assert(*server != NULL);
	request.kind = LINK_UDP;
	request.link = 1;
	net_request(&w->net, node, &request);
	request.kind = LINK_LISTEN;
	request.link = 2;
	net_request(&w->net, node, &request);
	request.kind = LINK_UDP;
	request.link = 3;
	request.local.port++;
	net_request(&w->net, node, &request);
}

void world_server_lose(struct world *w, int node)
{
	w->net.nodes[node].weather.dark = true;
	w->light_at[node] = NEVER;
}

static void server_carry_out(struct world *w, int node)
{
	uint8_t buffer[SERVER_BUFFER];
	struct server *server = w->servers[node - SERVER];
	struct link_request request;
	struct route to;
	const uint8_t *wire;
	size_t len;

	while ((len = server_output(server, &to, buffer, &wire, w->net.now)) > 0)
		net_send(&w->net, node, &to, span_of(wire, len));
	while (server_request(server, &request))
		net_request(&w->net, node, &request);
}

void world_server_restart(struct world *w, int node, uint32_t relay_kbit, bool says)
{
	if (says) {
		server_finish(w->servers[node - SERVER]);
		server_carry_out(w, node);
	}
	for (uint16_t link = 1; link <= 3; link++)
		net_request(&w->net, node, &(struct link_request){ .link = link });
	world_server_start(w, node, relay_kbit);
}

static void server_arrival(struct world *w, const struct arrival *a)
{
	struct server *server = w->servers[a->node - SERVER];

	server_timer(server, w->net.now);
	if (a->is_event)
		server_link(server, &a->event, w->net.now);
	else
		server_input(server, &a->route, a->wire, w->net.now);
	server_carry_out(w, a->node);
}

static void servers_run(struct world *w)
{
	for (int i = 0; i < SERVERS; i++) {
		if (w->servers[i] == NULL)
			continue;
		server_timer(w->servers[i], w->net.now);
		server_carry_out(w, SERVER + i);
	}
}

static uint64_t servers_deadline(const struct world *w)
{
	uint64_t at = NEVER;

	for (int i = 0; i < SERVERS; i++)
		at = w->servers[i] != NULL ? min_of(at, server_deadline(w->servers[i])) : at;
	return at;
}

/* ---- what happens ---- */

uint64_t pick(struct world *w, uint64_t limit)
{
	return random_below(&w->random.random, limit);
}

static void fault(struct world *w)
{
	int node = (int)pick(w, 2);

	w->next_fault = w->faults_left-- > 1 ? w->net.now + (5 + pick(w, 20)) * SECOND : NEVER;
	switch (pick(w, 3)) {
	case 0:
		net_tell(&w->net, node, "its NAT forgets all it knew");
		net_rebind(&w->net, node);
		break;
	case 1:
		net_tell(&w->net, node, "its network is down");
		w->net.nodes[node].weather.dark = true;
		w->light_at[node] = w->net.now + (1 + pick(w, 30)) * SECOND;
		break;
	default:
		net_tell(&w->net, node, "its connections break");
		net_break(&w->net, node);
		break;
	}
}

static bool done(const struct world *w)
{
	for (unsigned i = 0; i < 2; i++) {
		const struct peer *p = &w->peers[i];
		bool hopeless = p->failed && !p->ready; /* later, a server may come back */

		if (w->net.nodes[i].alive && !p->over && !hopeless)
			return false;
	}
	return true;
}

void world_run(struct world *w, uint64_t until)
{
	struct arrival a;
	uint64_t turns = 0, turned_at = 0, due[2];
	/* Like the real program, a peer runs when something came or its deadline did, and no
	 * sooner. At first because a test may have touched it. */
	bool stirred[2] = { true, true };

	while (w->net.now < until && !done(w)) {
		turns = w->net.now == turned_at ? turns + 1 : 0;
		turned_at = w->net.now;
		assert(
		    turns <
		    10000); /* a deadline that is always past: the real program would burn a core */
		for (unsigned i = 0; i < 2; i++) {
			if (w->net.nodes[i].alive && stirred[i] &&
			    w->net.now >= w->net.nodes[i].busy_until)
				peer_run(&w->peers[i], &w->net);
			w->net.nodes[i].alive &=
			    !w->peers[i].over; /* a program that is done has ended */
		}
		servers_run(w);
		uint64_t at =
		    min_of(net_next(&w->net), min_of(min_of(w->next_fault, w->kill_at), until));
		for (unsigned i = 0; i < 2; i++) {
			due[i] = w->net.nodes[i].alive ? peer_due_at(&w->peers[i], &w->net) : NEVER;
			due[i] = max_of(due[i], w->net.nodes[i].busy_until);
			at = min_of(at, due[i]);
		}
		at = min_of(at, servers_deadline(w));
		if (at > w->net.now)
			w->net.now = at;
		for (unsigned i = 0; i < 2; i++)
			stirred[i] = due[i] <= w->net.now;
		for (int i = 0; i < w->net.nodes_used; i++)
			w->net.nodes[i].weather.dark &= w->net.now < w->light_at[i];
		if (w->net.now >= w->next_fault)
			fault(w);
		if (w->net.now >= w->kill_at) {
			net_tell(&w->net, BOB, "is killed");
			w->net.nodes[BOB].alive = false;
			w->kill_at = NEVER;
		}
		while (net_arrive(&w->net, &a)) {
			if (a.node >= SERVER && w->servers[a.node - SERVER] != NULL) {
				server_arrival(w, &a);
			} else if (a.node > SERVER) {
				w->stranger(w, &a);
			} else {
				peer_arrival(&w->peers[a.node], &w->net, &a);
				stirred[a.node] = true;
			}
		}
	}
}

void world_end(struct world *w)
{
	for (int i = 0; i < 2; i++)
		peer_end(&w->peers[i]);
	for (int i = 0; i < SERVERS; i++)
		server_free(w->servers[i]);
	net_end(&w->net);
}

/* ---- the usual two ---- */

struct addr outside_of(int node)
{
	return addr_v4(203, 0, 113, (uint8_t)(10 + node), 0);
}

static const struct communicator_class *class_of(enum carrier carrier)
{
	return carrier == CARRIER_TCP   ? &tcp_communicator
	       : carrier == CARRIER_UDP ? &udp_communicator
	                                : &p2p_communicator;
}

struct peer_setup common_setup(struct world *w, int node, const struct identity *ids,
                               const struct code *code)
{
	struct peer_setup setup = {
		.node = node,
		.initiator = node == BOB,
		.communicator = class_of(w->carrier),
		.suite = encryptor_class_of(SUITE_NOISE),
		.identity = &ids[node],
		.code = code,
		.mode = MODE_CHAT,
		.silence_us = NEVER,
		.lines = 1 + (unsigned)pick(w, 40),
		.say_from = w->net.now + 2 * SECOND,
		.say_until = w->net.now + (5 + pick(w, 60)) * SECOND,
		.finish_at = NEVER,
	};
	struct addr listen =
	    addr_v4(0, 0, 0, 0, w->carrier == CARRIER_P2P || node == BOB ? 0 : 7000);
	struct addr peer = outside_of(w->carrier == CARRIER_P2P ? SERVER : ALICE);

	peer.port = w->carrier == CARRIER_P2P ? LIMIT_PORT : 7000;
	setup.where =
	    (struct communicator_config){ .initiator = node == BOB,
		                          .peers = { peer },
		                          .peers_count = w->carrier == CARRIER_P2P || node == BOB,
		                          .listen = { listen },
		                          .listen_count = 1,
		                          .random = &w->random.random };
	return setup;
}
