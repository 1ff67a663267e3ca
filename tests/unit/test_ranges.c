/* ranges: the set is what a bitmap says it is, in the one canonical form, whatever is added and
 * removed. */
#include "session/ranges.h"

#include "tests/unit/support.h"

enum { WORLD = 96, CAP = 12 };

static bool same(const struct ranges *r, const struct range *want, size_t count)
{
	return r->count == count && (count == 0 || memcmp(r->at, want, count * sizeof *want) == 0);
}

#define RANGES(...)                                                                                \
	(const struct range[]){ __VA_ARGS__ },                                                     \
	    sizeof((const struct range[]){ __VA_ARGS__ }) / sizeof(struct range)

static void test_ranges_melt_when_they_touch(void **state)
{
	(void)state;
	struct range at[4];
	struct ranges r = ranges_of(at, 4);
	assert_true(ranges_add(&r, 10, 20));
	assert_true(ranges_add(&r, 30, 40));
	assert_true(same(&r, RANGES({ 10, 20 }, { 30, 40 })));
	assert_true(ranges_add(&r, 20, 22));
	assert_true(same(&r, RANGES({ 10, 22 }, { 30, 40 })));
	assert_true(ranges_add(&r, 22, 30));
	assert_true(same(&r, RANGES({ 10, 40 })));
	assert_true(ranges_add(&r, 0, 10));
	assert_true(same(&r, RANGES({ 0, 40 })));
	assert_true(ranges_add(&r, 50, 50));
	assert_true(same(&r, RANGES({ 0, 40 })));
	assert_true(ranges_add(&r, UINT64_MAX - 1, UINT64_MAX));
	assert_true(ranges_have_all(&r, UINT64_MAX - 1, UINT64_MAX));
}

static void test_ranges_removal_splits(void **state)
{
	(void)state;
	struct range at[4];
	struct ranges r = ranges_of(at, 4);
	assert_true(ranges_add(&r, 10, 20));
	assert_true(ranges_add(&r, 30, 40));
	assert_true(ranges_remove(&r, 12, 14));
	assert_true(same(&r, RANGES({ 10, 12 }, { 14, 20 }, { 30, 40 })));
	assert_true(ranges_remove(&r, 11, 35));
	assert_true(same(&r, RANGES({ 10, 11 }, { 35, 40 })));
	ranges_remove_below(&r, 36);
	assert_true(same(&r, RANGES({ 36, 40 })));
	ranges_remove_below(&r, UINT64_MAX);
	assert_int_equal(r.count, 0);
}

/* A change that needs one interval too many is refused and changes nothing. */
static void test_ranges_full_refuses_and_stays(void **state)
{
	(void)state;
	struct range at[2];
	struct ranges r = ranges_of(at, 2);
	assert_true(ranges_add(&r, 10, 20));
	assert_true(ranges_add(&r, 30, 40));
	assert_false(ranges_add(&r, 21, 29));
	assert_false(ranges_add(&r, 0, 9));
	assert_false(ranges_add(&r, 41, 50));
	assert_false(ranges_remove(&r, 11, 12));
	assert_true(same(&r, RANGES({ 10, 20 }, { 30, 40 })));
	assert_true(ranges_add(&r, 20, 30));
	assert_true(same(&r, RANGES({ 10, 40 })));
}

/* What began in the owner's array goes on elsewhere when that is full, to its bound. */
static void test_ranges_grow_to_their_bound(void **state)
{
	(void)state;
	struct range at[4];
	struct ranges r = ranges_growing(at, 4, 1000);
	for (uint64_t i = 0; i < 4; i++)
		assert_true(ranges_add(&r, 10 * i, 10 * i + 5));
	assert_ptr_equal(r.at, at);
	for (uint64_t i = 4; i < 1000; i++)
		assert_true(ranges_add(&r, 10 * i, 10 * i + 5));
	assert_false(ranges_add(&r, 10000, 10005));
	assert_false(ranges_remove(&r, 1, 2));
	assert_int_equal(r.count, 1000);
	for (uint64_t i = 0; i < 1000; i++)
		assert_true(ranges_have_all(&r, 10 * i, 10 * i + 5) &&
		            !ranges_have_all(&r, 10 * i, 10 * i + 6));
	ranges_free(&r);
	assert_int_equal(r.count, 0);
}

/* ---- the model ---- */

static size_t model_intervals(const bool *in)
{
	size_t count = 0;
	for (size_t i = 0; i < WORLD; i++)
		count += in[i] && (i == 0 || !in[i - 1]);
	return count;
}

static bool model_all(const bool *in, uint64_t from, uint64_t to)
{
	for (uint64_t i = from; i < to; i++)
		if (!in[i])
			return false;
	return true;
}

static void compare(const struct ranges *r, const bool *in, uint64_t seed)
{
	bool ok = r->count == model_intervals(in);
	for (size_t i = 0; ok && i < r->count; i++) {
		ok = r->at[i].from < r->at[i].to && r->at[i].to <= WORLD &&
		     model_all(in, r->at[i].from, r->at[i].to);
		ok = ok && (i == 0 || r->at[i - 1].to < r->at[i].from);
	}
	for (uint64_t n = 0; ok && n < WORLD; n++) {
		size_t after = ranges_after(r, n);
		ok = ranges_have_all(r, n, n + 1) == in[n] &&
		     (after == r->count || r->at[after].to > n) &&
		     (after == 0 || r->at[after - 1].to <= n);
	}
	if (!ok)
		fail_msg("seed %llu", (unsigned long long)seed);
}

static void one_world(uint64_t seed)
{
	struct test_random t = test_random(seed);
	struct range at[CAP];
	struct ranges r = seed % 4 < 2 ? ranges_of(at, CAP) : ranges_growing(at, CAP / 3, CAP);
	bool in[WORLD] = { false };
	for (unsigned step = 0; step < 60; step++) {
		uint64_t from = random_below(&t.random, WORLD),
			 to = from + random_below(&t.random, seed % 2 ? 4 : 30);
		if (to > WORLD)
			to = WORLD;
		bool add = random_below(&t.random, 3) > 0, after[WORLD];
		memcpy(after, in, sizeof in);
		for (uint64_t i = from; i < to; i++)
			after[i] = add;
		bool done = add ? ranges_add(&r, from, to) : ranges_remove(&r, from, to);
		if (done != (model_intervals(after) <= CAP))
			fail_msg("seed %llu step %u: room", (unsigned long long)seed, step);
		if (done)
			memcpy(in, after, sizeof in);
		compare(&r, in, seed);
		if (ranges_have_all(&r, from, to) != model_all(in, from, to))
			fail_msg("seed %llu step %u: have_all", (unsigned long long)seed, step);
	}
	ranges_free(&r);
}

static void test_ranges_are_what_a_bitmap_is(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= 2000; seed++)
		one_world(seed);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ranges_melt_when_they_touch),
		cmocka_unit_test(test_ranges_removal_splits),
		cmocka_unit_test(test_ranges_full_refuses_and_stays),
		cmocka_unit_test(test_ranges_grow_to_their_bound),
		cmocka_unit_test(test_ranges_are_what_a_bitmap_is),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
