/* rates: what a host and its network may ask for in a time, and what trying numbers costs. */
#include "tests/unit/support.h"

#include "base/limits.h"
#include "rendezvous/rates.h"

static struct test_random chance;
static struct rates rates;

static int start(void **state)
{
	(void)state;
	chance = test_random(4);
	memset(&rates, 0, sizeof rates);
	rates_init(&rates, &chance.random);
	return 0;
}

/* How many of ten thousand JOINs, found or in vain, a host may make from now on within a time. */
static unsigned joins(uint8_t host, enum rates_join what, bool finds, uint64_t from,
                      uint64_t for_us)
{
	struct addr a = addr_v4(10, 0, 0, host, 1);
	unsigned taken = 0;
	for (uint64_t i = 0; i < 10000; i++) {
		bool may = rates_join(&rates, &a, what, from + i * for_us / 10000);
		taken += may;
		if (may && finds)
			rates_found(&rates, &a);
	}
	return taken;
}

static void test_rates_join_has_a_burst_and_a_rate(void **state)
{
	(void)state;
	assert_int_equal(joins(1, RATES_ROOM, false, SECOND, 0), 1024);
	assert_in_range(joins(1, RATES_ROOM, false, SECOND, 20 * SECOND), 1595, 1601);
	assert_int_equal(joins(2, RATES_ROOM, false, SECOND, 0), 1024); /* another host's */
	assert_int_equal(joins(3, RATES_NUMBER, false, SECOND, 0), 64);
	assert_in_range(joins(3, RATES_NUMBER, false, SECOND, 20 * SECOND), 95, 101);
}

static void test_rates_try_costs_twenty_joins_unless_it_finds(void **state)
{
	(void)state;
	assert_int_equal(joins(1, RATES_TRY, false, SECOND, 0), 3);
	assert_in_range(joins(1, RATES_TRY, false, SECOND, 40 * SECOND), 9, 11);
	assert_int_equal(joins(2, RATES_TRY, true, SECOND, 0),
	                 64 - 19); /* the price must be there */
}

/* Hosts of one network share an allowance sixteen times as large. */
static void test_rates_of_a_network_are_limited_too(void **state)
{
	(void)state;
	unsigned all = 0;
	for (uint8_t host = 1; host <= 100; host++)
		all += joins(host, RATES_NUMBER, false, SECOND, 0);
	assert_in_range(all, 64, 16 * 64);
}

/* What a host asked for in vain, as its network had no more, is not counted against it. */
static void test_rates_of_a_full_network_cost_a_host_nothing(void **state)
{
	(void)state;
	for (uint8_t host = 1; host <= 100; host++)
		joins(host, RATES_NUMBER, false, SECOND, 0);
	assert_int_equal(joins(200, RATES_NUMBER, false, SECOND, 0), 0);
	assert_int_equal(joins(200, RATES_NUMBER, false, 2 * SECOND, 0), 64);
}

/* Whether a host at this address finds the JOINs of one at the other taken. */
static bool share(struct addr a, struct addr b)
{
	memset(rates.buckets, 0, sizeof rates.buckets);
	while (rates_join(&rates, &a, RATES_NUMBER, SECOND))
		;
	return !rates_join(&rates, &b, RATES_NUMBER, SECOND);
}

/* One host has one allowance whatever the port; another has most likely another. */
static void test_rates_are_a_hosts(void **state)
{
	(void)state;
	struct addr v6 = { .ip = { 0x20, 1, 0xd, 0xb8, 0, 0, 0, 1, 1 }, .port = 1 }, v6_same = v6,
		    v6_host = v6;
	v6_same.ip[8] = 9;
	v6_host.ip[7] = 2;
	assert_true(share(addr_v4(192, 0, 2, 1, 1), addr_v4(192, 0, 2, 1, 2)));
	assert_false(share(addr_v4(192, 0, 2, 1, 1), addr_v4(192, 0, 2, 2, 1)));
	assert_true(share(v6, v6_same));
	assert_false(share(v6, v6_host));
}

/* 64 hosts of a's network, told apart by this byte, ask for all they get. */
static void use_up_network(struct addr a, size_t host_byte)
{
	memset(rates.buckets, 0, sizeof rates.buckets);
	for (unsigned host = 0; host < 64; host++) {
		a.ip[host_byte] = (uint8_t)host;
		while (rates_join(&rates, &a, RATES_NUMBER, SECOND))
			;
	}
}

/* The hosts of one network have one allowance beside their own; another has most likely another. */
static void test_rates_are_a_networks(void **state)
{
	(void)state;
	struct addr v4 = addr_v4(192, 0, 2, 99, 1), v4_net = addr_v4(192, 0, 3, 99, 1);
	struct addr v6 = { .ip = { 0x20, 1, 0xd, 0xb8, 0, 0, 0, 99 }, .port = 1 }, v6_net = v6;
	v6_net.ip[5] = 1;
	use_up_network(v4, 15);
	assert_false(rates_join(&rates, &v4, RATES_NUMBER, SECOND));
	assert_true(rates_join(&rates, &v4_net, RATES_NUMBER, SECOND));
	use_up_network(v6, 7);
	assert_false(rates_join(&rates, &v6, RATES_NUMBER, SECOND));
	assert_true(rates_join(&rates, &v6_net, RATES_NUMBER, SECOND));
}

/* So many hosts try a number each second, for 20 seconds: each of another network of one block, and
 * of all of its networks in turn. How many of them may. */
static unsigned try_from_block(unsigned networks, uint64_t now)
{
	unsigned taken = 0;
	for (unsigned i = 0; i < 20 * networks; i++) {
		uint64_t host = random_u64(&chance.random);
		struct addr a = { .ip = { 0x20, 1, 0xd, 0xb8 }, .port = 1 };
		store_be16(a.ip + 4, (uint16_t)(i % networks));
		store_be16(a.ip + 6, (uint16_t)host);
		taken += rates_join(&rates, &a, RATES_TRY, now + i * SECOND / networks);
	}
	return taken;
}

/* Whoever owns an IPv6 /32 has as many hosts as there are buckets; they are not used up by it. */
static void test_rates_of_a_block_leave_something_to_others(void **state)
{
	(void)state;
	assert_in_range(try_from_block(16384, SECOND), 128 * 32, 128 * 34);
	unsigned others = 0;
	for (unsigned i = 0; i < 1000; i++) {
		struct addr a = { .ip = { 0x24, 0, (uint8_t)(i >> 8), (uint8_t)i }, .port = 1 };
		others += rates_join(&rates, &a, RATES_TRY, 21 * SECOND);
	}
	assert_in_range(others, 950, 1000);
}

/* A try that finds somebody costs a block nothing. */
static void test_rates_of_a_block_are_for_tries_in_vain(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 10000; i++) {
		struct addr a = { .ip = { 0x20, 1, 0xd, 0xb8 }, .port = 1 };
		store_be16(a.ip + 4, (uint16_t)i);
		if (rates_join(&rates, &a, RATES_TRY, SECOND))
			rates_found(&rates, &a);
	}
	(void)try_from_block(4096, SECOND);
	struct addr a = { .ip = { 0x20, 1, 0xd, 0xb8, 0xff, 0xff }, .port = 1 };
	assert_false(rates_join(&rates, &a, RATES_TRY, 21 * SECOND));
	assert_true(rates_join(&rates, &a, RATES_NUMBER, 21 * SECOND));
}

static void test_rates_no_pair_is_once_a_second_and_address(void **state)
{
	(void)state;
	struct addr a = addr_v4(10, 0, 0, 1, 1), port = addr_v4(10, 0, 0, 1, 2);
	assert_true(rates_no_pair(&rates, &a, SECOND));
	assert_false(rates_no_pair(&rates, &a, SECOND + 999 * MS));
	assert_true(rates_no_pair(&rates, &port, SECOND));
	assert_true(rates_no_pair(&rates, &a, 2 * SECOND));
}

/* However many strangers there are, and however long none has come. */
static void test_rates_strangers_share_5000_a_second(void **state)
{
	(void)state;
	uint64_t now = 1000 * SECOND;
	unsigned answered = 0;
	for (unsigned i = 0; i < 10000; i++)
		answered += rates_stranger(&rates, now);
	assert_int_equal(answered, 5000);
	for (unsigned i = 0; i < 100000; i++)
		answered += rates_stranger(&rates, now += 10);
	assert_int_equal(answered, 10000);
}

/* Beyond the rate, an address is answered when it asks again, and each second time if it does not
 * stop; so a client that waits 200 ms is answered among 100,000 others a second. */
static void test_rates_hello_is_answered_at_once_or_when_it_is_repeated(void **state)
{
	(void)state;
	uint64_t now = 1000 * SECOND;
	struct addr a = addr_v4(192, 0, 2, 1, 1), b = addr_v4(192, 0, 2, 1, 2);
	unsigned first = 0, second = 0;
	for (unsigned i = 0; i < 20000; i++)
		first += rates_hello(&rates, &(struct addr){ .port = (uint16_t)i }, now);
	assert_in_range(first, 10000, 10010);
	assert_false(rates_hello(&rates, &a, now));
	assert_false(rates_hello(&rates, &b, now));
	for (unsigned i = 0; i < 6; i++)
		second += rates_hello(&rates, &a, now);
	assert_int_equal(second, 3);

	unsigned clients = 0, others = 0;
	for (unsigned i = 0; i < 2000000; i++) {
		struct addr other =
		    addr_v4(10, (uint8_t)(i >> 16), (uint8_t)(i >> 8), (uint8_t)i, 1);
		others += rates_hello(&rates, &other, now += 10);
		if (i % 20000 == 0)
			a.port =
			    (uint16_t)(1000 + i / 40000); /* asks now, and when 20000 have come */
		if (i % 20000 == 0)
			clients += rates_hello(&rates, &a, now);
	}
	assert_in_range(clients, 38, 55); /* of 50 */
	assert_in_range(others, 199900, 201000);
}

/* Of so many strangers of each kind within a second, in turns of so many: HELLO for the first time,
 * HELLO again, ERROR. */
static void answered_in_turns(unsigned count, unsigned turn, unsigned answered[static 3])
{
	static uint64_t now = 2000 * SECOND, packets;
	static uint8_t network;
	network++;
	memset(answered, 0, 3 * sizeof *answered);
	rates.hellos = rates.again = rates.strangers = (struct bucket){ .debt = 0 };
	for (unsigned i = 0; i < count; i++) {
		struct addr a = addr_v4(10, network, (uint8_t)(i >> 16), 1, (uint16_t)i);
		now += SECOND / count;
		if (i % turn == 0)
			rates_turn(&rates, packets);
		packets++;
		if (rates_hello(&rates, &a, now))
			answered[0]++;
		else
			answered[1] += rates_hello(&rates, &a, now);
		answered[2] += rates_stranger(&rates, now);
	}
}

/* While each turn of the loop reads as much as it may, more comes than is read: a tenth of the
 * strangers are answered then. It ends with the first turn that is not full. */
static void test_rates_answer_fewer_while_reading_is_behind(void **state)
{
	(void)state;
	unsigned kept_up[3], behind[3];
	answered_in_turns(100000, LIMIT_BATCH - 1, kept_up);
	assert_in_range(kept_up[0], 19900, 20100); /* a second's at once, and those of the second */
	assert_in_range(kept_up[1], 37700, 38000); /* from when the others were used up */
	assert_in_range(kept_up[2], 9900, 10100);
	answered_in_turns(100000, LIMIT_BATCH, behind);
	assert_in_range(behind[0], 1900, 2100);
	assert_in_range(behind[1], 3700, 4200);
	assert_in_range(behind[2], 900, 1100);
	answered_in_turns(100000, LIMIT_BATCH - 1, behind);
	assert_in_range(behind[0], 19500, 20100);
	assert_in_range(behind[1], 37000, 38500);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup(name, start)
		TEST(test_rates_are_a_hosts),
		TEST(test_rates_hello_is_answered_at_once_or_when_it_is_repeated),
		TEST(test_rates_strangers_share_5000_a_second),
		TEST(test_rates_answer_fewer_while_reading_is_behind),
		TEST(test_rates_are_a_networks),
		TEST(test_rates_join_has_a_burst_and_a_rate),
		TEST(test_rates_try_costs_twenty_joins_unless_it_finds),
		TEST(test_rates_of_a_network_are_limited_too),
		TEST(test_rates_of_a_full_network_cost_a_host_nothing),
		TEST(test_rates_of_a_block_leave_something_to_others),
		TEST(test_rates_of_a_block_are_for_tries_in_vain),
		TEST(test_rates_no_pair_is_once_a_second_and_address),
	};
	return cmocka_run_group_tests_name("rates", tests, NULL, NULL);
}
