/* fuzz: a whole endpoint of either role among strangers: HANDSHAKE, REFUSE, SEALED and any other
 * packets from many places, shares and confirmations by hand, an honest peer whose packets arrive
 * when the input says so, routes that come and go, steps of time, codes that change, die and move,
 * a program that answers late. runs: 400
 *
 * No assert fails, nothing outlives what it borrowed, the deadline is never in the past for ever; a
 * code has three guesses at most, and strangers hold no more places than there are. */
#include <stdlib.h>

#include "tests/unit/endpoint_world.h"

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t len);

enum { INITIATOR = 1, PSEUDO = 2, CONTACTS = 4, FIRST_USE = 8, CODE = 16, LONG_CODE = 32 };
enum { STRANGERS = 3, SHARES = 3 };

struct fuzz {
	struct test_random random;
	struct host subject, partner;
	bool initiator;
	unsigned suite;
	struct code code;
	struct stranger strangers[STRANGERS];
	bool halved[STRANGERS];  /* but for its first byte its share is yet to come */
	bool knocks;             /* the partner has begun */
	unsigned shares;         /* each costs milliseconds */
	unsigned guesses_before; /* of codes that are gone */
	unsigned peers_before;   /* as many had come when the code was set */
	bool code_is_gone;
	uint64_t now;
};

static const struct addr here = { .ip = { [10] = 0xff, 0xff, 192, 0, 2, 1 }, .port = 7000 };
static const struct addr there = { .ip = { [10] = 0xff, 0xff, 192, 0, 2, 2 }, .port = 7000 };

static void must(bool condition)
{
	if (!condition)
		abort();
}

/* The partner's route, strangers' addresses, pairs of a forwarder with and without a host. */
static struct route route_of(const struct fuzz *f, uint8_t n)
{
	struct addr stranger = addr_v4(203, 0, 113, n, 4000);

	if (n % 8 == 0)
		return world_route(&f->partner.at);
	return n % 8 < 5 ? world_route(&stranger) : world_forward(n, n % 8 == 5 ? 0 : n / 32u);
}

/* One of a few fixed ids, or that of a handshake in progress. */
static void id_of(const struct fuzz *f, uint8_t n, uint8_t id[static CONNECTION_ID])
{
	const struct peer *p = endpoint_roster(f->subject.ep)->at[n % ROSTER_PLACES];

	memset(id, n % 8, CONNECTION_ID);
	if (n >= 8 && p != NULL)
		memcpy(id, p->shake.id, CONNECTION_ID);
}

static void give(struct fuzz *f, const struct route *route, struct span packet)
{
	uint8_t bytes[LIMIT_PACKET]; /* of its own length: who reads beyond it is caught */
	uint8_t *exact = packet.len > 0 && packet.len <= sizeof bytes ? malloc(packet.len) : NULL;

	if (exact == NULL)
		return;
	memcpy(exact, packet.at, packet.len);
	endpoint_input(f->subject.ep, route, span_of(exact, packet.len), f->now);
	free(exact);
}

static void op_handshake(struct fuzz *f, struct reader *r)
{
	uint8_t packet[LIMIT_PACKET], id[CONNECTION_ID];
	struct route route = route_of(f, read_u8(r));

	id_of(f, read_u8(r), id);
	uint8_t number = read_u8(r), total = read_u8(r), offset = read_u8(r), want = read_u8(r);
	struct span bytes = read_span(r, want < r->left ? want : r->left);
	size_t len = world_handshake(id, number, total, offset, bytes, packet);
	packet[2] = (uint8_t)f->suite;
	give(f, &route, span_of(packet, len));
}

static void op_refuse(struct fuzz *f, struct reader *r)
{
	uint8_t packet[REFUSE_LEN] = { PACKET_REFUSE, 1, 2 };
	struct route route = route_of(f, read_u8(r));

	id_of(f, read_u8(r), packet + 3);
	packet[11] = read_u8(r);
	give(f, &route, span_of(packet, sizeof packet));
}

static void op_packet(struct fuzz *f, struct reader *r)
{
	static const uint8_t types[] = { PACKET_HANDSHAKE, PACKET_REFUSE, PACKET_SEALED,
		                         PACKET_OPEN };
	uint8_t packet[256];
	struct route route = route_of(f, read_u8(r));
	uint8_t type = read_u8(r), want = read_u8(r);
	struct span bytes = read_span(r, want < r->left ? want : r->left);

	packet[0] = types[type % 4];
	for (size_t i = 0; i < bytes.len; i++)
		packet[1 + i] = bytes.at[i];
	if (type >= 128)
		id_of(f, type, packet + 1);
	give(f, &route, span_of(packet, 1 + bytes.len));
}

static void op_route(struct fuzz *f, struct reader *r)
{
	uint8_t what = read_u8(r);
	struct route route = route_of(f, read_u8(r));

	if (what % 4 == 0)
		world_down(&f->subject, &route, f->now);
	else if (what % 4 == 1)
		world_members(&f->subject, what / 4 % 5, f->now);
	else
		world_up(&f->subject, &route, f->now);
}

/* Another code, none, or the same words at another number. */
static void op_code(struct fuzz *f, struct reader *r)
{
	uint8_t what = read_u8(r);

	if (f->suite == SUITE_PSEUDO)
		return;
	f->code.has_nameplate = what & 4;
	f->code.nameplate = what;
	if (what % 4 == 1)
		f->code.words[1] ^= 1;
	/* the same words again count on, unless they were used or dead by now */
	if (what % 4 != 2 || f->peers_before != f->subject.peers ||
	    f->subject.last_guess >= LIMIT_CODE_GUESSES || f->code_is_gone) {
		f->guesses_before = f->subject.guesses;
		f->subject.last_guess = 0;
	}
	f->peers_before = f->subject.peers;
	f->code_is_gone = what % 4 == 0;
	endpoint_code(f->subject.ep, what % 4 == 0 ? NULL : &f->code);
}

/* The stranger's first message from its first byte, or from its second. */
static void share_from(struct fuzz *f, const struct stranger *s, size_t from, size_t until)
{
	uint8_t packet[LIMIT_PACKET], message[1 + SPAKE2_SHARE] = { 1 };

	memcpy(message + 1, s->spake2.own_share, SPAKE2_SHARE);
	size_t len = world_handshake(s->id, 0, sizeof message, from,
	                             span_of(message + from, until - from), packet);
	give(f, &s->route, span_of(packet, len));
}

/* What a stranger says next: the rest of its share, or its confirmation. */
static void go_on(struct fuzz *f, unsigned who)
{
	struct stranger *s = &f->strangers[who];

	if (f->halved[who])
		share_from(f, s, 1, 1 + SPAKE2_SHARE);
	else
		(void)stranger_confirm(s, &f->subject, f->now);
	f->halved[who] = false;
}

/* A stranger with a wrong code, or the right one; or one that answers in the responder's name. */
static void op_share(struct fuzz *f, struct reader *r)
{
	uint8_t who = read_u8(r), n = read_u8(r);
	struct stranger *s = &f->strangers[who % STRANGERS];
	struct route route = route_of(f, n);
	struct code code = f->code;

	if (f->suite == SUITE_PSEUDO || f->shares++ >= SHARES)
		return;
	code.words[0] ^= who & 1;
	f->halved[who % STRANGERS] = who & 64 && !f->initiator;
	if (f->halved[who % STRANGERS]) {
		*s = (struct stranger){ .route = route, .code = code, .id = { who } };
		uint8_t unused[SPAKE2_SHARE];
		spake2_start(&s->spake2, true, &code, &f->random.random, unused);
		share_from(f, s, 0, 1);
		return;
	}
	if (!f->initiator) {
		stranger_knock(s, &f->subject, &route, who, &code, &f->random.random, f->now);
		return;
	}
	uint8_t packet[LIMIT_PACKET], share[SPAKE2_SHARE], id[CONNECTION_ID];
	id_of(f, (uint8_t)(8 + who), id);
	spake2_start(&s->spake2, false, &code, &f->random.random, share);
	size_t len = world_handshake(id, 1, sizeof share, 0, span_of(share, sizeof share), packet);
	give(f, &route, span_of(packet, len));
}

/* So many packets of the one to the other; those to anybody else are lost. */
static void op_talk(struct fuzz *f, struct reader *r)
{
	uint8_t what = read_u8(r), packet[LIMIT_WIRE];
	struct host *from = what & 1 ? &f->partner : &f->subject,
		    *to = what & 1 ? &f->subject : &f->partner;
	struct route back = world_route(&from->at), on;
	size_t len;

	if (!f->initiator && !f->knocks) {
		on = world_route(&here);
		world_up(&f->partner, &on, f->now);
		f->knocks = true;
	}
	for (unsigned i = 0;
	     i < 1 + what / 2u % 16 && (len = world_sent(from, &on, packet, f->now)) > 0; i++) {
		if (addr_equal(&on.remote, &to->at))
			world_give(to, &back, span_of(packet, len), f->now);
	}
}

static void op_time(struct fuzz *f, struct reader *r)
{
	static const uint64_t units[] = { MS, 10 * MS, SECOND, 30 * SECOND };
	uint8_t what = read_u8(r);

	f->now += (what / 4u) * units[what % 4];
	world_listen(&f->partner, f->now);
}

static void op_program(struct fuzz *f, struct reader *r)
{
	uint8_t what = read_u8(r);
	struct endpoint_event e;

	f->subject.accepts = what & 1;
	if (what & 2)
		world_listen(&f->subject, f->now);
	else if (endpoint_take(f->subject.ep, &e)) {
		f->subject.guesses += e.kind == ENDPOINT_GUESS;
		if (e.kind == ENDPOINT_PEER) /* others may come meanwhile */
			endpoint_refuse(f->subject.ep, CLOSE_BUSY, span_text(""));
	}
}

static void settle(struct fuzz *f)
{
	uint8_t buffer[LIMIT_WIRE];
	struct route to;
	const uint8_t *wire;
	struct endpoint *ep = f->subject.ep;

	for (unsigned turns = 0; endpoint_deadline(ep) <= f->now; turns++) {
		must(turns < 16);
		endpoint_timer(ep, f->now);
		for (unsigned i = 0;
		     endpoint_output(ep, &to, buffer, sizeof buffer, &wire, f->now) > 0; i++)
			must(i < 10000);
	}
	must(world_shaking(&f->subject) <= LIMIT_HALF_OPEN);
	if (!f->initiator && f->code.words_count == CODE_WORDS)
		must(f->subject.last_guess <= LIMIT_CODE_GUESSES &&
		     f->subject.guesses - f->guesses_before <= LIMIT_CODE_GUESSES);
}

static void start(struct fuzz *f, uint8_t with)
{
	f->now = 1000 * SECOND;
	f->random = test_random(3);
	f->initiator = with & INITIATOR;
	f->suite = with & PSEUDO ? SUITE_PSEUDO : SUITE_NOISE;
	code_make(&f->code, with & LONG_CODE ? 3 : 2, &f->random.random);
	for (unsigned i = 0; i < 2; i++) {
		struct endpoint_config config =
		    world_config(i == 0 ? f->initiator : !f->initiator, i, &f->random.random);
		static const struct identity *ids[2];
		ids[i] = config.keying.identity;
		config.keying.suite = encryptor_class_of((enum suite)f->suite);
		config.keying.code = with & CODE && f->suite == SUITE_NOISE ? &f->code : NULL;
		config.keying.first_use = with & FIRST_USE || f->suite == SUITE_PSEUDO;
		config.keying.contacts =
		    with & CONTACTS && f->suite == SUITE_NOISE && !config.keying.initiator;
		if (f->suite == SUITE_PSEUDO)
			config.keying.identity = NULL;
		config.silence_us = 60 * SECOND;
		config.handshake_us = with & CONTACTS ? 60 * SECOND : NEVER;
		struct identity responder = test_identity(KEY_X25519, f->initiator ? 1 : 0);
		static struct public_key expected;
		expected = responder.public;
		if (config.keying.initiator && with & CONTACTS && f->suite == SUITE_NOISE &&
		    config.keying.code == NULL)
			config.keying.expected = &expected;
		world_host(i == 0 ? &f->subject : &f->partner, &config, i == 0 ? here : there,
		           f->now);
	}
	struct route route = world_route(&there);
	if (f->initiator)
		world_up(&f->subject, &route, f->now);
}

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t len)
{
	static void (*const ops[])(struct fuzz *,
	                           struct reader *) = { op_handshake, op_refuse, op_packet,
		                                        op_route,     op_code,   op_share,
		                                        op_talk,      op_time,   op_program };
	struct fuzz f = { .shares = 0 };
	struct reader r = reader_of(span_of(at, len));

	if (len == 0)
		return 0;
	start(&f, read_u8(&r));
	for (unsigned i = 0; r.left > 0 && i < 200; i++) {
		uint8_t op = read_u8(&r);

		if (op % 16 < sizeof ops / sizeof ops[0])
			ops[op % 16](&f, &r);
		else
			go_on(&f, op % STRANGERS);
		settle(&f);
	}
	world_end(&f.subject);
	world_end(&f.partner);
	return 0;
}
