/* random: numbers from bytes; and err: a phrase for every result. */
#include "base/random.h"

#include "tests/unit/support.h"

/* Gives the bytes of a list, then fails the test. */
struct listed {
	struct random random;
	const uint8_t *at;
	size_t left;
};

static void fill_listed(struct random *r, void *to, size_t len)
{
	struct listed *l = (struct listed *)r;
	assert_true(len <= l->left);
	memcpy(to, l->at, len);
	l->at += len;
	l->left -= len;
}

/* Eight bytes, little-endian on every host. */
static void test_random_u64_takes_eight_bytes(void **state)
{
	(void)state;
	static const uint8_t bytes[8] = { 1, 2, 3, 4, 5, 6, 7, 0xf8 };
	struct listed l = { { fill_listed }, bytes, 8 };
	assert_int_equal(random_u64(&l.random), UINT64_C(0xf807060504030201));
	assert_int_equal(l.left, 0);
}

/* 2^64 = 3k + 1: the one draw too many, 0, is thrown away, so that each result has k draws. */
static void test_random_below_draws_again_rather_than_favour(void **state)
{
	(void)state;
	uint8_t bytes[16] = { 0 };
	bytes[8] = 5;
	struct listed l = { { fill_listed }, bytes, 16 };
	assert_int_equal(random_below(&l.random, 3), 2);
	assert_int_equal(l.left, 0);

	struct listed power = { { fill_listed },
		                bytes,
		                8 }; /* nothing to throw away below a power of two */
	assert_int_equal(random_below(&power.random, UINT64_C(1) << 63), 0);
}

/* Over many draws every value comes, in near equal shares. */
static void test_random_below_is_even(void **state)
{
	(void)state;
	struct test_random random = test_random(1);
	unsigned seen[10] = { 0 };
	for (int i = 0; i < 100000; i++) {
		uint64_t v = random_below(&random.random, 10);
		assert_true(v < 10);
		seen[v]++;
	}
	for (int i = 0; i < 10; i++)
		assert_in_range(seen[i], 9500, 10500); /* five standard deviations */
	assert_int_equal(random_below(&random.random, 1), 0);
	assert_true(random_below(&random.random, UINT64_MAX) < UINT64_MAX);
	assert_panics(random_below(&random.random, 0));
}

/* The same seed gives the same bytes, however they are asked for; another seed gives others. */
static void test_random_of_tests_repeats(void **state)
{
	(void)state;
	struct test_random a = test_random(7), b = test_random(7), c = test_random(8);
	uint8_t x[64], y[64], z[64];
	random_fill(&a.random, x, 64);
	for (size_t i = 0; i < 64; i += 16)
		random_fill(&b.random, y + i, 16);
	random_fill(&c.random, z, 64);
	assert_memory_equal(x, y, 64);
	assert_memory_not_equal(x, z, 64);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_random_u64_takes_eight_bytes),
		cmocka_unit_test(test_random_below_draws_again_rather_than_favour),
		cmocka_unit_test(test_random_below_is_even),
		cmocka_unit_test(test_random_of_tests_repeats),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
