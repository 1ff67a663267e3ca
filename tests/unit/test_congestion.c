/* congestion: the rules of RFC 9438 and RFC 9002 one by one, and then what they add up to: flows
 * over a bottleneck with a queue, on a virtual clock, with the real recovery and the real acks at
 * the ends. */
#include "session/congestion.h"

#include "session/acks.h"
#include "session/recovery.h"
#include "tests/unit/support.h"

enum { SIZE = LIMIT_PACKET };
#define START (100 * SECOND)

static struct congestion c;

static void acked(uint64_t bytes, uint64_t sent_at, uint64_t rtt, uint64_t now)
{
	congestion_gone(&c, bytes);
	congestion_acked(&c, &(struct congestion_ack){ bytes, sent_at, rtt, rtt }, now);
}

static void sent(uint64_t bytes, uint64_t now)
{
	congestion_sent(&c, bytes, 100000, now);
}

static void test_cube_root_is_exact(void **state)
{
	(void)state;
	for (uint64_t n = 0; n < 3000; n++) {
		assert_int_equal(congestion_cube_root(n * n * n), n);
		if (n > 1)
			assert_int_equal(congestion_cube_root(n * n * n - 1), n - 1);
	}
	assert_int_equal(congestion_cube_root(UINT64_MAX), 2642245);
	assert_int_equal(congestion_cube_root(UINT64_C(2642245) * 2642245 * 2642245 - 1), 2642244);
}

static void test_congestion_starts_with_ten_packets(void **state)
{
	(void)state;
	congestion_start(&c);
	for (int i = 0; i < 10; i++) {
		assert_true(congestion_room(&c, SIZE));
		sent(SIZE, START);
	}
	assert_false(congestion_room(&c, 1));
}

static void test_congestion_slow_start_doubles(void **state)
{
	(void)state;
	congestion_start(&c);
	for (unsigned round = 0; round < 5; round++) {
		uint64_t window = c.cwnd, at = START + round * 100000;
		sent(window, at);
		acked(window, at, 100000, at + 100000);
		assert_int_equal(c.cwnd, 2 * window);
	}
}

/* RFC 9002 7.8 */
static void test_congestion_unused_window_does_not_grow(void **state)
{
	(void)state;
	congestion_start(&c);
	sent(3 * SIZE, START);
	acked(3 * SIZE, START, 100000, START + 100000);
	assert_int_equal(c.cwnd, CONGESTION_INITIAL);
	c.limited = true; /* the pace held it back, not the application */
	sent(3 * SIZE, START);
	acked(3 * SIZE, START, 100000, START + 100000);
	assert_int_equal(c.cwnd, CONGESTION_INITIAL + 3 * SIZE);
}

static void test_congestion_losses_of_one_round_trip_cut_once(void **state)
{
	(void)state;
	congestion_start(&c);
	c.cwnd = 100 * SIZE;
	congestion_lost(&c, START, START + 100000);
	assert_int_equal(c.cwnd, 70 * SIZE);
	congestion_lost(&c, START + 50000, START + 120000);
	congestion_lost(&c, START + 100000, START + 140000);
	assert_int_equal(c.cwnd, 70 * SIZE);
	congestion_lost(&c, START + 100001, START + 200000); /* left after the cut */
	assert_int_equal(c.cwnd, 49 * SIZE);
	assert_int_equal(c.window_max, 70 * SIZE * 17 / 20); /* fast convergence */
}

static void test_congestion_nothing_grows_in_recovery(void **state)
{
	(void)state;
	congestion_start(&c);
	c.cwnd = 10 * SIZE;
	sent(9 * SIZE, START);
	congestion_lost(&c, START, START + 100000);
	acked(9 * SIZE, START, 100000, START + 100000);
	assert_int_equal(c.cwnd, 7 * SIZE);
}

static void test_congestion_window_has_a_floor(void **state)
{
	(void)state;
	congestion_start(&c);
	for (uint64_t i = 0; i < 20; i++)
		congestion_lost(&c, START + i * SECOND + 1, START + (i + 1) * SECOND);
	assert_int_equal(c.cwnd, CONGESTION_MIN);
	c.cwnd = 100 * SIZE;
	congestion_persistent(&c);
	assert_int_equal(c.cwnd, CONGESTION_MIN);
	assert_true(c.ssthresh > c.cwnd || c.ssthresh == CONGESTION_MIN);
}

/* K: after a cut from W_max the window is back there after cbrt(0.3 W_max / 0.4) seconds, and
 * hardly moves around it. */
static void test_congestion_cubic_comes_back_after_k(void **state)
{
	(void)state;
	congestion_start(&c);
	c.cwnd = 1000 * SIZE;
	congestion_lost(&c, START, START);
	uint64_t now = START, rtt = 100000, before = 0, after = 0;
	for (unsigned round = 0; round < 110; round++) {
		sent(c.cwnd, now + 1);
		acked(c.in_flight, now + 1, rtt, now + rtt);
		now += rtt;
		if (now - START == 8 * SECOND)
			before = c.cwnd;
		if (now - START == 9 * SECOND + 100000) /* cbrt(750) = 9.08 */
			after = c.cwnd;
	}
	assert_int_equal(c.origin_us / 10000, 908);
	assert_in_range(before, 990 * SIZE, 1000 * SIZE);
	assert_in_range(after, 997 * SIZE, 1001 * SIZE);
	assert_in_range(c.cwnd, 1001 * SIZE, 1010 * SIZE); /* 2 s later */
}

/* On short round trips CUBIC is slower than Reno would be, so it grows as Reno: 9/17 of a packet a
 * round trip, then one. */
static void test_congestion_is_no_slower_than_reno(void **state)
{
	(void)state;
	congestion_start(&c);
	c.cwnd = 100 * SIZE;
	congestion_lost(&c, START, START);
	uint64_t now = START, rtt = 5000;
	for (unsigned round = 0; round < 40; round++, now += rtt) {
		sent(c.cwnd, now + 1);
		acked(c.in_flight, now + 1, rtt, now + rtt);
	}
	assert_in_range(c.cwnd, (70 + 20) * SIZE, (70 + 22) * SIZE);
	for (unsigned round = 0; round < 40; round++, now += rtt) {
		sent(c.cwnd, now + 1);
		acked(c.in_flight, now + 1, rtt, now + rtt);
	}
	assert_in_range(c.cwnd, 122 * SIZE, 125 * SIZE); /* back at 100 after 57 round trips */
}

/* RFC 9438 5.8: a pause is not time in which the window would have grown. */
static void test_congestion_a_pause_does_not_grow_the_window(void **state)
{
	(void)state;
	congestion_start(&c);
	c.cwnd = 100 * SIZE;
	congestion_lost(&c, START, START);
	sent(c.cwnd, START + 1);
	acked(c.in_flight, START + 1, 100000, START + 100000);
	uint64_t window = c.cwnd, now = START + 3600 * SECOND;
	sent(c.cwnd, now);
	acked(c.in_flight, now, 100000, now + 100000);
	assert_in_range(c.cwnd, window, window + 4 * SIZE);
}

/* ---- pacing ---- */

/* A burst of 16, then 1.25 windows a round trip (2 in slow start). */
static void pace(uint64_t want, uint64_t window, uint64_t threshold)
{
	congestion_start(&c);
	c.cwnd = window;
	c.ssthresh = threshold;
	for (int i = 0; i < 16; i++) {
		assert_int_equal(congestion_pace_at(&c, 100000), 0);
		sent(SIZE, START);
	}
	uint64_t now = START;
	for (int i = 0; i < 100; i++) {
		uint64_t at = congestion_pace_at(&c, 100000);
		now = at > now ? at : now;
		sent(SIZE, now);
	}
	assert_in_range(now - START, want - want / 100, want + want / 100);
}

static void test_congestion_pace(void **state)
{
	(void)state;
	pace(80000, 100 * SIZE, 1);
	pace(50000, 100 * SIZE, UINT64_MAX);
	pace(100 * 40000, 2 * SIZE, 1);
	assert_int_equal(congestion_pace_at(&c, 0), 0); /* round trip unknown */
}

/* An empty bucket fills to a millisecond's worth before the next packet leaves: so many leave then,
 * and the rate stays. */
static void test_congestion_leaves_in_trains(void **state)
{
	(void)state;
	congestion_start(&c);
	c.cwnd = 400 * SIZE;
	c.ssthresh = 1;
	uint64_t now = START;
	unsigned waits = 0, count = 0;
	for (; count < 5000 + CONGESTION_BURST / SIZE; count++) {
		uint64_t at = congestion_pace_at(&c, 20000);
		if (at > now) {
			now = at;
			waits++;
		}
		congestion_sent(&c, SIZE, 20000, now);
	}
	assert_in_range(waits, 195, 205); /* 25 packets each */
	assert_in_range(now - START, 198000, 202000);
}

/* After a pause the burst is back, but not more; at high rates it is a millisecond's worth. */
static void test_congestion_burst_is_limited(void **state)
{
	(void)state;
	static const struct {
		uint64_t window, rtt;
		unsigned burst;
	} cases[] = { { 100 * SIZE, 100000, 16 }, { 2000 * SIZE, 20000, 125 } };
	for (size_t i = 0; i < 2; i++) {
		congestion_start(&c);
		c.cwnd = cases[i].window;
		c.ssthresh = 1;
		unsigned burst = 0;
		congestion_sent(&c, SIZE, cases[i].rtt, START);
		uint64_t now = START + 3600 * SECOND;
		while (congestion_pace_at(&c, cases[i].rtt) <= now && burst < 1000) {
			congestion_sent(&c, SIZE, cases[i].rtt, now);
			burst++;
		}
		assert_int_equal(burst, cases[i].burst);
	}
}

/* ---- a bottleneck ---- */

enum { FLOWS = 2, QUEUE = 1 << 14, UNITS = 1 << 20 };

struct transit {
	uint64_t at, number, unit;
	unsigned flow;
};

struct end {
	bool on;
	struct recovery *recovery;
	struct acks acks;
	uint64_t next_number, next_unit;
	uint64_t again[QUEUE]; /* units lost, to be sent again */
	size_t again_first, again_last;
	uint8_t got[UNITS / 8];
	uint64_t delivered, lost; /* units */
};

static struct world {
	struct test_random t;
	uint64_t now, rtt, packet_ns, queue_ns,
	    busy_ns; /* the link: time a packet takes, room in time, until when it is busy */
	unsigned loss_permille;
	struct transit data[QUEUE];
	size_t data_first, data_last;
	struct {
		uint64_t at;
		unsigned flow;
		struct frame frame;
	} acks[QUEUE];
	size_t acks_first, acks_last;
	struct end ends[FLOWS];
} w;

static void world_start(uint64_t mbit, uint64_t rtt, uint64_t queue_packets, unsigned loss_permille)
{
	for (unsigned i = 0; i < FLOWS; i++)
		recovery_free(w.ends[i].recovery);
	memset(&w, 0, sizeof w);
	w.t = test_random(mbit + rtt + loss_permille);
	w.now = START;
	w.rtt = rtt;
	w.packet_ns = SIZE * 8 * 1000 / mbit;
	w.queue_ns = queue_packets * w.packet_ns;
	w.loss_permille = loss_permille;
}

static void end_start(struct end *e)
{
	e->recovery = recovery_new();
	recovery_path_start(e->recovery, 0, false);
	acks_init(&e->acks);
	e->on = true;
}

/* One packet onto the link; dropped when the queue is full, or by chance. */
static void link_take(unsigned flow, uint64_t number, uint64_t unit)
{
	uint64_t now_ns = w.now * 1000;
	if (w.busy_ns < now_ns)
		w.busy_ns = now_ns;
	if (w.busy_ns - now_ns > w.queue_ns || random_below(&w.t.random, 1000) < w.loss_permille)
		return;
	w.busy_ns += w.packet_ns;
	w.data[w.data_last++ % QUEUE] =
	    (struct transit){ w.busy_ns / 1000 + w.rtt / 2, number, unit, flow };
	assert_true(w.data_last - w.data_first < QUEUE);
}

static void end_send(unsigned flow)
{
	struct end *e = &w.ends[flow];
	while (recovery_may_send(e->recovery, 0, w.now)) {
		uint64_t unit = e->again_first < e->again_last ? e->again[e->again_first++ % QUEUE]
		                                               : e->next_unit++;
		assert_true(unit < UNITS);
		struct sent_frame f = { .kind = SENT_STREAM, .offset = unit, .len = 1 };
		recovery_sent(e->recovery, e->next_number, 0, SIZE, true, &f, 1, w.now);
		link_take(flow, e->next_number++, unit);
	}
	congestion_limited(&e->recovery->flows[0].congestion, true);
}

static void end_settle(struct end *e)
{
	struct sent_frame f;
	bool lost;
	while (sent_take(&e->recovery->sent, &f, &lost)) {
		if (!lost)
			continue;
		e->lost++;
		e->again[e->again_last++ % QUEUE] = f.offset;
	}
}

static void end_receive(const struct transit *p)
{
	struct end *e = &w.ends[p->flow];
	uint8_t bit = (uint8_t)(1 << p->unit % 8);
	e->delivered += !(e->got[p->unit / 8] & bit);
	e->got[p->unit / 8] |= bit;
	acks_received(&e->acks, p->number, true, w.now);
}

static void end_acks(unsigned flow)
{
	uint8_t buf[SIZE];
	struct writer out = writer_of(buf, sizeof buf);
	struct end *e = &w.ends[flow];
	if (!(e->acks.due_at <= w.now) || !acks_write(&e->acks, &out, w.now))
		return;
	struct reader in = reader_of(written(&out));
	size_t i = w.acks_last++ % QUEUE;
	w.acks[i].at = w.now + w.rtt / 2;
	w.acks[i].flow = flow;
	assert_true(frame_read(&in, &w.acks[i].frame));
}

static void sooner(uint64_t *at, uint64_t other)
{
	if (other < *at)
		*at = other;
}

static uint64_t world_next(void)
{
	uint64_t at = NEVER;
	if (w.data_first < w.data_last)
		sooner(&at, w.data[w.data_first % QUEUE].at);
	if (w.acks_first < w.acks_last)
		sooner(&at, w.acks[w.acks_first % QUEUE].at);
	for (unsigned i = 0; i < FLOWS; i++) {
		struct end *e = &w.ends[i];
		if (!e->on)
			continue;
		uint64_t pace_at = recovery_pace_at(e->recovery, 0);
		sooner(&at, e->acks.due_at);
		sooner(&at, recovery_deadline(e->recovery));
		if (pace_at != 0)
			sooner(&at, pace_at);
	}
	return at;
}

static void world_run(uint64_t us)
{
	for (uint64_t until = w.now + us; w.now < until;) {
		for (; w.data_first < w.data_last && w.data[w.data_first % QUEUE].at <= w.now;
		     w.data_first++)
			end_receive(&w.data[w.data_first % QUEUE]);
		for (; w.acks_first < w.acks_last && w.acks[w.acks_first % QUEUE].at <= w.now;
		     w.acks_first++) {
			struct end *e = &w.ends[w.acks[w.acks_first % QUEUE].flow];
			assert_int_equal(
			    recovery_acked(e->recovery, &w.acks[w.acks_first % QUEUE].frame, w.now),
			    OK);
		}
		for (unsigned i = 0; i < FLOWS; i++) {
			if (!w.ends[i].on)
				continue;
			recovery_timer(w.ends[i].recovery, w.now);
			end_settle(&w.ends[i]);
			end_acks(i);
			end_send(i);
		}
		uint64_t next = world_next();
		assert_true(next > w.now); /* no deadline stays in the past */
		w.now = next;
	}
}

/* Of what the link could have carried in so much time, in per mille. */
static uint64_t used(uint64_t delivered, uint64_t us)
{
	return delivered * w.packet_ns / us;
}

static void test_congestion_fills_a_clean_link(void **state)
{
	(void)state;
	static const struct {
		uint64_t mbit, rtt, queue, seconds;
	} cases[] = {
		{ 2, 200000, 60, 20 },   { 10, 50000, 52, 10 },    { 100, 20000, 208, 5 },
		{ 100, 80000, 800, 10 }, { 1000, 10000, 1000, 3 }, { 1000, 500, 400, 1 },
		{ 20, 40000, 30, 10 },
	};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		world_start(cases[i].mbit, cases[i].rtt, cases[i].queue, 0);
		end_start(&w.ends[0]);
		world_run(cases[i].seconds * SECOND);
		uint64_t permille = used(w.ends[0].delivered, cases[i].seconds * SECOND);
		print_message(
		    "%5llu Mbit/s, %3llu.%llu ms, queue %4llu: %llu.%llu %% used, %llu of %llu "
		    "lost\n",
		    (unsigned long long)cases[i].mbit, (unsigned long long)cases[i].rtt / 1000,
		    (unsigned long long)cases[i].rtt / 100 % 10, (unsigned long long)cases[i].queue,
		    (unsigned long long)permille / 10, (unsigned long long)permille % 10,
		    (unsigned long long)w.ends[0].lost, (unsigned long long)w.ends[0].next_number);
		assert_in_range(permille, 950, 1001);
	}
}

static void test_congestion_two_flows_share(void **state)
{
	(void)state;
	world_start(20, 40000, 80, 0);
	end_start(&w.ends[0]);
	world_run(5 * SECOND);
	end_start(&w.ends[1]);
	world_run(20 * SECOND);
	uint64_t a = w.ends[0].delivered, b = w.ends[1].delivered;
	world_run(30 * SECOND);
	a = w.ends[0].delivered - a;
	b = w.ends[1].delivered - b;
	print_message("two flows: %llu and %llu packets\n", (unsigned long long)a,
	              (unsigned long long)b);
	assert_true(a < 2 * b && b < 2 * a);
	assert_in_range(used(a + b, 30 * SECOND), 950, 1001);
}

/* Random loss of 1 %: as little as Reno, by the formula 1.22 / sqrt(p) packets a round trip, but no
 * collapse. */
static void test_congestion_with_one_percent_loss(void **state)
{
	(void)state;
	world_start(20, 40000, 80, 10);
	end_start(&w.ends[0]);
	world_run(30 * SECOND);
	uint64_t delivered = w.ends[0].delivered;
	print_message("1 %% loss: %llu kbit/s of 20000, %llu lost of %llu\n",
	              (unsigned long long)(delivered * SIZE * 8 / 30000),
	              (unsigned long long)w.ends[0].lost,
	              (unsigned long long)w.ends[0].next_number);
	assert_in_range(delivered, 30 * 25 * 8, 30 * 25 * 24);
}

static int free_ends(void **state)
{
	(void)state;
	for (unsigned i = 0; i < FLOWS; i++)
		recovery_free(w.ends[i].recovery);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cube_root_is_exact),
		cmocka_unit_test(test_congestion_starts_with_ten_packets),
		cmocka_unit_test(test_congestion_slow_start_doubles),
		cmocka_unit_test(test_congestion_unused_window_does_not_grow),
		cmocka_unit_test(test_congestion_losses_of_one_round_trip_cut_once),
		cmocka_unit_test(test_congestion_nothing_grows_in_recovery),
		cmocka_unit_test(test_congestion_window_has_a_floor),
		cmocka_unit_test(test_congestion_cubic_comes_back_after_k),
		cmocka_unit_test(test_congestion_is_no_slower_than_reno),
		cmocka_unit_test(test_congestion_a_pause_does_not_grow_the_window),
		cmocka_unit_test(test_congestion_pace),
		cmocka_unit_test(test_congestion_leaves_in_trains),
		cmocka_unit_test(test_congestion_burst_is_limited),
		cmocka_unit_test(test_congestion_fills_a_clean_link),
		cmocka_unit_test(test_congestion_two_flows_share),
		cmocka_unit_test(test_congestion_with_one_percent_loss),
	};
	return cmocka_run_group_tests(tests, NULL, free_ends);
}
