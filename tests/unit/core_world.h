/* core_world: chats of include/schat.h in memory: a network of datagrams without loss or time, and
 * what each of them was told. */
#pragma once

#include <stdio.h>

#include "include/schat.h"
#include "tests/unit/support.h"

enum { WORLD_CORES = 4, WORLD_QUEUE = 256 };

struct world_core {
	struct schat_core *core;
	struct schat_addr at;    /* of its UDP socket, once it is open */
	char told[2048];         /* its events, a word each: "connected text:hello" */
	struct schat_event last; /* without its strings */
	char code[64], key[SCHAT_KEY], text[256];
	bool deaf; /* takes no events */
};

struct world_packet {
	size_t to, len;
	struct schat_route from;
	uint8_t bytes[2048];
};

static struct world {
	uint64_t now;
	struct world_core cores[WORLD_CORES];
	struct world_packet queue[WORLD_QUEUE];
	size_t first, count;
	uint64_t entropy;
} world;

static bool world_entropy(uint8_t *to)
{
	struct test_random random = test_random(++world.entropy);
	random_fill(&random.random, to, 48);
	return true;
}

static inline void world_begin(uint64_t seed)
{
	memset(&world, 0, sizeof world);
	world.now = 1000000;
	world.entropy = seed * 1000000;
}

static inline void world_end(void)
{
	for (size_t i = 0; i < WORLD_CORES; i++)
		schat_core_free(world.cores[i].core);
}

/* Where the i-th host is. */
static inline struct schat_addr world_addr(size_t i, uint16_t port)
{
	struct schat_addr a = { .ip = { [10] = 0xff, [11] = 0xff, 192, 0, 2, (uint8_t)(i + 1) },
		                .port = port };
	return a;
}

static inline void world_tell(struct world_core *c, const struct schat_event *e)
{
	static const char *const words[] = { [SCHAT_LISTENING] = "listening",
		                             [SCHAT_CODE] = "code",
		                             [SCHAT_CODE_ENDED] = "code-ended",
		                             [SCHAT_GUESS] = "guess",
		                             [SCHAT_NOTICE] = "notice",
		                             [SCHAT_PEER] = "peer",
		                             [SCHAT_CONNECTED] = "connected",
		                             [SCHAT_PATH] = "path",
		                             [SCHAT_AWAY] = "away",
		                             [SCHAT_BACK] = "back",
		                             [SCHAT_TEXT] = "text",
		                             [SCHAT_SHOWN] = "shown",
		                             [SCHAT_LEFT] = "left",
		                             [SCHAT_OVER] = "over",
		                             [SCHAT_ENDED] = "ended",
		                             [SCHAT_BYTES] = "bytes" };
	size_t len = strlen(c->told), left = sizeof c->told - len;
	assert_true(e->kind > SCHAT_NOTHING && e->kind <= SCHAT_BYTES);
	assert_non_null(e->text);
	assert_int_equal(strlen(e->text) >= e->text_len || memchr(e->text, 0, e->text_len), 1);
	assert_true(e->name && e->key && e->fingerprint && e->words && e->path);
	snprintf(c->told + len, left, "%s%s", len > 0 ? " " : "", words[e->kind]);
	len = strlen(c->told);
	if (e->kind == SCHAT_TEXT)
		snprintf(c->told + len, sizeof c->told - len, ":%.40s", e->text);
	else if (e->kind == SCHAT_OVER || e->kind == SCHAT_ENDED || e->kind == SCHAT_CODE_ENDED)
		snprintf(c->told + len, sizeof c->told - len, ":%d", (int)e->error);
	if (e->kind == SCHAT_CODE)
		snprintf(c->code, sizeof c->code, "%s", e->text);
	if (e->kind == SCHAT_CONNECTED || e->kind == SCHAT_PEER)
		snprintf(c->key, sizeof c->key, "%s", e->key);
	snprintf(c->text, sizeof c->text, "%.200s", e->text);
	c->last = *e;
}

static inline void world_send(size_t from, const struct schat_route *to, const uint8_t *bytes,
                              size_t len)
{
	for (size_t i = 0; i < WORLD_CORES; i++) {
		struct world_core *c = &world.cores[i];
		if (c->core == NULL || c->at.port != to->remote.port ||
		    memcmp(c->at.ip, to->remote.ip, 16) != 0 || world.count == WORLD_QUEUE ||
		    len > sizeof world.queue[0].bytes)
			continue;
		struct world_packet *p = &world.queue[(world.first + world.count++) % WORLD_QUEUE];
		*p = (struct world_packet){ .to = i, .len = len };
		p->from = (struct schat_route){ .link = 1,
			                        .local = c->at,
			                        .remote = world.cores[from].at };
		memcpy(p->bytes, bytes, len);
	}
}

/* One turn of one of them. */
static inline void world_turn(size_t i)
{
	struct world_core *c = &world.cores[i];
	struct schat_link_request r;
	struct schat_route to;
	struct schat_event e;
	uint8_t buffer[SCHAT_WIRE];
	const uint8_t *bytes;
	size_t len;

	while (schat_link_request(c->core, &r)) {
		if (!r.open || r.kind != SCHAT_LINK_UDP || c->at.port != 0)
			continue;
		c->at = world_addr(i, r.local.port ? r.local.port : 40000);
		struct schat_link_event up = {
			.state = SCHAT_LINK_UP, .link = r.link, .kind = r.kind, .local = c->at
		};
		schat_link_event(c->core, &up, world.now);
	}
	schat_core_timer(c->core, world.now);
	while (!c->deaf && schat_core_take(c->core, &e, world.now))
		world_tell(c, &e);
	while ((len = schat_link_output(c->core, &to, buffer, &bytes, world.now)) > 0)
		world_send(i, &to, bytes, len);
}

/* For so long, in the network's time. */
static inline void world_run(uint64_t us)
{
	uint64_t end = world.now + us;
	while (world.now < end) {
		uint64_t next = end;
		for (size_t i = 0; i < WORLD_CORES; i++)
			if (world.cores[i].core)
				world_turn(i);
		bool moved = world.count > 0;
		for (; world.count > 0; world.count--) {
			struct world_packet *p = &world.queue[world.first];
			world.first = (world.first + 1) % WORLD_QUEUE;
			schat_link_input(world.cores[p->to].core, &p->from, p->bytes, p->len,
			                 world.now);
		}
		for (size_t i = 0; i < WORLD_CORES && !moved; i++) {
			uint64_t at = world.cores[i].core && !world.cores[i].deaf
			                  ? schat_core_deadline(world.cores[i].core)
			                  : end;
			next = at < next ? at : next;
		}
		world.now = moved || next <= world.now ? world.now + 100 : next;
	}
}

/* Adds a chat. The first one waits. Returns its error. */
static inline enum schat_error world_add(size_t i, const struct schat_encryption *encryption,
                                         bool asks, unsigned peers)
{
	struct schat_connection connection = { .address = i == 0 ? "udp://192.0.2.1:7000"
		                                                 : "udp://192.0.2.1:7000",
		                               .waits = i == 0,
		                               .peers = peers,
		                               .name = i == 0 ? "zero" : "another" };
	enum schat_error error;
	world.cores[i].core =
	    schat_core_new(&connection, encryption, asks, world_entropy, world.now, &error);
	assert_true((error == SCHAT_OK) == (world.cores[i].core != NULL));
	return error;
}
