/* joining: the joiners' company, by the letters that need them and those that do not. */
#include "ui/joining.h"

#include "tests/unit/support.h"

enum { BEH = 0x628, REH = 0x631, KA = 0x915, VIRAMA = 0x94d };

static void test_joining_by_context(void **state)
{
	(void)state;
	static const struct {
		uint32_t joiner, base, next;
		bool may, fits;
	} cases[] = {
		{ JOINING_NOT, BEH, BEH, true, true },     { JOINING_NOT, REH, BEH, true, true },
		{ JOINING_NOT, BEH, 'a', true, false },    { JOINING_NOT, BEH, 0, true, false },
		{ JOINING_NOT, 'a', BEH, false, false },   { JOINING_NOT, KA, KA, false, false },
		{ JOINING_NOT, 0x6d4, BEH, false, false }, { JOINING_NOT, 0, BEH, false, false },
		{ JOINING, BEH, BEH, true, false },        { JOINING, BEH, '.', true, true },
		{ JOINING, BEH, 0, true, true },           { JOINING, BEH, JOINING, true, false },
		{ JOINING, KA, VIRAMA, true, true },       { JOINING, KA, KA, true, false },
		{ JOINING, KA, 0, true, false },           { JOINING, 'a', 'b', false, false },
		{ JOINING, 0x5d0, 0x5d1, false, false },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		bool may = joining_may(cases[i].joiner, cases[i].base);
		assert_int_equal(may, cases[i].may);
		assert_int_equal(may && joining_fits(cases[i].joiner, cases[i].base, cases[i].next),
		                 cases[i].fits);
	}
	assert_true(joining_follows(VIRAMA) && joining_follows(0xdca) && joining_follows(0xbcd));
	assert_false(joining_follows(0x93c) || joining_follows(KA) || joining_follows(0));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_joining_by_context),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
