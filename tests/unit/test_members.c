/* members: who is found where, by what, and how much of the table one host and network may hold. */
#include "tests/unit/support.h"

#include "rendezvous/members.h"

enum { MAX = 2048 };

static struct test_random chance;
static struct members members;
static struct roll roll;

static int start(void **state)
{
	(void)state;
	chance = test_random(9);
	memset(&members, 0, sizeof members);
	return members_init(&members, MAX, &roll, &chance.random) ? 0 : -1;
}

static int end(void **state)
{
	(void)state;
	members_free(&members);
	return 0;
}

static struct member of_host(unsigned host, uint8_t room)
{
	struct member who = { .link = 1,
		              .remote = addr_v4(10, (uint8_t)(host >> 16), (uint8_t)(host >> 8),
		                                (uint8_t)host, 7) };
	who.token[0] = room;
	random_fill(&chance.random, who.secret, SECRET_BYTES);
	(void)members_admit(&members, &who);
	return who;
}

/* A member is found by room and secret together; one that is numbered by its secret alone too. */
static void test_members_are_found_by_room_and_secret(void **state)
{
	(void)state;
	struct member a = of_host(1, 1), b = of_host(2, 1), c = of_host(3, 2);
	c.numbered = true;
	uint32_t at_a = members_add(&members, &a), at_b = members_add(&members, &b),
		 at_c = members_add(&members, &c);
	assert_int_equal(members_find(&members, a.token, a.secret), at_a);
	assert_int_equal(members_find(&members, b.token, b.secret), at_b);
	assert_int_equal(members_find(&members, c.token, a.secret), 0);
	assert_int_equal(members_find_numbered(&members, c.secret), at_c);
	assert_int_equal(members_find_numbered(&members, a.secret), 0);
	assert_int_equal(members_of_room(&members, a.token).count, 2);
	assert_int_equal(members_oldest(&members, false), at_a);
	members_refresh(&members, at_a, &a.local, false, SECOND);
	assert_int_equal(members_oldest(&members, false), at_b);
	assert_int_equal(members.at[at_a].joined_at, SECOND);
	members_remove(&members, at_b);
	assert_int_equal(members_find(&members, b.token, b.secret), 0);
	assert_int_equal(members_of_room(&members, a.token).count, 1);
	assert_int_equal(members.places.count, 2);
}

/* Members of a TCP link are at hand, wherever they joined, until they move. */
static void test_members_of_a_link_are_at_hand(void **state)
{
	(void)state;
	struct member udp = of_host(1, 1), tcp = of_host(1, 2);
	tcp.stream = true;
	tcp.link = 9;
	struct route by_udp = members_route(&udp), by_tcp = members_route(&tcp);
	assert_true(members_reached(&tcp, &by_tcp) && !members_reached(&tcp, &by_udp));
	members_add(&members, &udp);
	uint32_t slot = members_add(&members, &tcp);
	assert_int_equal(members.by_link[1].first, 0);
	assert_int_equal(members.by_link[9].first, slot);
	members_move(&members, slot, &by_udp);
	assert_int_equal(members.by_link[9].first, 0);
	members_move(&members, slot, &by_tcp);
	assert_int_equal(members.by_link[9].first, slot);
	members_remove(&members, slot);
	assert_int_equal(members.by_link[9].first, 0);
}

/* A host may hold so much and no more, also by moving there; the table gives way to a smaller
 * network, by the newest of the largest one. */
static void test_members_share_the_table(void **state)
{
	(void)state;
	uint32_t slot = 0;
	for (unsigned i = 0; i < MEMBERS_MIN; i++) {
		struct member who = of_host(1, (uint8_t)i);
		assert_true(members_admit(&members, &who));
		slot = members_add(&members, &who);
	}
	struct member more = of_host(1, 1), other = of_host(1 << 8, 1);
	assert_false(members_admit(&members, &more));
	assert_true(members_admit(&members, &other));
	uint32_t moving = members_add(&members, &other);
	assert_false(members_may_move(&members, moving, &more.remote));
	assert_true(members_may_move(&members, slot, &more.remote)); /* stays with its own */
	for (unsigned i = 2; !members_full(&members); i++) {
		struct member who = of_host(i << 8, 1);
		members_add(&members, &who);
	}
	struct member newcomer = of_host(7 << 16, 1);
	assert_int_equal(members_make_way(&members, &newcomer), slot);
	assert_int_equal(members_make_way(&members, &more), 0);
}

/* Free nameplates are free, have three digits while few are in use, and are the tokens' numbers. */
static void test_members_free_nameplate_is_free_and_short(void **state)
{
	(void)state;
	uint8_t seen[1000] = { 0 };
	for (unsigned i = 0; i < 14; i++) {
		struct member who = of_host(i, 0);
		members_free_nameplate(&members, &chance.random, who.token);
		uint32_t number = members_nameplate(who.token);
		assert_in_range(number, 100, 999);
		assert_int_equal(seen[number]++, 0);
		members_add(&members, &who);
	}
	struct member who = of_host(99, 0);
	members_free_nameplate(&members, &chance.random, who.token);
	assert_in_range(members_nameplate(who.token), 100, 9999);
	who.token[0] = 1;
	assert_int_equal(members_nameplate(who.token), 0);
}

/* By secret and address, whatever the room; one of a kind, so that chains stay short. */
static void test_members_that_keep_are_found_where_they_are(void **state)
{
	(void)state;
	struct member a = of_host(1, 1), b = of_host(2, 1), again = a, numbered = of_host(3, 2);
	struct route at = members_route(&a), elsewhere = members_route(&b);
	numbered.numbered = true;
	again.token[0] ^= 1;
	a.keeps = again.keeps = numbered.keeps = true;
	uint32_t at_a = members_add(&members, &a), at_again = members_add(&members, &again),
		 at_b = members_add(&members, &b), at_n = members_add(&members, &numbered);
	struct route there = members_route(&numbered);

	assert_int_equal(members_find_there(&members, a.secret, &at), at_a);
	assert_false(members.at[at_again].keeps); /* it has to join */
	assert_int_equal(members_find_there(&members, a.secret, &elsewhere), 0);
	assert_int_equal(members_find_there(&members, b.secret, &elsewhere), 0);
	assert_int_equal(members_find_there(&members, numbered.secret, &there), at_n);
	assert_int_equal(members_find_numbered(&members, a.secret), 0);
	assert_int_equal(members_oldest(&members, true), at_a);
	assert_int_equal(members_oldest(&members, false), at_again);

	members_refresh(&members, at_b, &b.local, true, SECOND);
	assert_int_equal(members_find_there(&members, b.secret, &elsewhere), at_b);
	members_refresh(&members, at_a, &a.local, false, SECOND);
	assert_int_equal(members_find_there(&members, a.secret, &at), 0);
	elsewhere.remote.port++;
	members_move(&members, at_b, &elsewhere);
	members_refresh(&members, at_b, &b.local, true, SECOND);
	assert_int_equal(members_find_there(&members, b.secret, &elsewhere), at_b);
	members_remove(&members, at_b);
	assert_int_equal(members_find_there(&members, b.secret, &elsewhere), 0);
	members_remove(&members, at_n);
	assert_int_equal(members_oldest(&members, true), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, start, end)
		TEST(test_members_are_found_by_room_and_secret),
		TEST(test_members_that_keep_are_found_where_they_are),
		TEST(test_members_of_a_link_are_at_hand),
		TEST(test_members_share_the_table),
		TEST(test_members_free_nameplate_is_free_and_short),
	};
	return cmocka_run_group_tests_name("members", tests, NULL, NULL);
}
