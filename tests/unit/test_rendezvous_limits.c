/* rendezvous: nameplates, and what is limited: rooms, tables, the rate of one host. */
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

/* Asking again with the same secret brings the same number; other secrets other numbers, of three
 * digits until 14 are in use: at most one in 64 of those that could be is. */
static void test_rendezvous_gives_nameplates(void **state)
{
	(void)state;
	static bool taken[10000];
	memset(taken, 0, sizeof taken);
	for (unsigned i = 0; i < 50; i++) {
		struct client c = client_of(&w, i, ROUTE_UDP, true);
		struct wait wait = client_ask_number(&w, &c);
		assert_in_range(wait.nameplate, 100, i < 900 / 64 ? 999 : 9999);
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

/* The number of a room with anybody in is not given away, even when its owner has left or was never
 * there; then it is. */
static void test_rendezvous_reuses_free_nameplates_only(void **state)
{
	(void)state;
	struct client visitor;
	bool seen[1000] = { false };
	for (unsigned i = 0; i < 6; i++) { /* initiators who guess the numbers of nobody */
		uint8_t token[16] = { 0 };
		store_be32(token + 12, 500 + i);
		visitor = client_of(&w, 1000 * i, ROUTE_UDP, false);
		assert_int_equal(client_join(&w, &visitor, token).nameplate, 500 + i);
	}
	for (unsigned i = 0; i < 20000; i++) {
		struct client c = client_of(&w, 1000000 + i, ROUTE_UDP, true);
		uint32_t number = client_ask_number(&w, &c).nameplate;
		assert_in_range(number, 100, 999);
		seen[number] = true;
		client_say(&w, &c, true);
		assert_int_equal(w.count, 0);
		if (i == 10000) {
			for (unsigned j = 100; j <= 999; j++)
				assert_int_equal(seen[j], j < 500 || j > 505);
			client_say(&w, &visitor, true);
		}
	}
	assert_true(seen[505]);
	assert_int_equal(world_members(&w), 5);
}

/* The room of a nameplate takes four, three of a role; squatters do not keep the pair apart, and
 * nobody sees the members of another room. */
static void test_rendezvous_room_of_four(void **state)
{
	(void)state;
	struct client squatters[4], a = client_of(&w, 50, ROUTE_UDP, true),
				    late = client_of(&w, 51, ROUTE_UDP, true);
	struct client other = client_of(&w, 52, ROUTE_UDP, true);
	uint64_t pairs[3];
	client_join(&w, &other, room_of_others);
	client_ask_number(&w, &a);
	for (unsigned i = 0; i < 4; i++) {
		squatters[i] = client_of(&w, i, ROUTE_UDP, false);
		if (i < 3) {
			assert_int_equal(client_join(&w, &squatters[i], a.token).others, 1);
			assert_null(world_sent(&w, &other.route, PACKET_INTRO));
			pairs[i] = client_intro(&w, &squatters[i]).pair;
			assert_true(client_intro(&w, &a).pair == pairs[i]);
			for (unsigned k = 0; k < i; k++)
				assert_true(pairs[i] != pairs[k]);
			continue;
		}
		memcpy(squatters[i].token, a.token, 16);
		client_say(&w, &squatters[i], false);
		assert_int_equal(world_error(&w, &squatters[i].route, squatters[i].secret),
		                 SIGNALING_FULL);
	}
	memcpy(late.token, a.token, 16);
	client_say(&w, &late, false);
	assert_int_equal(world_error(&w, &late.route, late.secret), SIGNALING_FULL);

	/* With one squatter gone the late one has a place, and meets the two others. */
	client_say(&w, &squatters[0], true);
	assert_int_equal(client_join(&w, &late, a.token).others, 2);
	assert_int_equal(world_sent_count(&w, &late.route, PACKET_INTRO), 2);
	assert_int_equal(world_sent_count(&w, &a.route, PACKET_INTRO), 0);
	assert_int_equal(rendezvous_counts(w.server).pairs, 4);
}

/* A full table refuses the new and keeps the old; a pair that found no place is introduced at a
 * later JOIN. */
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
			assert_int_equal(world_error(&w, &c[i].route, c[i].secret), SIGNALING_FULL);
		else
			assert_non_null(world_sent(&w, &c[i].route, PACKET_WAIT));
	}
	assert_null(world_sent(&w, &c[3].route, PACKET_INTRO));
	assert_int_equal(client_join(&w, &c[2], room_of_others).others, 1);
	assert_null(world_sent(&w, &c[2].route, PACKET_INTRO));
	client_say(&w, &c[0], true);
	client_join(&w, &c[2], room_of_others);
	assert_true(client_intro(&w, &c[2]).pair == client_intro(&w, &c[3]).pair);
	client_join(&w, &c[4], room_of_others);
}

/* New members and moves are limited for a host (IPv6: a /64): 1024 at once, 80 a second, as much as
 * many contacts of one host need when the server is back; its neighbours are not affected. */
static void test_rendezvous_limits_new_members(void **state)
{
	(void)state;
	world_end(&w);
	world_start_with(&w, 3, 1000, 1000, 64);
	for (int v6 = 0; v6 < 2; v6++) {
		for (unsigned i = 0; i < 1024 + 90; i++) {
			struct client c = { .route = world_route(1, ROUTE_UDP),
				            .token = { 1, (uint8_t)v6, (uint8_t)i,
				                       (uint8_t)(i >> 8) } };
			c.route.remote.port = (uint16_t)(1 + i);
			if (v6) {
				memset(c.route.remote.ip, 0, 16);
				memcpy(c.route.remote.ip, (uint8_t[]){ 0x20, 1, 0x0d, 0xb8 }, 4);
				c.route.remote.ip[8 + i % 8] = (uint8_t)i;
			}
			client_hello(&w, &c);
			if (i == 1024)
				w.now += SECOND;
			client_say(&w, &c, false);
			if (i < 1024 + 80)
				assert_non_null(world_sent(&w, &c.route, PACKET_WAIT));
			else
				assert_int_equal(world_error(&w, &c.route, c.secret),
				                 SIGNALING_RATE);
			client_say(&w, &c, true); /* its share is another limit */
		}
	}
	struct client other = client_of(&w, 2, ROUTE_UDP, false);
	client_join(&w, &other, room);
}

/* A member that moves costs as much as a new one, since the others hear of it: in the room of a
 * nameplate, where strangers may be, sixteen times as much as elsewhere. Staying costs nothing. */
static void test_rendezvous_limits_moves(void **state)
{
	(void)state;
	struct client c = client_of(&w, 1, ROUTE_UDP, true), d = client_of(&w, 1, ROUTE_UDP, true);
	client_ask_number(&w, &c);
	for (int i = 0; i < 63 + 10; i++) {
		c.route.remote.port++;
		client_hello(&w, &c);
		client_say(&w, &c, false);
		if (i < 63)
			assert_non_null(world_sent(&w, &c.route, PACKET_WAIT));
		else
			assert_int_equal(world_error(&w, &c.route, c.secret), SIGNALING_RATE);
	}
	c.route.remote.port -= 10;
	client_hello(&w, &c);
	client_say(&w, &c, false);
	assert_non_null(world_sent(&w, &c.route, PACKET_WAIT));
	w.now += 200 * MS; /* for a number, one; or */
	client_join(&w, &d, room);
	for (int i = 0; i < 15; i++) {
		d.route.remote.port++;
		client_hello(&w, &d);
		client_join(&w, &d, room);
	}
	d.route.remote.port++;
	client_hello(&w, &d);
	client_say(&w, &d, false);
	assert_int_equal(world_error(&w, &d.route, d.secret), SIGNALING_RATE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_rendezvous_gives_nameplates, start, end),
		cmocka_unit_test_setup_teardown(test_rendezvous_reuses_free_nameplates_only, start,
		                                end),
		cmocka_unit_test_setup_teardown(test_rendezvous_room_of_four, start, end),
		cmocka_unit_test_setup_teardown(test_rendezvous_full_tables, start, end),
		cmocka_unit_test_setup_teardown(test_rendezvous_limits_new_members, start, end),
		cmocka_unit_test_setup_teardown(test_rendezvous_limits_moves, start, end),
	};
	return cmocka_run_group_tests_name("rendezvous_limits", tests, NULL, NULL);
}
