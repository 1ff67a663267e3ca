/* refusals: a stream without a place is reset until the peer knows, and as many can be noted as an
 * honest peer can have open. */
#include "session/refusals.h"

#include "tests/unit/support.h"

static void test_refusals_are_said_until_known(void **state)
{
	struct refusals r = { 0 };
	uint32_t id;

	(void)state;
	assert_false(refusals_due(&r));
	assert_false(refusals_next(&r, &id));
	assert_true(refusals_add(&r, 84));
	assert_true(refusals_due(&r));
	assert_true(refusals_next(&r, &id));
	assert_int_equal(id, 84);
	assert_false(refusals_due(&r)); /* on its way */
	refusals_settle(&r, 84, true);
	assert_true(refusals_next(&r, &id));
	assert_int_equal(id, 84);
	refusals_settle(&r, 84, false);
	refusals_settle(&r, 84, true); /* an earlier one is lost, and it is known */
	refusals_settle(&r, 86, true); /* never refused */
	assert_false(refusals_due(&r));
}

static void test_refusals_are_bounded(void **state)
{
	struct refusals r = { 0 };
	uint32_t id;

	(void)state;
	for (uint32_t i = 0; i < LIMIT_OPEN; i++)
		assert_true(refusals_add(&r, 4 + 2 * i));
	assert_false(refusals_add(&r, 1000));
	for (uint32_t i = 0; i < LIMIT_OPEN; i++)
		assert_true(refusals_next(&r, &id));
	assert_false(refusals_next(&r, &id));
	assert_false(refusals_add(&r, 1000)); /* said, but not known */
	refusals_settle(&r, 10, false);
	assert_true(refusals_add(&r, 1000));
	assert_true(refusals_next(&r, &id));
	assert_int_equal(id, 1000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_refusals_are_said_until_known),
		cmocka_unit_test(test_refusals_are_bounded),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
