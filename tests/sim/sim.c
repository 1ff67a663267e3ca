/* sim: whole conversations on a virtual clock, by the thousand: two peers and a signaling server, weather and NATs from a seed.
 * Oracle: every line arrives once and in order, both sides end well, and data goes direct wherever theory allows it.
 *
 *   sim [FIRST [COUNT]] [-v|-vv]      seeds FIRST .. FIRST+COUNT-1; a failing seed is printed with what was wrong; -vv: every packet */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/assert.h"
#include "peer.h"
#include "tests/unit/keys.h"
#include "transport/rendezvous.h"
#include "transport/signaling.h"
#include "transport/stream.h"

enum { ALICE, BOB, SERVER };
enum carrier { CARRIER_TCP, CARRIER_UDP, CARRIER_P2P };

struct server {
	struct rendezvous *rendezvous;
	struct stream_reader readers[SIM_SOCKETS];
	uint16_t reader_links[SIM_SOCKETS];
};

struct world {
	struct net net;
	struct test_random random;
	struct server server;
	struct peer peers[2];
	enum carrier carrier;
	bool direct_expected;
	uint64_t next_fault, kill_at;
	unsigned faults_left;
	uint64_t light_at[SIM_NODES];
};

static struct world world;
static uint64_t seed;
static bool verbose, tracing;

_Noreturn void base_panic(const char *file, int line, const char *what)
{
	printf("seed %llu: %s:%d: assert failed: %s\n", (unsigned long long)seed, file, line, what);
	fflush(stdout);
	abort();
}

/* ---- the signaling server ---- */

static void server_start(struct world *w)
{
	struct rendezvous_config config = { .members_max = 64, .pairs_max = 64, .relay_kbit = 64, .random = &w->random.random, .wall_s = 1000000 };
	struct link_request udp = { .open = true, .link = 1, .kind = LINK_UDP, .local = addr_v4(0, 0, 0, 0, SIGNALING_PORT) };
	struct link_request tcp = { .open = true, .link = 2, .kind = LINK_LISTEN, .local = addr_v4(0, 0, 0, 0, SIGNALING_PORT) };

	w->server.rendezvous = rendezvous_new(&config, w->net.now);
	net_request(&w->net, SERVER, &udp);
	net_request(&w->net, SERVER, &tcp);
}

static void server_output(struct world *w)
{
	uint8_t wire[STREAM_HEADER + LIMIT_DATAGRAM];
	struct route to;
	size_t len;

	while ((len = rendezvous_output(w->server.rendezvous, &to, wire + STREAM_HEADER, LIMIT_DATAGRAM, w->net.now)) > 0) {
		bool tcp = to.kind == ROUTE_TCP;

		if (tcp)
			stream_header(wire, len);
		net_send(&w->net, SERVER, &to, tcp ? span_of(wire, len + STREAM_HEADER) : span_of(wire + STREAM_HEADER, len));
	}
}

static struct stream_reader *reader_for(struct server *s, uint16_t link)
{
	unsigned i = link % SIM_SOCKETS;

	if (s->reader_links[i] != link) {
		s->readers[i] = (struct stream_reader){ .len = 0 };
		s->reader_links[i] = link;
	}
	return &s->readers[i];
}

static void server_arrival(struct world *w, const struct arrival *a)
{
	struct span in = a->wire, packet;

	if (a->is_event) {
		if (a->event.state == LINK_DOWN)
			rendezvous_link_down(w->server.rendezvous, a->event.link);
		return;
	}
	if (a->route.kind == ROUTE_UDP) {
		rendezvous_input(w->server.rendezvous, &a->route, in, w->net.now);
		server_output(w);
		return;
	}
	while (stream_next(reader_for(&w->server, a->route.link), &in, &packet)) {
		rendezvous_input(w->server.rendezvous, &a->route, packet, w->net.now);
		server_output(w);
	}
}

/* ---- running ---- */

static uint64_t earlier(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

static bool done(const struct world *w)
{
	for (unsigned i = 0; i < 2; i++) {
		if (w->net.nodes[i].alive && !w->peers[i].over && !w->peers[i].failed)
			return false;
	}
	return true;
}

static void fault(struct world *w);

static void run(struct world *w, uint64_t until)
{
	struct arrival a;

	uint64_t turns = 0, turned_at = 0;

	while (w->net.now < until && !done(w)) {
		turns = w->net.now == turned_at ? turns + 1 : 0;
		turned_at = w->net.now;
		assert(turns < 10000); /* a deadline that is always past: the real program would burn a core */
		for (unsigned i = 0; i < 2; i++) {
			if (w->net.nodes[i].alive)
				peer_run(&w->peers[i], &w->net);
			w->net.nodes[i].alive &= !w->peers[i].over; /* a program that is done has ended */
		}
		if (w->carrier == CARRIER_P2P)
			server_output(w);
		uint64_t at = earlier(net_next(&w->net), earlier(earlier(w->next_fault, w->kill_at), until));
		for (unsigned i = 0; i < 2; i++) {
			if (w->net.nodes[i].alive)
				at = earlier(at, peer_deadline(&w->peers[i], &w->net));
		}
		if (w->carrier == CARRIER_P2P)
			at = earlier(at, rendezvous_deadline(w->server.rendezvous));
		if (at > w->net.now)
			w->net.now = at;
		for (unsigned i = 0; i < SIM_NODES; i++)
			w->net.nodes[i].weather.dark &= w->net.now < w->light_at[i];
		if (w->net.now >= w->next_fault)
			fault(w);
		if (w->net.now >= w->kill_at) {
			w->net.nodes[BOB].alive = false;
			w->kill_at = NEVER;
		}
		while (net_arrive(&w->net, &a)) {
			if (a.node == SERVER)
				server_arrival(w, &a);
			else
				peer_arrival(&w->peers[a.node], &w->net, &a);
		}
	}
}

/* ---- chance ---- */

static uint64_t pick(struct world *w, uint64_t limit)
{
	return random_below(&w->random.random, limit);
}

static void fault(struct world *w)
{
	int node = (int)pick(w, 2);

	w->next_fault = w->faults_left-- > 1 ? w->net.now + (5 + pick(w, 20)) * SECOND : NEVER;
	switch (pick(w, 3)) {
	case 0:
		net_rebind(&w->net, node);
		break;
	case 1:
		w->net.nodes[node].weather.dark = true;
		w->light_at[node] = w->net.now + (1 + pick(w, 30)) * SECOND;
		break;
	default:
		net_break(&w->net, node);
		break;
	}
	if (verbose)
		printf("  %.3f fault at %s\n", (double)(w->net.now - 1000 * SECOND) / 1e6, node == ALICE ? "alice" : "bob");
}

static struct weather some_weather(struct world *w)
{
	static const unsigned losses[] = { 0, 0, 10, 50, 150, 250 };

	return (struct weather){ .delay_us = (1 + pick(w, 100)) * MS, .jitter_us = pick(w, 4) == 0 ? pick(w, 80) * MS : 0,
		                 .loss_permille = losses[pick(w, 6)], .duplicate_permille = pick(w, 3) == 0 ? 100 : 0 };
}

/* Class D and A of the 9 x 9 matrix: a direct path without guessing ports. One side must have an address that stays and is known,
 * and let in a port it has not sent to; or let in anybody, while the other lets in the first's address with another port. */
static bool lets_reach(const struct node *a, const struct node *b)
{
	bool stays = a->mapping == MAP_ENDPOINT_INDEPENDENT && a->filtering != FILTER_ADDRESS_AND_PORT_DEPENDENT;

	return stays || (a->filtering == FILTER_ENDPOINT_INDEPENDENT && b->filtering != FILTER_ADDRESS_AND_PORT_DEPENDENT);
}

static bool direct_possible(const struct node *a, const struct node *b)
{
	if (a->mapping == MAP_NONE || b->mapping == MAP_NONE)
		return true;
	if (a->mapping == MAP_ENDPOINT_INDEPENDENT && b->mapping == MAP_ENDPOINT_INDEPENDENT)
		return true;
	return lets_reach(a, b) || lets_reach(b, a);
}

static struct addr outside_of(int node)
{
	return addr_v4(203, 0, 113, (uint8_t)(10 + node), 0);
}

static void build_network(struct world *w)
{
	for (int i = ALICE; i <= BOB; i++) {
		enum mapping mapping = w->carrier == CARRIER_P2P ? (enum mapping)pick(w, 4) : i == BOB ? (enum mapping)pick(w, 4) : MAP_NONE;
		struct addr inside = mapping == MAP_NONE ? outside_of(i) : addr_v4(192, 168, (uint8_t)(1 + i), 2, 0);

		net_node(&w->net, i, inside, outside_of(i), mapping, (enum filtering)pick(w, 3));
		w->net.nodes[i].weather = some_weather(w);
	}
	net_node(&w->net, SERVER, outside_of(SERVER), outside_of(SERVER), MAP_NONE, FILTER_ENDPOINT_INDEPENDENT);
	w->net.nodes[SERVER].weather.delay_us = (1 + pick(w, 30)) * MS;
	w->direct_expected = direct_possible(&w->net.nodes[ALICE], &w->net.nodes[BOB]);
}

static const struct communicator_class *class_of(enum carrier carrier)
{
	return carrier == CARRIER_TCP ? &communicator_tcp : carrier == CARRIER_UDP ? &communicator_udp : &communicator_p2p;
}

static struct peer_setup common_setup(struct world *w, int node, const struct identity *ids, const struct code *code)
{
	struct peer_setup setup = {
		.node = node, .initiator = node == BOB, .communicator = class_of(w->carrier), .suite = encryptor_class_of(SUITE_NOISE),
		.identity = &ids[node], .code = code, .mode = MODE_CHAT, .silence_us = NEVER, .lines = 1 + (unsigned)pick(w, 40),
		.say_from = w->net.now + 2 * SECOND, .say_until = w->net.now + (5 + pick(w, 60)) * SECOND, .finish_at = NEVER,
	};
	struct addr listen = addr_v4(0, 0, 0, 0, w->carrier == CARRIER_P2P || node == BOB ? 0 : 7000);
	struct addr peer = outside_of(w->carrier == CARRIER_P2P ? SERVER : ALICE);

	peer.port = w->carrier == CARRIER_P2P ? SIGNALING_PORT : 7000;
	setup.where = (struct communicator_config){ .initiator = node == BOB, .peers = { peer },
		                                    .peers_count = w->carrier == CARRIER_P2P || node == BOB, .listen = { listen },
		                                    .listen_count = 1, .random = &w->random.random };
	return setup;
}

static void choose_suite(struct world *w, struct peer_setup *a, struct peer_setup *b, struct identity *ids, struct identity *pair)
{
	uint64_t chance = pick(w, 20);
	enum suite suite = chance == 0 ? SUITE_RSA : chance == 1 ? SUITE_PSEUDO : SUITE_NOISE;

	a->suite = b->suite = encryptor_class_of(suite);
	for (unsigned i = 0; i < 2; i++)
		ids[i] = test_identity(a->suite->key_type, i);
	*pair = suite == SUITE_RSA ? test_identity(KEY_RSA, 2) : (struct identity){ .public = { .type = KEY_NONE } };
	if (suite == SUITE_PSEUDO) {
		a->code = b->code = NULL;
		a->first_use = b->first_use = true;
		a->identity = b->identity = NULL;
	} else if (pick(w, 3) == 0) { /* as known contacts */
		a->code = b->code = NULL;
		a->contacts = true;
		b->expected = &ids[ALICE].public;
	}
	a->pair = suite == SUITE_RSA ? pair : NULL;
}

/* Some are pipes, some live long enough for fresh keys, in some bob is killed. */
static void choose_kind(struct world *w, struct peer_setup *a, struct peer_setup *b)
{
	uint64_t chance = pick(w, 12);

	w->kill_at = NEVER;
	if (chance == 0) {
		a->mode = b->mode = MODE_PIPE;
		a->lines = (unsigned)pick(w, 200);
		b->lines = (unsigned)pick(w, 200);
	} else if (chance == 1) {
		a->say_until = b->say_until = w->net.now + (600 + pick(w, 2000)) * SECOND;
	} else if (chance == 2) {
		a->silence_us = b->silence_us = 60 * SECOND;
		w->kill_at = w->net.now + pick(w, 100) * SECOND;
	}
}

/* Bob was killed: alice is told so, unless both had said goodbye by then; what she heard is a beginning of what he said. */
static const char *judge_survivor(struct world *w)
{
	struct peer *a = &w->peers[ALICE], *b = &w->peers[BOB];

	if (a->wrong)
		return a->note;
	if (!a->ready)
		return b->ready ? "bob had a session, alice none" : NULL;
	if (!a->over)
		return "the survivor waits for ever";
	if (a->err == OK && (a->heard != b->said || a->delivered != a->said || b->setup.finish_at > w->net.now))
		return "a cut conversation looks like a finished one";
	return a->err == OK || a->err == ERR_CUT ? NULL : "the survivor ended otherwise";
}

static const char *judge(struct world *w)
{
	static char text[256];

	for (int i = 0; i < 2; i++) {
		struct peer *p = &w->peers[i], *q = &w->peers[1 - i];

		if (p->wrong)
			return p->note;
		if (!p->ready)
			return i == ALICE ? "alice never had a session" : "bob never had a session";
		if (!p->over || p->err != OK) {
			snprintf(text, sizeof text, "%s ended with '%s'%s, said %u heard %u of %u", i == ALICE ? "alice" : "bob",
			         err_text(p->err), p->over ? "" : " (not over)", p->said, p->heard, q->said);
			return text;
		}
		if (p->setup.mode == MODE_PIPE && (p->bytes_in != (uint64_t)q->setup.lines * 1024 || p->bytes_out != (uint64_t)p->setup.lines * 1024))
			return "not every byte was sent and written";
		if (p->setup.mode == MODE_PIPE)
			continue;
		if (p->heard != q->said || p->said != p->setup.lines)
			return "not every line was said and heard";
		if (p->delivered != p->said)
			return "a receipt is missing";
	}
	return NULL;
}

/* One conversation of the given seed. NULL: all is well. */
static const char *conversation(uint64_t number)
{
	struct world *w = &world;
	struct identity ids[2], pair;
	struct code code;

	seed = number;
	memset(w, 0, sizeof *w);
	w->random = test_random(number);
	net_start(&w->net, &w->random.random);
	w->net.trace = tracing;
	w->carrier = (enum carrier)(number % 4 < 2 ? CARRIER_P2P : number % 4 == 2 ? CARRIER_UDP : CARRIER_TCP);
	build_network(w);
	code_make(&code, &w->random.random);
	uint8_t token[TOKEN_LEN];
	if (w->carrier == CARRIER_P2P) {
		code.has_nameplate = true;
		code.nameplate = 7;
		server_start(w);
	}
	nameplate_token(7, token);
	struct peer_setup a = common_setup(w, ALICE, ids, &code), b = common_setup(w, BOB, ids, &code);
	choose_suite(w, &a, &b, ids, &pair);
	choose_kind(w, &a, &b);
	bool killed = w->kill_at != NEVER;
	b.finish_at = (a.say_until > b.say_until ? a.say_until : b.say_until) + (5 + pick(w, 40)) * SECOND;
	w->faults_left = pick(w, 3) == 0 ? 1 + (unsigned)pick(w, 4) : 0;
	w->next_fault = w->faults_left > 0 ? w->net.now + (3 + pick(w, 20)) * SECOND : NEVER;
	peer_start(&w->peers[ALICE], &a, &w->net);
	peer_start(&w->peers[BOB], &b, &w->net);
	for (int i = 0; i < 2; i++)
		endpoint_join(w->peers[i].ep, token, w->net.now);
	bool quiet = w->faults_left == 0;
	bool directs[2] = { false, false };
	uint64_t check_at = b.finish_at - SECOND;
	run(w, check_at);
	for (int i = 0; i < 2; i++)
		directs[i] = peer_direct(&w->peers[i]);
	run(w, w->net.now + 3600 * SECOND);
	const char *fault_text = killed ? judge_survivor(w) : judge(w);
	unsigned loss = w->net.nodes[0].weather.loss_permille + w->net.nodes[1].weather.loss_permille;
	if (fault_text == NULL && !killed && a.mode == MODE_CHAT && w->carrier == CARRIER_P2P && quiet && loss <= 100 && (directs[0] && directs[1]) != w->direct_expected)
		fault_text = w->direct_expected ? "a direct path was possible and not found" : "a direct path was found against theory";
	if (verbose || fault_text != NULL) {
		static const char *const carriers[] = { "tcp", "udp", "p2p" };
		printf("seed %llu %s %s nat %d/%d %d/%d loss %u+%u: ready %.3f over %.3f sent %llu %s\n", (unsigned long long)seed,
		       carriers[w->carrier], a.suite->name, (int)w->net.nodes[0].mapping, (int)w->net.nodes[0].filtering,
		       (int)w->net.nodes[1].mapping, (int)w->net.nodes[1].filtering, w->net.nodes[0].weather.loss_permille,
		       w->net.nodes[1].weather.loss_permille, (double)(w->peers[1].ready_at - 1000 * SECOND) / 1e6,
		       (double)(w->peers[1].over_at - 1000 * SECOND) / 1e6, (unsigned long long)w->net.sent, fault_text ? fault_text : "well");
	}
	for (int i = 0; i < 2; i++)
		peer_end(&w->peers[i]);
	rendezvous_free(w->server.rendezvous);
	net_end(&w->net);
	return fault_text;
}

int main(int argc, char **argv)
{
	uint64_t first = 1, count = 1000, failed = 0;
	unsigned place = 0;

	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "-v") == 0 || strcmp(argv[i], "-vv") == 0)
			verbose = true, tracing = argv[i][2] == 'v';
		else if (place++ == 0)
			first = strtoull(argv[i], NULL, 10);
		else
			count = strtoull(argv[i], NULL, 10);
	}
	for (uint64_t i = 0; i < count; i++)
		failed += conversation(first + i) != NULL;
	printf("%llu passed, %llu failed\n", (unsigned long long)(count - failed), (unsigned long long)failed);
	return failed > 0;
}
