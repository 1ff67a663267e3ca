/* world: see world.h. */
#include "world.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/assert.h"
#include "base/min_max.h"

const char *world_label = "";

_Noreturn void base_panic(const char *file, int line)
{
	printf("%s: %s:%d: assert failed\n", world_label, file, line);
	fflush(stdout);
	abort();
}

/* ---- the signaling server ---- */

static void server_end(struct world *w)
{
	rendezvous_free(w->server.rendezvous);
	callers_free(w->server.callers);
}

void server_start(struct world *w, uint32_t relay_kbit)
{
	struct rendezvous_config config = { .members_max = 64,
		                            .pairs_max = 64,
		                            .relay_kbit = relay_kbit,
		                            .random = &w->random.random,
		                            .wall_s = 1000000 };
	struct link_request udp = {
		.open = true, .link = 1, .kind = LINK_UDP, .local = addr_v4(0, 0, 0, 0, LIMIT_PORT)
	};
	struct link_request tcp = { .open = true,
		                    .link = 2,
		                    .kind = LINK_LISTEN,
		                    .local = addr_v4(0, 0, 0, 0, LIMIT_PORT) };

	server_end(w);
	w->server.rendezvous = rendezvous_new(&config, w->net.now);
	w->server.callers = callers_new(64, &w->random.random);
	net_request(&w->net, SERVER, &udp);
	net_request(&w->net, SERVER, &tcp);
}

static void server_output(struct world *w)
{
	uint8_t wire[FRAMING_HEADER + LIMIT_DATAGRAM];
	struct route to;
	size_t len;

	while ((len = rendezvous_output(w->server.rendezvous, &to, wire + FRAMING_HEADER,
	                                LIMIT_DATAGRAM, w->net.now)) > 0) {
		bool tcp = route_is_stream(&to);

		if (tcp)
			framing_header(wire, len);
		net_send(&w->net, SERVER, &to,
		         tcp ? span_of(wire, len + FRAMING_HEADER)
		             : span_of(wire + FRAMING_HEADER, len));
	}
}

static void server_hang_up(struct world *w, uint16_t link)
{
	struct link_request request = { .open = false, .link = link };

	if (link == 0)
		return;
	rendezvous_link_down(w->server.rendezvous, link);
	net_request(&w->net, SERVER, &request);
}

static void server_event(struct world *w, const struct link_event *event)
{
	if (event->state == LINK_ACCEPTED)
		server_hang_up(w, callers_accepted(w->server.callers, event->link, &event->remote,
		                                   w->net.now));
	if (event->state != LINK_DOWN)
		return;
	callers_gone(w->server.callers, event->link);
	rendezvous_link_down(w->server.rendezvous, event->link);
}

/* What is due by the clock. */
static void server_time(struct world *w)
{
	uint16_t link;

	while ((link = callers_overdue(w->server.callers, w->net.now)) != 0)
		server_hang_up(w, link);
	server_output(w);
}

static uint64_t server_deadline(const struct world *w)
{
	return min_of(rendezvous_deadline(w->server.rendezvous),
	              callers_deadline(w->server.callers));
}

static void server_arrival(struct world *w, const struct arrival *a)
{
	struct span in = a->wire, packet;

	if (a->is_event) {
		server_event(w, &a->event);
		return;
	}
	if (a->route.kind == ROUTE_UDP) {
		rendezvous_input(w->server.rendezvous, &a->route, in, w->net.now);
		server_output(w);
		return;
	}
	while (callers_next(w->server.callers, a->route.link, &in, &packet)) {
		rendezvous_input(w->server.rendezvous, &a->route, packet, w->net.now);
		callers_heard(w->server.callers, a->route.link,
		              rendezvous_link_joined(w->server.rendezvous, a->route.link),
		              w->net.now);
		server_output(w);
	}
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
		if (w->net.nodes[i].alive && !w->peers[i].over && !w->peers[i].failed)
			return false;
	}
	return true;
}

void world_run(struct world *w, uint64_t until)
{
	struct arrival a;

	uint64_t turns = 0, turned_at = 0;

	while (w->net.now < until && !done(w)) {
		turns = w->net.now == turned_at ? turns + 1 : 0;
		turned_at = w->net.now;
		assert(
		    turns <
		    10000); /* a deadline that is always past: the real program would burn a core */
		for (unsigned i = 0; i < 2; i++) {
			if (w->net.nodes[i].alive)
				peer_run(&w->peers[i], &w->net);
			w->net.nodes[i].alive &=
			    !w->peers[i].over; /* a program that is done has ended */
		}
		if (w->carrier == CARRIER_P2P)
			server_time(w);
		uint64_t at =
		    min_of(net_next(&w->net), min_of(min_of(w->next_fault, w->kill_at), until));
		for (unsigned i = 0; i < 2; i++) {
			if (w->net.nodes[i].alive)
				at = min_of(at, peer_deadline(&w->peers[i], &w->net));
		}
		if (w->carrier == CARRIER_P2P)
			at = min_of(at, server_deadline(w));
		if (at > w->net.now)
			w->net.now = at;
		for (unsigned i = 0; i < SIM_NODES; i++)
			w->net.nodes[i].weather.dark &= w->net.now < w->light_at[i];
		if (w->net.now >= w->next_fault)
			fault(w);
		if (w->net.now >= w->kill_at) {
			net_tell(&w->net, BOB, "is killed");
			w->net.nodes[BOB].alive = false;
			w->kill_at = NEVER;
		}
		while (net_arrive(&w->net, &a)) {
			if (a.node == SERVER)
				server_arrival(w, &a);
			else if (a.node > SERVER)
				w->stranger(w, &a);
			else
				peer_arrival(&w->peers[a.node], &w->net, &a);
		}
	}
}

void world_end(struct world *w)
{
	for (int i = 0; i < 2; i++)
		peer_end(&w->peers[i]);
	server_end(w);
	net_end(&w->net);
}

/* ---- the usual two ---- */

struct addr outside_of(int node)
{
	return addr_v4(203, 0, 113, (uint8_t)(10 + node), 0);
}

static const struct communicator_class *class_of(enum carrier carrier)
{
	return carrier == CARRIER_TCP   ? &communicator_tcp
	       : carrier == CARRIER_UDP ? &communicator_udp
	                                : &communicator_p2p;
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
