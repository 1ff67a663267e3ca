/* ring: what is put at an offset is there, wherever the ring wraps and however it grows meanwhile.
 * */
#include "session/ring.h"

#include "base/min_max.h"
#include "tests/unit/support.h"

enum { KIB = 1024, MAX = 1024 * KIB, RUN = 50 * KIB };

static struct ring r;

static uint8_t byte_at(uint64_t offset)
{
	return (uint8_t)(offset * 7 + offset / 251);
}

static void put(uint64_t from, uint64_t to)
{
	static uint8_t bytes[RUN];

	for (uint64_t i = from; i < to; i++)
		bytes[i - from] = byte_at(i);
	ring_put(&r, from, span_of(bytes, (size_t)(to - from)));
}

static void assert_there(uint64_t from, uint64_t to)
{
	while (from < to) {
		struct span piece = ring_piece(&r, from, to - from);

		assert_true(piece.len > 0);
		for (size_t i = 0; i < piece.len; i++)
			assert_int_equal(piece.at[i], byte_at(from + i));
		from += piece.len;
	}
}

static void test_ring_keeps_what_it_holds(void **state)
{
	(void)state;
	struct test_random t = test_random(1);
	uint64_t end = 0;

	r = ring_of(MAX);
	for (unsigned i = 0; i < 400; i++) {
		uint64_t more = random_below(&t.random, RUN);

		if (ring_hold(&r, end + more)) {
			put(end, end + more);
			end += more;
		}
		assert_there(r.base, end);
		uint64_t gone = random_below(&t.random, end - r.base + 1);
		if (i % 50 > 25)
			ring_advance(&r, r.base + gone, r.base + gone == end);
	}
	assert_true(end > 2 * MAX);
	ring_free(&r);
}

/* It starts small, grows by need, and not above its bound. */
static void test_ring_grows_by_need(void **state)
{
	(void)state;
	r = ring_of(MAX);
	assert_int_equal(r.size, 0);
	assert_int_equal(ring_piece(&r, 0, 0).len, 0);
	assert_true(ring_hold(&r, 1));
	assert_int_equal(r.size, 64 * KIB);
	assert_true(ring_hold(&r, 64 * KIB));
	assert_int_equal(r.size, 64 * KIB);
	assert_true(ring_hold(&r, 64 * KIB + 1));
	assert_int_equal(r.size, 128 * KIB);
	assert_false(ring_hold(&r, MAX + 1));
	ring_advance(&r, 1, true);
	assert_true(ring_hold(&r, MAX + 1));
	assert_int_equal(r.size, MAX);
	ring_free(&r);
	r = ring_of(64 * KIB);
	assert_false(ring_hold(&r, 64 * KIB + 1));
	ring_free(&r);
}

static void test_ring_compares(void **state)
{
	(void)state;
	r = ring_of(MAX);
	assert_true(ring_hold(&r, 64 * KIB));
	ring_advance(&r, 64 * KIB - 2, false); /* it wraps after two bytes */
	ring_put(&r, 64 * KIB - 2, span_text("abcd"));
	assert_true(ring_is(&r, 64 * KIB - 2, span_text("abcd")));
	assert_true(ring_is(&r, 64 * KIB, span_text("cd")));
	assert_false(ring_is(&r, 64 * KIB - 2, span_text("abcc")));
	assert_false(ring_is(&r, 64 * KIB - 2, span_text("bbcd")));
	ring_free(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ring_keeps_what_it_holds),
		cmocka_unit_test(test_ring_grows_by_need),
		cmocka_unit_test(test_ring_compares),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
