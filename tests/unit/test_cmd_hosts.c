/* hosts: a host that goes to another network is noticed, and one that stays is left in peace. */
#include "cmd/talk/hosts.h"

#include "tests/unit/support.h"

static void test_hosts_changed_when_an_address_comes_or_goes(void **state)
{
	(void)state;
	struct hosts h = { .count = 0 };
	struct addr a = addr_v4(192, 168, 1, 2, 0), b = addr_v4(10, 0, 0, 7, 0),
		    c = { .ip = { 0x20, 0x01 } };
	struct addr ab[] = { a, b }, ba[] = { b, a }, ac[] = { a, c };
	assert_true(hosts_changed(&h, ab, 2));
	assert_false(hosts_changed(&h, ab, 2));
	assert_false(hosts_changed(&h, ba, 2)); /* the same in another order */
	assert_true(hosts_changed(&h, ba, 1));
	assert_true(hosts_changed(&h, ab, 2));
	assert_true(hosts_changed(&h, ac, 2));
	assert_true(hosts_changed(&h, ac, 0));
	assert_false(hosts_changed(&h, ac, 0));
}

static void test_hosts_no_more_than_can_be_offered(void **state)
{
	(void)state;
	struct hosts h = { .count = 0 };
	struct addr many[LIMIT_CANDIDATES + 3];
	for (size_t i = 0; i < LIMIT_CANDIDATES + 3; i++)
		many[i] = addr_v4(192, 168, 1, (uint8_t)i, 0);
	assert_true(hosts_changed(&h, many, LIMIT_CANDIDATES + 3));
	assert_int_equal(h.count, LIMIT_CANDIDATES);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_hosts_changed_when_an_address_comes_or_goes),
		cmocka_unit_test(test_hosts_no_more_than_can_be_offered),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
