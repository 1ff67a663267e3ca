/* bulk: how soon a transfer fills a long line, and how long a line of a chat waits where packets
 * are lost. scripts/bench-wan measures the same of real programs. */
#include <stdlib.h>

#include "base/min_max.h"
#include "stage.h"

#define RTT (80 * MS)
enum { RATE = 12500000, QUEUE = 500000 }; /* 100 Mbit/s, and 40 ms of it */
enum { SLOW_RATE = 125000 };              /* 1 Mbit/s, or more, with a round trip of it */

/* Bob is behind a line of this rate that loses so many packets of a thousand, each way. */
static void prepare(uint64_t rate, unsigned lost)
{
	stage_prepare(CARRIER_UDP, SUITE_NOISE, 5);
	w->net.nodes[ALICE].weather.delay_us = 0;
	struct weather *line = &w->net.nodes[BOB].weather;
	line->delay_us = RTT / 2;
	line->rate = rate;
	line->queue = rate == RATE ? QUEUE : rate * RTT / SECOND;
	line->mtu = 1500;
	line->loss_permille = lost;
	bob.finish_at = alice.finish_at = NEVER;
}

/* Of what the line could have carried in so many round trips from the first byte on, in percent. */
static unsigned carried(unsigned lost, unsigned round_trips)
{
	prepare(RATE, lost);
	alice.mode = bob.mode = MODE_PIPE;
	alice.lines = 0;
	bob.lines = 1 << 20;
	stage_start();
	while (stage_peer(ALICE)->bytes_in == 0 && w->net.now < alice.say_from)
		stage_run_for(MS);
	stage_run_for(round_trips * RTT);
	return (unsigned)(stage_peer(ALICE)->bytes_in * 100 / (round_trips * RATE * RTT / SECOND));
}

static void a_transfer_fills_a_long_line_within_half_a_second(void)
{
	CHECK(carried(0, 25) >= 75);
}

/* A gap holds up what is read, but not what is sent. */
static void a_transfer_fills_a_long_line_that_loses_packets(void)
{
	CHECK(carried(50, 50) >= 68);
}

enum { LINES = 900, APART_US = 50000 };
/* bytes a second of a transfer beside the chat; the last: as much as there is room for */
enum { ALONE = 0, SLOW = 30000, FULL = 2 * RATE };

static int compare(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
	return (x > y) - (x < y);
}

/* A transfer of bob's beside his lines. */
struct transfer {
	uint64_t rate; /* so many bytes a second at most, or ALONE */
	uint64_t from, sent, came;
	unsigned out, in; /* the stream, at bob's and at alice's; 0: not open yet */
};

static void carry(struct transfer *t)
{
	static const uint8_t some[1 << 16];
	struct session *bobs = stage_session(BOB), *alices = stage_session(ALICE);

	if (t->rate == ALONE || !stage_peer(BOB)->ready || !stage_peer(ALICE)->ready)
		return;
	if (t->out == 0) {
		t->out = session_open(bobs);
		t->from = w->net.now;
	}
	if (t->out != 0) {
		uint64_t ran = w->net.now - t->from, due = ran * t->rate / SECOND - t->sent;
		due = min_of(due, sizeof some);
		t->sent += session_write(bobs, t->out, span_of(some, (size_t)due));
	}
	if (t->in == 0 && !session_opened(alices, &t->in))
		return;
	size_t came = session_read(alices, t->in).len;
	session_consume(alices, t->in, came);
	t->came += came;
}

/* Bob says so many lines beside a transfer. How long 99 of a hundred take at most to be heard, in
 * us. */
static uint64_t wait_of_lines(uint64_t rate, unsigned lost, struct transfer *t)
{
	static uint64_t said_at[LINES], waits[LINES];
	unsigned said = 0, shown = 0;

	prepare(rate, lost);
	alice.lines = 0;
	bob.lines = LINES;
	bob.say_until = bob.say_from + (uint64_t)LINES * APART_US;
	stage_start();
	while (shown < LINES && w->net.now < bob.say_until + 10 * SECOND) {
		carry(t);
		stage_run_for(2 * MS);
		for (; said < stage_peer(BOB)->said; said++)
			said_at[said] = w->net.now;
		for (; shown < stage_peer(ALICE)->heard; shown++)
			waits[shown] = w->net.now - said_at[shown];
	}
	CHECK(shown == LINES);
	qsort(waits, LINES, sizeof waits[0], compare);
	return waits[LINES * 99 / 100];
}

/* Beside one of this rate, on the fast line. */
static uint64_t wait_beside(uint64_t transfer, unsigned lost)
{
	struct transfer t = { .rate = transfer };
	uint64_t wait = wait_of_lines(RATE, lost, &t);

	CHECK(t.sent >= transfer * LINES * APART_US / SECOND);
	return wait;
}

/* Without repetition it would be two round trips, and more. */
static void a_line_waits_little_where_packets_are_lost(void)
{
	CHECK(wait_beside(ALONE, 0) <= RTT / 2 + 2 * MS);
	world_end(w);
	CHECK(wait_beside(ALONE, 10) <= RTT * 5 / 4);
	world_end(w);
	CHECK(wait_beside(ALONE, 50) <= RTT * 7 / 4);
}

/* Its packets carry the transfer's bytes as well, and forty of them are in flight. */
static void a_line_waits_as_little_beside_a_transfer(void)
{
	CHECK(wait_beside(SLOW, 10) <= RTT * 5 / 4);
	world_end(w);
	CHECK(wait_beside(SLOW, 50) <= RTT * 5 / 4);
}

/* The transfer has what the lines leave, and the losses. */
static void fill(uint64_t rate, unsigned lost)
{
	struct transfer t = { .rate = FULL };

	CHECK(wait_of_lines(rate, lost, &t) <= 2 * RTT);
	CHECK(t.came * 100 >= rate * LINES * APART_US / SECOND * 88);
}

/* Its queue alone takes a round trip at times, so that without repetition it would be three. */
static void a_line_waits_little_beside_a_transfer_that_fills_a_slow_line(void)
{
	fill(SLOW_RATE, 0);
	world_end(w);
	fill(SLOW_RATE, 20);
	world_end(w);
	fill(2 * SLOW_RATE, 0);
	world_end(w);
	fill(2 * SLOW_RATE, 20);
}

const struct scene bulk_scenes[] = {
	SCENARIO(a_transfer_fills_a_long_line_within_half_a_second),
	SCENARIO(a_transfer_fills_a_long_line_that_loses_packets),
	SCENARIO(a_line_waits_little_where_packets_are_lost),
	SCENARIO(a_line_waits_as_little_beside_a_transfer),
	SCENARIO(a_line_waits_little_beside_a_transfer_that_fills_a_slow_line),
	{ NULL, NULL },
};
