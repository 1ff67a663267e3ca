/* many: a host, and fifty guests of it behind NATs of all kinds, who come, say lines, give files,
 * move to other networks, leave, and are killed, at any moment. Every line is heard once and in
 * order, by whom it was meant for and by nobody else, and every file becomes whole once. */
#include <malloc.h>
#include <stdlib.h>
#include <string.h>

#include "base/min_max.h"
#include "courier.h"
#include "stage.h"
#include "voice.h"

enum { GUESTS_MOST = 50, FIRST = WORLD_NODES, TALKING = 250 << 10, RECEIVING = 600 << 10 };

/* A guest, and what the host has of it. */
static struct guest {
	int node;
	enum mapping mapping;
	struct identity own;
	struct endpoint *ep; /* NULL: its program does not run */
	bool ready, leaves;
	uint64_t due, gone_at;
	unsigned networks, runs;
	struct voice voice, of_host;
	struct courier gives, takes;
	unsigned peer; /* its number at the host; 0: it is not there */
	bool stirred;
} guests[GUESTS_MOST];

static unsigned count, overs, replaced;
static struct endpoint *host;
static uint64_t host_due;
static bool host_stirred;

/* ---- the host's program ---- */

static struct guest *guest_of_key(const struct public_key *key)
{
	unsigned i = 0;

	while (i < count && !public_key_equal(&guests[i].own.public, key))
		i++;
	CHECK(i < count);
	return &guests[i % count];
}

static void host_parts(struct guest *g)
{
	voice_part(&g->of_host);
	courier_stop(&g->takes);
	g->peer = 0;
}

static void host_hears(const struct endpoint_event *e)
{
	struct guest *g = NULL;

	for (unsigned i = 0; i < count; i++)
		g = guests[i].peer == e->peer ? &guests[i] : g;
	if (e->kind == ENDPOINT_PEER) {
		g = guest_of_key(&e->key);
		CHECK(e->replaces == (g->peer != 0));
		replaced += e->replaces;
		host_parts(g);
		g->peer = e->peer;
		endpoint_accept(host, w->net.now);
	} else if (e->kind == ENDPOINT_READY && g != NULL) {
		voice_meet(&g->of_host, endpoint_session(host, g->peer));
	} else if (e->kind == ENDPOINT_OVER) { /* of one that was replaced, nobody has the number */
		overs++;
		if (g != NULL)
			host_parts(g);
	}
}

static bool host_steps(struct guest *g)
{
	struct session *s = g->of_host.chat != NULL ? endpoint_session(host, g->peer) : NULL;
	unsigned stream;

	if (s == NULL)
		return false;
	voice_step(&g->of_host);
	while (g->takes.stream == 0 && session_opened(s, &stream))
		courier_take(&g->takes, s, stream);
	return courier_step(&g->takes, s);
}

/* ---- a guest's program ---- */

static void parts(struct guest *g)
{
	voice_part(&g->voice);
	courier_stop(&g->gives);
	g->ready = false;
}

static void hears(struct guest *g, const struct endpoint_event *e)
{
	if (e->kind == ENDPOINT_PEER) {
		parts(g);
		endpoint_accept(g->ep, w->net.now);
	} else if (e->kind == ENDPOINT_READY) {
		voice_meet(&g->voice, endpoint_session(g->ep, 0));
		g->ready = true;
	} else if (e->kind == ENDPOINT_OVER) {
		parts(g);
		g->gone_at = g->leaves ? w->net.now : g->gone_at;
	}
}

static bool steps(struct guest *g)
{
	struct session *s = g->ready ? endpoint_session(g->ep, 0) : NULL;

	if (s == NULL)
		return false;
	voice_step(&g->voice);
	if (!g->leaves)
		courier_give(&g->gives, s);
	return courier_step(&g->gives, s);
}

/* ---- programs ---- */

static struct endpoint *program(int node, const struct identity *own, bool initiator)
{
	struct peer_setup usual = common_setup(w, initiator ? BOB : ALICE, ids, NULL);
	enum err err;
	struct communicator *c =
	    communicator_new(usual.communicator, &usual.where, w->net.now, &err);
	struct endpoint_config config = { .keying = { .initiator = initiator,
		                                      .suite = usual.suite,
		                                      .identity = own,
		                                      .contacts = !initiator,
		                                      .expected =
		                                          initiator ? &ids[ALICE].public : NULL,
		                                      .random = &w->random.random },
		                          .communicator = c,
		                          .mode = MODE_CHAT,
		                          .nick = span_text("one of many"),
		                          .peers = initiator ? 0 : LIMIT_PEERS,
		                          .silence_us = NEVER,
		                          .handshake_us = NEVER,
		                          .again = initiator,
		                          .patient = initiator };
	struct endpoint *ep = endpoint_new(&config, w->net.now, &err);
	struct addr inside = w->net.nodes[node].inside;

	CHECK(ep != NULL);
	endpoint_hosts(ep, &inside, 1);
	return ep;
}

static void place(const struct guest *g, struct addr *inside, struct addr *outside)
{
	*outside = addr_v4(198, 18, (uint8_t)(g->node - FIRST), (uint8_t)(1 + g->networks), 0);
	*inside =
	    g->mapping == MAP_NONE ? *outside : addr_v4(192, 168, (uint8_t)(1 + g->networks), 2, 0);
}

static void comes(struct guest *g)
{
	g->runs++;
	g->leaves = g->ready = false;
	g->gone_at = NEVER;
	g->stirred = true;
	w->net.nodes[g->node].alive = true;
	g->ep = program(g->node, &g->own, true);
	voice_start(&g->voice, &w->random.random);
}

/* Politely, or by kill -9. */
static void is_gone(struct guest *g)
{
	struct node *at = &w->net.nodes[g->node];

	voice_stop(&g->voice);
	courier_stop(&g->gives);
	endpoint_free(g->ep);
	g->ep = NULL;
	g->due = NEVER;
	net_break(&w->net, g->node);
	memset(at->sockets, 0, sizeof at->sockets);
	at->alive = false;
}

static void moves(struct guest *g)
{
	struct addr inside, outside;

	g->networks++;
	place(g, &inside, &outside);
	net_move(&w->net, g->node, inside, outside);
	if (g->ep == NULL || pick(w, 2) == 0) /* its router moved: the host is not told */
		return;
	endpoint_hosts(g->ep, &inside, 1);
	endpoint_refresh(g->ep, w->net.now);
	g->stirred = true;
}

/* ---- the loop: as world_run ---- */

static void carry_out(struct endpoint *ep, int node)
{
	uint8_t buffer[LIMIT_WIRE];
	struct link_request request;
	struct route to;
	const uint8_t *wire;
	size_t len;

	while (endpoint_request(ep, &request))
		net_request(&w->net, node, &request);
	endpoint_timer(ep, w->net.now);
	while ((len = endpoint_output(ep, &to, buffer, sizeof buffer, &wire, w->net.now)) > 0)
		do
			net_send(&w->net, node, &to, span_of(wire, len));
		while ((len = endpoint_more(ep, buffer, &wire, w->net.now)) > 0);
	while (endpoint_request(ep, &request))
		net_request(&w->net, node, &request);
}

static void run_host(void)
{
	struct endpoint_event e;

	for (bool more = true; more;) {
		for (more = false; endpoint_take(host, &e); more = true)
			host_hears(&e);
		for (unsigned i = 0; i < count; i++)
			more |= host_steps(&guests[i]);
		carry_out(host, ALICE);
	}
	host_due = endpoint_deadline(host);
}

static void run_guest(struct guest *g)
{
	struct endpoint_event e;

	for (bool more = true; more;) {
		for (more = false; endpoint_take(g->ep, &e); more = true)
			hears(g, &e);
		more |= steps(g);
		carry_out(g->ep, g->node);
	}
	g->due = min_of(endpoint_deadline(g->ep), g->gone_at);
	if (w->net.now >= g->gone_at)
		is_gone(g);
}

static void arrives(const struct arrival *a)
{
	struct guest *g = a->node >= FIRST ? &guests[a->node - FIRST] : NULL;
	struct endpoint *ep = g != NULL ? g->ep : host;

	if (ep == NULL)
		return;
	*(g != NULL ? &g->stirred : &host_stirred) = true;
	if (a->is_event)
		endpoint_link(ep, &a->event, w->net.now);
	else
		endpoint_input(ep, &a->route, a->wire, w->net.now);
}

static void run_for(uint64_t time)
{
	uint64_t until = w->net.now + time, turned_at = 0;
	unsigned turns = 0;
	struct arrival a;

	while (w->net.now < until && failure == NULL) {
		turns = w->net.now == turned_at ? turns + 1 : 0;
		turned_at = w->net.now;
		CHECK(turns < 10000); /* a deadline that is always past */
		uint64_t at = min_of(until, net_next(&w->net));
		if (host_stirred)
			run_host();
		host_stirred = false;
		for (unsigned i = 0; i < count; i++) {
			if (guests[i].stirred && guests[i].ep != NULL)
				run_guest(&guests[i]);
			guests[i].stirred = false;
			at = min_of(at, guests[i].due);
		}
		at = min_of(min_of(at, host_due), net_next(&w->net));
		w->net.now = max_of(at, w->net.now);
		host_stirred |= host_due <= w->net.now;
		for (unsigned i = 0; i < count; i++)
			guests[i].stirred |= guests[i].due <= w->net.now;
		for (int i = 0; i < w->net.nodes_used; i++)
			w->net.nodes[i].weather.dark &= w->net.now < w->light_at[i];
		while (net_arrive(&w->net, &a))
			arrives(&a);
	}
}

/* ---- all of it ---- */

static void invite(struct guest *g, unsigned number)
{
	struct addr inside, outside;
	struct test_random random = test_random(2000 + number);

	*g = (struct guest){ .node = (int)(FIRST + number),
		             .mapping = (enum mapping)pick(w, 4),
		             .due = NEVER,
		             .gone_at = NEVER };
	g->own.public = (struct public_key){ .type = KEY_X25519, .len = X25519_LEN };
	random_fill(&random.random, g->own.secret.x25519, X25519_LEN);
	x25519_public(g->own.secret.x25519, g->own.public.bytes);
	snprintf(g->voice.says, sizeof g->voice.says, "guest %u says", number);
	snprintf(g->voice.hears, sizeof g->voice.hears, "to guest %u:", number);
	memcpy(g->of_host.says, g->voice.hears, sizeof g->voice.hears);
	memcpy(g->of_host.hears, g->voice.says, sizeof g->voice.says);
	voice_start(&g->of_host, &w->random.random);
	g->gives.whose = g->takes.whose = number;
	place(g, &inside, &outside);
	net_node(&w->net, g->node, inside, outside, g->mapping, (enum filtering)pick(w, 3));
	w->net.nodes[g->node].alive = false;
	w->net.nodes[g->node].weather =
	    (struct weather){ .delay_us = (1 + pick(w, 60)) * MS,
		              .jitter_us = pick(w, 3) == 0 ? pick(w, 20) * MS : 0,
		              .loss_permille = pick(w, 3) == 0 ? (unsigned)pick(w, 100) : 0 };
}

static void prepare_over(enum carrier carrier, uint64_t seed, unsigned guests_count)
{
	stage_prepare(carrier, SUITE_NOISE, seed);
	count = guests_count;
	overs = replaced = 0;
	w->net.listen = NULL;
	for (unsigned i = 0; i < count; i++)
		invite(&guests[i], i);
	host = program(ALICE, &ids[ALICE], false);
	host_stirred = true;
}

static void prepare(uint64_t seed, unsigned guests_count)
{
	prepare_over(CARRIER_UDP, seed, guests_count);
}

/* Bytes that the program has of malloc. Weak: of AddressSanitizer, in whose place it stands. musl
 * does not tell: with it, this measures nothing. */
size_t __sanitizer_get_current_allocated_bytes(void) __attribute__((weak));

static size_t memory(void)
{
#ifdef __GLIBC__
	struct mallinfo2 m = mallinfo2();

	return __sanitizer_get_current_allocated_bytes != NULL
	           ? __sanitizer_get_current_allocated_bytes()
	           : m.uordblks + m.hblkhd;
#else
	return 0;
#endif
}

/* most: bytes that the host may have of each guest. */
static void end(size_t most)
{
	for (unsigned i = 0; i < count; i++) {
		if (guests[i].ep != NULL)
			is_gone(&guests[i]);
		voice_end(&guests[i].voice);
	}
	size_t before = memory();
	for (unsigned i = 0; i < count; i++) {
		courier_stop(&guests[i].takes);
		voice_stop(&guests[i].of_host);
	}
	endpoint_free(host);
	size_t each = (before - memory()) / count;
	if (net_trace)
		printf("    %s: %zu bytes of the host for each\n", world_label, each);
	CHECK(each > 10 << 10 && each <= most);
	for (unsigned i = 0; i < count; i++)
		voice_end(&guests[i].of_host);
}

/* One of them does something. */
static void anything(void)
{
	struct guest *g = &guests[pick(w, count)];
	uint64_t chance = pick(w, 100);

	if (chance < 45) {
		voice_say(&g->of_host); /* whether it is here or not */
	} else if (g->ep == NULL) {
		comes(g);
	} else if (chance < 85) {
		voice_say(&g->voice);
	} else if (chance < 90) {
		moves(g);
	} else if (chance < 94) {
		w->net.nodes[g->node].weather.dark = true;
		w->light_at[g->node] = w->net.now + pick(w, 20 * SECOND);
	} else if (chance < 97) {
		is_gone(g);
	} else if (!g->leaves && g->voice.chat != NULL) {
		g->leaves = true;
		g->gone_at = w->net.now + 10 * SECOND;
		chat_finish(g->voice.chat);
	}
	host_stirred = g->stirred = true;
}

static void all_is_there(void)
{
	for (unsigned i = 0; i < count; i++) {
		const struct guest *g = &guests[i];

		CHECK(voice_is_done(&g->voice, &g->of_host));
		CHECK(voice_is_done(&g->of_host, &g->voice));
		CHECK(!g->gives.wrong && !g->takes.wrong);
		for (unsigned f = 0; f < COURIER_FILES; f++)
			CHECK(g->takes.whole[f] == (g->gives.sizes[f] > 0));
	}
}

static void fifty_guests_come_and_go(void)
{
	unsigned said = 0, runs = 0;

	prepare(12, GUESTS_MOST / stage_step);
	for (unsigned i = 0; i < count; i++)
		for (unsigned f = 0; f < 2; f++)
			guests[i].gives.sizes[f] = 1 + pick(w, 200000);
	for (unsigned i = 0; i < 60 * count && failure == NULL; i++) {
		anything();
		run_for(pick(w, 400) * MS);
	}
	for (unsigned i = 0; i < count; i++) {
		if (guests[i].ep == NULL)
			comes(&guests[i]);
	}
	run_for(15 * SECOND);
	for (unsigned i = 0; i < count; i++) { /* those who were about to leave */
		if (guests[i].ep == NULL)
			comes(&guests[i]);
	}
	run_for(180 * SECOND);
	all_is_there();
	for (unsigned i = 0; i < count; i++) {
		said += guests[i].voice.said;
		runs += guests[i].runs;
	}
	CHECK(said > 10 * count && runs > 3 * count && overs > count && replaced > count / 4);
	end(TALKING);
}

/* In the middle of receiving a file from each, the host has least to spare. */
static void files_of_all_at_once_take_little_memory(void)
{
	prepare(13, 16);
	for (unsigned i = 0; i < count; i++) {
		w->net.nodes[guests[i].node].weather.rate = 100000; /* bytes a second */
		w->net.nodes[guests[i].node].weather.queue = 100000;
		comes(&guests[i]);
		voice_say(&guests[i].voice);
		run_for(SECOND);
	}
	for (unsigned i = 0; i < count; i++) {
		guests[i].gives.sizes[0] = 2000000;
		guests[i].stirred = true;
	}
	run_for(8 * SECOND);
	for (unsigned i = 0; i < count; i++)
		CHECK(guests[i].takes.have[0] > 100000 && guests[i].takes.whole[0] == 0);
	end(RECEIVING);
}

static unsigned guests_in(void)
{
	unsigned in = 0;

	for (unsigned i = 0; i < count; i++)
		in += guests[i].ready;
	return in;
}

/* The host has restarted, or the network is back: all contacts come at one moment, 30 ms away, from
 * as many networks or from one. */
static void come_at_once(enum carrier carrier, uint64_t patience)
{
	for (int together = 0; together < 2; together++) {
		if (together)
			world_end(w);
		prepare_over(carrier, 14, GUESTS_MOST);
		for (unsigned i = 0; i < count; i++) {
			struct guest *g = &guests[i];

			if (together)
				net_node(&w->net, g->node,
				         addr_v4(192, 168, 9, (uint8_t)(2 + i), 0),
				         addr_v4(198, 19, 1, 1, 0), MAP_ENDPOINT_INDEPENDENT,
				         FILTER_ADDRESS_DEPENDENT);
			w->net.nodes[g->node].weather = (struct weather){ .delay_us = 5 * MS };
			comes(g);
		}
		run_for(patience);
		CHECK(guests_in() == count);
		end(TALKING);
	}
}

static void all_who_come_at_once_are_in_at_once(void)
{
	come_at_once(CARRIER_UDP, 2 * SECOND);
}

/* Over TCP each has a connection. Sixteen may be on their way at a time; others push them out, and
 * they come again. */
static void all_who_come_over_tcp_are_in(void)
{
	come_at_once(CARRIER_TCP, 10 * SECOND);
}

const struct scene many_scenes[] = {
	SCENARIO(all_who_come_at_once_are_in_at_once),
	SCENARIO(all_who_come_over_tcp_are_in),
	SCENARIO(fifty_guests_come_and_go),
	SCENARIO(files_of_all_at_once_take_little_memory),
	{ NULL, NULL },
};
