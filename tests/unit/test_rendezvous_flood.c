/* rendezvous under hostile and heavy input: nothing unproved is kept or amplified, a model agrees
 * on who is there, and a hundred thousand members are no slower than ten. */
#include "tests/unit/rendezvous_world.h"
#include "tests/unit/rounds.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

static struct world w;

enum { FLOOD = 100000, CLIENTS = 24, ROOMS = 4, STEPS = 40000, CROWD = 100000 };

/* A message of any type, well-formed or nearly: right type and version, random fields; sometimes
 * cut, lengthened, flipped. */
static size_t any_message(struct random *r, const struct client *c, uint64_t pair,
                          uint8_t wire[static LIMIT_DATAGRAM])
{
	static const struct {
		uint8_t type;
		size_t len;
	} shapes[] = {
		{ PACKET_HELLO, HELLO_LEN },
		{ PACKET_COOKIE, COOKIE_LEN },
		{ PACKET_JOIN, JOIN_LEN },
		{ PACKET_WAIT, WAIT_LEN },
		{ PACKET_INTRO, INTRO_LEN },
		{ PACKET_ERROR, ERROR_LEN },
		{ PACKET_OPEN, 1200 },
		{ PACKET_FORWARD, 100 },
		{ PACKET_JOIN, JOIN_LEN },
		{ PACKET_FORWARD, FORWARD_HEADER },
		{ PACKET_KEEP, KEEP_HEADER + SECRET_BYTES },
		{ PACKET_KEEP, KEEP_HEADER + 20 * SECRET_BYTES },
		{ 0, 60 },
	};
	size_t kind = random_below(r, sizeof shapes / sizeof *shapes), len = shapes[kind].len;
	if (random_below(r, 4) == 0) /* another length, mostly one that Ethernet carries */
		len = random_below(r, random_below(r, 32) ? 1500 : LIMIT_DATAGRAM + 1);
	random_fill(r, wire, len < 1500 ? 1500 : len); /* what follows changes the first bytes */
	if (shapes[kind].type)
		wire[0] = shapes[kind].type;
	if (shapes[kind].type && shapes[kind].type != PACKET_FORWARD)
		wire[1] = SIGNALING_VERSION;
	if (shapes[kind].type == PACKET_FORWARD && random_below(r, 2))
		store_be64(wire + 1, pair);
	if (shapes[kind].type == PACKET_JOIN && random_below(r, 2)) {
		memcpy(wire + 2, c->cookie, COOKIE_BYTES);
		memset(wire + 18, 0, 16);
		wire[random_below(r, 2) ? 18 : 33] = (uint8_t)random_below(r, 4);
		memcpy(wire + 34, c->secret, SECRET_BYTES);
		wire[42] &= random_below(r, 8) ? 11 : 15; /* not always leaving */
	}
	if (shapes[kind].type == PACKET_HELLO && random_below(r, 2))
		memcpy(wire + 29, c->cookie, COOKIE_BYTES); /* for another socket, of any address */
	if (shapes[kind].type == PACKET_KEEP && random_below(r, 2))
		memcpy(wire + KEEP_HEADER, c->secret, SECRET_BYTES);
	if (len > 0 && random_below(r, 4) == 0)
		wire[random_below(r, len)] ^= (uint8_t)(1 << random_below(r, 8));
	return len;
}

/* To whoever has not shown a cookie goes no more than came from it, and to nobody else anything;
 * nothing is kept. (Rows 30 and 31 of the traversal pitfalls, S23.) */
static void test_flood_is_not_amplified(void **state)
{
	(void)state;
	world_start(&w, 21);
	struct client a = client_of(&w, 1, ROUTE_UDP, true), b = client_of(&w, 2, ROUTE_UDP, false);
	client_join(&w, &a, (const uint8_t[16]){ 1 });
	client_join(&w, &b, (const uint8_t[16]){ 1 });
	uint64_t pair = client_intro(&w, &a).pair;
	world_skip(&w, SECOND); /* the INTROs are over */

	struct client victim = a; /* whoever spoofs has seen the cookie of another address */
	size_t in = 0, out = 0;
	for (unsigned i = 0; i < rounds(FLOOD); i++) {
		uint8_t wire[LIMIT_DATAGRAM];
		struct route from =
		    world_route(1000 + (unsigned)random_below(&w.random.random, 1 << 16),
		                i & 1 ? ROUTE_TCP : ROUTE_UDP);
		size_t len = any_message(&w.random.random, &victim, pair, wire), back = 0;
		w.now += 50;
		world_send(&w, &from, span_of(wire, len));
		for (size_t j = 0; j < w.count; j++) {
			assert_true(route_same(&w.sent[j].to, &from));
			back += w.sent[j].len;
		}
		assert_in_range(back, 0, len);
		in += len;
		out += back;
		assert_int_equal(world_members(&w), 2);
	}
	assert_int_equal(rendezvous_counts(w.server).pairs, 1);
	print_message("flood: %u inputs, %zu bytes in, %zu out\n", rounds(FLOOD), in, out);
	world_end(&w);
}

/* Bytes in and out of one type of message, from addresses that have not shown a cookie. */
struct account {
	const char *name;
	uint8_t type;
	size_t len; /* of the shortest that could be answered */
	size_t count, in, out;
};

/* Each message that an address without a cookie can send, of every length, over UDP and TCP: its
 * answer is no larger than it, and here is by how much. */
static void test_flood_is_answered_with_fewer_bytes_for_each_type(void **state)
{
	(void)state;
	struct account accounts[] = {
		{ .name = "HELLO", .type = PACKET_HELLO, .len = HELLO_LEN },
		{ .name = "JOIN, no cookie", .type = PACKET_JOIN, .len = JOIN_LEN },
		{ .name = "FORWARD, no pair", .type = PACKET_FORWARD, .len = ERROR_LEN },
		{ .name = "KEEP, no member", .type = PACKET_KEEP, .len = ERROR_LEN },
		{ .name = "COOKIE", .type = PACKET_COOKIE },
		{ .name = "WAIT", .type = PACKET_WAIT },
		{ .name = "INTRO", .type = PACKET_INTRO },
		{ .name = "ERROR", .type = PACKET_ERROR },
		{ .name = "OPEN", .type = PACKET_OPEN },
	};
	world_start(&w, 27);
	for (size_t i = 0; i < sizeof accounts / sizeof *accounts; i++) {
		struct account *a = &accounts[i];
		for (unsigned len = 1; len <= 2 * 1300; len++) {
			uint8_t wire[1300] = { a->type, SIGNALING_VERSION };
			struct route from = world_route(len, len > 1300 ? ROUTE_TCP : ROUTE_UDP);
			wire[18] = 1; /* JOIN: a token */
			world_send(&w, &from, span_of(wire, 1 + len % 1300));
			a->count++;
			a->in += 1 + len % 1300;
			for (size_t j = 0; j < w.count; j++) {
				assert_true(route_same(&w.sent[j].to, &from));
				assert_true(a->len > 0);
				assert_in_range(w.sent[j].len, 1, 1 + len % 1300);
				a->out += w.sent[j].len;
			}
			assert_in_range(w.count, 0, 1);
			if (a->len > 0 && 1 + len % 1300 == a->len)
				print_message("%-17s %4zu bytes: %zu back\n", a->name, a->len,
				              w.sent[0].len);
			w.now += 10 * MS;
		}
		assert_true(a->out < a->in);
		assert_int_equal(a->out > 0, a->len > 0);
		assert_int_equal(world_members(&w), 0);
	}
	world_end(&w);
}

/* 100,000 packets a second from as many addresses, none of which has shown a cookie: 5,000 of them
 * are told what is wrong. A HELLO among them gets its COOKIE, a connection its ERROR, and a member
 * goes on. */
static void test_flood_is_not_refused_packet_by_packet(void **state)
{
	(void)state;
	static const uint8_t kinds[] = { PACKET_JOIN, PACKET_KEEP, PACKET_FORWARD };
	world_start(&w, 28);
	struct client a = client_of(&w, 1, ROUTE_UDP, true),
		      late = client_of(&w, 2, ROUTE_UDP, false);
	struct client caller = client_of(&w, 3, ROUTE_TCP, false);
	client_join(&w, &a, (const uint8_t[16]){ 1 });
	unsigned told = 0;
	for (unsigned i = 0; i < 100000; i++) {
		uint8_t wire[JOIN_LEN] = { kinds[i % 3], SIGNALING_VERSION };
		struct route from = world_route(1000 + i, ROUTE_UDP);
		wire[18] = 1; /* JOIN: a token */
		w.now += 10;
		world_send(&w, &from, span_of(wire, sizeof wire));
		assert_in_range(w.count, 0, 1);
		told += w.count > 0;
	}
	assert_in_range(told, 9990, 10000); /* 5000 at once, and 5000 a second */

	memset(caller.cookie, 0, sizeof caller.cookie);
	memcpy(caller.token, (const uint8_t[16]){ 1 }, 16);
	client_say(&w, &caller, false);
	assert_int_equal(world_error(&w, &caller.route, caller.secret), SIGNALING_BAD_COOKIE);
	client_join(&w, &late, (const uint8_t[16]){ 1 });
	assert_int_equal(world_members(&w), 2);
	world_end(&w);
}

/* How many of a hundred thousand strangers get a COOKIE, where each turn of the loop finds so many
 * of their HELLOs, a second HELLO of each among them. */
static unsigned cookies_in_turns_of(unsigned turn)
{
	unsigned cookies = 0;
	world_start(&w, 29);
	for (unsigned i = 0; i < 100000; i++) {
		uint8_t wire[HELLO_LEN] = { PACKET_HELLO, SIGNALING_VERSION };
		struct route from = world_route(1000 + i / 2, ROUTE_UDP), to;
		w.now += 10;
		if (i % turn == 0)
			rendezvous_timer(w.server, w.now);
		rendezvous_input(w.server, &from, span_of(wire, sizeof wire), w.now);
		cookies += rendezvous_output(w.server, &to, w.sent[0].wire, LIMIT_WIRE, w.now) > 0;
	}
	world_end(&w);
	return cookies;
}

/* To answer takes longer than to read: where reading falls behind, what members send is lost in a
 * full receive buffer. Then a tenth of the strangers are answered. */
static void test_flood_leaves_time_for_reading(void **state)
{
	(void)state;
	unsigned kept_up = cookies_in_turns_of(LIMIT_BATCH - 1),
		 behind = cookies_in_turns_of(LIMIT_BATCH);
	assert_in_range(kept_up, 40000, 60000);
	assert_in_range(behind, kept_up / 12, kept_up / 8);
}

static size_t resident_kb(void)
{
	size_t pages = 0;
	FILE *f = fopen("/proc/self/statm", "r");
	if (!f || fscanf(f, "%*s %zu", &pages) != 1)
		pages = 0;
	if (f)
		fclose(f);
	return pages * (size_t)sysconf(_SC_PAGESIZE) / 1024;
}

/* Spoofed packets of every kind, and as many genuine JOINs as 256 hosts of a network can send:
 * members stop at the network's share, and memory does not grow. SCHAT_FLOOD=1000000 for as many.
 */
static void test_flood_leaves_memory_flat(void **state)
{
	(void)state;
	const char *number = getenv("SCHAT_FLOOD");
	unsigned count = number ? (unsigned)strtoul(number, NULL, 10) : 50000;
	size_t warm = 0, in = 0, out = 0, most = 0;
	static struct client real[256];
	world_start_with(&w, 28, 1 << 16, 1 << 16, 64);
	for (unsigned i = 0; i < count; i++) {
		uint8_t wire[LIMIT_DATAGRAM];
		struct client *c = &real[i / 2 % 256];
		w.now += 100;
		if (i % (1 << 16) < 512) /* their cookies */
			*c = client_of(&w, i / 2 % 256, ROUTE_UDP, true);
		if (i % 2) {
			random_fill(&w.random.random, c->secret, sizeof c->secret);
			random_fill(&w.random.random, c->token, sizeof c->token);
			client_say(&w, c, false);
			most = world_members(&w) > most ? world_members(&w) : most;
			continue;
		}
		struct route from = world_route(
		    (1 << 20) + (unsigned)random_below(&w.random.random, 1 << 20), ROUTE_UDP);
		size_t len = any_message(&w.random.random, c, 1, wire);
		world_send(&w, &from, span_of(wire, len));
		in += len;
		for (size_t j = 0; j < w.count; j++)
			out += w.sent[j].len;
		if (i == count / 5 / 2 * 2)
			warm = resident_kb();
	}
	size_t grown = resident_kb() > warm ? resident_kb() - warm : 0;
	print_message("flood: %u packets, at most %zu members, spoofed: %zu bytes in, %zu out; "
	              "%zu KiB more resident than after a fifth\n",
	              count, most, in, out, grown);
	assert_int_equal(most, 1024);
	assert_in_range(grown, 0, 1024);
	assert_true(out < in);
	world_end(&w);
}

/* Random bytes, all lengths: HELLO and JOIN aside nothing answers, and no answer is larger. */
static void test_flood_of_noise(void **state)
{
	(void)state;
	world_start(&w, 22);
	for (size_t i = 0; i < rounds(FLOOD); i++) {
		uint8_t wire[256];
		struct route from = world_route((unsigned)i, ROUTE_UDP);
		size_t len = random_below(&w.random.random, sizeof wire + 1);
		random_fill(&w.random.random, wire, sizeof wire);
		wire[0] |= 0xc0;
		world_send(&w, &from, span_of(wire, len));
		assert_in_range(w.count, 0, 1);
		if (w.count > 0)
			assert_in_range(w.sent[0].len, 1, len);
	}
	assert_int_equal(world_members(&w), 0);
	assert_true(rendezvous_deadline(w.server) == NEVER);
	world_end(&w);
}

/* What a model of the rooms says about a client. */
struct believed {
	struct client client;
	bool in;
	uint64_t joined_at;
	unsigned room, since; /* since: of arrivals at a host, counted */
};
static struct believed crew[CLIENTS];

static bool believed_in(const struct believed *x)
{
	return x->in && w.now - x->joined_at < 90 * SECOND;
}

static size_t believed_count(int room, int responder)
{
	size_t count = 0;
	for (int i = 0; i < CLIENTS; i++)
		count += believed_in(&crew[i]) && (room < 0 || crew[i].room == (unsigned)room) &&
		         (responder < 0 || crew[i].client.responder == (responder > 0));
	return count;
}

/* Twelve hosts in four networks; each client has a port and a link of its own. */
static struct route believed_route(unsigned client, const struct route_kind *kind)
{
	struct random *r = &w.random.random;
	struct route route = world_route(client, kind);
	route.remote = addr_v4(10, 0, (uint8_t)random_below(r, 4), (uint8_t)random_below(r, 3),
	                       (uint16_t)(4000 + client));
	return route;
}

/* Who goes from a full room of contacts for x: whoever has not joined for longest, of its role
 * unless the other has more. */
static struct believed *believed_to_go(const struct believed *x)
{
	size_t own = believed_count((int)x->room, x->client.responder),
	       all = believed_count((int)x->room, -1);
	struct believed *goes = NULL;
	if (own < 3 && all < 4)
		return NULL;
	for (struct believed *y = crew; y < crew + CLIENTS; y++) {
		bool of_role = y->client.responder == x->client.responder;
		if (believed_in(y) && y->room == x->room && of_role == (all <= 2 * own) &&
		    (!goes || y->joined_at < goes->joined_at ||
		     (y->joined_at == goes->joined_at && y->since < goes->since)))
			goes = y;
	}
	return goes;
}

static void believed_step(struct believed *x)
{
	static unsigned arrivals;
	struct random *r = &w.random.random;
	uint64_t what = random_below(r, 100);
	struct addr was_at = x->client.route.remote;
	if (what < 10) { /* to another address */
		bool tcp = x->client.route.kind == ROUTE_UDP;
		x->client.route = believed_route((unsigned)(x - crew), tcp ? ROUTE_TCP : ROUTE_UDP);
	}
	if (!believed_in(x)) {
		x->room = (unsigned)random_below(r, ROOMS);
		x->client.responder = random_below(r, 2);
		random_fill(r, x->client.secret, SECRET_BYTES);
	}
	x->client.token[0] = (uint8_t)(1 + x->room);
	client_hello(&w, &x->client);
	bool was_in = believed_in(x), leaves = what >= 90;
	bool place = believed_count((int)x->room, -1) < 4 &&
	             believed_count((int)x->room, x->client.responder) < 3;
	struct believed *goes = was_in || leaves ? NULL : believed_to_go(x);
	if (!was_in || !addr_same_host(&was_at, &x->client.route.remote))
		x->since = ++arrivals;
	client_say(&w, &x->client, leaves);
	if (goes) {
		goes->in = false;
		place = true;
	}
	if (leaves) {
		x->in = false;
		assert_int_equal(w.count, 0);
	} else if (was_in || place) {
		struct wait wait;
		const struct sent *s = world_sent(&w, &x->client.route, PACKET_WAIT);
		assert_non_null(s);
		signaling_read_wait(sent_span(s), &wait);
		assert_int_equal(wait.others, believed_count((int)x->room, !x->client.responder));
		x->in = true;
		x->joined_at = w.now;
	} else {
		assert_int_equal(world_error(&w, &x->client.route, x->client.secret),
		                 SIGNALING_FULL);
	}
}

/* Forty thousand random steps (a fifth of them in a short run) of joining, moving, leaving and
 * staying away: the server and a model of a few lines agree on who is in which room after each, and
 * INTROs go only to members, about members of their room and the other role. */
static void test_rooms_agree_with_a_model(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= 4; seed++) {
		world_start_with(&w, seed, 32, 32, 64);
		memset(crew, 0, sizeof crew);
		for (unsigned i = 0; i < CLIENTS; i++)
			crew[i].client.route = believed_route(i, ROUTE_UDP);
		for (int step = 0; step < (int)rounds(STEPS) / 4; step++) {
			w.now += random_below(&w.random.random, 4 * SECOND);
			world_wait(&w, 0);
			struct believed *x = &crew[random_below(&w.random.random, CLIENTS)];
			believed_step(x);
			assert_int_equal(world_members(&w), believed_count(-1, -1));
			size_t pairs = 0;
			for (int room = 0; room < ROOMS; room++)
				pairs += believed_count(room, 0) * believed_count(room, 1);
			assert_in_range(rendezvous_counts(w.server).pairs, 0, pairs);
			for (size_t i = 0; i < w.count; i++) {
				bool known = false;
				for (int j = 0; j < CLIENTS; j++)
					known |= route_same(&crew[j].client.route, &w.sent[i].to) &&
					         crew[j].room == x->room;
				assert_true(known);
			}
		}
		world_end(&w);
	}
}

/* Members by proved addresses send every kind of nonsense with good cookies: nothing breaks, the
 * tables keep their limits. */
static void test_members_may_send_nonsense(void **state)
{
	(void)state;
	world_start_with(&w, 23, 16, 8, 64);
	struct client c[8];
	uint64_t pair = 0;
	for (unsigned i = 0; i < rounds(FLOOD); i++) {
		uint8_t wire[LIMIT_DATAGRAM];
		if (i % 512 == 0)
			for (unsigned j = 0; j < 8; j++)
				c[j] = client_of(&w, i + j, j & 1 ? ROUTE_TCP : ROUTE_UDP, j & 2);
		const struct client *from = &c[random_below(&w.random.random, 8)],
				    *secret = &c[random_below(&w.random.random, 8)];
		struct client mixed = *from;
		memcpy(mixed.secret, secret->secret, SECRET_BYTES);
		size_t len = any_message(&w.random.random, &mixed, pair, wire);
		w.now += random_below(&w.random.random, 50 * MS);
		world_send(&w, &from->route, span_of(wire, len));
		for (size_t j = 0; j < w.count; j++)
			if (w.sent[j].wire[0] == PACKET_INTRO)
				pair = load_be64(w.sent[j].wire + 18);
		if (random_below(&w.random.random, 100) == 0)
			rendezvous_link_down(w.server, from->route.link);
		assert_in_range(world_members(&w), 0, 16);
		assert_in_range(rendezvous_counts(w.server).pairs, 0, 8);
	}
	struct rendezvous_counts counts = rendezvous_counts(w.server);
	print_message("nonsense: %u joins, %u intros, %u forwarded\n", (unsigned)counts.joins,
	              (unsigned)counts.intros, (unsigned)counts.forwarded);
	assert_true(counts.joins > rounds(FLOOD) / 100);
	assert_true(counts.intros > rounds(FLOOD) / 100);
	assert_true(counts.forwarded > rounds(FLOOD) / 1000);
	world_skip(&w, ROOMS_KEEP_S * SECOND);
	assert_int_equal(world_members(&w), 0);
	assert_int_equal(rendezvous_counts(w.server).pairs, 0);
	world_end(&w);
}

static double cpu_us(void)
{
	struct timespec t;
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

static void crowd_report(const char *what, double since)
{
	print_message("crowd: %-34s %.2f us each\n", what, (cpu_us() - since) / CROWD);
}

/* A hundred thousand members, half of them waiting for a nameplate: all get in, stay, meet and go.
 * The times are for reading. */
static void test_crowd(void **state)
{
	(void)state;
	static struct client crowd[CROWD];
	world_start_with(&w, 24, CROWD, CROWD, 64);
	double since = cpu_us();
	for (unsigned i = 0; i < CROWD; i++, w.now += 50)
		crowd[i] = client_of(&w, i, ROUTE_UDP, i % 2 == 0);
	crowd_report("HELLO", since);

	since = cpu_us();
	for (unsigned i = 0; i < CROWD; i++) {
		uint8_t token[16] = { 0x80 };
		store_be32(token + 4, i / 4);
		if (i % 4 == 0)
			assert_in_range(client_ask_number(&w, &crowd[i]).nameplate, 100, 9999999);
		else
			client_join(&w, &crowd[i], token);
	}
	crowd_report("JOIN, new (half of them met)", since);
	assert_int_equal(world_members(&w), CROWD);

	since = cpu_us();
	for (unsigned i = 0; i < CROWD; i++)
		client_join(&w, &crowd[i * 7919u % CROWD], crowd[i * 7919u % CROWD].token);
	crowd_report("JOIN, again", since);

	struct client met = crowd[2];
	world_skip(&w, SECOND);
	since = cpu_us();
	for (unsigned i = 0; i < CROWD; i++)
		rendezvous_input(
		    w.server, &met.route,
		    span_of((const uint8_t[]){ PACKET_FORWARD, 1, 2, 3, 4, 5, 6, 7, 8 }, 9), w.now);
	crowd_report("FORWARD of nobody", since);

	since = cpu_us();
	w.now += 90 * SECOND;
	while (rendezvous_deadline(w.server) <= w.now)
		world_skip(&w, 0);
	crowd_report("expiry", since);
	assert_int_equal(world_members(&w), 0);
	assert_int_equal(rendezvous_counts(w.server).pairs, 0);
	world_end(&w);
}

/* The forwarder alone, on many pairs in turn. */
static void test_crowd_forwards(void **state)
{
	(void)state;
	enum { PAIRS = 10000 };
	static uint64_t ids[PAIRS];
	static struct route from[PAIRS];
	world_start_with(&w, 25, 2 * PAIRS, PAIRS, 1000000);
	for (unsigned i = 0; i < PAIRS; i++) {
		uint8_t token[16] = { 0x80 };
		store_be32(token + 4, i);
		struct client a = client_of(&w, 2 * i, ROUTE_UDP, true),
			      b = client_of(&w, 2 * i + 1, ROUTE_UDP, false);
		client_join(&w, &a, token);
		client_join(&w, &b, token);
		ids[i] = client_intro(&w, &a).pair;
		from[i] = a.route;
	}
	world_skip(&w, SECOND);

	uint8_t wire[1200] = { PACKET_FORWARD }, out[LIMIT_WIRE];
	struct route to;
	double since = cpu_us();
	for (unsigned i = 0; i < CROWD; i++) {
		unsigned at = i * 7919u % PAIRS;
		store_be64(wire + 1, ids[at]);
		rendezvous_input(w.server, &from[at], span_of(wire, sizeof wire), w.now);
		assert_int_equal(rendezvous_output(w.server, &to, out, sizeof out, w.now),
		                 sizeof wire);
	}
	crowd_report("FORWARD of 1200 bytes", since);
	world_end(&w);
}

/* Answers to strangers are fewer while datagrams come faster than they are read; connections
 * wait. */
static void test_flood_counts_as_one_in_datagrams_alone(void **state)
{
	(void)state;
	static const struct route_kind *const kinds[] = { ROUTE_TCP, ROUTE_UDP };
	world_start(&w, 12);
	for (unsigned k = 0; k < 2; k++) {
		struct route from = world_route(1, kinds[k]);
		for (unsigned i = 0; i < LIMIT_BATCH; i++)
			rendezvous_input(w.server, &from, span_text("noise"), w.now);
		world_wait(&w, MS);
		assert_int_equal(w.server->rates.price > 1, kinds[k] == ROUTE_UDP);
	}
	world_wait(&w, MS);
	assert_int_equal(w.server->rates.price, 1);
	world_end(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_flood_is_not_amplified),
		cmocka_unit_test(test_flood_is_answered_with_fewer_bytes_for_each_type),
		cmocka_unit_test(test_flood_is_not_refused_packet_by_packet),
		cmocka_unit_test(test_flood_leaves_time_for_reading),
		cmocka_unit_test(test_flood_leaves_memory_flat),
		cmocka_unit_test(test_flood_of_noise),
		cmocka_unit_test(test_flood_counts_as_one_in_datagrams_alone),
		cmocka_unit_test(test_rooms_agree_with_a_model),
		cmocka_unit_test(test_members_may_send_nonsense),
		cmocka_unit_test(test_crowd),
		cmocka_unit_test(test_crowd_forwards),
	};
	return cmocka_run_group_tests_name("rendezvous_flood", tests, NULL, NULL);
}
