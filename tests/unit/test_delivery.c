/* delivery: rates, round trips, heaps, rounds and calm losses, each by hand. */
#include "session/delivery.h"

#include "tests/unit/support.h"

enum { SIZE = LIMIT_PACKET, RTT = 50000 };
#define START (100 * SECOND)

static struct delivery d;
static uint64_t mean;

static struct sent_stamp send(uint64_t now)
{
	return delivery_sent(&d, SIZE, now);
}

static uint64_t ack(struct sent_stamp stamp, uint64_t bytes, uint64_t sent_at, uint64_t now)
{
	return delivery_acked(&d,
	                      &(struct delivery_ack){ .bytes = bytes,
	                                              .sent_at = sent_at,
	                                              .stamp = &stamp,
	                                              .sample = now - sent_at,
	                                              .smoothed = now - sent_at },
	                      now);
}

static int setup(void **state)
{
	(void)state;
	delivery_start(&d);
	delivery_idle(&d, START);
	return 0;
}

/* Ten packets at once, that come back 1 ms apart: what counts is the pace of their return over a
 * round trip. */
static void test_delivery_rate_is_what_arrives(void **state)
{
	(void)state;
	struct sent_stamp stamp = send(START);
	for (uint64_t i = 0; i < 9; i++)
		ack(stamp, SIZE, START, START + RTT + i * MS);
	uint64_t rate = ack(stamp, SIZE, START, START + RTT + 9 * MS);
	assert_int_equal(rate, (uint64_t)10 * SIZE * SECOND / (RTT + 9 * MS));
	assert_int_equal(d.min_rtt, RTT);
}

/* Acknowledgments that were held back and come at once do not show a rate above that of sending. */
static void test_delivery_rate_is_no_higher_than_that_of_sending(void **state)
{
	struct sent_stamp stamps[20];

	(void)state;
	for (uint64_t i = 0; i < 10; i++)
		stamps[i] = send(START + i * 10 * MS);
	assert_int_equal(stamps[9].since_first, 90 * MS);
	ack(stamps[0], SIZE, START, START + RTT);
	uint64_t rate = ack(stamps[9], 9 * SIZE, START + 90 * MS, START + 90 * MS + RTT);
	assert_in_range(rate, 10 * SIZE * 6, 10 * SIZE * 12);
}

/* Less than a round trip measures nothing. */
static void test_delivery_too_short_an_interval_says_nothing(void **state)
{
	(void)state;
	struct sent_stamp stamp = send(START);
	ack(stamp, SIZE, START, START + RTT);
	delivery_idle(&d, START + 2 * RTT - 20);
	stamp = send(START + 2 * RTT - 20);
	struct delivery_ack a = { .bytes = SIZE, .sent_at = START + 2 * RTT - 20, .stamp = &stamp };
	assert_int_equal(delivery_acked(&d, &a, START + 2 * RTT), 0);
}

static void test_delivery_for_want_of_data(void **state)
{
	(void)state;
	assert_false(send(START).starved);
	delivery_starved(&d, 2 * SIZE);
	struct sent_stamp stamp = send(START + 1);
	assert_true(stamp.starved);
	ack(stamp, 2 * SIZE, START + 1, START + RTT);
	assert_true(send(START + RTT).starved);
	ack(stamp, SIZE, START + RTT, START + 2 * RTT);
	assert_false(send(START + 2 * RTT).starved);
}

static void test_delivery_rounds(void **state)
{
	(void)state;
	struct sent_stamp first = send(START), second = send(START + 1);
	ack(first, SIZE, START, START + RTT);
	assert_true(delivery_round_over(&d, &first, &mean));
	struct sent_stamp third = send(START + RTT);
	ack(second, SIZE, START + 1, START + RTT + 1);
	assert_false(delivery_round_over(&d, &second, &mean));
	delivery_lost(&d, SIZE, 0);
	ack(third, SIZE, START + RTT, START + 2 * RTT);
	assert_true(delivery_round_over(&d, &third, &mean));
	assert_int_equal(d.round.total, 3 * SIZE);
	assert_in_range(mean, SIZE * 10, SIZE * 60);
	assert_int_equal(d.round.lost, 0);
}

/* A path that gives 1000 bytes a ms, whose acknowledgments come each 20 ms: heaps of 20000. */
static void test_delivery_heaps(void **state)
{
	(void)state;
	for (uint64_t i = 1; i < 50; i++)
		delivery_heap(&d, 20000, 1000000, START + i * 20 * MS);
	assert_in_range(delivery_heap_most(&d), 19000, 21000);
	setup(state);
	for (uint64_t i = 1; i < 1000; i++)
		delivery_heap(&d, 1000, 1000000, START + i * MS);
	assert_in_range(delivery_heap_most(&d), 0, 2000);
}

/* A heap counts for what is left of five rounds, and five more. */
static void test_delivery_forgets_heaps(void **state)
{
	(void)state;
	delivery_heap(&d, 20000, 1000000, START + 20 * MS);
	delivery_heap(&d, 20000, 1000000, START + 20 * MS);
	uint64_t most = delivery_heap_most(&d), now = START;
	assert_true(most >= 19000);
	for (unsigned round = 1; round <= 10; round++, now += RTT) {
		struct sent_stamp stamp = send(now);
		ack(stamp, SIZE, now, now + RTT);
		assert_true(delivery_round_over(&d, &stamp, &mean));
		assert_int_equal(delivery_heap_most(&d), round < 10 ? most : 0);
	}
}

/* A tenth of what was sent in calm is lost: that is the path's. What came after all is not. */
static void test_delivery_own_share(void **state)
{
	(void)state;
	struct sent_stamp stamp = send(START);
	delivery_lost(&d, 5 * SIZE, 5 * SIZE);
	assert_int_equal(delivery_own_share(&d), 0); /* too few to tell */
	for (unsigned i = 0; i < 500; i++) {
		struct delivery_ack a = {
			.bytes = 18 * SIZE, .calm = 18 * SIZE, .sent_at = START, .stamp = &stamp
		};
		(void)delivery_acked(&d, &a, START + RTT);
		delivery_lost(&d, 2 * SIZE, 2 * SIZE);
	}
	assert_in_range(delivery_own_share(&d), 90, 110);
	delivery_spurious(&d, NEVER, NEVER);
	assert_int_equal(delivery_own_share(&d), 0);
	assert_int_equal(d.round.lost, 0);
}

/* Even the fastest packet waited: a queue; only some did: jitter. */
static void test_delivery_tells_a_queue_from_jitter(void **state)
{
	(void)state;
	struct sent_stamp stamp = send(START);
	assert_false(delivery_waits(&d));
	ack(stamp, SIZE, START, START + RTT);
	assert_false(delivery_waits(&d));
	for (unsigned round = 0; round < 12; round++) {
		for (unsigned i = 0; i < 10; i++)
			ack(stamp, SIZE, START, START + RTT + i * 10 * MS);
		stamp.delivered = d.round.end;
		assert_true(delivery_round_over(&d, &stamp, &mean));
	}
	assert_false(delivery_waits(&d));
	for (unsigned round = 0; round < 12; round++) {
		ack(stamp, SIZE, START, START + RTT + 10 * MS);
		stamp.delivered = d.round.end;
		assert_true(delivery_round_over(&d, &stamp, &mean));
		if (round < 5) /* one that did not wait is not that long ago */
			assert_false(delivery_waits(&d));
	}
	assert_true(delivery_waits(&d));
}

#define TEST(name) cmocka_unit_test_setup(name, setup)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_delivery_rate_is_what_arrives),
		TEST(test_delivery_rate_is_no_higher_than_that_of_sending),
		TEST(test_delivery_too_short_an_interval_says_nothing),
		TEST(test_delivery_for_want_of_data),
		TEST(test_delivery_rounds),
		TEST(test_delivery_heaps),
		TEST(test_delivery_forgets_heaps),
		TEST(test_delivery_own_share),
		TEST(test_delivery_tells_a_queue_from_jitter),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
