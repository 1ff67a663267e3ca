/* mtu: packets grow as far as the path carries them, shrink where large ones die, and neither loss
 * nor a lie about the path keeps them small. */
#include "session/mtu.h"

#include "base/limits.h"
#include "tests/unit/support.h"

#define WAIT (60 * MS)

static struct test_random randomness;
static struct mtu m;
static size_t carries; /* what passes on the path */
static uint64_t now;
static unsigned tests, shrunk;

static void begin(size_t path)
{
	randomness = test_random(3);
	m = (struct mtu){ .step = 0 };
	carries = path;
	now = 100 * SECOND;
	tests = shrunk = 0;
}

/* All that happens in so much time, with data that fills every packet; the answer to a test comes
 * at once. */
static void run(uint64_t us, size_t max)
{
	for (uint64_t end = now + us; now < end; now += MS) {
		uint8_t bytes[16];
		struct writer w = writer_of(bytes, sizeof bytes);

		shrunk += mtu_timer(&m, max, WAIT, now);
		mtu_want(&m);
		size_t size = mtu_test(&m, max, WAIT, &randomness.random, &w, now);
		if (size == 0)
			continue;
		assert_int_equal(bytes[0], FRAME_PATH_CHALLENGE);
		assert_in_range(size, MTU_MIN, max);
		tests++;
		if (size <= carries)
			assert_true(mtu_response(&m, bytes + 1));
	}
}

/* ... but nothing fills a packet. */
static void test_mtu_asks_nothing_without_data(void **state)
{
	uint8_t bytes[16];
	struct writer w = writer_of(bytes, sizeof bytes);

	(void)state;
	begin(LIMIT_PACKET_MAX);
	assert_int_equal(mtu_size(&m), LIMIT_PACKET);
	assert_int_equal(mtu_deadline(&m, LIMIT_PACKET_MAX, WAIT), NEVER);
	assert_int_equal(mtu_test(&m, LIMIT_PACKET_MAX, WAIT, &randomness.random, &w, now), 0);
}

static void test_mtu_grows_to_what_the_path_carries(void **state)
{
	static const struct {
		size_t path, max, size;
	} cases[] = {
		{ LIMIT_PACKET, LIMIT_PACKET_MAX, LIMIT_PACKET },
		{ 1399, LIMIT_PACKET_MAX, 1360 },
		{ 1451, LIMIT_PACKET_MAX, 1440 },
		{ 1472, LIMIT_PACKET_MAX, 1452 },
		{ 8972, LIMIT_PACKET_MAX, 8943 },
		{ 65507, LIMIT_PACKET_MAX, LIMIT_PACKET_MAX },
		{ 65507, LIMIT_PACKET, LIMIT_PACKET }, /* a peer that takes no more */
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		begin(cases[i].path);
		run(SECOND, cases[i].max);
		assert_int_equal(mtu_size(&m), cases[i].size);
		assert_int_equal(shrunk, 0);
	}
}

/* A search in vain is repeated less and less often: 3 tests after 1, 2, 4 ... seconds. */
static void test_mtu_searches_in_vain_less_and_less_often(void **state)
{
	(void)state;
	begin(LIMIT_PACKET);
	run(3600 * SECOND, LIMIT_PACKET_MAX);
	assert_int_equal(mtu_size(&m), LIMIT_PACKET);
	assert_in_range(tests, 3 * 12, 3 * 16);
}

static void test_mtu_falls_where_large_packets_die(void **state)
{
	static const size_t paths[] = { 1072, 1052, 572, 548 };

	(void)state;
	for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++) {
		begin(paths[i]);
		mtu_timeouts(&m, 1);
		run(2 * MTU_TESTS * WAIT + MS, LIMIT_PACKET_MAX);
		assert_int_equal(mtu_size(&m), paths[i] < 1052 ? 548 : 1052);
		assert_int_equal(shrunk, paths[i] < 1052 ? 2 : 1);
	}
}

/* Nothing at all passes for a while: packets are small, then, and large again soon after. */
static void test_mtu_recovers_from_an_outage(void **state)
{
	(void)state;
	begin(1472);
	run(SECOND, LIMIT_PACKET_MAX);
	assert_int_equal(mtu_size(&m), 1452);
	carries = 0;
	for (unsigned timeouts = 1; timeouts < 12; timeouts++) {
		mtu_timeouts(&m, timeouts);
		run(5 * SECOND, LIMIT_PACKET_MAX);
	}
	assert_int_equal(mtu_size(&m), MTU_MIN);
	carries = 1472;
	mtu_timeouts(&m, 0);
	run(100 * MS, LIMIT_PACKET_MAX);
	assert_int_equal(mtu_size(&m), 1452);
}

/* Timeouts by loss alone, one after the other: the size stays. */
static void test_mtu_takes_no_loss_for_a_small_path(void **state)
{
	(void)state;
	begin(1472);
	run(SECOND, LIMIT_PACKET_MAX);
	for (unsigned i = 0; i < 100; i++) {
		mtu_timeouts(&m, i % 3);
		run(200 * MS, LIMIT_PACKET_MAX);
		assert_int_equal(mtu_size(&m), 1452);
	}
	assert_int_equal(shrunk, 0);
}

/* The truth costs one test. */
static void test_mtu_falls_at_once_where_a_router_says_so(void **state)
{
	(void)state;
	begin(572);
	mtu_told(&m, 572);
	run(2 * WAIT + 2 * MS, LIMIT_PACKET_MAX);
	assert_int_equal(mtu_size(&m), 548);
	assert_in_range(tests, 2, 3); /* and one of the next size above */
}

/* A lie costs the path nothing, whatever it says and however often. */
static void test_mtu_believes_no_lie(void **state)
{
	static const size_t lies[] = { 0, 1, 68, 547, 548, 1000, 1199, 1300, 9000, 65507 };

	(void)state;
	begin(LIMIT_PACKET_MAX);
	for (unsigned i = 0; i < 1000; i++) {
		mtu_told(&m, lies[i % (sizeof lies / sizeof lies[0])]);
		run(2 * MS, LIMIT_PACKET_MAX);
		assert_in_range(mtu_size(&m), LIMIT_PACKET, LIMIT_PACKET_MAX);
	}
	run(SECOND, LIMIT_PACKET_MAX);
	assert_int_equal(mtu_size(&m), LIMIT_PACKET_MAX);
	assert_int_equal(shrunk, 0);
}

/* One that was found out is forgotten: of larger packets, too, more than one may be lost. */
static void test_mtu_forgets_a_lie(void **state)
{
	uint8_t bytes[16];
	struct writer w = writer_of(bytes, sizeof bytes);

	(void)state;
	begin(LIMIT_PACKET_MAX);
	mtu_told(&m, 1300);
	mtu_proved(&m, 1360);
	mtu_want(&m);
	size_t size = mtu_test(&m, 1452, WAIT, &randomness.random, &w, now);
	assert_in_range(size, 1361, 1452);
	w = writer_of(bytes, sizeof bytes);
	assert_int_equal(mtu_test(&m, 1452, WAIT, &randomness.random, &w, now + WAIT), size);
}

/* An answer that is late, or to no test, or comes twice. */
static void test_mtu_takes_each_answer_once(void **state)
{
	uint8_t first[16], second[16], other[CHALLENGE_LEN] = { 7 };
	struct writer a = writer_of(first, sizeof first), b = writer_of(second, sizeof second);

	(void)state;
	begin(LIMIT_PACKET_MAX);
	mtu_proved(&m, LIMIT_PACKET);
	mtu_want(&m);
	assert_int_equal(mtu_test(&m, 1452, WAIT, &randomness.random, &a, now), 1360);
	assert_int_equal(mtu_test(&m, 1452, WAIT, &randomness.random, &b, now), 0);
	assert_int_equal(mtu_test(&m, 1452, WAIT, &randomness.random, &b, now + WAIT), 1360);
	assert_false(mtu_response(&m, other));
	assert_true(mtu_response(&m, first + 1)); /* it was only slow */
	assert_int_equal(mtu_size(&m), 1360);
	assert_false(mtu_response(&m, first + 1));
	assert_true(mtu_response(&m, second + 1));
	assert_int_equal(mtu_size(&m), 1360);
}

static void test_mtu_begins_with_what_was_shown(void **state)
{
	(void)state;
	begin(1072);
	mtu_proved(&m, 1052);
	assert_int_equal(mtu_size(&m), 1052);
	assert_int_equal(mtu_fit(&m, 900), 548);
	assert_int_equal(mtu_fit(&m, 100), 548);
	assert_int_equal(mtu_fit(&m, 5000), 1052);
	assert_int_equal(mtu_below(LIMIT_PACKET), 1052);
	assert_int_equal(mtu_below(1052), MTU_MIN);
	assert_int_equal(mtu_below(MTU_MIN), MTU_MIN);
	run(3600 * SECOND, LIMIT_PACKET_MAX);
	assert_int_equal(mtu_size(&m), 1052);
}

int main(void)
{
	const struct CMUnitTest tests_of_mtu[] = {
		cmocka_unit_test(test_mtu_asks_nothing_without_data),
		cmocka_unit_test(test_mtu_grows_to_what_the_path_carries),
		cmocka_unit_test(test_mtu_searches_in_vain_less_and_less_often),
		cmocka_unit_test(test_mtu_falls_where_large_packets_die),
		cmocka_unit_test(test_mtu_recovers_from_an_outage),
		cmocka_unit_test(test_mtu_takes_no_loss_for_a_small_path),
		cmocka_unit_test(test_mtu_falls_at_once_where_a_router_says_so),
		cmocka_unit_test(test_mtu_believes_no_lie),
		cmocka_unit_test(test_mtu_forgets_a_lie),
		cmocka_unit_test(test_mtu_takes_each_answer_once),
		cmocka_unit_test(test_mtu_begins_with_what_was_shown),
	};
	return cmocka_run_group_tests(tests_of_mtu, NULL, NULL);
}
