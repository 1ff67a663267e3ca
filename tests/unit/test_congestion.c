/* congestion: its rules one by one, and then what they add up to: flows over a bottleneck with a
 * queue, on a virtual clock, with the real recovery and the real acks at the ends. tests/cc has
 * many more kinds of paths. */
#include "session/congestion.h"

#include "base/min_max.h"
#include "session/acks.h"
#include "session/recovery.h"
#include "tests/unit/support.h"

enum { SIZE = LIMIT_PACKET };
#define START (100 * SECOND)

static struct congestion c;
static uint64_t waits; /* how long packets wait in the queue of others */

/* ---- by hand: one flight a round trip ---- */

enum { RTT = 100000 };

/* A round trip: what the window allows leaves evenly, loses so many packets of each hundred, and at
 * most so many bytes arrive. */
static uint64_t round_trip(uint64_t now, uint64_t most, unsigned lost_percent)
{
	uint64_t packets = min_of(c.cwnd, most) / SIZE, lost = packets * lost_percent / 100;
	struct sent_stamp stamp = { .delivered = 0 };

	congestion_limited(&c, true);
	for (uint64_t i = 0; i < packets; i++)
		stamp = congestion_sent(&c, SIZE, now + i * RTT / packets);
	uint64_t last = now + (packets - 1) * RTT / packets;
	if (lost > 0) {
		congestion_gone(&c, lost * SIZE);
		congestion_lost(&c,
		                &(struct congestion_loss){
				    .bytes = lost * SIZE, .sent_at = last, .stamp = &stamp },
		                last + RTT);
	}
	congestion_gone(&c, (packets - lost) * SIZE);
	congestion_acked(&c,
	                 &(struct delivery_ack){ .bytes = (packets - lost) * SIZE,
	                                         .sent_at = last,
	                                         .stamp = &stamp,
	                                         .sample = RTT + waits,
	                                         .smoothed = RTT + waits },
	                 last + RTT + waits);
	return last + RTT + waits;
}

static void test_congestion_starts_with_ten_packets(void **state)
{
	(void)state;
	congestion_start(&c);
	for (int i = 0; i < 10; i++) {
		assert_true(congestion_room(&c, SIZE));
		assert_int_equal(congestion_pace_at(&c), 0);
		(void)congestion_sent(&c, SIZE, START);
	}
	assert_false(congestion_room(&c, 1));
}

/* A shortest round trip that is long ago is forgotten for that of the newest packet; if that
 * measured none, for the smoothed one. */
static void test_congestion_forgets_an_old_round_trip(void **state)
{
	static const uint64_t samples[] = { 2 * RTT, 0 };

	(void)state;
	for (unsigned i = 0; i < 2; i++) {
		congestion_start(&c);
		uint64_t now = round_trip(START, 10 * SIZE, 0);
		assert_int_equal(c.path.min_rtt, RTT);
		now += 60 * SECOND;
		struct sent_stamp stamp = congestion_sent(&c, SIZE, now);
		congestion_gone(&c, SIZE);
		congestion_acked(&c,
		                 &(struct delivery_ack){ .bytes = SIZE,
		                                         .sent_at = now,
		                                         .stamp = &stamp,
		                                         .sample = samples[i],
		                                         .smoothed = RTT + 99 },
		                 now + RTT);
		assert_int_equal(c.phase, CONGESTION_PROBE_RTT);
		assert_int_equal(c.path.min_rtt, i == 0 ? 2 * RTT : RTT + 99);
	}
}

static void test_congestion_startup_ends_when_the_path_gives_no_more(void **state)
{
	uint64_t now = START;
	unsigned same = 0; /* rounds that carried what the one before did */

	(void)state;
	congestion_start(&c);
	for (unsigned i = 0; i < 12 && !c.full; i++) {
		same += c.cwnd >= 100 * SIZE;
		now = round_trip(now, 100 * SIZE, 0);
	}
	assert_true(c.full);
	assert_int_equal(same, 4); /* the first of them was more than those before */
	assert_true(c.phase == CONGESTION_DOWN || c.phase == CONGESTION_DRAIN);
	assert_in_range(c.bounds.bandwidth[0] + c.bounds.bandwidth[1], 40 * SIZE * 10,
	                220 * SIZE * 10);
}

/* More may leave once there is a round trip over which it can be spread. */
static void test_congestion_the_first_round_trip_allows_more(void **state)
{
	(void)state;
	congestion_start(&c);
	struct sent_stamp stamp = congestion_sent(&c, 100, START);
	congestion_gone(&c, 100);
	congestion_acked(
	    &c,
	    &(struct delivery_ack){
		.bytes = 100, .sent_at = START, .stamp = &stamp, .sample = RTT, .smoothed = RTT },
	    START + RTT);
	unsigned at_once = 0, all = 0;
	uint64_t now = START + RTT;
	for (; congestion_room(&c, SIZE); all++) {
		now = max_of(now, congestion_pace_at(&c));
		at_once += now == START + RTT;
		(void)congestion_sent(&c, SIZE, now);
	}
	assert_int_equal(all, CONGESTION_PACED / SIZE);
	assert_in_range(at_once, 10, 16);
	assert_in_range(now, START + RTT + 10 * MS, START + 2 * RTT);
}

/* A path that loses one packet in twenty by chance does not end it. */
static void test_congestion_losses_alone_do_not_end_the_startup(void **state)
{
	uint64_t now = START, window = CONGESTION_INITIAL;

	(void)state;
	congestion_start(&c);
	for (unsigned i = 0; i < 8; i++) {
		now = round_trip(now, NEVER, 5);
		assert_false(c.full);
		assert_true(c.cwnd > window);
		window = c.cwnd;
	}
	assert_true(window > 100 * SIZE);
}

/* When half of a round is lost the path is full, and what was in flight is more than it holds. */
static void test_congestion_an_overflow_ends_the_startup(void **state)
{
	uint64_t now = START;

	(void)state;
	congestion_start(&c);
	for (unsigned i = 0; i < 12 && !c.full; i++)
		now = round_trip(now, NEVER, i < 4 ? 0 : 50);
	assert_true(c.full);
	assert_true(c.bounds.lasting < UINT64_MAX);
}

/* What the application does not use says nothing about the path. */
static void test_congestion_a_quiet_conversation_does_not_end_the_startup(void **state)
{
	uint64_t now = START;

	(void)state;
	congestion_start(&c);
	for (unsigned i = 0; i < 50; i++) {
		struct sent_stamp stamp = congestion_sent(&c, 100, now);
		congestion_limited(&c, false);
		congestion_gone(&c, 100);
		congestion_acked(&c,
		                 &(struct delivery_ack){ .bytes = 100,
		                                         .sent_at = now,
		                                         .stamp = &stamp,
		                                         .sample = RTT,
		                                         .smoothed = RTT },
		                 now + RTT);
		assert_int_equal(congestion_pace_at(&c), 0);
		now += SECOND;
	}
	assert_false(c.full);
	assert_true(c.cwnd >= CONGESTION_INITIAL);
}

/* From the end of the startup to the first CRUISE at this many bytes a round trip. */
static uint64_t settle(uint64_t most)
{
	uint64_t now = START;

	waits = 0;
	congestion_start(&c);
	for (unsigned i = 0; i < 60 && c.phase != CONGESTION_CRUISE; i++)
		now = round_trip(now, most, 0);
	assert_int_equal(c.phase, CONGESTION_CRUISE);
	return now;
}

/* A third of a round trip's packets is lost: less is sent, until the next look for more; and all is
 * as before if they only were late. */
static void test_congestion_cut_and_taken_back(void **state)
{
	(void)state;
	uint64_t now = settle(200 * SIZE), window = c.cwnd;
	struct congestion_bounds bounds = c.bounds;

	(void)round_trip(now, 200 * SIZE, 33);
	assert_true(c.bounds.passing_rate < bounds.bandwidth[0] + bounds.bandwidth[1]);
	assert_true(c.cwnd < window);
	congestion_spurious(&c, 20 * SIZE, 0);
	assert_true(c.bounds.passing_rate != UINT64_MAX);
	congestion_spurious(&c, 20 * SIZE, 0);
	assert_memory_equal(&c.bounds.lasting, &bounds.lasting, 3 * sizeof bounds.lasting);
}

/* One loss in a hundred is the path's, or nobody's. */
static void test_congestion_few_losses_cut_nothing(void **state)
{
	(void)state;
	uint64_t now = settle(200 * SIZE);

	for (unsigned i = 0; i < 10; i++)
		now = round_trip(now, 200 * SIZE, 1);
	assert_int_equal(c.bounds.passing_rate, UINT64_MAX);
	assert_int_equal(c.bounds.lasting, UINT64_MAX);
}

static uint64_t seen(void)
{
	return max_of(c.bounds.bandwidth[0], c.bounds.bandwidth[1]);
}

/* To the first CRUISE, and on to where others are seen to fill the queue. */
static uint64_t meet_others(uint64_t most)
{
	uint64_t now = settle(most);

	waits = RTT / 4;
	while (!c.queued && c.phase == CONGESTION_CRUISE)
		now = round_trip(now, most, 0);
	assert_true(c.queued);
	return now;
}

/* Once for a queue that overflows, however long the losses go on; and what had left before does not
 * undo it. */
static void test_congestion_gives_way_to_others_once(void **state)
{
	(void)state;
	uint64_t now = meet_others(200 * SIZE), rate = seen();

	for (unsigned i = 0; i < 2; i++) {
		now = round_trip(now, 200 * SIZE, 2);
		assert_in_range(seen(), rate * 85 / 100 - 1, rate * 85 / 100);
	}
	now = round_trip(now, 170 * SIZE, 0);
	assert_in_range(seen(), rate * 85 / 100 - 1, rate * 86 / 100);
	rate = seen();
	(void)round_trip(now, 170 * SIZE, 2);
	assert_in_range(seen(), rate * 85 / 100 - 1, rate * 85 / 100);
}

/* Losses that the path has anyway are not theirs. */
static void test_congestion_gives_way_to_nobody_for_the_paths_own_losses(void **state)
{
	(void)state;
	uint64_t now = meet_others(200 * SIZE), rate = seen();

	c.path.calm_acked = 950 * SIZE;
	c.path.calm_lost = 50 * SIZE;
	(void)round_trip(now, 200 * SIZE, 5);
	assert_in_range(seen(), rate, rate * 101 / 100);
	(void)round_trip(now, 200 * SIZE, 15);
	assert_in_range(seen(), rate * 85 / 100 - 1, rate * 86 / 100);
}

/* It does not look for more before a CUBIC flow that has lost packets too could be back. */
static void test_congestion_gives_others_time_to_come_back(void **state)
{
	(void)state;
	uint64_t now = meet_others(800 * SIZE), began = c.phase_at;

	now = round_trip(now, 800 * SIZE, 2);
	uint64_t packets = seen() * RTT / SECOND / SIZE, ms = now / MS - began / MS;
	while (c.phase == CONGESTION_CRUISE)
		now = round_trip(now, 680 * SIZE, 0);
	assert_in_range(packets, 200, 400);
	assert_true(ms < 3000);
	assert_in_range(now - began, 4200 * MS, 5600 * MS);
	assert_false(c.overflowed);
}

static uint64_t look_for_more(uint64_t now)
{
	while (c.phase != CONGESTION_UP)
		now = round_trip(now, 200 * SIZE, 0);
	return now;
}

/* What it gets while the queue overflows was others', or is the queue's. */
static void test_congestion_keeps_nothing_of_an_overflow(void **state)
{
	(void)state;
	uint64_t now = look_for_more(settle(200 * SIZE)), rate = seen();

	now = round_trip(now, 250 * SIZE, 10);
	now = round_trip(now, 250 * SIZE, 10);
	now = round_trip(now, 200 * SIZE, 0);
	assert_in_range(seen(), rate * 98 / 100, rate);
	assert_true(c.overflowed);
	assert_true(c.bounds.lasting < UINT64_MAX);
	congestion_spurious(&c, 60 * SIZE, 0); /* they only were late */
	assert_false(c.overflowed);
	assert_true(c.bounds.lasting == UINT64_MAX);
}

/* If others have filled the queue at any time before, and it gets more than it had, it gives way as
 * well. */
static void test_congestion_gives_way_if_looking_for_more_overflows(void **state)
{
	(void)state;
	uint64_t now = meet_others(200 * SIZE), rate = seen();

	waits = 0;
	now = look_for_more(now);
	assert_false(c.queued);
	now = round_trip(now, 215 * SIZE, 0);
	assert_in_range(seen(), rate * 105 / 100, rate * 110 / 100);
	(void)round_trip(now, 215 * SIZE, 10);
	assert_in_range(seen(), rate * 90 / 100, rate * 93 / 100);
	assert_true(c.overflowed);
}

/* Who has all there is gets no more: the queue was its own. */
static void test_congestion_alone_gives_way_to_nobody(void **state)
{
	(void)state;
	uint64_t now = meet_others(200 * SIZE), rate = seen();

	now = look_for_more(now);
	assert_true(c.shared);
	(void)round_trip(now, 200 * SIZE, 10);
	assert_in_range(seen(), rate * 98 / 100, rate);
	assert_true(c.overflowed);
}

/* But if that comes again and again beside others, it has nearly all there is: the third gives
 * way. */
static void test_congestion_gives_way_at_the_third_look_in_vain(void **state)
{
	(void)state;
	uint64_t now = look_for_more(meet_others(200 * SIZE)), rate = seen();

	assert_true(c.shared);
	c.vain = 2;
	(void)round_trip(now, 200 * SIZE, 10);
	assert_in_range(seen(), rate * 82 / 100, rate * 86 / 100);
}

static void test_congestion_begins_anew_after_persistent_congestion(void **state)
{
	(void)state;
	uint64_t now = settle(200 * SIZE);

	(void)congestion_sent(&c, SIZE, now);
	congestion_persistent(&c, now + SECOND);
	assert_int_equal(c.cwnd, CONGESTION_MIN);
	assert_int_equal(c.in_flight, SIZE);
	assert_int_equal(c.phase, CONGESTION_STARTUP);
	assert_int_equal(c.bounds.bandwidth[0] + c.bounds.bandwidth[1], 0);
	congestion_gone(&c, SIZE);
	uint64_t window = c.cwnd;
	now = round_trip(now + SECOND, NEVER, 0);
	assert_true(c.cwnd > window);
}

/* It looks for more every few seconds, and finds it. */
static void test_congestion_finds_a_path_that_has_grown(void **state)
{
	(void)state;
	uint64_t now = settle(50 * SIZE), until = now + 30 * SECOND;

	while (now < until)
		now = round_trip(now, 500 * SIZE, 0);
	assert_true(c.cwnd > 400 * SIZE);
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
	/* nine of ten packets are acknowledged together, so much later; those are */
	uint64_t hold_us, release_at;
	uint64_t held[QUEUE];
	size_t held_count;
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
	recovery_path_start(e->recovery, 0, FLOW_DIRECT);
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
	if (w.hold_us != 0 && p->number % 10 != 0) {
		assert_true(w.held_count < QUEUE);
		w.held[w.held_count++] = p->number;
	} else {
		acks_received(&e->acks, p->number, true, w.now);
	}
	if (w.now < w.release_at)
		return;
	while (w.held_count > 0)
		acks_received(&e->acks, w.held[--w.held_count], true, w.now);
	w.release_at = w.now + w.hold_us;
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
		assert_in_range(permille, 940, 1001);
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

/* Loss by chance costs what was lost, and little more. */
static void test_congestion_with_loss_by_chance(void **state)
{
	(void)state;
	for (unsigned permille = 10; permille <= 50; permille += 40) {
		world_start(20, 40000, 80, permille);
		end_start(&w.ends[0]);
		world_run(20 * SECOND);
		uint64_t share = used(w.ends[0].delivered, 20 * SECOND);
		print_message("%u per mille lost: %llu per mille of the link used\n", permille,
		              (unsigned long long)share);
		assert_in_range(share, permille == 10 ? 940 : 870, 1000);
	}
}

/* A peer that holds most acknowledgments back, and then sends them at once, makes the path seem up
 * to six times as fast as it is. */
static void test_congestion_acks_held_back_do_not_raise_the_pace(void **state)
{
	static const uint64_t holds[] = { 50 * MS, 70 * MS, 100 * MS };

	(void)state;
	for (size_t i = 0; i < sizeof holds / sizeof *holds; i++) {
		uint64_t rate = 0;

		world_start(20, 10000, 200, 0);
		w.hold_us = holds[i];
		end_start(&w.ends[0]);
		for (unsigned n = 0; n < 10000; n++) {
			const struct congestion *own = &w.ends[0].recovery->flows[0].congestion;

			world_run(MS);
			rate = max_of(rate, own->full ? own->pacer.rate : 0);
		}
		print_message("held %3u ms: at most %llu per mille of the link's rate\n",
		              (unsigned)(holds[i] / MS), (unsigned long long)rate / 2500);
		assert_true(rate < 5 * 2500000 / 2);
	}
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
		cmocka_unit_test(test_congestion_starts_with_ten_packets),
		cmocka_unit_test(test_congestion_forgets_an_old_round_trip),
		cmocka_unit_test(test_congestion_startup_ends_when_the_path_gives_no_more),
		cmocka_unit_test(test_congestion_the_first_round_trip_allows_more),
		cmocka_unit_test(test_congestion_losses_alone_do_not_end_the_startup),
		cmocka_unit_test(test_congestion_an_overflow_ends_the_startup),
		cmocka_unit_test(test_congestion_a_quiet_conversation_does_not_end_the_startup),
		cmocka_unit_test(test_congestion_cut_and_taken_back),
		cmocka_unit_test(test_congestion_few_losses_cut_nothing),
		cmocka_unit_test(test_congestion_gives_way_to_others_once),
		cmocka_unit_test(test_congestion_gives_way_to_nobody_for_the_paths_own_losses),
		cmocka_unit_test(test_congestion_gives_others_time_to_come_back),
		cmocka_unit_test(test_congestion_keeps_nothing_of_an_overflow),
		cmocka_unit_test(test_congestion_gives_way_if_looking_for_more_overflows),
		cmocka_unit_test(test_congestion_alone_gives_way_to_nobody),
		cmocka_unit_test(test_congestion_gives_way_at_the_third_look_in_vain),
		cmocka_unit_test(test_congestion_begins_anew_after_persistent_congestion),
		cmocka_unit_test(test_congestion_finds_a_path_that_has_grown),
		cmocka_unit_test(test_congestion_fills_a_clean_link),
		cmocka_unit_test(test_congestion_two_flows_share),
		cmocka_unit_test(test_congestion_acks_held_back_do_not_raise_the_pace),
		cmocka_unit_test(test_congestion_with_loss_by_chance),
	};
	return cmocka_run_group_tests(tests, NULL, free_ends);
}
