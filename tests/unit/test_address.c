/* Tests of ui/address.c: input goes to the conversation it was written for, or nowhere. */
#include "tests/unit/support.h"
#include "ui/address.h"

/* Input before the first conversation is for the first. */
static void test_address_first(void **state)
{
	(void)state;
	struct address a = { 0 };
	assert_int_equal(address_now(&a), ADDRESS_FIRST);
	assert_int_equal(address_of(&a, ADDRESS_FIRST), ADDRESS_WAITS);
	assert_int_equal(address_of(&a, ADDRESS_NOBODY), ADDRESS_NONE);
	assert_int_equal(address_of(&a, 2), ADDRESS_NONE);
	address_begin(&a);
	assert_int_equal(address_now(&a), 1);
	assert_int_equal(address_of(&a, 1), ADDRESS_HERE);
}

/* In between it is for nobody; in a later conversation, too, until all is read that was written
 * before. */
static void test_address_later(void **state)
{
	(void)state;
	struct address a = { 0 };
	address_begin(&a);
	address_end(&a);
	assert_int_equal(address_now(&a), ADDRESS_NOBODY);
	assert_int_equal(address_of(&a, 1), ADDRESS_OVER);
	address_begin(&a);
	assert_int_equal(address_now(&a), ADDRESS_NOBODY);
	assert_int_equal(address_of(&a, 2), ADDRESS_HERE); /* who names it means it */
	address_settled(&a);
	assert_int_equal(address_now(&a), 2);
	assert_panics(address_begin(&a));
}

/* Whatever happens, a number is never for a conversation but its own, and what nobody can have
 * meant for one is for none. */
static void test_address_by_construction(void **state)
{
	(void)state;
	struct test_random r = test_random(5);
	struct address a = { 0 };
	for (int i = 0; i < 100000; i++) {
		switch (random_below(&r.random, 3)) {
		case 0:
			if (!a.open)
				address_begin(&a);
			break;
		case 1: address_end(&a); break;
		default: address_settled(&a); break;
		}
		uint64_t now = address_now(&a), n = random_below(&r.random, a.begun + 3);
		assert_true(now == ADDRESS_NOBODY || now == a.begun || a.begun == 0);
		assert_int_equal(address_of(&a, n) == ADDRESS_HERE, a.open && n == a.begun);
		assert_int_equal(address_of(&a, n) == ADDRESS_WAITS, a.begun == 0 && n == 1);
		assert_int_equal(address_of(&a, ADDRESS_NOBODY), ADDRESS_NONE);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_address_first),
		cmocka_unit_test(test_address_later),
		cmocka_unit_test(test_address_by_construction),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
