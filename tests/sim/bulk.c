/* bulk: how soon a transfer fills a long line. scripts/bench-wan measures the same of real
 * programs. */
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

const struct scene bulk_scenes[] = {
	SCENARIO(a_transfer_fills_a_long_line_within_half_a_second),
	SCENARIO(a_transfer_fills_a_long_line_that_loses_packets),
	{ NULL, NULL },
};
