/* bucket: what it gives in a time, and when. */
#include "base/bucket.h"

#include "base/limits.h"
#include "tests/unit/support.h"

/* In any span of time t a bucket gives at most burst + rate * t, and whoever asks for no more than
 * the rate gets it. */
static void test_bucket_bounds_what_is_taken(void **state)
{
	(void)state;
	static const struct {
		uint64_t rate, burst;
	} cases[] = {
		{ 5, 64 }, { 1, 1 }, { 8000, 16384 }, { 125, 16384 }, { 536870911875, 536870911875 }
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct test_random r = test_random(4 + i);
		struct bucket b = { 0, 0 };
		uint64_t rate = cases[i].rate, burst = cases[i].burst, start = 77 * SECOND,
			 now = start, got = 0;
		assert_false(bucket_take(&b, burst + 1, rate, burst, now));
		assert_true(bucket_take(&b, burst, rate, burst, now));
		assert_false(bucket_take(&b, 1, rate, burst, now));
		got = burst;
		for (int step = 0; step < 10000; step++) {
			now += random_below(&r.random, 20 * MS);
			uint64_t cost = 1 + random_below(&r.random, burst / 100 + 1);
			if (bucket_take(&b, cost, rate, burst, now))
				got += cost;
			uint64_t allowed = burst + rate / 1000 * ((now - start) / 1000 + 1) +
			                   (now - start) * (rate % 1000) / SECOND + 1;
			assert_true(got <= allowed);
		}

		now += 1000000 * SECOND; /* full again, and no fuller */
		assert_true(bucket_take(&b, burst, rate, burst, now));
		assert_false(bucket_take(&b, 1, rate, burst, now));
		for (int step = 0; step < 1000; step++) {
			now += SECOND;
			assert_true(bucket_take(&b, rate < burst ? rate : burst, rate, burst, now));
		}
	}
}

/* It says when the next one is there: not a microsecond sooner. */
static void test_bucket_says_when(void **state)
{
	(void)state;
	struct bucket b = { 0, 0 };
	uint64_t now = 7 * SECOND;
	for (unsigned i = 0; i < 5; i++)
		assert_true(bucket_take(&b, 7, 3, 35, now));
	assert_int_equal(bucket_ready_at(&b, 7, 3, 35), now + 7 * SECOND / 3 + 1);
	now = bucket_ready_at(&b, 7, 3, 35);
	assert_false(bucket_take(&b, 7, 3, 35, now - 1));
	assert_true(bucket_take(&b, 7, 3, 35, now));
	assert_int_equal(bucket_ready_at(&b, 0, 3, 35), now);
}

/* What comes back can be taken again; a full one does not become fuller. */
static void test_bucket_takes_back(void **state)
{
	(void)state;
	struct bucket b = { 0, 0 };
	assert_true(bucket_take(&b, 10, 1, 10, SECOND));
	bucket_give_back(&b, 4);
	assert_false(bucket_take(&b, 5, 1, 10, SECOND));
	assert_true(bucket_take(&b, 4, 1, 10, SECOND));
	assert_true(bucket_take(&b, 1, 1, 10, 100 * SECOND));
	bucket_give_back(&b, 10);
	assert_false(bucket_take(&b, 11, 1, 10, 100 * SECOND));
	assert_true(bucket_take(&b, 10, 1, 10, 100 * SECOND));
	assert_false(bucket_take(&b, 1, 1, 10, 100 * SECOND));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_bucket_bounds_what_is_taken),
		cmocka_unit_test(test_bucket_says_when),
		cmocka_unit_test(test_bucket_takes_back),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
