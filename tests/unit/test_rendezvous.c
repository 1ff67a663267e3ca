/* rendezvous: rooms, nameplates, introductions: who is let in, who hears of whom, and when all that ends. */
#include "tests/unit/rendezvous_world.h"

static const uint8_t room[16] = { 0x5a, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15 };
static const uint8_t room_of_others[16] = { 0x5b, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15 };

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
	struct hello hello = { { 1, 2, 3, 4, 5, 6, 7, 8 } };
	uint8_t wire[HELLO_LEN];
	struct cookie cookie;
	for (int i = 0; i < 2; i++) {
		struct writer out = writer_of(wire, sizeof wire);
		struct route from = world_route(7, i ? ROUTE_TCP : ROUTE_UDP);
		from.local = addr_v4(192, 0, 2, 1, 7242);
		hello_write(&out, &hello, HELLO_LEN);
		world_send(&w, &from, written(&out));
		assert_int_equal(w.count, 1);
		assert_true(route_same(&w.sent[0].to, &from));
		assert_true(addr_equal(&w.sent[0].to.local, &from.local));
		assert_int_equal(cookie_read(sent_span(&w.sent[0]), &cookie), OK);
		assert_memory_equal(cookie.nonce, hello.nonce, NONCE_BYTES);
		assert_true(addr_equal(&cookie.observed, &from.remote));
		assert_int_equal(cookie.relay_kbit, 64);
		assert_int_equal(cookie.day, WALL_S / 86400);
		assert_int_equal(cookie.day_ends_s, (86400 - WALL_S % 86400) / 2 * 2);
	}

	w.now += UINT64_C(86400) * SECOND;
	world_send(&w, &(struct route){ .kind = ROUTE_UDP, .link = 1, .remote = addr_v4(1, 2, 3, 4, 5) }, span_of(wire, sizeof wire));
	assert_int_equal(cookie_read(sent_span(&w.sent[0]), &cookie), OK);
	assert_int_equal(cookie.day, WALL_S / 86400 + 1);
}

/* A cookie is good for its own address, in its epoch and the next, and nothing is kept for a bad one. */
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
		assert_int_equal(world_error(&w, &c.route, c.tag), SIGNALING_BAD_COOKIE);
		c.cookie[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
	client_say(&w, &thief, false);
	assert_int_equal(world_error(&w, &thief.route, thief.tag), SIGNALING_BAD_COOKIE);
	assert_int_equal(world_members(&w), 0);

	client_join(&w, &c, room);
	w.now += 119 * SECOND; /* the clock started 40 s into an epoch: now the next one */
	client_join(&w, &c, room);
	w.now += 81 * SECOND;
	client_say(&w, &c, false);
	assert_int_equal(world_error(&w, &c.route, c.tag), SIGNALING_BAD_COOKIE);
}

/* Asking again with the same tag brings the same number; other tags other numbers, all of them short. */
static void test_rendezvous_gives_nameplates(void **state)
{
	(void)state;
	bool taken[100] = { false };
	for (unsigned i = 0; i < 50; i++) {
		struct client c = client_of(&w, i, ROUTE_UDP, true);
		struct wait wait = client_ask_number(&w, &c);
		assert_in_range(wait.nameplate, 1, i < 5 ? 9 : 99);
		assert_false(taken[wait.nameplate]);
		taken[wait.nameplate] = true;
		assert_int_equal(wait.refresh_s, 20);
		assert_int_equal(wait.others, 0);

		uint8_t token[16] = { 0 };
		store_be32(token + 12, wait.nameplate);
		assert_memory_equal(wait.token, token, 16);

		assert_int_equal(client_ask_number(&w, &c).nameplate, wait.nameplate);
		assert_int_equal(client_join(&w, &c, token).nameplate, wait.nameplate);
		assert_int_equal(world_members(&w), i + 1);
	}
}

/* The number of a room with anybody in is not given away, even when its owner has left; then it is. */
static void test_rendezvous_reuses_free_nameplates_only(void **state)
{
	(void)state;
	struct client visitors[4];
	for (unsigned i = 0; i < 4; i++) { /* initiators who guess numbers of nobody: 1 to 4 */
		uint8_t token[16] = { 0 };
		store_be32(token + 12, i + 1);
		visitors[i] = client_of(&w, i, ROUTE_UDP, false);
		assert_int_equal(client_join(&w, &visitors[i], token).nameplate, i + 1);
	}
	bool seen[10] = { false };
	for (unsigned i = 0; i < 200; i++) {
		struct client c = client_of(&w, 1000 + i, ROUTE_UDP, true);
		uint32_t number = client_ask_number(&w, &c).nameplate;
		assert_in_range(number, 5, 9);
		seen[number] = true;
		client_say(&w, &c, true);
		assert_int_equal(w.count, 0);
	}
	for (unsigned i = 5; i <= 9; i++)
		assert_true(seen[i]);

	client_say(&w, &visitors[0], true);
	for (unsigned i = 0; i < 200; i++) {
		struct client c = client_of(&w, 2000 + i, ROUTE_UDP, true);
		seen[client_ask_number(&w, &c).nameplate] = true;
		client_say(&w, &c, true);
	}
	assert_true(seen[1]);
	assert_int_equal(world_members(&w), 3);
}

/* Both hear of each other with the address the server sees, over UDP and TCP; those of TCP are not told. */
static void test_rendezvous_introduces(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 4; i++) {
		uint8_t token[16];
		random_fill(&w.random.random, token, sizeof token);
		struct client a = client_of(&w, 10 + i, i & 1 ? ROUTE_TCP : ROUTE_UDP, true);
		struct client b = client_of(&w, 20 + i, i & 2 ? ROUTE_TCP : ROUTE_UDP, false);
		assert_int_equal(client_join(&w, &a, token).others, 0);
		assert_int_equal(w.count, 1);
		assert_int_equal(client_join(&w, &b, token).others, 1);
		assert_int_equal(w.count, 3);
		struct intro to_a = client_intro(&w, &a), to_b = client_intro(&w, &b);
		assert_true(to_a.pair == to_b.pair && to_a.pair != 0);
		assert_int_equal(addr_equal(&to_a.peer, &b.route.remote), !(i & 2));
		assert_int_equal(addr_equal(&to_b.peer, &a.route.remote), !(i & 1));
		assert_memory_not_equal(to_a.peer_id, b.tag, 8);
		assert_memory_not_equal(to_b.peer_id, a.tag, 8);
	}
}

/* Whoever guesses a nameplate learns neither the address nor the tag of who waits there (SECURITY: squatters learn nothing). */
static void test_rendezvous_hides_addresses_of_nameplates(void **state)
{
	(void)state;
	struct client a = client_of(&w, 1, ROUTE_UDP, true), b = client_of(&w, 2, ROUTE_UDP, false);
	client_ask_number(&w, &a);
	client_join(&w, &b, a.token);
	struct intro to_a = client_intro(&w, &a), to_b = client_intro(&w, &b);
	assert_false(addr_is_set(&to_a.peer));
	assert_false(addr_is_set(&to_b.peer));
	for (size_t i = 0; i < w.count; i++) {
		const struct sent *s = &w.sent[i];
		for (size_t at = 0; route_same(&s->to, &b.route) && at + 8 <= s->len; at++) {
			assert_memory_not_equal(s->wire + at, a.tag, 8);
			assert_memory_not_equal(s->wire + at, a.route.remote.ip + 8, 8);
		}
	}
}

/* A room takes four, three of a role; squatters do not keep the pair apart, and nobody sees the members of another room. */
static void test_rendezvous_room_of_four(void **state)
{
	(void)state;
	struct client squatters[4], a = client_of(&w, 50, ROUTE_UDP, true), late = client_of(&w, 51, ROUTE_UDP, true);
	struct client other = client_of(&w, 52, ROUTE_UDP, true);
	uint64_t pairs[3];
	client_join(&w, &other, room_of_others);
	for (unsigned i = 0; i < 4; i++) {
		squatters[i] = client_of(&w, i, ROUTE_UDP, false);
		if (i < 3) {
			assert_int_equal(client_join(&w, &squatters[i], room).others, 0);
			continue;
		}
		memcpy(squatters[i].token, room, 16);
		client_say(&w, &squatters[i], false);
		assert_int_equal(world_error(&w, &squatters[i].route, squatters[i].tag), SIGNALING_FULL);
	}

	assert_int_equal(client_join(&w, &a, room).others, 3);
	assert_int_equal(w.count, 1 + 2 * 3);
	assert_int_equal(world_sent_count(&w, &a.route, MESSAGE_INTRO), 3);
	for (unsigned i = 0; i < 3; i++) {
		pairs[i] = client_intro(&w, &squatters[i]).pair;
		for (unsigned j = 0; j < i; j++)
			assert_true(pairs[i] != pairs[j]);
	}
	assert_null(world_sent(&w, &other.route, MESSAGE_INTRO));
	memcpy(late.token, room, 16);
	client_say(&w, &late, false);
	assert_int_equal(world_error(&w, &late.route, late.tag), SIGNALING_FULL);

	/* With one squatter gone the late one has a place, and meets the two others. */
	client_say(&w, &squatters[0], true);
	assert_int_equal(client_join(&w, &late, room).others, 2);
	assert_int_equal(world_sent_count(&w, &late.route, MESSAGE_INTRO), 2);
	assert_int_equal(world_sent_count(&w, &a.route, MESSAGE_INTRO), 0);
	assert_int_equal(rendezvous_counts(w.server).pairs, 4);
}

/* JOIN again keeps the place and introduces nobody again; the other role with the same tag is nonsense. */
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

/* A member lives 90 s after its last JOIN, to the microsecond, and the server asks to be called then. */
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

/* INTRO comes at 0, 100, 200 and 400 ms to whoever has not sent a FORWARD of the pair, and the server asks to be called then. */
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
		assert_int_equal(world_sent_count(&w, &a.route, MESSAGE_INTRO), i < 2);
		assert_int_equal(world_sent_count(&w, &b.route, MESSAGE_INTRO), 1);
		assert_true(client_intro(&w, &b).pair == pair);
		if (i == 1) {
			client_forward(&w, &a, pair, FORWARD_LEN);
			assert_int_equal(w.count, 0);
		}
	}
	assert_true(rendezvous_deadline(w.server) > w.now + SECOND);
	world_wait(&w, 10 * SECOND);
	assert_int_equal(w.count, 0);
}

static void test_rendezvous_stops_intro_when_both_answer(void **state)
{
	(void)state;
	struct client a = client_of(&w, 1, ROUTE_UDP, true), b = client_of(&w, 2, ROUTE_UDP, false);
	client_join(&w, &a, room);
	client_join(&w, &b, room);
	uint64_t pair = client_intro(&w, &a).pair;
	client_forward(&w, &b, pair, FORWARD_LEN);
	client_forward(&w, &a, pair, FORWARD_LEN);
	assert_true(rendezvous_deadline(w.server) > w.now + SECOND);
	world_wait(&w, SECOND);
	assert_int_equal(w.count, 0);
}

/* JOIN from another address moves the member there, pairs and all; both sides are told, under the same pair. */
static void test_rendezvous_member_moves(void **state)
{
	(void)state;
	struct client a = client_of(&w, 1, ROUTE_UDP, true), b = client_of(&w, 2, ROUTE_UDP, false), old;
	client_join(&w, &a, room);
	client_join(&w, &b, room);
	uint64_t pair = client_intro(&w, &a).pair;
	client_forward(&w, &a, pair, FORWARD_LEN);
	client_forward(&w, &b, pair, FORWARD_LEN);

	for (unsigned i = 0; i < 3; i++) {
		old = a;
		a.route = world_route(30 + i, i == 1 ? ROUTE_TCP : ROUTE_UDP);
		client_hello(&w, &a);
		assert_int_equal(client_join(&w, &a, room).others, 1);
		assert_true(client_intro(&w, &a).pair == pair);
		assert_true(client_intro(&w, &b).pair == pair);
		struct intro to_b = client_intro(&w, &b);
		assert_int_equal(addr_equal(&to_b.peer, &a.route.remote), i != 1);
		assert_null(world_sent(&w, &old.route, MESSAGE_INTRO));

		client_forward(&w, &b, pair, 100);
		assert_non_null(world_sent(&w, &a.route, MESSAGE_FORWARD));
		client_forward(&w, &old, pair, 100);
		assert_null(world_sent(&w, &b.route, MESSAGE_FORWARD));
		assert_int_equal(world_members(&w), 2);
	}
}

/* With a TCP link its members go, and no others: not those that moved away from it, nor those of the next link of that number. */
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

/* A full table refuses the new and keeps the old; a pair that found no place is introduced at a later JOIN. */
static void test_rendezvous_full_tables(void **state)
{
	(void)state;
	world_end(&w);
	world_start_with(&w, 2, 4, 1, 64);
	struct client c[5];
	for (unsigned i = 0; i < 5; i++) {
		c[i] = client_of(&w, i, ROUTE_UDP, i % 2);
		memcpy(c[i].token, i < 2 ? room : room_of_others, 16);
		client_say(&w, &c[i], false);
		if (i == 4)
			assert_int_equal(world_error(&w, &c[i].route, c[i].tag), SIGNALING_FULL);
		else
			assert_non_null(world_sent(&w, &c[i].route, MESSAGE_WAIT));
	}
	assert_null(world_sent(&w, &c[3].route, MESSAGE_INTRO));
	assert_int_equal(client_join(&w, &c[2], room_of_others).others, 1);
	assert_null(world_sent(&w, &c[2].route, MESSAGE_INTRO));
	client_say(&w, &c[0], true);
	client_join(&w, &c[2], room_of_others);
	assert_true(client_intro(&w, &c[2]).pair == client_intro(&w, &c[3]).pair);
	client_join(&w, &c[4], room_of_others);
}

/* New members and moves are limited for a host (IPv6: a /64): 64 at once, 5 a second; its neighbours are not affected. */
static void test_rendezvous_limits_new_members(void **state)
{
	(void)state;
	world_end(&w);
	world_start_with(&w, 3, 1000, 1000, 64);
	for (int v6 = 0; v6 < 2; v6++) {
		size_t before = world_members(&w);
		for (unsigned i = 0; i < 64 + 10; i++) {
			struct client c = { .route = world_route(1, ROUTE_UDP), .token = { 1, (uint8_t)v6, (uint8_t)i } };
			c.route.remote.port = (uint16_t)(1 + i);
			if (v6) {
				memset(c.route.remote.ip, 0, 16);
				memcpy(c.route.remote.ip, (uint8_t[]){ 0x20, 1, 0x0d, 0xb8 }, 4);
				c.route.remote.ip[8 + i % 8] = (uint8_t)i;
			}
			client_hello(&w, &c);
			if (i == 64)
				w.now += SECOND;
			client_say(&w, &c, false);
			if (i < 64 + 5)
				assert_non_null(world_sent(&w, &c.route, MESSAGE_WAIT));
			else
				assert_int_equal(world_error(&w, &c.route, c.tag), SIGNALING_RATE);
		}
		assert_int_equal(world_members(&w) - before, 64 + 5);
	}
	struct client other = client_of(&w, 2, ROUTE_UDP, false);
	client_join(&w, &other, room);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_rendezvous_answers_hello, start, end),
		cmocka_unit_test_setup_teardown(test_rendezvous_wants_a_good_cookie, start, end),
		cmocka_unit_test_setup_teardown(test_rendezvous_gives_nameplates, start, end),
		cmocka_unit_test_setup_teardown(test_rendezvous_reuses_free_nameplates_only, start, end),
		cmocka_unit_test_setup_teardown(test_rendezvous_introduces, start, end),
		cmocka_unit_test_setup_teardown(test_rendezvous_hides_addresses_of_nameplates, start, end),
		cmocka_unit_test_setup_teardown(test_rendezvous_room_of_four, start, end),
		cmocka_unit_test_setup_teardown(test_rendezvous_refresh_is_quiet, start, end),
		cmocka_unit_test_setup_teardown(test_rendezvous_members_expire, start, end),
		cmocka_unit_test_setup_teardown(test_rendezvous_repeats_intro, start, end),
		cmocka_unit_test_setup_teardown(test_rendezvous_stops_intro_when_both_answer, start, end),
		cmocka_unit_test_setup_teardown(test_rendezvous_member_moves, start, end),
		cmocka_unit_test_setup_teardown(test_rendezvous_link_down, start, end),
		cmocka_unit_test_setup_teardown(test_rendezvous_full_tables, start, end),
		cmocka_unit_test_setup_teardown(test_rendezvous_limits_new_members, start, end),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
