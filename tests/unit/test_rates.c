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
	return rates_init(&rates, &chance.random) ? 0 : -1;
}

static int end(void **state)
{
	(void)state;
	rates_free(&rates);
	return 0;
}

/* How many of a thousand JOINs, found or in vain, a host may make from now on within a time. */
static unsigned joins(uint8_t host, bool tries, bool finds, uint64_t from, uint64_t for_us)
{
	struct addr a = addr_v4(10, 0, 0, host, 1);
	unsigned taken = 0;
	for (uint64_t i = 0; i < 1000; i++) {
		bool may = rates_join(&rates, &a, tries, from + i * for_us / 1000);
		taken += may;
		if (may && finds)
			rates_found(&rates, &a);
	}
	return taken;
}

static void test_rates_join_has_a_burst_and_a_rate(void **state)
{
	(void)state;
	assert_int_equal(joins(1, false, false, SECOND, 0), 64);
	assert_in_range(joins(1, false, false, SECOND, 20 * SECOND), 95, 101);
	assert_int_equal(joins(2, false, false, SECOND, 0), 64); /* another host's */
}

static void test_rates_try_costs_twenty_joins_unless_it_finds(void **state)
{
	(void)state;
	assert_int_equal(joins(1, true, false, SECOND, 0), 3);
	assert_in_range(joins(1, true, false, SECOND, 40 * SECOND), 9, 11);
	assert_int_equal(joins(2, true, true, SECOND, 0), 64 - 19); /* the price must be there */
}

/* Hosts of one network share an allowance sixteen times as large. */
static void test_rates_of_a_network_are_limited_too(void **state)
{
	(void)state;
	unsigned all = 0;
	for (uint8_t host = 1; host <= 100; host++)
		all += joins(host, false, false, SECOND, 0);
	assert_in_range(all, 64, 16 * 64);
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

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, start, end)
		TEST(test_rates_join_has_a_burst_and_a_rate),
		TEST(test_rates_try_costs_twenty_joins_unless_it_finds),
		TEST(test_rates_of_a_network_are_limited_too),
		TEST(test_rates_no_pair_is_once_a_second_and_address),
	};
	return cmocka_run_group_tests_name("rates", tests, NULL, NULL);
}
