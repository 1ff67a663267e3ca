/* crowding: who has to go where a newcomer finds no place; the other programs of a contact make way
 * for each other, strangers for whoever has fewer. */
#include "tests/unit/support.h"

#include "rendezvous/crowding.h"

enum { MAX = 6 };

static struct test_random chance;
static struct members members;
static struct pairs pairs;

static int start(void **state)
{
	(void)state;
	chance = test_random(12);
	memset(&members, 0, sizeof members);
	memset(&pairs, 0, sizeof pairs);
	return members_init(&members, MAX, NULL, &chance.random) && pairs_init(&pairs, MAX) ? 0
	                                                                                    : -1;
}

static int end(void **state)
{
	(void)state;
	members_free(&members);
	pairs_free(&pairs);
	return 0;
}

/* In room 0 strangers may come: it has the nameplate 107. */
static struct member of_host(uint8_t network, uint8_t host, uint8_t room, bool responder)
{
	struct member who = { .link = 1,
		              .remote = addr_v4(10, 0, network, host, 7),
		              .responder = responder };
	who.token[room ? 0 : TOKEN_LEN - 1] = room ? room : 107;
	random_fill(&chance.random, who.secret, SECRET_BYTES);
	(void)members_admit(&members, &who);
	return who;
}

static uint32_t add(uint8_t network, uint8_t host, uint8_t room, bool responder)
{
	struct member who = of_host(network, host, room, responder);
	return members_add(&members, &who);
}

/* For whom there is a place, or who goes. */
static void assert_goes(struct member who, bool full, uint32_t expected)
{
	uint32_t goes = 77;
	assert_int_equal(crowding_full(&members, &pairs, &who, 50 * SECOND, &goes), full);
	assert_int_equal(goes, expected);
}

static void test_crowding_of_contacts(void **state)
{
	(void)state;
	uint32_t a = add(1, 1, 1, true), b = add(2, 1, 1, true);
	assert_goes(of_host(3, 1, 1, true), false, 0);
	uint32_t c = add(3, 1, 1, true);
	members_refresh(&members, a, &members.at[a].local, false, SECOND);
	assert_goes(of_host(4, 1, 1, true), true, b); /* who has not joined for longest */
	members_refresh(&members, b, &members.at[b].local, false, SECOND);
	assert_goes(of_host(4, 1, 1, true), true, c);
	assert_goes(of_host(4, 1, 1, false), false, 0); /* the other role has places */
	add(4, 1, 1, false);
	assert_goes(of_host(5, 1, 1, false), true, c); /* of the role that has more */
}

static void test_crowding_of_strangers(void **state)
{
	(void)state;
	uint32_t a = add(1, 1, 0, true), b = add(1, 2, 0, true), c = add(2, 1, 0, true);
	assert_goes(of_host(3, 1, 0, true), true, b); /* the newest of the network that has most */
	assert_goes(of_host(1, 3, 0, true), true, 0); /* it would have more than that */
	assert_goes(of_host(1, 1, 0, true), true, a); /* its host has crashed and come back */
	uint32_t other = add(3, 1, 0, false),
		 pair = pairs_add(&pairs, other, a, &chance.random, 49 * SECOND);
	members_add_pair(&members, a, pair);
	pairs_acknowledge(&pairs, pair, 0, true, 49 * SECOND);
	pairs_acknowledge(&pairs, pair, 1, true, 49 * SECOND);
	assert_goes(of_host(1, 1, 0, true), true, 0); /* no: it is in the middle of something */
	assert_goes(of_host(2, 1, 0, true), true, c);
}

static void test_crowding_of_the_table(void **state)
{
	(void)state;
	uint32_t newest = 0;
	for (uint8_t i = 1; i < MAX; i++)
		newest = add(1, i, i, true);
	add(2, 1, 9, true);
	assert_goes(of_host(2, 2, 10, true), true, newest);
	assert_goes(of_host(1, 2, 10, true), true, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_crowding_of_contacts, start, end),
		cmocka_unit_test_setup_teardown(test_crowding_of_strangers, start, end),
		cmocka_unit_test_setup_teardown(test_crowding_of_the_table, start, end),
	};
	return cmocka_run_group_tests_name("crowding", tests, NULL, NULL);
}
