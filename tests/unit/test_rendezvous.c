/* rendezvous: cookies, members and introductions: who is let in, who hears of whom, and when all
 * that ends. */
#include "tests/unit/rendezvous_world.h"

static const uint8_t room[16] = { 0x5a, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15 };
static const uint8_t room_of_others[16] = {
	0x5b, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
};

static struct world w;

static int start(void **state)
{
	(void)state;
	world_start(&w, 1);
	return 0;
}

static int end(void **state)
{
	(void)state;
	world_end(&w);
	return 0;
}

/* COOKIE tells where the HELLO came from, the day and when it ends, and goes back the same way. */
static void test_rendezvous_answers_hello(void **state)
{
	(void)state;
	struct hello hello = { .nonce = { 1, 2, 3, 4, 5, 6, 7, 8 } };
	uint8_t wire[HELLO_LEN];
	struct cookie cookie;
	for (int i = 0; i < 2; i++) {
		struct writer out = writer_of(wire, sizeof wire);
		struct route from = world_route(7, i ? ROUTE_TCP : ROUTE_UDP);
		from.local = addr_v4(192, 0, 2, 1, 7242);
		signaling_write_hello(&out, &hello, HELLO_LEN);
		world_send(&w, &from, written(&out));
		assert_int_equal(w.count, 1);
		assert_true(route_same(&w.sent[0].to, &from));
		assert_true(addr_equal(&w.sent[0].to.local, &from.local));
		assert_true(signaling_read_cookie(sent_span(&w.sent[0]), &cookie));
		assert_memory_equal(cookie.nonce, hello.nonce, NONCE_BYTES);
		assert_true(addr_equal(&cookie.observed, &from.remote));
		assert_int_equal(cookie.relay_kbit, 64);
		assert_int_equal(cookie.day, WALL_S / 86400);
		assert_int_equal(cookie.day_ends_s, (86400 - WALL_S % 86400) / 2 * 2);
	}

	w.now += UINT64_C(86400) * SECOND;
	world_send(
	    &w, &(struct route){ .kind = ROUTE_UDP, .link = 1, .remote = addr_v4(1, 2, 3, 4, 5) },
	    span_of(wire, sizeof wire));
	assert_true(signaling_read_cookie(sent_span(&w.sent[0]), &cookie));
	assert_int_equal(cookie.day, WALL_S / 86400 + 1);

	w.now += SECOND;
	rendezvous_set_wall(w.server, 5 * 86400 - 10, w.now); /* the clock is set meanwhile */
	w.now += SECOND;
	world_send(&w, &w.sent[0].to, span_of(wire, sizeof wire));
	assert_true(signaling_read_cookie(sent_span(&w.sent[0]), &cookie));
	assert_int_equal(cookie.day, 4);
	assert_int_equal(cookie.day_ends_s, 8);
}

/* Each of two ports tells the other, over UDP alone. */
static void test_rendezvous_tells_of_its_other_port(void **state)
{
	(void)state;
	static const uint16_t to[] = { 7242, 7243, 443 }, told[] = { 7243, 7242, 7243 };
	struct hello hello = { .nonce = { 1 } };
	uint8_t wire[HELLO_LEN];
	struct cookie cookie;
	struct writer out = writer_of(wire, sizeof wire);
	signaling_write_hello(&out, &hello, HELLO_LEN);
	for (unsigned i = 0; i < 8; i++) {
		struct route from = world_route(7, i & 1 ? ROUTE_TCP : ROUTE_UDP);
		from.local = addr_v4(192, 0, 2, 1, to[i / 2 % 3]);
		w.server->port = 7242;
		w.server->other_port = i < 6 ? 7243 : 0;
		world_send(&w, &from, written(&out));
		assert_int_equal(w.count, 1);
		assert_true(signaling_read_cookie(sent_span(&w.sent[0]), &cookie));
		assert_int_equal(cookie.other_port, i < 6 && !(i & 1) ? told[i / 2] : 0);
	}
}

/* Who asks for it is answered from the other port, by its socket, at the same address: over UDP,
 * and where there is one. */
static void test_rendezvous_answers_from_its_other_port(void **state)
{
	(void)state;
	static const uint16_t beside[] = { [1] = 4, [4] = 1, [9] = 0 };
	struct hello hello = { .nonce = { 1 }, .beside = true };
	uint8_t wire[HELLO_LEN];
	struct cookie cookie;
	struct writer out = writer_of(wire, sizeof wire);
	signaling_write_hello(&out, &hello, HELLO_LEN);
	for (unsigned i = 0; i < 6; i++) {
		struct route from = world_route(7, i == 2 ? ROUTE_TCP : ROUTE_UDP), to;
		from.link = i == 1 ? 4 : i == 3 ? 9 : 1;
		from.local = addr_v4(192, 0, 2, 1, i == 1 ? 7243 : 7242);
		w.server->port = 7242;
		w.server->other_port = i == 4 ? 0 : 7243;
		w.server->beside = i == 5 ? NULL : beside;
		to = from;
		if (i < 2) {
			to.link = i == 1 ? 1 : 4;
			to.local.port = i == 1 ? 7242 : 7243;
		}
		world_send(&w, &from, written(&out));
		assert_int_equal(w.count, 1);
		assert_true(route_same(&w.sent[0].to, &to));
		assert_true(addr_equal(&w.sent[0].to.local, &to.local));
		assert_true(signaling_read_cookie(sent_span(&w.sent[0]), &cookie));
		assert_true(addr_equal(&cookie.observed, &from.remote));
		assert_true(w.sent[0].len <= HELLO_LEN);
	}
}

/* A cookie is good for its own address, in its epoch and the next, and nothing is kept for a bad
 * one. */
static void test_rendezvous_wants_a_good_cookie(void **state)
{
	(void)state;
	struct client c = client_of(&w, 1, ROUTE_UDP, false), thief = c;
	memcpy(c.token, room, 16);
	thief.token[0] = 1;
	thief.route = world_route(2, ROUTE_UDP);

	for (size_t bit = 0; bit < 8 * COOKIE_BYTES; bit++) {
		c.cookie[bit / 8] ^= (uint8_t)(1 << bit % 8);
		client_say(&w, &c, false);
		assert_int_equal(world_error(&w, &c.route, c.secret), SIGNALING_BAD_COOKIE);
		c.cookie[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
	client_say(&w, &thief, false);
	assert_int_equal(world_error(&w, &thief.route, thief.secret), SIGNALING_BAD_COOKIE);
	assert_int_equal(world_members(&w), 0);

	client_join(&w, &c, room);
	w.now += 119 * SECOND; /* the clock started 40 s into an epoch: now the next one */
	client_join(&w, &c, room);
	w.now += 81 * SECOND;
	client_say(&w, &c, false);
	assert_int_equal(world_error(&w, &c.route, c.secret), SIGNALING_BAD_COOKIE);
}

/* Both hear of each other with the address the server sees, over UDP and TCP; that of a TCP
 * connection is told only to somebody with another, if both want that. */
static void test_rendezvous_introduces(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 16; i++) {
		uint8_t token[16];
		random_fill(&w.random.random, token, sizeof token);
		struct client a = client_of(&w, 10 + i, i & 1 ? ROUTE_TCP : ROUTE_UDP, true);
		struct client b = client_of(&w, 40 + i, i & 2 ? ROUTE_TCP : ROUTE_UDP, false);
		a.crosses = i & 4;
		b.crosses = i & 8;
		assert_int_equal(client_join(&w, &a, token).others, 0);
		assert_int_equal(w.count, 1);
		assert_int_equal(client_join(&w, &b, token).others, 1);
		assert_int_equal(w.count, 3);
		struct intro to_a = client_intro(&w, &a), to_b = client_intro(&w, &b);
		assert_true(to_a.pair == to_b.pair && to_a.pair != 0);
		assert_int_equal(addr_equal(&to_a.peer, &b.route.remote), !(i & 2) || i == 15);
		assert_int_equal(addr_equal(&to_b.peer, &a.route.remote), !(i & 1) || i == 15);
		assert_int_equal(addr_is_set(&to_a.peer), !(i & 2) || i == 15);
		assert_true(to_a.stream == (i == 15) && to_b.stream == (i == 15));
		assert_memory_not_equal(to_a.peer_id, b.secret, 8);
		assert_memory_not_equal(to_b.peer_id, a.secret, 8);
	}
}

/* Whoever guesses a nameplate learns neither the address nor the secret of who waits there
 * (SECURITY: squatters learn nothing). */
static void test_rendezvous_hides_addresses_of_nameplates(void **state)
{
	(void)state;
	struct client c = client_of(&w, 3, ROUTE_TCP, true), d = client_of(&w, 4, ROUTE_TCP, false);
	c.crosses = d.crosses = true;
	client_ask_number(&w, &c);
	client_join(&w, &d, c.token);
	struct intro to_c = client_intro(&w, &c), to_d = client_intro(&w, &d);
	assert_false(addr_is_set(&to_c.peer) || addr_is_set(&to_d.peer));
	assert_false(to_c.stream || to_d.stream);
	struct client a = client_of(&w, 1, ROUTE_UDP, true), b = client_of(&w, 2, ROUTE_UDP, false);
	client_ask_number(&w, &a);
	client_join(&w, &b, a.token);
	struct intro to_a = client_intro(&w, &a), to_b = client_intro(&w, &b);
	assert_false(addr_is_set(&to_a.peer));
	assert_false(addr_is_set(&to_b.peer));
	for (size_t i = 0; i < w.count; i++) {
		const struct sent *s = &w.sent[i];
		for (size_t at = 0; route_same(&s->to, &b.route) && at + 8 <= s->len; at++) {
			assert_memory_not_equal(s->wire + at, a.secret, 8);
			assert_memory_not_equal(s->wire + at, a.route.remote.ip + 8, 8);
		}
	}
}

/* The address of whoever hides is in nothing that the others get, however often they join; and it
 * learns theirs. */
static void test_rendezvous_hides_who_wants_that(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 16; i++) {
		uint8_t token[16];
		random_fill(&w.random.random, token, sizeof token);
		struct client a = client_of(&w, 10 + i, i & 1 ? ROUTE_TCP : ROUTE_UDP, true);
		struct client b = client_of(&w, 40 + i, i & 2 ? ROUTE_TCP : ROUTE_UDP, false);
		a.crosses = b.crosses = i & 4;
		b.hides = true;
		client_join(&w, i & 8 ? &a : &b, token);
		client_join(&w, i & 8 ? &b : &a, token);
		for (unsigned again = 0; again < 3; again++) {
			struct intro to_a = client_intro(&w, &a), to_b = client_intro(&w, &b);
			assert_false(addr_is_set(&to_a.peer) || to_a.stream);
			assert_int_equal(to_b.stream, (i & 7) == 7);
			assert_int_equal(addr_equal(&to_b.peer, &a.route.remote),
			                 !(i & 1) || to_b.stream);
			for (size_t n = 0; n < w.count; n++)
				for (size_t at = 0; at + 4 <= w.sent[n].len; at++)
					assert_memory_not_equal(w.sent[n].wire + at,
					                        b.route.remote.ip + 12, 4);
			b.hides = again == 1; /* as it came, whatever it says later */
			w.now += 20 * SECOND;
			client_join(&w, again ? &a : &b, token);
		}
	}
}

/* INTRO's host id: the same for two members of one host, another for another host, another in
 * another room, never none; in rooms of nameplates too. */
static void test_rendezvous_tells_which_members_share_a_host(void **state)
{
	(void)state;
	uint32_t ids[2][3];
	for (unsigned i = 0; i < 2; i++) {
		struct client a = client_of(&w, 1, ROUTE_UDP, true);
		if (i == 0)
			client_join(&w, &a, room);
		else
			client_ask_number(&w, &a);
		for (unsigned j = 0; j < 3; j++) {
			struct client b = client_of(&w, j < 2 ? 2 : 3, ROUTE_UDP, false);
			b.route.remote.port = (uint16_t)(5000 + j);
			client_hello(&w, &b);
			client_join(&w, &b, a.token);
			ids[i][j] = client_intro(&w, &a).host;
			assert_int_not_equal(ids[i][j], 0);
			assert_int_not_equal(client_intro(&w, &b).host, 0);
		}
		assert_int_equal(ids[i][0], ids[i][1]);
		assert_int_not_equal(ids[i][0], ids[i][2]);
	}
	assert_int_not_equal(ids[0][0], ids[1][0]);
}

/* ... and of IPv6 the same for a whole /48, as who has one has all its /64s. */
static void test_rendezvous_tells_which_members_share_an_ipv6_network(void **state)
{
	(void)state;
	uint32_t ids[3];
	struct client a = client_of(&w, 1, ROUTE_UDP, true);
	client_ask_number(&w, &a);
	for (unsigned i = 0; i < 3; i++) {
		struct client b = client_of(&w, 2 + i, ROUTE_UDP, false);
		b.route.remote =
		    (struct addr){ .ip = { 0x20, 1, 0xd, 0xb8, 0, i == 2, (uint8_t)i, 1, [15] = 1 },
			           .port = 5000 };
		client_hello(&w, &b);
		client_join(&w, &b, a.token);
		ids[i] = client_intro(&w, &a).host;
	}
	assert_int_not_equal(ids[0], 0);
	assert_int_equal(ids[0], ids[1]);
	assert_int_not_equal(ids[0], ids[2]);
}

/* Answers and INTROs leave from the address the last JOIN came to. */
static void test_rendezvous_answers_from_where_it_was_asked(void **state)
{
	(void)state;
	struct client a = client_of(&w, 1, ROUTE_UDP, true), b = client_of(&w, 2, ROUTE_UDP, false);
	a.route.local = addr_v4(192, 0, 2, 1, 7242);
	client_join(&w, &a, room);
	assert_true(addr_equal(&world_sent(&w, &a.route, PACKET_WAIT)->to.local, &a.route.local));
	a.route.local = addr_v4(192, 0, 2, 2, 7242);
	client_join(&w, &a, room);
	assert_true(addr_equal(&world_sent(&w, &a.route, PACKET_WAIT)->to.local, &a.route.local));
	client_join(&w, &b, room);
	assert_true(addr_equal(&world_sent(&w, &a.route, PACKET_INTRO)->to.local, &a.route.local));
}

/* One socket with both roles is not introduced to itself. */
static void test_rendezvous_introduces_nobody_to_itself(void **state)
{
	(void)state;
	struct client a = client_of(&w, 1, ROUTE_UDP, true), b = client_of(&w, 1, ROUTE_UDP, false);
	client_join(&w, &a, room);
	assert_int_equal(client_join(&w, &b, room).others, 0);
	assert_int_equal(w.count, 1);
	assert_int_equal(rendezvous_counts(w.server).pairs, 0);
}

/* JOIN again keeps the place and introduces nobody again; the other role with the same secret is
 * nonsense. */
static void test_rendezvous_refresh_is_quiet(void **state)
{
	(void)state;
	struct client a = client_of(&w, 1, ROUTE_UDP, true), b = client_of(&w, 2, ROUTE_UDP, false);
	client_join(&w, &a, room);
	client_join(&w, &b, room);
	for (int i = 0; i < 1000; i++) { /* far above the rate of new members */
		assert_int_equal(client_join(&w, &a, room).others, 1);
		assert_int_equal(w.count, 1);
	}
	a.responder = false;
	client_say(&w, &a, false);
	assert_int_equal(w.count, 0);
	client_say(&w, &a, true);
	assert_int_equal(w.count, 0);
	assert_int_equal(world_members(&w), 2);
}

/* A member lives 90 s after its last JOIN, to the microsecond, and the server asks to be called
 * then. */
static void test_rendezvous_members_expire(void **state)
{
	(void)state;
	struct client a = client_of(&w, 1, ROUTE_UDP, true), b = client_of(&w, 2, ROUTE_UDP, false);
	assert_true(rendezvous_deadline(w.server) == NEVER);
	client_join(&w, &a, room);
	uint64_t a_joined = w.now;
	world_wait(&w, 10 * SECOND);
	client_join(&w, &b, room);
	world_wait(&w, 70 * SECOND);
	client_join(&w, &b, room);
	world_wait(&w, SECOND); /* INTRO is repeated, as nobody has acknowledged it */
	assert_true(rendezvous_deadline(w.server) == a_joined + 90 * SECOND);
	world_wait(&w, a_joined + 90 * SECOND - 1 - w.now);
	assert_int_equal(world_members(&w), 2);
	assert_int_equal(rendezvous_counts(w.server).pairs, 1);
	world_wait(&w, 1);
	assert_int_equal(world_members(&w), 1);
	assert_int_equal(rendezvous_counts(w.server).pairs, 0);
	client_hello(&w, &b); /* the cookie is old by now */
	assert_int_equal(client_join(&w, &b, room).others, 0);
	world_wait(&w, 90 * SECOND);
	assert_int_equal(world_members(&w), 0);
	assert_true(rendezvous_deadline(w.server) == NEVER);
}

/* INTRO comes at 0, 100, 200 and 400 ms to whoever has not sent a FORWARD of the pair, and the
 * server asks to be called then. */
static void test_rendezvous_repeats_intro(void **state)
{
	(void)state;
	static const uint64_t gaps[] = { 100 * MS, 100 * MS, 200 * MS };
	struct client a = client_of(&w, 1, ROUTE_UDP, true), b = client_of(&w, 2, ROUTE_UDP, false);
	client_join(&w, &a, room);
	client_join(&w, &b, room);
	uint64_t pair = client_intro(&w, &a).pair;
	for (unsigned i = 0; i < 3; i++) {
		assert_true(rendezvous_deadline(w.server) == w.now + gaps[i]);
		world_wait(&w, gaps[i] - 1);
		assert_int_equal(w.count, 0);
		world_wait(&w, 1);
		assert_int_equal(world_sent_count(&w, &a.route, PACKET_INTRO), i < 2);
		assert_int_equal(world_sent_count(&w, &b.route, PACKET_INTRO), 1);
		assert_true(client_intro(&w, &b).pair == pair);
		if (i == 1) {
			client_forward(&w, &a, pair, FORWARD_HEADER);
			assert_int_equal(w.count, 0);
		}
	}
	assert_true(rendezvous_deadline(w.server) > w.now + SECOND);
	world_wait(&w, 10 * SECOND);
	assert_int_equal(w.count, 0);
}

/* Who has been killed is counted until it is gone, and told apart: from the second JOIN of whoever
 * looks for it on, and at once to whoever comes then; until it says something. */
static void test_rendezvous_tells_who_is_silent(void **state)
{
	(void)state;
	struct client a = client_of(&w, 1, ROUTE_UDP, true), b = client_of(&w, 2, ROUTE_UDP, false),
		      c = client_of(&w, 3, ROUTE_UDP, false);
	a.keeps = true;
	client_join(&w, &a, room);
	assert_int_equal(client_join(&w, &b, room).silent, 0);
	uint64_t pair = client_intro(&w, &b).pair;
	client_forward(&w, &b, pair, FORWARD_HEADER);
	world_skip(&w, 100 * MS);
	world_skip(&w, 100 * MS);
	assert_int_equal(client_join(&w, &b, room).silent, 0); /* it has time to answer */
	world_skip(&w, 200 * MS);
	struct wait wait = client_join(&w, &b, room);
	assert_true(wait.others == 1 && wait.silent == 1);
	wait = client_join(&w, &c, room);
	assert_true(wait.others == 1 && wait.silent == 1);
	client_forward(&w, &a, pair, FORWARD_HEADER);
	assert_int_equal(client_join(&w, &b, room).silent, 0);
	world_skip(&w, 20 * SECOND);
	client_join(&w, &a, room);
	wait = client_join(&w, &c, room);
	assert_true(wait.others == 1 && wait.silent == 0);
}

static void test_rendezvous_stops_intro_when_both_answer(void **state)
{
	(void)state;
	struct client a = client_of(&w, 1, ROUTE_UDP, true), b = client_of(&w, 2, ROUTE_UDP, false);
	client_join(&w, &a, room);
	client_join(&w, &b, room);
	uint64_t pair = client_intro(&w, &a).pair;
	client_forward(&w, &b, pair, FORWARD_HEADER);
	client_forward(&w, &a, pair, FORWARD_HEADER);
	assert_true(rendezvous_deadline(w.server) > w.now + SECOND);
	world_wait(&w, SECOND);
	assert_int_equal(w.count, 0);
	b.unmet = true; /* an ERROR 5 that came late has made it forget */
	client_join(&w, &b, room);
	assert_true(client_intro(&w, &b).pair == pair);
	assert_null(world_sent(&w, &a.route, PACKET_INTRO));
}

/* JOIN from another address moves the member there, pairs and all; both sides are told, under the
 * same pair. */
static void test_rendezvous_member_moves(void **state)
{
	(void)state;
	struct client a = client_of(&w, 1, ROUTE_UDP, true), b = client_of(&w, 2, ROUTE_UDP, false),
		      old;
	client_join(&w, &a, room);
	client_join(&w, &b, room);
	uint64_t pair = client_intro(&w, &a).pair;
	client_forward(&w, &a, pair, FORWARD_HEADER);
	client_forward(&w, &b, pair, FORWARD_HEADER);

	for (unsigned i = 0; i < 3; i++) {
		old = a;
		a.route = world_route(30 + i, i == 1 ? ROUTE_TCP : ROUTE_UDP);
		client_hello(&w, &a);
		assert_int_equal(client_join(&w, &a, room).others, 1);
		assert_true(client_intro(&w, &a).pair == pair);
		assert_true(client_intro(&w, &b).pair == pair);
		struct intro to_b = client_intro(&w, &b);
		assert_int_equal(addr_equal(&to_b.peer, &a.route.remote), i != 1);
		assert_null(world_sent(&w, &old.route, PACKET_INTRO));

		client_forward(&w, &b, pair, 100);
		assert_non_null(world_sent(&w, &a.route, PACKET_FORWARD));
		client_forward(&w, &old, pair, 100);
		assert_null(world_sent(&w, &b.route, PACKET_FORWARD));
		assert_int_equal(world_members(&w), 2);
	}
}

/* With a TCP link its members go, and no others: not those that moved away from it, nor those of
 * the next link of that number. */
static void test_rendezvous_link_down(void **state)
{
	(void)state;
	struct client c[4];
	for (unsigned i = 0; i < 4; i++) {
		c[i] = client_of(&w, 5, ROUTE_TCP, i % 2);
		client_join(&w, &c[i], i < 2 ? room : room_of_others);
	}
	c[3].route = world_route(6, ROUTE_UDP);
	client_hello(&w, &c[3]);
	client_join(&w, &c[3], room_of_others);
	rendezvous_link_down(w.server, world_route(7, ROUTE_TCP).link);
	assert_int_equal(world_members(&w), 4);
	rendezvous_link_down(w.server, c[0].route.link);
	assert_int_equal(world_members(&w), 1);
	assert_int_equal(rendezvous_counts(w.server).pairs, 0);
	client_join(&w, &c[0], room);
	rendezvous_link_down(w.server, 1); /* a UDP link's number: no members of TCP */
	assert_int_equal(world_members(&w), 2);
}

/* A server that goes tells those who would not notice, twice and by their secret, and says nothing
 * else any more. */
static void test_rendezvous_says_that_it_goes(void **state)
{
	(void)state;
	struct client c[4];
	for (unsigned i = 0; i < 4; i++) {
		c[i] = client_of(&w, i + 1, i == 2 ? ROUTE_TCP : ROUTE_UDP, i % 2);
		if (i < 3)
			client_join(&w, &c[i], room);
	}
	world_skip(&w, SECOND);
	rendezvous_finish(w.server);
	world_wait(&w, 0);
	assert_int_equal(w.count, 4);
	for (unsigned i = 0; i < 2; i++) {
		struct error error;
		assert_int_equal(world_sent_count(&w, &c[i].route, PACKET_ERROR), 2);
		assert_true(signaling_read_error(
		    sent_span(world_sent(&w, &c[i].route, PACKET_ERROR)), &error));
		assert_int_equal(error.code, SIGNALING_GOES);
		assert_memory_equal(error.about, c[i].secret, SECRET_BYTES);
	}
	assert_int_equal(world_members(&w), 0);
	world_wait(&w, SECOND);
	assert_int_equal(w.count, 0);
}

static void client_keep(const struct client *c, bool echo)
{
	struct keep keep = { .echo = echo, .count = 1 };
	uint8_t wire[KEEP_HEADER + SECRET_BYTES];
	struct writer out = writer_of(wire, sizeof wire);
	memcpy(keep.secrets[0], c->secret, SECRET_BYTES);
	signaling_write_keep(&out, &keep);
	world_send(&w, &c->route, written(&out));
}

/* It stays by KEEP, and so do its pairs, for 300 s after the last; others need JOIN, and whoever is
 * not known, not there or of TCP is told to join. No answer is longer than the question. */
static void test_rendezvous_keeps_whoever_says_so(void **state)
{
	(void)state;
	struct client a = client_of(&w, 1, ROUTE_UDP, false), b = client_of(&w, 2, ROUTE_UDP, true),
		      c = client_of(&w, 3, ROUTE_TCP, true), d = client_of(&w, 4, ROUTE_UDP, true);
	a.keeps = b.keeps = c.keeps = true;
	assert_int_equal(client_join(&w, &a, room).keep_s, 300);
	assert_int_equal(client_join(&w, &b, room).keep_s, 300);
	assert_int_equal(client_join(&w, &c, room_of_others).keep_s, 0);
	assert_int_equal(client_join(&w, &d, room_of_others).keep_s, 0);
	world_wait(&w, SECOND);
	for (unsigned i = 0; i < 10; i++) {
		world_skip(&w, 85 * SECOND);
		client_keep(&a, false);
		assert_int_equal(w.count, 0);
		client_keep(&b, true);
		assert_int_equal(w.count, 1);
		assert_true(route_same(&w.sent[0].to, &b.route));
		assert_true(w.sent[0].len == KEEP_HEADER + SECRET_BYTES &&
		            w.sent[0].wire[0] == PACKET_KEEP);
	}
	struct rendezvous_counts counts = rendezvous_counts(w.server);
	assert_int_equal(counts.members, 2);
	assert_int_equal(counts.pairs, 1);

	struct client elsewhere = a;
	elsewhere.route.remote.port++;
	client_keep(&elsewhere, true);
	assert_int_equal(world_error(&w, &elsewhere.route, a.secret), SIGNALING_BAD_COOKIE);
	client_keep(&d, true);
	assert_int_equal(world_error(&w, &d.route, d.secret), SIGNALING_BAD_COOKIE);
	world_skip(&w, 299 * SECOND);
	assert_int_equal(rendezvous_counts(w.server).members, 2);
	world_skip(&w, 2 * SECOND);
	assert_int_equal(rendezvous_counts(w.server).members, 0);
}

/* Whoever has sent nothing but KEEP for long has no good cookie left: it leaves all the same, from
 * where it is. From elsewhere, or to stay, nobody does anything without one. */
static void test_rendezvous_lets_go_whoever_has_kept_its_place(void **state)
{
	(void)state;
	struct client a = client_of(&w, 1, ROUTE_UDP, false), b = client_of(&w, 2, ROUTE_UDP, true);
	a.keeps = b.keeps = true;
	(void)client_join(&w, &a, room);
	(void)client_join(&w, &b, room);
	for (unsigned i = 0; i < 4; i++) {
		world_skip(&w, 85 * SECOND);
		client_keep(&a, false);
		client_keep(&b, false);
	}
	struct client elsewhere = a, other = a;
	elsewhere.route.remote.port++;
	client_say(&w, &elsewhere, true);
	assert_int_equal(world_error(&w, &elsewhere.route, a.secret), SIGNALING_BAD_COOKIE);
	other.secret[0] ^= 1;
	client_say(&w, &other, true);
	assert_int_equal(world_error(&w, &a.route, other.secret), SIGNALING_BAD_COOKIE);
	client_say(&w, &a, false);
	assert_int_equal(world_error(&w, &a.route, a.secret), SIGNALING_BAD_COOKIE);
	assert_int_equal(rendezvous_counts(w.server).members, 2);
	client_say(&w, &a, true);
	assert_int_equal(w.count, 0);
	assert_int_equal(rendezvous_counts(w.server).members, 1);
	client_hello(&w, &b);
	assert_int_equal(client_join(&w, &b, room).others, 0);
}

/* HELLO for another socket: as if it had come from there, if the cookie shows that it may; else it
 * is an ordinary one. So nobody gets a cookie for an address that is not his. */
static void test_rendezvous_answers_another_socket(void **state)
{
	(void)state;
	struct client main = client_of(&w, 1, ROUTE_UDP, false),
		      other = client_of(&w, 2, ROUTE_UDP, false);
	for (unsigned i = 0; i < 4; i++) {
		uint8_t wire[HELLO_LEN];
		struct writer out = writer_of(wire, sizeof wire);
		struct hello hello = { .nonce = { 1 }, .other = other.route.remote };
		struct route from = main.route;
		struct cookie cookie;
		memcpy(hello.cookie, i == 1 ? main.cookie : other.cookie, COOKIE_BYTES);
		if (i == 2)
			from.kind = ROUTE_TCP;
		if (i == 3)
			hello.other.port++;
		signaling_write_hello(&out, &hello, HELLO_LEN);
		world_send(&w, &from, written(&out));
		assert_int_equal(w.count, 1);
		assert_true(route_same(&w.sent[0].to, i == 0 ? &other.route : &from));
		assert_true(signaling_read_cookie(sent_span(&w.sent[0]), &cookie));
		assert_true(addr_equal(&cookie.observed, &w.sent[0].to.remote));
		assert_int_equal(memcmp(cookie.cookie, other.cookie, COOKIE_BYTES) == 0, i == 0);
	}
}

/* A server that will go lets nobody new in, and tells them to look elsewhere; who is here stays,
 * may move and leave, and is served as before. */
static void test_rendezvous_lets_nobody_in_before_it_goes(void **state)
{
	(void)state;
	struct client a = client_of(&w, 1, ROUTE_UDP, true), b = client_of(&w, 2, ROUTE_UDP, false),
		      late = client_of(&w, 3, ROUTE_UDP, false),
		      over_tcp = client_of(&w, 4, ROUTE_TCP, false);
	client_join(&w, &a, room);
	client_join(&w, &b, room);
	uint64_t pair = client_intro(&w, &a).pair;
	assert_false(rendezvous_settled(w.server, w.now));
	rendezvous_leave(w.server);

	memcpy(late.token, room, sizeof late.token);
	memcpy(over_tcp.token, room_of_others, sizeof over_tcp.token);
	client_say(&w, &late, false);
	assert_int_equal(world_error(&w, &late.route, late.secret), SIGNALING_GOES);
	client_say(&w, &over_tcp, false);
	assert_int_equal(world_error(&w, &over_tcp.route, over_tcp.secret), SIGNALING_GOES);
	assert_int_equal(world_members(&w), 2);

	client_join(&w, &a, room);
	client_forward(&w, &a, pair, 100);
	assert_non_null(world_sent(&w, &b.route, PACKET_FORWARD));
	a.route = world_route(9, ROUTE_UDP);
	client_hello(&w, &a);
	client_join(&w, &a, room);
	client_forward(&w, &b, pair, 100);
	assert_non_null(world_sent(&w, &a.route, PACKET_FORWARD));
	assert_false(rendezvous_settled(w.server, w.now));

	client_say(&w, &b, true);
	assert_int_equal(world_members(&w), 1);
	assert_true(rendezvous_settled(w.server, w.now));
}

/* From one packet to the next. */
static void test_rendezvous_changes_its_relay_rate(void **state)
{
	(void)state;
	struct client a = client_of(&w, 1, ROUTE_UDP, true), b = client_of(&w, 2, ROUTE_UDP, false);
	client_join(&w, &a, room);
	client_join(&w, &b, room);
	uint64_t pair = client_intro(&w, &a).pair;
	client_forward(&w, &a, pair, FORWARD_HEADER);
	client_forward(&w, &b, pair, FORWARD_HEADER);
	world_skip(&w, 61 * SECOND); /* the first minute's allowance is over */
	client_forward(&w, &a, pair, 1000);
	assert_non_null(world_sent(&w, &b.route, PACKET_FORWARD));
	rendezvous_set_relay(w.server, 0);
	client_forward(&w, &a, pair, 1000);
	assert_int_equal(w.count, 0);
	rendezvous_set_relay(w.server, 8);
	client_forward(&w, &a, pair, 1000);
	assert_non_null(world_sent(&w, &b.route, PACKET_FORWARD));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_rendezvous_answers_hello, start, end),
		cmocka_unit_test_setup_teardown(test_rendezvous_keeps_whoever_says_so, start, end),
		cmocka_unit_test_setup_teardown(test_rendezvous_lets_go_whoever_has_kept_its_place,
		                                start, end),
		cmocka_unit_test_setup_teardown(test_rendezvous_answers_another_socket, start, end),
		cmocka_unit_test_setup_teardown(test_rendezvous_answers_from_its_other_port, start,
		                                end),
		cmocka_unit_test_setup_teardown(test_rendezvous_tells_of_its_other_port, start,
		                                end),
		cmocka_unit_test_setup_teardown(test_rendezvous_wants_a_good_cookie, start, end),
		cmocka_unit_test_setup_teardown(test_rendezvous_introduces, start, end),
		cmocka_unit_test_setup_teardown(test_rendezvous_hides_addresses_of_nameplates,
		                                start, end),
		cmocka_unit_test_setup_teardown(test_rendezvous_hides_who_wants_that, start, end),
		cmocka_unit_test_setup_teardown(test_rendezvous_tells_which_members_share_a_host,
		                                start, end),
		cmocka_unit_test_setup_teardown(
		    test_rendezvous_tells_which_members_share_an_ipv6_network, start, end),
		cmocka_unit_test_setup_teardown(test_rendezvous_answers_from_where_it_was_asked,
		                                start, end),
		cmocka_unit_test_setup_teardown(test_rendezvous_introduces_nobody_to_itself, start,
		                                end),
		cmocka_unit_test_setup_teardown(test_rendezvous_refresh_is_quiet, start, end),
		cmocka_unit_test_setup_teardown(test_rendezvous_members_expire, start, end),
		cmocka_unit_test_setup_teardown(test_rendezvous_repeats_intro, start, end),
		cmocka_unit_test_setup_teardown(test_rendezvous_tells_who_is_silent, start, end),
		cmocka_unit_test_setup_teardown(test_rendezvous_stops_intro_when_both_answer, start,
		                                end),
		cmocka_unit_test_setup_teardown(test_rendezvous_member_moves, start, end),
		cmocka_unit_test_setup_teardown(test_rendezvous_link_down, start, end),
		cmocka_unit_test_setup_teardown(test_rendezvous_says_that_it_goes, start, end),
		cmocka_unit_test_setup_teardown(test_rendezvous_lets_nobody_in_before_it_goes,
		                                start, end),
		cmocka_unit_test_setup_teardown(test_rendezvous_changes_its_relay_rate, start, end),
	};
	return cmocka_run_group_tests_name("rendezvous", tests, NULL, NULL);
}
