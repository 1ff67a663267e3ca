/* pacer: packets leave evenly, in trains worth a wake-up, with a limited burst; and a loop that
 * wakes late loses nothing. */
#include "session/pacer.h"

#include "tests/unit/support.h"

enum { SIZE = LIMIT_PACKET };
#define START (100 * SECOND)

static struct pacer p;

/* Sends as fast as it may, waking up late by so much each time, until then. Returns the bytes. */
static uint64_t run_by(size_t size, uint64_t from, uint64_t until, uint64_t late)
{
	uint64_t sent = 0, now = from;

	while (now < until) {
		uint64_t at = pacer_at(&p);

		if (at > now) {
			now = at + late;
			continue;
		}
		pacer_sent(&p, size, true, now);
		sent += size;
	}
	return sent;
}

static uint64_t run(uint64_t from, uint64_t until, uint64_t late)
{
	return run_by(SIZE, from, until, late);
}

static void test_pacer_without_a_rate_holds_nothing_back(void **state)
{
	(void)state;
	pacer_start(&p);
	for (unsigned i = 0; i < 1000; i++) {
		assert_int_equal(pacer_at(&p), 0);
		pacer_sent(&p, SIZE, true, START);
	}
}

static void test_pacer_keeps_the_rate(void **state)
{
	static const uint64_t rates[] = { 2500, 125000, 1250000, 12500000, 125000000 };

	(void)state;
	for (size_t i = 0; i < sizeof rates / sizeof rates[0]; i++) {
		pacer_start(&p);
		pacer_set_rate(&p, rates[i], true, START);
		(void)run(START, START + SECOND, 0); /* the burst */
		uint64_t sent = run(START + SECOND, START + 21 * SECOND, 0);
		assert_in_range(sent, 20 * rates[i] - rates[i] / 50 - 2 * SIZE,
		                20 * rates[i] + rates[i] / 50 + 2 * SIZE);
	}
}

/* A packet larger than what was allowed is paid for afterwards. */
static void test_pacer_large_packets_keep_the_rate(void **state)
{
	(void)state;
	pacer_start(&p);
	pacer_set_rate(&p, 1250000, true, START);
	(void)run_by(16000, START, START + SECOND, 0);
	uint64_t sent = run_by(16000, START + SECOND, START + 21 * SECOND, 0);
	assert_in_range(sent, 24500000, 25500000);
}

/* 10 ms late each time: the bytes of these 10 ms leave too. */
static void test_pacer_a_late_loop_keeps_the_rate(void **state)
{
	(void)state;
	for (uint64_t rate = 125000; rate <= 125000000; rate *= 10) {
		pacer_start(&p);
		pacer_set_rate(&p, rate, true, START);
		(void)run(START, START + SECOND, 10 * MS);
		uint64_t sent = run(START + SECOND, START + 21 * SECOND, 10 * MS);
		assert_in_range(sent, 20 * rate - rate / 20, 20 * rate + rate / 20);
	}
}

/* After a pause for want of data: the burst, but not more; at high rates it is a millisecond's
 * worth. */
static void test_pacer_burst_is_limited(void **state)
{
	static const struct {
		uint64_t rate;
		unsigned burst;
	} cases[] = { { 1250000, 16 }, { 150000000, 125 } };

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		unsigned burst = 0;

		pacer_start(&p);
		pacer_set_rate(&p, cases[i].rate, false, START);
		pacer_sent(&p, SIZE, false, START);
		uint64_t now = START + 3600 * SECOND;
		while (pacer_at(&p) <= now && burst < 1000) {
			pacer_sent(&p, SIZE, false, now);
			burst++;
		}
		assert_int_equal(burst, cases[i].burst);
	}
}

/* The next one leaves in the first microsecond in which the bucket holds enough. */
static void test_pacer_waits_no_shorter_and_no_longer_than_needed(void **state)
{
	(void)state;
	for (uint64_t rate = 3; rate < 3000000; rate = rate * 3 + 1) {
		for (size_t size = 1; size < 20; size++) {
			pacer_start(&p);
			pacer_set_rate(&p, rate, true, START);
			pacer_sent(&p, SIZE * 20 + size, true, START);
			uint64_t missing = (uint64_t)((int64_t)pacer_train(&p) - p.credit) * SECOND,
				 waits = pacer_at(&p) - p.counted_at;
			assert_true(waits * rate >= missing);
			assert_true((waits - 1) * rate < missing);
		}
	}
}

/* An empty bucket fills to a millisecond's worth before the next packet leaves. */
static void test_pacer_leaves_in_trains(void **state)
{
	unsigned waits = 0;
	uint64_t now = START;

	(void)state;
	pacer_start(&p);
	pacer_set_rate(&p, 30000000, true, START); /* 25 packets a millisecond */
	for (unsigned i = 0; i < 5000 + PACER_BURST / SIZE; i++) {
		if (pacer_at(&p) > now) {
			now = pacer_at(&p);
			waits++;
		}
		pacer_sent(&p, SIZE, true, now);
	}
	assert_in_range(waits, 195, 210);
	assert_in_range(now - START, 198000, 202000);
}

static void test_pacer_remembers_the_highest_rate_for_two_rounds(void **state)
{
	(void)state;
	pacer_start(&p);
	pacer_set_rate(&p, 1000, true, START);
	pacer_set_rate(&p, 3000, true, START);
	pacer_set_rate(&p, 2000, true, START);
	assert_int_equal(pacer_round(&p), 3000);
	assert_int_equal(pacer_round(&p), 3000);
	assert_int_equal(pacer_round(&p), 2000);
	pacer_set_rate(&p, 1000, true, START);
	assert_int_equal(pacer_round(&p), 2000);
	assert_int_equal(pacer_round(&p), 2000);
	assert_int_equal(pacer_round(&p), 1000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_pacer_without_a_rate_holds_nothing_back),
		cmocka_unit_test(test_pacer_keeps_the_rate),
		cmocka_unit_test(test_pacer_large_packets_keep_the_rate),
		cmocka_unit_test(test_pacer_a_late_loop_keeps_the_rate),
		cmocka_unit_test(test_pacer_burst_is_limited),
		cmocka_unit_test(test_pacer_waits_no_shorter_and_no_longer_than_needed),
		cmocka_unit_test(test_pacer_leaves_in_trains),
		cmocka_unit_test(test_pacer_remembers_the_highest_rate_for_two_rounds),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
