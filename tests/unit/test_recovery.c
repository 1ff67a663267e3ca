/* recovery: the scenarios of RFC 9002, on one path and on several over one packet number space. */
#include "session/recovery.h"

#include "session/congestion.h"
#include "tests/unit/support.h"

enum { NUMBERS = 3 * LIMIT_SENT, SIZE = LIMIT_PACKET };
#define START (100 * SECOND) /* the clock when a test begins */

static struct recovery *r;
static uint64_t next_number;
static unsigned acked[NUMBERS], lost[NUMBERS]; /* how often a packet's frame had that fate */

static int setup(void **state)
{
	(void)state;
	r = recovery_new();
	next_number = 0;
	memset(acked, 0, sizeof acked);
	memset(lost, 0, sizeof lost);
	recovery_path_start(r, 0, FLOW_DIRECT);
	return r ? 0 : -1;
}

static int teardown(void **state)
{
	(void)state;
	recovery_free(r);
	return 0;
}

/* One packet with one frame that bears the packet's number as its offset. */
static uint64_t send_on(unsigned path, uint64_t now)
{
	struct sent_frame frame = { .kind = SENT_STREAM, .offset = next_number, .len = 1000 };
	assert_true(sent_room(&r->sent, next_number));
	recovery_sent(r, next_number, path, SIZE, true, &frame, 1, now);
	return next_number++;
}

static void send_many(unsigned path, unsigned count, uint64_t now)
{
	while (count-- > 0)
		send_on(path, now);
}

/* A packet that is not watched over, such as a bare ACK. */
static void send_other(unsigned path, uint64_t now)
{
	recovery_sent(r, next_number++, path, 60, false, NULL, 0, now);
}

static void settle(void)
{
	struct sent_frame f;
	bool is_lost;
	while (sent_take(&r->sent, &f, &is_lost)) {
		assert_true(f.offset < next_number && f.len == 1000);
		(is_lost ? lost : acked)[f.offset]++;
	}
}

static enum err ack_frame(const struct frame *f, uint64_t now)
{
	enum err err = recovery_acked(r, f, now);
	settle();
	return err;
}

/* The packets first..last came. */
static void ack(uint64_t first, uint64_t last, uint64_t now)
{
	struct frame f = { .type = FRAME_ACK,
		           .as.ack = { .count = 1, .ranges = { { first, last + 1 } } } };
	assert_int_equal(ack_frame(&f, now), OK);
}

static void timer(uint64_t now)
{
	recovery_timer(r, now);
	settle();
}

static unsigned sum(const unsigned *fates)
{
	unsigned n = 0;
	for (size_t i = 0; i < NUMBERS; i++)
		n += fates[i];
	return n;
}

/* ---- round trips ---- */

static void test_recovery_first_sample_sets_the_round_trip(void **state)
{
	(void)state;
	assert_int_equal(rtt_pto(&r->flows[0].rtt), 333000 + 4 * 166500 + 25000);
	send_on(0, START);
	struct frame f = { .type = FRAME_ACK,
		           .as.ack = { .delay_us = 20000, .count = 1, .ranges = { { 0, 1 } } } };
	assert_int_equal(ack_frame(&f, START + 80000), OK);
	struct rtt rtt = r->flows[0].rtt;
	assert_int_equal(rtt.smoothed, 80000);
	assert_int_equal(rtt.variation, 40000);
	assert_int_equal(rtt.min, 80000);
	assert_int_equal(rtt_pto(&r->flows[0].rtt), 80000 + 160000 + 25000);
}

/* RFC 9002 5.3: the delay told counts up to 25 ms, and never below the shortest round trip seen. */
static void test_recovery_ack_delay_is_subtracted_with_limits(void **state)
{
	(void)state;
	send_on(0, START);
	ack(0, 0, START + 80000);
	static const struct {
		uint64_t latest, delay, adjusted;
	} cases[] = { { 100000, 10000, 90000 },
		      { 150000, 60000, 125000 },
		      { 90000, 20000, 90000 },
		      { 70000, 5000, 70000 } };
	uint64_t smoothed = 80000, now = START + SECOND;
	for (size_t i = 0; i < 4; i++, now += SECOND) {
		uint64_t n = send_on(0, now);
		struct frame f = { .as.ack = { .delay_us = cases[i].delay,
			                       .count = 1,
			                       .ranges = { { n, n + 1 } } } };
		assert_int_equal(ack_frame(&f, now + cases[i].latest), OK);
		smoothed = (7 * smoothed + cases[i].adjusted) / 8;
		assert_int_equal(r->flows[0].rtt.smoothed, smoothed);
		assert_int_equal(r->flows[0].rtt.latest, cases[i].latest);
	}
	assert_int_equal(r->flows[0].rtt.min, 70000);
}

/* An ACK whose largest number was known before measures nothing. */
static void test_recovery_only_the_largest_measures(void **state)
{
	(void)state;
	send_many(0, 3, START);
	ack(2, 2, START + 50000);
	uint64_t smoothed = r->flows[0].rtt.smoothed;
	ack(0, 2, START + 55000);
	assert_int_equal(r->flows[0].rtt.smoothed, smoothed);
	assert_int_equal(sum(acked), 3);
}

/* The program was stopped for a minute. On waking up it finds the answer first, or what was due. */
static void test_recovery_a_stopped_program_measures_nothing(void **state)
{
	(void)state;
	for (int timer_first = 0; timer_first < 2; timer_first++) {
		uint64_t now = START + (uint64_t)timer_first * 100 * SECOND;
		uint64_t n = send_on(0, now);

		ack(n, n, now + 50000);
		struct rtt before = r->flows[0].rtt;
		n = send_on(0, now + SECOND);
		now += 61 * SECOND;
		if (timer_first)
			timer(now);
		ack(n, n, now);
		assert_memory_equal(&r->flows[0].rtt, &before, sizeof before);
		assert_int_equal(acked[n], 1);
		n = send_on(0, now);
		ack(n, n, now + 60000);
		assert_int_equal(r->flows[0].rtt.latest, 60000);
	}
}

/* Where the path has become slower, it is measured all the same: timeouts came in time. */
static void test_recovery_a_slower_path_is_measured(void **state)
{
	(void)state;
	uint64_t n = send_on(0, START);
	ack(n, n, START + 50000);
	n = send_on(0, START + SECOND);
	while (recovery_deadline(r) < START + 3 * SECOND)
		timer(recovery_deadline(r));
	ack(n, n, START + 3 * SECOND);
	assert_int_equal(r->flows[0].rtt.latest, 2 * SECOND);
}

/* ---- losses ---- */

static void test_recovery_packet_threshold(void **state)
{
	(void)state;
	send_many(0, 5, START);
	ack(2, 2, START + 50000);
	assert_int_equal(sum(lost), 0);
	ack(3, 3, START + 50100);
	assert_int_equal(sum(lost), 1);
	assert_int_equal(lost[0], 1);
	ack(4, 4, START + 50200);
	assert_int_equal(lost[1], 1);
	assert_int_equal(sum(acked), 3);
	assert_int_equal(r->sent.count, 0);
	assert_int_equal(r->flows[0].congestion.in_flight, 0);
	ack(0, 1, START + 60000); /* late, not lost */
	assert_int_equal(sum(acked), 5);
}

/* Packets that are not watched over take numbers but say nothing about reordering. */
static void test_recovery_bare_acks_do_not_count_as_later_packets(void **state)
{
	(void)state;
	send_on(0, START);
	for (int i = 0; i < 10; i++)
		send_other(0, START);
	uint64_t n = send_on(0, START);
	ack(n, n, START + 50000);
	assert_int_equal(sum(lost), 0);
	ack(0, n, START + 50010);
	assert_int_equal(sum(acked), 2);
}

static void test_recovery_time_threshold(void **state)
{
	(void)state;
	send_on(0, START);
	send_on(0, START + 5000);
	ack(1, 1, START + 85000); /* 80 ms: 0 is lost 90 ms after it left */
	assert_int_equal(sum(lost), 0);
	assert_int_equal(recovery_deadline(r), START + 90000);
	timer(START + 89999);
	assert_int_equal(sum(lost), 0);
	timer(START + 90000);
	assert_int_equal(lost[0], 1);
	assert_int_equal(recovery_deadline(r), NEVER);
	assert_int_equal(r->flows[0].congestion.path.round.lost, SIZE);
}

/* RFC 8985: once a packet was late and not lost, those that overtake it prove nothing, and the next
 * one has the time that it took; for a while, and not for ever. */
static void test_recovery_learns_how_late_packets_come(void **state)
{
	(void)state;
	send_many(0, 5, START);
	ack(1, 4, START + 80000);
	assert_int_equal(lost[0], 1);
	ack(0, 0, START + 120000); /* 30 ms after it would have been lost by time */
	assert_int_equal(acked[0], 1);
	assert_int_equal(r->flows[0].reorder_us, 30000);
	assert_int_equal(r->flows[0].congestion.path.round.lost, 0);
	send_many(0, 5, START + 200000);
	ack(6, 9, START + 280000);
	assert_int_equal(lost[5], 0);
	assert_int_equal(recovery_deadline(r), START + 200000 + 90000 + 30000);
	ack(5, 5, START + 310000);
	assert_int_equal(sum(lost), 1);
	uint64_t now = START + SECOND;
	for (unsigned i = 0; i < 6; i++, now += 11 * SECOND) {
		uint64_t n = send_on(0, now);
		ack(n, n, now + 80000);
	}
	assert_int_equal(r->flows[0].reorder_us, 0);
	send_many(0, 5, now);
	ack(next_number - 4, next_number - 1, now + 80000);
	assert_int_equal(sum(lost), 2);
}

static void test_recovery_a_later_ack_within_the_time_saves(void **state)
{
	(void)state;
	send_many(0, 2, START);
	ack(1, 1, START + 80000);
	ack(0, 1, START + 85000);
	assert_int_equal(sum(acked), 2);
	assert_int_equal(sum(lost), 0);
	assert_int_equal(recovery_deadline(r), NEVER);
}

/* The two ways to go through an acknowledgment find the same, in any order of gaps and over two
 * paths. */
static void test_recovery_acks_take_the_same_however_they_are_gone_through(void **state)
{
	(void)state;
	uint64_t now = START;
	recovery_path_start(r, 1, FLOW_DIRECT);
	for (unsigned round = 0; round < 200; round++) {
		uint64_t first = next_number;
		for (unsigned i = 0; i < 40; i++) {
			if (i % 5 == round % 5)
				send_other(0, now);
			send_on(i % 3 == 0, now);
		}
		struct frame f = { .type = FRAME_ACK, .as.ack = { .count = 3 } };
		uint64_t wide = round % 7, middle = first + 20;
		f.as.ack.ranges[0] = (struct range){ next_number - 1 - wide, next_number };
		f.as.ack.ranges[1] = (struct range){ middle, middle + 1 + wide };
		f.as.ack.ranges[2] = (struct range){ round % 2 ? 0 : first, first + 3 };
		now += 20 * MS;
		assert_int_equal(ack_frame(&f, now), OK);
		for (size_t k = 0; k < 3; k++) {
			for (uint64_t n = f.as.ack.ranges[k].from < first ? first
			                                                  : f.as.ack.ranges[k].from;
			     n < f.as.ack.ranges[k].to; n++)
				assert_int_equal(lost[n], 0);
		}
		now += SECOND;
		timer(now);
		ack(first, next_number - 1, now);
		for (uint64_t n = first; n < next_number; n++)
			assert_true(acked[n] <= 1);
	}
	assert_int_equal(r->sent.count, 0);
}

static void test_recovery_ack_of_never_sent_is_an_error(void **state)
{
	(void)state;
	send_many(0, 2, START);
	struct frame f = { .as.ack = { .count = 1, .ranges = { { 0, 3 } } } };
	assert_int_equal(ack_frame(&f, START + 1000), ERR_FORMAT);
	assert_int_equal(sum(acked), 0);
	assert_int_equal(r->flows[0].rtt.smoothed, 0);
	ack(0, 1, START + 1000);
	assert_int_equal(sum(acked), 2);
}

/* ---- probe timeouts ---- */

static void test_recovery_pto_doubles_up_to_its_cap(void **state)
{
	(void)state;
	send_on(0, START);
	ack(0, 0, START + 100000);
	uint64_t now = START + SECOND, pto = 100000 + 200000 + 25000;
	assert_int_equal(recovery_deadline(r), NEVER);
	send_on(0, now);
	for (unsigned i = 0; i < RECOVERY_PTO_EARLY + 5; i++) {
		uint64_t period = i < 2                    ? (1 + i) * pto
		                  : i < RECOVERY_PTO_EARLY ? RECOVERY_PTO_MAX_US
		                                           : RECOVERY_PTO_LATE_US;
		assert_int_equal(recovery_deadline(r), now + period);
		now += period;
		timer(now);
		assert_int_equal(r->flows[0].pto_count, i + 1);
		assert_int_equal(r->flows[0].probes_due, 2);
	}
	uint64_t n = send_on(0, now);
	assert_int_equal(r->flows[0].probes_due, 1);
	ack(n, n, now + 100000);
	assert_int_equal(r->flows[0].pto_count, 0);
	assert_int_equal(r->flows[0].probes_due, 0);
}

/* A round trip above the cap is still waited for. */
static void test_recovery_pto_of_a_slow_path_is_not_cut(void **state)
{
	(void)state;
	send_on(0, START);
	ack(0, 0, START + 5 * SECOND);
	send_on(0, START + 6 * SECOND);
	assert_int_equal(recovery_deadline(r), START + 6 * SECOND + rtt_pto(&r->flows[0].rtt));
	timer(recovery_deadline(r));
	assert_int_equal(recovery_deadline(r), START + 6 * SECOND + 2 * rtt_pto(&r->flows[0].rtt));
}

/* The first timeout hands back two packets' frames for the probes to carry, the second all; none of
 * it is a loss. */
static void test_recovery_pto_hands_back_frames_without_congestion(void **state)
{
	(void)state;
	send_many(0, 6, START);
	uint64_t window = r->flows[0].congestion.cwnd;
	timer(recovery_deadline(r));
	assert_int_equal(sum(lost), 2);
	assert_true(lost[0] && lost[1]);
	assert_int_equal(r->flows[0].congestion.in_flight, 6 * SIZE);
	timer(recovery_deadline(r));
	assert_int_equal(sum(lost), 6);
	timer(recovery_deadline(r));
	assert_int_equal(sum(lost), 6); /* once each */
	assert_int_equal(r->flows[0].congestion.cwnd, window);
	assert_int_equal(r->flows[0].congestion.in_flight, 6 * SIZE);

	ack(0, 5, START + 4 * SECOND); /* they had only been slow */
	assert_int_equal(sum(acked), 6);
	assert_int_equal(r->flows[0].rtt.smoothed, 4 * SECOND);
	assert_int_equal(r->sent.count, 0);
}

/* Handed back and then lost in earnest: the frames are told once, the congestion control hears of
 * it. */
static void test_recovery_loss_after_pto_is_told_once(void **state)
{
	(void)state;
	send_many(0, 2, START);
	uint64_t at = recovery_deadline(r);
	timer(at);
	assert_int_equal(sum(lost), 2);
	send_many(0, 2, at);
	ack(3, 3, at + 50000);
	assert_int_equal(sum(lost), 2);
	assert_int_equal(r->flows[0].congestion.in_flight, SIZE);
	assert_int_equal(r->flows[0].congestion.path.round.total, 3 * SIZE); /* with two lost */
}

/* The window does not hold back probes. */
static void test_recovery_probes_pass_the_window(void **state)
{
	(void)state;
	send_many(0, 10, START);
	assert_false(recovery_may_send(r, 0, START));
	timer(recovery_deadline(r));
	uint64_t now = START + 2 * SECOND;
	assert_true(recovery_may_send(r, 0, now));
	send_many(0, 2, now);
	assert_false(recovery_may_send(r, 0, now));
}

/* Whoever is asked whether it is there is asked, however much is in flight: once. */
static void test_recovery_ask_passes_a_full_window(void **state)
{
	(void)state;
	while (recovery_may_send(r, 0, START))
		send_on(0, START);
	recovery_ask(r, 1); /* nobody is there */
	assert_false(recovery_may_send(r, 1, START));
	recovery_ask(r, 0);
	assert_true(recovery_may_send(r, 0, START));
	send_on(0, START);
	assert_false(recovery_may_send(r, 0, START));
}

/* A day without network: a probe every two seconds, and still there is room for the next, and the
 * first answer heals. */
static void test_recovery_survives_a_long_silence(void **state)
{
	(void)state;
	uint64_t now = START;
	send_many(0, 10, now);
	for (unsigned i = 0; i < 5000; i++) {
		now = recovery_deadline(r);
		timer(now);
		assert_true(sent_room(&r->sent, next_number));
		send_on(0, now);
		if (next_number % 3 == 0)
			send_other(0, now);
	}
	assert_true(now > START + 9900 * SECOND);
	uint64_t n = send_on(0, now);
	ack(n, n, now + 50000);
	timer(now + 200000);
	assert_int_equal(r->sent.count, 0);
	assert_int_equal(r->flows[0].congestion.in_flight, 0);
	assert_true(recovery_may_send(r, 0, now + 300000));
	assert_int_equal(sum(lost),
	                 5010); /* each of them once, though most slots were used twice */
}

/* ---- persistent congestion ---- */

static void test_recovery_persistent_congestion(void **state)
{
	(void)state;
	send_on(0, START);
	ack(0, 0, START + 100000);
	uint64_t now = START + SECOND, pto = rtt_pto(&r->flows[0].rtt);
	send_on(0, now);
	send_on(0, now + pto);
	send_on(0, now + 3 * pto + 1);
	uint64_t n = send_on(0, now + 4 * pto);
	ack(n, n, now + 4 * pto + 100000);
	timer(recovery_deadline(r));
	assert_int_equal(sum(lost), 3);
	assert_int_equal(r->flows[0].congestion.cwnd, CONGESTION_MIN + SIZE); /* and grows */
}

/* The same losses, but something between them came. */
static void test_recovery_no_persistent_congestion_around_an_ack(void **state)
{
	(void)state;
	send_on(0, START);
	ack(0, 0, START + 100000);
	uint64_t now = START + SECOND, pto = rtt_pto(&r->flows[0].rtt);
	send_on(0, now);
	uint64_t middle = send_on(0, now + pto);
	send_on(0, now + 3 * pto + 1);
	uint64_t n = send_on(0, now + 4 * pto);
	struct frame f = { .as.ack = { .count = 2,
		                       .ranges = { { n, n + 1 }, { middle, middle + 1 } } } };
	assert_int_equal(ack_frame(&f, now + 4 * pto + 100000), OK);
	timer(now + 6 * pto);
	assert_int_equal(sum(lost), 2);
	assert_true(r->flows[0].congestion.cwnd >= CONGESTION_INITIAL);
}

/* Packets from before the first round trip was known prove nothing. */
static void test_recovery_no_persistent_congestion_before_a_sample(void **state)
{
	(void)state;
	send_on(0, START);
	send_on(0, START + 60 * SECOND);
	send_on(0, START + 120 * SECOND);
	ack(2, 2, START + 120 * SECOND + 100000);
	timer(START + 121 * SECOND);
	assert_int_equal(sum(lost), 2);
	assert_true(r->flows[0].congestion.cwnd > CONGESTION_MIN);
}

/* ---- several paths ---- */

static void test_recovery_two_paths_do_not_confuse_each_other(void **state)
{
	(void)state;
	recovery_path_start(r, 1, FLOW_DIRECT);
	uint64_t slow = send_on(0, START);
	for (unsigned i = 0; i < 20; i++) {
		uint64_t n = send_on(1, START + i * 1000);
		ack(n, n, START + i * 1000 + 5000);
	}
	assert_int_equal(sum(lost), 0); /* 20 later packets came, none of its own path */
	assert_int_equal(r->flows[1].rtt.smoothed, 5000);
	assert_int_equal(r->flows[0].rtt.smoothed, 0);
	assert_int_equal(r->flows[0].congestion.in_flight, SIZE);
	assert_int_equal(r->flows[1].congestion.in_flight, 0);
	ack(slow, slow, START + 300000);
	assert_int_equal(r->flows[0].rtt.smoothed, 300000);
	assert_int_equal(r->flows[1].rtt.smoothed, 5000);

	/* interleaved: a gap of numbers is no reordering, three later ones of the same path are */
	uint64_t first = next_number;
	for (unsigned i = 0; i < 4; i++) {
		send_on(0, START + SECOND);
		send_on(1, START + SECOND);
	}
	ack(first + 4, first + 4, START + SECOND + 300000);
	assert_int_equal(sum(lost), 0);
	ack(first + 6, first + 6, START + SECOND + 300001);
	assert_int_equal(sum(lost), 1);
	assert_int_equal(lost[first], 1);
	assert_int_equal(r->flows[1].congestion.cwnd > CONGESTION_MIN, true);
}

static void test_recovery_each_path_has_its_own_timeout(void **state)
{
	(void)state;
	recovery_path_start(r, 1, FLOW_DIRECT);
	send_on(1, START);
	ack(0, 0, START + 10000);
	send_on(0, START + 20000);
	send_on(1, START + 20000);
	assert_int_equal(recovery_deadline(r), START + 20000 + 10000 + 20000 + 25000);
	timer(recovery_deadline(r));
	assert_int_equal(r->flows[1].pto_count, 1);
	assert_int_equal(r->flows[0].pto_count, 0);
	assert_int_equal(lost[2], 1);
	assert_int_equal(sum(lost), 1);
}

static void test_recovery_path_stop_gives_everything_back(void **state)
{
	(void)state;
	recovery_path_start(r, 1, FLOW_DIRECT);
	send_many(0, 5, START);
	send_many(1, 3, START);
	recovery_path_stop(r, 0);
	settle();
	assert_int_equal(sum(lost), 5);
	assert_false(recovery_may_send(r, 0, START));
	assert_true(recovery_may_send(r, 1, START));
	ack(0, 7, START + 50000); /* what comes late for the stopped path is of no use */
	assert_int_equal(sum(acked), 3);
	assert_int_equal(r->sent.count, 0);
	assert_int_equal(recovery_deadline(r), NEVER);
	recovery_path_start(r, 0, FLOW_DIRECT);
	assert_int_equal(r->flows[0].congestion.cwnd, CONGESTION_INITIAL);
	assert_int_equal(r->flows[0].rtt.smoothed, 0);
}

/* TCP below: no loss, no timer, no window; round trips and room are counted. */
static void test_recovery_stream_path_loses_nothing(void **state)
{
	(void)state;
	recovery_path_start(r, 0, FLOW_STREAM);
	send_many(0, LIMIT_SENT - 1, START);
	assert_true(recovery_may_send(r, 0, START));
	send_on(0, START);
	assert_false(recovery_may_send(r, 0, START)); /* it could not be watched over */
	assert_int_equal(recovery_deadline(r), NEVER);
	assert_int_equal(recovery_pace_at(r, 0), 0);
	ack(100, 200, START + 70000);
	timer(START + 100 * SECOND);
	assert_int_equal(sum(lost), 0);
	assert_int_equal(r->flows[0].rtt.smoothed, 70000);
	recovery_path_stop(r, 0);
	settle();
	assert_int_equal(sum(lost), LIMIT_SENT - 101);
	assert_true(sent_room(&r->sent, next_number));
}

/* ---- everything at once ---- */

/* Whatever happens, every frame meets a fate, none is acknowledged twice, and the counts come out
 * even. */
static void chaos(uint64_t seed)
{
	struct test_random t = test_random(seed);
	uint64_t now = START;
	recovery_path_start(r, 1, FLOW_DIRECT);
	recovery_path_start(r, 2, seed % 3 == 0);
	for (unsigned step = 0; step < 400; step++) {
		now += random_below(&t.random, 20000);
		unsigned path = (unsigned)random_below(&t.random, 3);
		if (now >= recovery_deadline(r))
			timer(now);
		uint64_t what = random_below(&t.random, 40);
		if (what == 0) {
			recovery_path_stop(r, path);
			settle();
			recovery_path_start(r, path, path == 2 && seed % 3 == 0);
		} else if (what < 30) {
			for (uint64_t n = random_below(&t.random, 6);
			     n > 0 && sent_room(&r->sent, next_number); n--)
				if (recovery_may_send(r, path, now))
					send_on(path, now);
		} else if (next_number > 0) {
			uint64_t last =
			    next_number - 1 -
			    random_below(&t.random, next_number < 20 ? next_number : 20);
			ack(last - random_below(&t.random, last < 8 ? last + 1 : 8), last, now);
		}
	}
	size_t flying = 0;
	for (unsigned path = 0; path < 3; path++) {
		const struct flow *f = &r->flows[path];
		assert_int_equal(f->congestion.in_flight % SIZE, 0);
		flying += f->congestion.in_flight / SIZE;
	}
	assert_int_equal(r->sent.count == 0, flying == 0);
	for (unsigned path = 0; path < 3; path++)
		recovery_path_stop(r, path);
	settle();
	assert_int_equal(r->sent.count, 0);
	for (uint64_t n = 0; n < next_number; n++)
		if (acked[n] > 1 || lost[n] > 1 || acked[n] + lost[n] == 0)
			fail_msg("seed %llu: packet %llu: acked %u, lost %u",
			         (unsigned long long)seed, (unsigned long long)n, acked[n],
			         lost[n]);
}

static void test_recovery_every_frame_meets_its_fate(void **state)
{
	for (uint64_t seed = 1; seed <= 300; seed++) {
		chaos(seed);
		teardown(state);
		setup(state);
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_recovery_first_sample_sets_the_round_trip),
		TEST(test_recovery_ack_delay_is_subtracted_with_limits),
		TEST(test_recovery_only_the_largest_measures),
		TEST(test_recovery_a_stopped_program_measures_nothing),
		TEST(test_recovery_a_slower_path_is_measured),
		TEST(test_recovery_packet_threshold),
		TEST(test_recovery_bare_acks_do_not_count_as_later_packets),
		TEST(test_recovery_time_threshold),
		TEST(test_recovery_learns_how_late_packets_come),
		TEST(test_recovery_a_later_ack_within_the_time_saves),
		TEST(test_recovery_acks_take_the_same_however_they_are_gone_through),
		TEST(test_recovery_ack_of_never_sent_is_an_error),
		TEST(test_recovery_pto_doubles_up_to_its_cap),
		TEST(test_recovery_pto_of_a_slow_path_is_not_cut),
		TEST(test_recovery_pto_hands_back_frames_without_congestion),
		TEST(test_recovery_loss_after_pto_is_told_once),
		TEST(test_recovery_probes_pass_the_window),
		TEST(test_recovery_ask_passes_a_full_window),
		TEST(test_recovery_survives_a_long_silence),
		TEST(test_recovery_persistent_congestion),
		TEST(test_recovery_no_persistent_congestion_around_an_ack),
		TEST(test_recovery_no_persistent_congestion_before_a_sample),
		TEST(test_recovery_two_paths_do_not_confuse_each_other),
		TEST(test_recovery_each_path_has_its_own_timeout),
		TEST(test_recovery_path_stop_gives_everything_back),
		TEST(test_recovery_stream_path_loses_nothing),
		TEST(test_recovery_every_frame_meets_its_fate),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
