/* rendezvous_world: a signaling server on a virtual clock, clients of it, and everything it sent at
 * the last step. */
#pragma once

#include "tests/unit/support.h"

#include <stdlib.h>

#include "base/limits.h"
#include "base/link.h"
#include "rendezvous/rendezvous.h"
#include "wire/signaling.h"

enum { WORLD_SENT = 64, WALL_S = 1700000000 };

struct sent {
	struct route to;
	size_t len;
	uint8_t wire[LIMIT_WIRE];
};

struct world {
	struct test_random random;
	struct rendezvous *server;
	uint64_t now;
	struct sent sent[WORLD_SENT]; /* by the last world_send or world_wait */
	size_t count;
};

struct client {
	struct route route;
	uint8_t cookie[COOKIE_BYTES], secret[SECRET_BYTES], token[16];
	bool responder, wants_number, keeps, crosses, hides, unmet;
};

static inline void world_start_with(struct world *w, uint64_t seed, size_t members, size_t pairs,
                                    uint32_t relay_kbit)
{
	w->random = test_random(seed);
	w->now = 1000 * SECOND;
	w->count = 0;
	struct rendezvous_config config = { .members_max = members,
		                            .pairs_max = pairs,
		                            .relay_kbit = relay_kbit,
		                            .random = &w->random.random,
		                            .wall_s = WALL_S };
	w->server = calloc(1, sizeof *w->server);
	assert_non_null(w->server);
	assert_true(rendezvous_init(w->server, &config, w->now));
}

static inline void world_start(struct world *w, uint64_t seed)
{
	world_start_with(w, seed, 64, 64, 64);
}

static inline void world_end(struct world *w)
{
	rendezvous_free(w->server);
	free(w->server);
}

static inline void world_poll(struct world *w)
{
	struct sent *next;
	do {
		assert_true(w->count < WORLD_SENT);
		next = &w->sent[w->count];
		next->len =
		    rendezvous_output(w->server, &next->to, next->wire, sizeof next->wire, w->now);
		w->count += next->len > 0;
	} while (next->len > 0);
}

static inline void world_send(struct world *w, const struct route *from, struct span wire)
{
	w->count = 0;
	rendezvous_timer(w->server, w->now);
	rendezvous_input(w->server, from, wire, w->now);
	world_poll(w);
}

static inline void world_wait(struct world *w, uint64_t us)
{
	w->count = 0;
	w->now += us;
	rendezvous_timer(w->server, w->now);
	world_poll(w);
}

/* Waits, and lets go whatever is sent. */
static inline void world_skip(struct world *w, uint64_t us)
{
	w->now += us;
	rendezvous_timer(w->server, w->now);
	while (rendezvous_output(w->server, &w->sent[0].to, w->sent[0].wire, sizeof w->sent[0].wire,
	                         w->now) > 0)
		;
}

/* What was sent to that route, of that type; NULL: nothing. */
static inline const struct sent *world_sent(const struct world *w, const struct route *to,
                                            uint8_t type)
{
	for (size_t i = 0; i < w->count; i++)
		if (route_same(&w->sent[i].to, to) && w->sent[i].wire[0] == type)
			return &w->sent[i];
	return NULL;
}

static inline size_t world_sent_count(const struct world *w, const struct route *to, uint8_t type)
{
	size_t count = 0;
	for (size_t i = 0; i < w->count; i++)
		count += route_same(&w->sent[i].to, to) && w->sent[i].wire[0] == type;
	return count;
}

static inline struct span sent_span(const struct sent *s)
{
	return span_of(s->wire, s->len);
}

/* The host's number makes its address; a TCP client has a link of its own. */
static inline struct route world_route(unsigned host, const struct route_kind *kind)
{
	return (struct route){
		.kind = kind,
		.link = (uint16_t)(kind == ROUTE_TCP ? LINK_ACCEPTED_FIRST + host : 1),
		.remote = addr_v4(10, (uint8_t)(host >> 16), (uint8_t)(host >> 8), (uint8_t)host,
		                  (uint16_t)(4000 + host % 1000)),
	};
}

/* HELLO and COOKIE. In a crowd only the second HELLO is answered. */
static inline void client_hello(struct world *w, struct client *c)
{
	struct hello hello = { .beside = false };
	struct cookie cookie;
	uint8_t wire[HELLO_LEN];
	struct writer out = writer_of(wire, sizeof wire);
	random_fill(&w->random.random, hello.nonce, sizeof hello.nonce);
	signaling_write_hello(&out, &hello, HELLO_LEN);
	for (unsigned tries = 0; tries == 0 || (tries == 1 && w->count == 0); tries++)
		world_send(w, &c->route, written(&out));
	assert_int_equal(w->count, 1);
	assert_true(signaling_read_cookie(sent_span(&w->sent[0]), &cookie));
	assert_memory_equal(cookie.nonce, hello.nonce, NONCE_BYTES);
	memcpy(c->cookie, cookie.cookie, COOKIE_BYTES);
}

static inline struct client client_of(struct world *w, unsigned host, const struct route_kind *kind,
                                      bool responder)
{
	struct client c = { .route = world_route(host, kind), .responder = responder };
	random_fill(&w->random.random, c.secret, sizeof c.secret);
	client_hello(w, &c);
	return c;
}

static inline void client_say(struct world *w, struct client *c, bool leave)
{
	uint8_t wire[JOIN_LEN];
	struct writer out = writer_of(wire, sizeof wire);
	struct join join = { .responder = c->responder,
		             .nameplate = c->wants_number,
		             .leave = leave,
		             .keeps = c->keeps,
		             .crosses = c->crosses,
		             .hides = c->hides,
		             .unmet = c->unmet };
	memcpy(join.cookie, c->cookie, COOKIE_BYTES);
	memcpy(join.secret, c->secret, SECRET_BYTES);
	if (!c->wants_number)
		memcpy(join.token, c->token, sizeof join.token);
	signaling_write_join(&out, &join);
	world_send(w, &c->route, written(&out));
}

/* JOINs; the WAIT that must come is returned. */
static inline struct wait client_join(struct world *w, struct client *c,
                                      const uint8_t token[static 16])
{
	struct wait wait;
	memcpy(c->token, token, 16);
	client_say(w, c, false);
	const struct sent *sent = world_sent(w, &c->route, PACKET_WAIT);
	assert_non_null(sent);
	assert_true(signaling_read_wait(sent_span(sent), &wait));
	assert_memory_equal(wait.secret, c->secret, SECRET_BYTES);
	memcpy(c->token, wait.token, 16);
	return wait;
}

static inline struct wait client_ask_number(struct world *w, struct client *c)
{
	static const uint8_t none[16];
	c->wants_number = true;
	struct wait wait = client_join(w, c, none);
	c->wants_number = false;
	return wait;
}

/* The code of the one ERROR that came; 0: something else came, or nothing. */
static inline int world_error(const struct world *w, const struct route *to,
                              const uint8_t about[static 8])
{
	struct error error;
	if (w->count != 1 || !route_same(&w->sent[0].to, to) ||
	    !signaling_read_error(sent_span(&w->sent[0]), &error))
		return 0;
	return memcmp(error.about, about, 8) == 0 ? error.code : 0;
}

/* The INTRO to this client in the last step, which must be there. */
static inline struct intro client_intro(const struct world *w, const struct client *c)
{
	struct intro intro;
	const struct sent *sent = world_sent(w, &c->route, PACKET_INTRO);
	assert_non_null(sent);
	assert_true(signaling_read_intro(sent_span(sent), &intro));
	assert_memory_equal(intro.own_secret, c->secret, SECRET_BYTES);
	assert_int_equal(intro.responder, c->responder);
	return intro;
}

/* A FORWARD of len bytes in all. */
static inline void client_forward(struct world *w, const struct client *c, uint64_t pair,
                                  size_t len)
{
	uint8_t wire[LIMIT_WIRE + 1];
	assert_in_range(len, FORWARD_HEADER, sizeof wire);
	random_fill(&w->random.random, wire, len);
	wire[0] = PACKET_FORWARD;
	store_be64(wire + 1, pair);
	world_send(w, &c->route, span_of(wire, len));
}

static inline size_t world_members(const struct world *w)
{
	return rendezvous_counts(w->server).members;
}
