/* rendezvous against strangers: what one host or one network can take of the server, find out by
 * trying numbers, or do in a room it has found. (Rows H5, H6, M2.) */
#include "tests/unit/rendezvous_world.h"

static const uint8_t room[16] = { 0x5a, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15 };

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

/* A /64 of a customer's /48, at some port. */
static struct route route_v6(unsigned customer, unsigned host, unsigned port)
{
	struct route route = world_route(1, ROUTE_UDP);
	route.remote =
	    (struct addr){ .ip = { 0x20, 1, 0xd, 0xb8 }, .port = (uint16_t)(1024 + port) };
	route.remote.ip[4] = (uint8_t)(customer >> 8);
	route.remote.ip[5] = (uint8_t)customer;
	route.remote.ip[6] = (uint8_t)(host >> 8);
	route.remote.ip[7] = (uint8_t)host;
	return route;
}

static struct client client_at(struct route route, bool responder)
{
	struct client c = { .route = route, .responder = responder };
	random_fill(&w.random.random, c.secret, sizeof c.secret);
	client_hello(&w, &c);
	return c;
}

/* JOINs a room; the code of the ERROR that came, or 0. */
static int try_join(struct client *c, const uint8_t token[static 16])
{
	memcpy(c->token, token, 16);
	client_say(&w, c, false);
	return world_error(&w, &c->route, c->secret);
}

static void number_token(uint32_t number, uint8_t token[static 16])
{
	memset(token, 0, 16);
	store_be32(token + 12, number);
}

static bool introduced(const struct client *c)
{
	return world_sent(&w, &c->route, PACKET_INTRO) != NULL;
}

/* --- the table --- */

/* Twenty thousand /64s of one /48 take a share of the table and no more, and others come in as
 * before. */
static void test_strangers_of_one_network_cannot_fill_the_table(void **state)
{
	(void)state;
	enum { TABLE = 8192, SHARE = 1024, HOSTS = 20000 };
	world_end(&w);
	world_start_with(&w, 5, TABLE, TABLE, 64);
	for (unsigned i = 0; i < HOSTS; i++) {
		uint8_t token[16] = { 1 };
		struct client c = client_at(route_v6(1, i, 0), false);
		random_fill(&w.random.random, token + 1, 8);
		int error = try_join(&c, token);
		assert_true(error == 0 || error == SIGNALING_RATE || error == SIGNALING_FULL);
		assert_in_range(world_members(&w), 1, SHARE);
		w.now += MS;
	}
	assert_int_equal(world_members(&w), SHARE);
	for (unsigned i = 0; i < 1000; i++) {
		struct client c = client_at(route_v6(2 + i, 0, 0), false);
		uint8_t token[16] = { 2 };
		store_be32(token + 1, i);
		assert_int_equal(try_join(&c, token), 0);
	}
}

/* When the whole table is taken by many networks, the newest members of the largest go for whoever
 * comes from a smaller one; who is there of a small one stays. */
static void test_strangers_in_a_full_table_make_way(void **state)
{
	(void)state;
	enum { TABLE = 4096, HONEST = 400 };
	static struct client honest[HONEST];
	world_end(&w);
	world_start_with(&w, 6, TABLE, TABLE, 64);
	for (unsigned i = 0; i < HONEST / 2; i++) {
		uint8_t token[16] = { 2 };
		store_be32(token + 1, i);
		honest[i] = client_at(route_v6(100 + i, 0, 0), false);
		assert_int_equal(try_join(&honest[i], token), 0);
	}
	int error = 0;
	unsigned strangers = 0;
	for (; error == 0 || world_members(&w) < TABLE; strangers++) { /* eight networks */
		uint8_t token[16] = { 1 };
		store_be32(token + 1, strangers);
		struct client c = client_at(route_v6(strangers % 8, strangers / 8, 0), false);
		error = try_join(&c, token);
	}
	assert_int_equal(error, SIGNALING_FULL);
	for (unsigned i = HONEST / 2; i < HONEST; i++) {
		uint8_t token[16] = { 2 };
		store_be32(token + 1, i);
		honest[i] = client_at(route_v6(100 + i, 0, 0), false);
		assert_int_equal(try_join(&honest[i], token), 0);
		assert_int_equal(world_members(&w), TABLE);
	}
	assert_int_equal(rendezvous_counts(w.server).pushed_out, HONEST / 2);

	/* All of them are in their rooms still: whoever visits one there is introduced. */
	for (unsigned i = 0; i < HONEST; i++) {
		struct client visitor = client_at(route_v6(1000 + i, 0, 0), true);
		assert_int_equal(client_join(&w, &visitor, honest[i].token).others, 1);
	}
}

/* One host has a share of its network's: its neighbours come in as before. */
static void test_strangers_of_one_host_leave_room_for_neighbours(void **state)
{
	(void)state;
	enum { TABLE = 1 << 18 };
	world_end(&w);
	world_start_with(&w, 7, TABLE, 64, 64);
	unsigned refused = 0;
	for (unsigned i = 0; i < 4000; i++) {
		uint8_t token[16] = { 1 };
		store_be32(token + 1, i);
		struct client c = client_at(route_v6(1, 1, i), false);
		refused += try_join(&c, token) == SIGNALING_FULL;
		w.now += 200 * MS;
		if (world_members(&w) < 400) /* those that are there stay */
			continue;
		break;
	}
	assert_int_equal(refused, 0);
	struct client c = client_at(route_v6(1, 2, 0), false);
	assert_int_equal(try_join(&c, room), 0);
}

/* --- numbers --- */

/* One hour of somebody who tries numbers: hosts addresses of one network, each as fast as the
 * server lets it, all numbers in turn, while so many codes wait, each for ten minutes. */
struct hunt {
	unsigned tries, found, shown;
};

enum { CODES_MAX = 20 };

struct code {
	struct client owner;
	uint32_t number;
	bool known;
};

static void codes_tick(struct code *codes, unsigned count, unsigned second, struct hunt *h)
{
	for (unsigned i = 0; i < count; i++) {
		struct code *code = &codes[i];
		unsigned age = (second + i * 600 / count) % 600;
		if (second == 0 || age == 0) {
			if (second > 0)
				client_say(&w, &code->owner, true);
			code->owner = client_at(route_v6(2 + h->shown++, 0, 0), true);
			code->number = client_ask_number(&w, &code->owner).nameplate;
			code->known = false;
		} else if (age % 20 == 0) {
			client_hello(&w, &code->owner);
			client_join(&w, &code->owner, code->owner.token);
		}
	}
}

static struct hunt hunt(unsigned hosts, unsigned count)
{
	static struct code codes[CODES_MAX];
	struct hunt h = { 0 };
	uint32_t next = 100, end = count * 64 > 900 ? 10000 : 1000;
	for (unsigned second = 0; second < 3600; second++) {
		codes_tick(codes, count, second, &h);
		for (unsigned host = 0; host < hosts; host++) {
			for (;;) {
				struct client c = client_at(route_v6(1, host, h.tries), false);
				uint8_t token[16];
				number_token(next, token);
				if (try_join(&c, token))
					break;
				h.tries++;
				for (unsigned i = 0; i < count; i++) {
					h.found += codes[i].number == next && !codes[i].known;
					codes[i].known |= codes[i].number == next;
				}
				client_say(&w, &c, true);
				next = next + 1 < end ? next + 1 : 100;
			}
		}
		world_skip(&w, SECOND);
	}
	return h;
}

/* Within an hour one address has tried some 900 numbers, and found 19 of the 97 codes that were
 * shown when 14 wait at a time, where numbers are densest, and 5 of 139 when 20 wait; a network,
 * which has four times the rate, 66 and 11. docs/DESIGN.md section 7 has these figures. */
static void test_strangers_do_not_find_nameplates_by_trying(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 4; i++) {
		unsigned hosts = i & 1 ? 64 : 1, count = i & 2 ? CODES_MAX : 14,
			 most = hosts == 1 ? 1 : 4;
		world_end(&w);
		world_start_with(&w, 8, 4096, 4096, 64);
		struct hunt h = hunt(hosts, count);
		print_message("an hour, %u addresses of one network, %u codes wait: %u tries, "
		              "%u of %u codes found\n",
		              hosts, count, h.tries, h.found, h.shown);
		assert_in_range(h.tries - h.found, most * 800, most * (3600 / 4 + 10));
		assert_in_range(h.found, 0, most * 2 * 3600 / 4 / 64);
	}
}

/* Who has not got the price is refused before anybody looks who is there: a number of nobody and
 * one where somebody waits are answered alike. */
static void test_strangers_without_the_price_learn_nothing(void **state)
{
	(void)state;
	uint8_t nobody[16];
	struct client a = client_of(&w, 1, ROUTE_UDP, true);
	uint32_t number = client_ask_number(&w, &a).nameplate;
	number_token(number == 999 ? 998 : number + 1, nobody);
	for (unsigned i = 0; i < 10; i++) {
		for (unsigned j = 0; j < 2; j++) {
			struct client c = client_at(route_v6(1, 1, 2 * i + j), false);
			int error = try_join(&c, j ? a.token : nobody);
			bool has_price = 2 * i + j < 5; /* of 64 three go for nobody, two cost 1 */
			assert_int_equal(error, has_price ? 0 : SIGNALING_RATE);
			assert_int_equal(introduced(&a), has_price && j);
			client_say(&w, &c, true);
		}
	}
	w.now += 4 * SECOND; /* 22 now: who finds somebody pays no more than any new member */
	for (unsigned i = 0; i < 5; i++) {
		struct client c = client_at(route_v6(1, 1, 100 + i), false);
		assert_int_equal(try_join(&c, a.token), i < 3 ? 0 : SIGNALING_RATE);
		client_say(&w, &c, true);
	}
	client_hello(&w, &a);
	client_join(&w, &a, a.token);
}

/* To wait with a number as a second responder, for whoever comes, costs the same. */
static void test_strangers_pay_for_waiting_at_numbers_too(void **state)
{
	(void)state;
	struct client a = client_of(&w, 1, ROUTE_UDP, true);
	client_ask_number(&w, &a);
	for (unsigned i = 0; i < 6; i++) {
		struct client c = client_at(route_v6(1, 1, i), true);
		assert_int_equal(try_join(&c, a.token), i < 3 ? 0 : SIGNALING_RATE);
		client_say(&w, &c, true);
	}
}

/* --- rooms --- */

/* In a room of a nameplate a host has one pair with a member: that of its newest, which the others
 * of that host do not get back before it has left. Other hosts have theirs. */
static void test_a_hosts_newer_member_replaces_its_pair(void **state)
{
	(void)state;
	struct client a = client_of(&w, 1, ROUTE_UDP, true),
		      other = client_at(route_v6(2, 1, 0), false), c[3];
	uint64_t pairs[3];
	client_ask_number(&w, &a);
	client_join(&w, &other, a.token);
	uint64_t pair_of_other = client_intro(&w, &a).pair;
	client_say(&w, &other, true);
	for (unsigned i = 0; i < 3; i++) {
		c[i] = client_at(route_v6(1, 1, i), false);
		assert_int_equal(client_join(&w, &c[i], a.token).others, 1);
		pairs[i] = client_intro(&w, &a).pair;
		assert_true(client_intro(&w, &c[i]).pair == pairs[i]);
		assert_true(i == 0 || pairs[i] != pairs[i - 1]);
		assert_int_equal(rendezvous_counts(w.server).pairs, 1);
		client_forward(&w, &c[i], pairs[i], 100); /* one side alone is not busy */
	}
	assert_true(pair_of_other != pairs[0]);
	client_forward(&w, &c[0], pairs[0], 100);
	assert_non_null(world_sent(&w, &c[0].route, PACKET_ERROR));
	for (unsigned i = 0; i < 2; i++) {
		assert_int_equal(client_join(&w, &c[i], a.token).others, 1);
		assert_false(introduced(&a) || introduced(&c[i]));
		client_join(&w, &a, a.token);
		assert_false(introduced(&a) || introduced(&c[i]));
	}
	client_say(&w, &c[2], true);
	client_join(&w, &c[0], a.token);
	assert_true(introduced(&a) && introduced(&c[0]));
	client_join(&w, &c[1], a.token); /* it is newer */
	assert_true(introduced(&a) && introduced(&c[1]));
	assert_int_equal(rendezvous_counts(w.server).pairs, 1);

	client_join(&w, &other, a.token);
	assert_true(introduced(&a) && introduced(&other));
	assert_int_equal(rendezvous_counts(w.server).pairs, 2);
}

/* ... nor does it as long as both are in the middle of something there. */
static void test_a_busy_pair_is_not_replaced(void **state)
{
	(void)state;
	struct client a = client_of(&w, 1, ROUTE_UDP, true),
		      b = client_at(route_v6(1, 1, 0), false),
		      c = client_at(route_v6(1, 1, 1), false);
	client_ask_number(&w, &a);
	client_join(&w, &b, a.token);
	uint64_t pair = client_intro(&w, &a).pair;
	for (unsigned i = 0; i < 3; i++) {
		client_forward(&w, &b, pair, 100);
		client_forward(&w, &a, pair, 100);
		assert_int_equal(client_join(&w, &c, a.token).others, 1);
		assert_false(introduced(&a) || introduced(&c));
		world_skip(&w, 19 * SECOND);
		client_join(&w, &c, a.token);
		assert_false(introduced(&a) || introduced(&c));
	}
	world_skip(&w, 3 * SECOND);
	client_join(&w, &c, a.token);
	assert_true(introduced(&a) && introduced(&c));
	assert_true(client_intro(&w, &a).pair != pair);
}

/* A client that is killed and comes back from the same host, six times in a minute, finds its peer
 * at once, in rooms of contacts and of nameplates and in either role. */
static void test_a_killed_client_that_returns_is_introduced_at_once(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 4; i++) {
		bool numbered = i & 1, responder_dies = i & 2;
		struct client a = client_of(&w, 10 * i, ROUTE_UDP, true), b, *dies, *stays;
		uint8_t token[16] = { 9, (uint8_t)i };
		if (numbered)
			client_ask_number(&w, &a);
		else
			client_join(&w, &a, token);
		b = client_of(&w, 10 * i + 1, ROUTE_UDP, false);
		dies = responder_dies ? &a : &b;
		stays = responder_dies ? &b : &a;
		client_join(&w, &b, a.token);
		assert_true(introduced(&a) && introduced(&b));
		for (unsigned crash = 0; crash < 6; crash++) {
			world_skip(&w, 10 * SECOND); /* a nameplate's price has come back */
			random_fill(&w.random.random, dies->secret, SECRET_BYTES);
			dies->route.remote.port++;
			client_hello(&w, dies);
			assert_int_equal(client_join(&w, dies, a.token).others, 1);
			assert_true(introduced(dies) && introduced(stays));
			assert_true(client_intro(&w, dies).pair == client_intro(&w, stays).pair);
			client_hello(&w, stays);
			client_join(&w, stays, a.token);
		}
	}
}

/* ... in a room of contacts from any host: a telephone that is killed comes back from wherever it
 * is by then, and whom it wants to meet stays there. */
static void test_a_killed_client_that_returns_from_elsewhere_is_introduced_at_once(void **state)
{
	(void)state;
	struct client a = client_of(&w, 1, ROUTE_UDP, true);
	uint8_t token[16] = { 9 };
	client_join(&w, &a, token);
	for (unsigned crash = 0; crash < 8; crash++) {
		struct client b = client_at(route_v6(2 + crash, 1, 0), false);
		world_skip(&w, SECOND);
		client_hello(&w, &b);
		assert_int_equal(client_join(&w, &b, token).others, 1);
		assert_true(introduced(&a) && introduced(&b));
		assert_true(client_intro(&w, &a).pair == client_intro(&w, &b).pair);
	}
}

/* Three hosts of one network fill no room: for whoever comes from elsewhere the newest of them
 * goes, and those who were there before them stay. */
static void test_strangers_of_one_network_cannot_fill_a_room(void **state)
{
	(void)state;
	for (unsigned responders = 0; responders < 2; responders++) {
		struct client a = client_of(&w, 1 + responders, ROUTE_UDP, true),
			      b = client_at(route_v6(2, 1, responders), false), c;
		client_ask_number(&w, &a);
		for (unsigned i = 0; i < 12; i++) {
			world_skip(&w, SECOND * 4);
			c = client_at(route_v6(1, i, 0), responders && i % 4);
			(void)try_join(&c, a.token);
		}
		client_hello(&w, &a);
		client_join(&w, &a, a.token);
		client_hello(&w, &b);
		assert_in_range(client_join(&w, &b, a.token).others, 1, 3);
		assert_true(introduced(&a) && introduced(&b));
	}
}

/* A member that moves to a host that has a pair there already comes in place of the older one. */
static void test_a_member_that_moves_to_a_host_replaces_its_pair(void **state)
{
	(void)state;
	struct client a = client_of(&w, 1, ROUTE_UDP, true),
		      b = client_at(route_v6(1, 1, 0), false),
		      c = client_at(route_v6(2, 1, 0), false);
	client_ask_number(&w, &a);
	client_join(&w, &b, a.token);
	uint64_t pair_of_b = client_intro(&w, &a).pair;
	client_join(&w, &c, a.token);
	assert_int_equal(rendezvous_counts(w.server).pairs, 2);
	b.route = route_v6(2, 1, 1);
	client_hello(&w, &b);
	client_join(&w, &b, a.token);
	assert_true(introduced(&b));
	assert_true(client_intro(&w, &a).pair == pair_of_b);
	assert_int_equal(rendezvous_counts(w.server).pairs, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, start, end)
		TEST(test_strangers_of_one_network_cannot_fill_the_table),
		TEST(test_strangers_in_a_full_table_make_way),
		TEST(test_strangers_of_one_host_leave_room_for_neighbours),
		TEST(test_strangers_do_not_find_nameplates_by_trying),
		TEST(test_strangers_without_the_price_learn_nothing),
		TEST(test_strangers_pay_for_waiting_at_numbers_too),
		TEST(test_a_hosts_newer_member_replaces_its_pair),
		TEST(test_a_busy_pair_is_not_replaced),
		TEST(test_a_killed_client_that_returns_is_introduced_at_once),
		TEST(test_a_killed_client_that_returns_from_elsewhere_is_introduced_at_once),
		TEST(test_strangers_of_one_network_cannot_fill_a_room),
		TEST(test_a_member_that_moves_to_a_host_replaces_its_pair),
#undef TEST
	};
	return cmocka_run_group_tests_name("rendezvous_strangers", tests, NULL, NULL);
}
