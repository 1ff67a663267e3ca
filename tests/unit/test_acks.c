/* acks: an ACK tells every packet that came, as early as RFC 9000 section 13.2 wants it and no
 * earlier. */
#include "session/acks.h"

#include "base/limits.h"
#include "tests/unit/support.h"

static struct acks a;
static struct frame f;

/* Writes an ACK and reads it into f. */
static bool ack(uint64_t now)
{
	uint8_t buf[1200];
	struct writer w = writer_of(buf, sizeof buf);
	if (!acks_write(&a, &w, now))
		return false;
	struct reader r = reader_of(written(&w));
	assert_true(frame_read(&r, &f));
	assert_true(read_end(&r));
	return true;
}

static void test_acks_nothing_to_say_at_first(void **state)
{
	(void)state;
	acks_init(&a);
	assert_false(a.due_at != NEVER);
	assert_false(a.due_at <= NEVER - 1);
	assert_false(ack(1000));
	assert_int_equal(acks_largest(&a), 0);
}

/* The session has begun, and its packet number below has been acknowledged. */
static void begin(void)
{
	acks_init(&a);
	acks_received(&a, 0, true, 900);
	assert_int_equal(a.due_at, 900); /* the peer learns how long the path is */
	assert_true(ack(900));
}

static void test_acks_one_packet_may_wait(void **state)
{
	(void)state;
	begin();
	acks_received(&a, 1, true, 1000);
	assert_true(a.due_at != NEVER);
	assert_false(a.due_at <= 1000 + RTT_ACK_DELAY_US - 1);
	assert_true(a.due_at <= 1000 + RTT_ACK_DELAY_US);
	assert_true(ack(1000 + 700));
	assert_int_equal(f.as.ack.delay_us, 700);
	assert_int_equal(f.as.ack.ranges[0].to, 2);
	assert_false(a.due_at != NEVER);
}

static void test_acks_second_packet_is_due_at_once(void **state)
{
	(void)state;
	begin();
	acks_received(&a, 1, true, 1000);
	acks_received(&a, 2, true, 1010);
	assert_true(a.due_at <= 1010);
	assert_true(ack(1010));
	acks_received(&a, 3, true, 1020);
	assert_false(a.due_at <= 1020);
}

static void test_acks_out_of_order_is_due_at_once(void **state)
{
	(void)state;
	acks_init(&a);
	acks_received(&a, 0, true, 1000);
	assert_true(ack(1000));
	acks_received(&a, 2, true, 2000); /* a gap below */
	assert_true(a.due_at <= 2000);
	assert_true(ack(2000));
	acks_received(&a, 1, true, 3000); /* below the largest */
	assert_true(a.due_at <= 3000);
	assert_true(ack(3000));
	assert_int_equal(f.as.ack.delay_us, 1000); /* counted from the largest */
	assert_int_equal(f.as.ack.count, 1);
}

/* Packets that ask for nothing are told of, but nothing is sent for them, and they leave no gap. */
static void test_acks_other_packets_do_not_ask(void **state)
{
	(void)state;
	acks_init(&a);
	acks_received(&a, 0, true, 1000);
	assert_true(ack(1000));
	for (uint64_t n = 1; n < 10; n++)
		acks_received(&a, n, false, 1000 + n);
	assert_false(a.due_at != NEVER);
	acks_received(&a, 10, true, 2000);
	assert_false(a.due_at <= 2000);
	assert_true(ack(2000));
	assert_int_equal(f.as.ack.count, 1);
	assert_int_equal(f.as.ack.ranges[0].from, 0);
	assert_int_equal(f.as.ack.ranges[0].to, 11);
}

static void test_acks_without_room_stays_due(void **state)
{
	(void)state;
	uint8_t buf[3];
	struct writer w = writer_of(buf, sizeof buf);
	acks_init(&a);
	acks_received(&a, 5, true, 1000);
	assert_false(acks_write(&a, &w, 1000));
	assert_true(a.due_at <= 1000);
}

/* With more intervals than are kept the oldest go; what is newest is always told. */
static void test_acks_keep_the_newest(void **state)
{
	(void)state;
	acks_init(&a);
	for (uint64_t n = 0; n < 3 * ACK_RANGES_MAX; n++)
		acks_received(&a, 2 * n, true, 1000 + n);
	acks_received(&a, 1, true, 5000); /* older than all that is kept */
	assert_int_equal(acks_largest(&a), 2 * (3 * ACK_RANGES_MAX - 1));
	assert_true(ack(5000));
	assert_int_equal(f.as.ack.count, ACK_RANGES_MAX);
	for (size_t i = 0; i < ACK_RANGES_MAX; i++)
		assert_int_equal(f.as.ack.ranges[i].from, acks_largest(&a) - 2 * i);
}

static void test_acks_forget_what_the_peer_knows(void **state)
{
	(void)state;
	acks_init(&a);
	for (uint64_t n = 0; n < 10; n++)
		acks_received(&a, 3 * n, true, 1000);
	acks_forget_below(&a, 21);
	assert_true(ack(1000));
	assert_int_equal(f.as.ack.count, 3);
	acks_forget_below(&a, 1000); /* the largest stays */
	assert_true(ack(1000));
	assert_int_equal(f.as.ack.count, 1);
	assert_int_equal(acks_largest(&a), 27);
	acks_received(&a, 4, true, 1000);
	assert_true(ack(1000));
	assert_int_equal(f.as.ack.count, 2);
}

/* Who only answers is never told what the peer knows. A minute later it does: numbers that were
 * left out do not make every further ACK longer. */
static void test_acks_forget_what_was_said_a_minute_ago(void **state)
{
	(void)state;
	begin();
	for (uint64_t n = 2; n < 40; n += 2) {
		acks_received(&a, n, true, n * 60 * SECOND);
		assert_true(ack(n * 60 * SECOND));
		assert_int_equal(f.as.ack.count, 1);
		assert_int_equal(f.as.ack.ranges[0].from, n);
	}
	acks_received(&a, 40, true, 38 * 60 * SECOND + 60 * SECOND - 1);
	assert_true(ack(39 * 60 * SECOND));
	assert_int_equal(f.as.ack.count, 2);
	/* what has not been said yet is not forgotten, and an old packet makes nothing old */
	acks_received(&a, 41, true, 40 * 60 * SECOND);
	acks_received(&a, 43, true, 45 * 60 * SECOND);
	acks_received(&a, 39, true, 50 * 60 * SECOND);
	assert_true(ack(50 * 60 * SECOND));
	assert_int_equal(f.as.ack.count, 3);
	assert_int_equal(f.as.ack.ranges[1].from, 41);
	assert_int_equal(f.as.ack.ranges[2].from, 39);
}

/* Under any order and loss below the number of intervals kept, what is told is exactly what came.
 */
static void test_acks_tell_exactly_what_came(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= 500; seed++) {
		struct test_random t = test_random(seed);
		bool came[120] = { false };
		acks_init(&a);
		for (unsigned i = 0; i < 100; i++) {
			uint64_t n = i + random_below(&t.random, 20);
			came[n] = true;
			acks_received(&a, n, random_below(&t.random, 2), 1000 + i);
		}
		assert_true(ack(2000));
		bool told[120] = { false };
		for (size_t i = 0; i < f.as.ack.count; i++)
			for (uint64_t n = f.as.ack.ranges[i].from; n < f.as.ack.ranges[i].to; n++)
				told[n] = true;
		if (memcmp(came, told, sizeof came) != 0)
			fail_msg("seed %llu", (unsigned long long)seed);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_acks_nothing_to_say_at_first),
		cmocka_unit_test(test_acks_one_packet_may_wait),
		cmocka_unit_test(test_acks_second_packet_is_due_at_once),
		cmocka_unit_test(test_acks_out_of_order_is_due_at_once),
		cmocka_unit_test(test_acks_other_packets_do_not_ask),
		cmocka_unit_test(test_acks_without_room_stays_due),
		cmocka_unit_test(test_acks_keep_the_newest),
		cmocka_unit_test(test_acks_forget_what_the_peer_knows),
		cmocka_unit_test(test_acks_forget_what_was_said_a_minute_ago),
		cmocka_unit_test(test_acks_tell_exactly_what_came),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
