/* bulk: how soon a transfer fills a long line, and how long a line of a chat waits where packets
 * are lost. scripts/bench-wan measures the same of real programs. */
#include <stdlib.h>

#include "base/min_max.h"
#include "stage.h"

#define RTT (80 * MS)
enum { RATE = 12500000, QUEUE = 500000 }; /* 100 Mbit/s, and 40 ms of it */

/* Bob is behind a line that loses so many packets of a thousand, each way. */
static void prepare(unsigned lost)
{
	stage_prepare(CARRIER_UDP, SUITE_NOISE, 5);
	w->net.nodes[ALICE].weather.delay_us = 0;
	struct weather *line = &w->net.nodes[BOB].weather;
	line->delay_us = RTT / 2;
	line->rate = RATE;
	line->queue = QUEUE;
	line->mtu = 1500;
	line->loss_permille = lost;
	bob.finish_at = alice.finish_at = NEVER;
}

/* Of what the line could have carried in so many round trips from the first byte on, in percent. */
static unsigned carried(unsigned lost, unsigned round_trips)
{
	prepare(lost);
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
enum { ALONE = 0, SLOW = 30000 }; /* bytes a second of a transfer beside the chat */

static int compare(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
	return (x > y) - (x < y);
}

/* A transfer of bob's beside his lines. */
struct transfer {
	uint64_t rate; /* so many bytes a second at most, or ALONE */
	uint64_t from, sent;
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
		t->sent += session_write(bobs, t->out, span_of(some, due));
	}
	if (t->in != 0 || session_opened(alices, &t->in))
		session_consume(alices, t->in, session_read(alices, t->in).len);
}

/* Bob says so many lines beside a transfer of this rate. How long 99 of a hundred take at most to
 * be heard, in us. */
static uint64_t wait_of_lines(unsigned lost, uint64_t beside)
{
	static uint64_t said_at[LINES], waits[LINES];
	unsigned said = 0, shown = 0;
	struct transfer t = { .rate = beside };

	prepare(lost);
	alice.lines = 0;
	bob.lines = LINES;
	bob.say_until = bob.say_from + (uint64_t)LINES * APART_US;
	stage_start();
	while (shown < LINES && w->net.now < bob.say_until + 10 * SECOND) {
		carry(&t);
		stage_run_for(2 * MS);
		for (; said < stage_peer(BOB)->said; said++)
			said_at[said] = w->net.now;
		for (; shown < stage_peer(ALICE)->heard; shown++)
			waits[shown] = w->net.now - said_at[shown];
	}
	CHECK(shown == LINES);
	CHECK(t.sent >= beside * LINES * APART_US / SECOND);
	qsort(waits, LINES, sizeof waits[0], compare);
	return waits[LINES * 99 / 100];
}

/* Without repetition it would be two round trips, and more. */
static void a_line_waits_little_where_packets_are_lost(void)
{
	uint64_t clean = wait_of_lines(0, ALONE);
	world_end(w);
	uint64_t one = wait_of_lines(10, ALONE);
	world_end(w);
	uint64_t five = wait_of_lines(50, ALONE);

	CHECK(clean <= RTT / 2 + 2 * MS);
	CHECK(one <= RTT * 5 / 4);
	CHECK(five <= RTT * 7 / 4);
}

/* Its packets carry the transfer's bytes as well, and forty of them are in flight. */
static void a_line_waits_as_little_beside_a_transfer(void)
{
	uint64_t one = wait_of_lines(10, SLOW);
	world_end(w);
	uint64_t five = wait_of_lines(50, SLOW);

	CHECK(one <= RTT * 5 / 4);
	CHECK(five <= RTT * 5 / 4);
}

const struct scene bulk_scenes[] = {
	SCENARIO(a_transfer_fills_a_long_line_within_half_a_second),
	SCENARIO(a_transfer_fills_a_long_line_that_loses_packets),
	SCENARIO(a_line_waits_little_where_packets_are_lost),
	SCENARIO(a_line_waits_as_little_beside_a_transfer),
	{ NULL, NULL },
};
