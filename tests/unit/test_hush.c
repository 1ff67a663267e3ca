/* Tests of base/hush.c: however often something comes, it is told once in HUSH_US at most, and the
 * numbers add up. */
#include "base/hush.h"

#include "tests/unit/support.h"

static void test_hush_tells_once_in_a_while_and_counts_the_rest(void **state)
{
	(void)state;
	struct hush h = { 0 };
	uint64_t told = 0, sentences = 0, unsaid, came = 0;
	for (uint64_t now = SECOND; now < 65 * SECOND; now += 3 * MS) {
		if (now > 33 * SECOND && now < 47 * SECOND) { /* nothing comes */
			unsaid = hush_over(&h, now);
			told += unsaid;
			sentences += unsaid > 0;
			continue;
		}
		came++;
		if (hush_may(&h, now, &unsaid)) {
			told += 1 + unsaid;
			sentences++;
		}
		assert_true(hush_deadline(&h) > now);
	}
	assert_int_equal(hush_over(&h, hush_deadline(&h) - 1), 0);
	told += hush_over(&h, hush_deadline(&h));
	assert_int_equal(told, came);
	assert_int_equal(sentences, 7);
	assert_true(hush_deadline(&h) == NEVER);
	assert_int_equal(hush_over(&h, NEVER - 1), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_hush_tells_once_in_a_while_and_counts_the_rest),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
