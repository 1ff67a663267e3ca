/* idle: what it costs to wait. Nobody says anything for hours, behind a NAT; counted is what goes
 * over the line of each, both ways, with the headers of IP and UDP; over TCP, packets. */
#include <stdlib.h>

#include "stage.h"

#define HOUR_US (3600 * SECOND)
enum { HOURS_A_MONTH = 30 * 24, HOURS = 48 };

static const struct nat_config home = { .mapping = MAP_ENDPOINT_INDEPENDENT,
	                                .filtering = FILTER_ADDRESS_AND_PORT_DEPENDENT,
	                                .idle_us = 120 * SECOND,
	                                .refreshed_inbound = true };

static void prepare(uint64_t idle_us)
{
	struct nat_config nat = home;

	stage_prepare(CARRIER_P2P, SUITE_NOISE, 91);
	nat.idle_us = idle_us;
	for (int i = 0; i < 2; i++)
		net_node_behind(&w->net, i, addr_v4(192, 168, (uint8_t)(1 + i), 2, 0),
		                outside_of(i), &nat);
	bob.finish_at = NEVER;
}

/* Megabytes of a month, if it goes on as in the next two days. */
static double megabytes(int node)
{
	uint64_t before = w->net.udp[node].bytes;

	stage_run_for(HOURS * HOUR_US);
	double month = (double)(w->net.udp[node].bytes - before) / HOURS * HOURS_A_MONTH / 1e6;
	if (net_trace || getenv("IDLE"))
		printf("    %s: %.1f MB a month\n", world_label, month);
	return month;
}

static void waiting_costs(uint64_t idle_us, double most)
{
	prepare(idle_us);
	w->net.nodes[BOB].alive = false;
	stage_start_one(&alice);
	stage_run_for(HOUR_US);
	CHECK(megabytes(ALICE) <= most);
}

static void waiting_costs_little(void)
{
	waiting_costs(120 * SECOND, 2);
	world_end(w);
	waiting_costs(30 * SECOND, 8);
}

static void session_costs(uint64_t idle_us, double most)
{
	prepare(idle_us);
	stage_start();
	stage_run_for(HOUR_US);
	for (int i = 0; i < 2; i++) {
		CHECK(megabytes(i) <= most);
		CHECK(peer_direct(stage_peer(i)));
	}
}

static void an_idle_session_costs_little(void)
{
	session_costs(120 * SECOND, 5);
	world_end(w);
	session_costs(30 * SECOND, 18);
}

/* Straight over TCP: NATs remember a connection for minutes, so that what is left to be said is
 * whether the peer is there. */
static void an_idle_connection_costs_little(void)
{
	stage_prepare(CARRIER_TCP, SUITE_NOISE, 91);
	bob.finish_at = NEVER;
	stage_start();
	stage_run_for(HOUR_US);
	uint64_t before = w->net.sent;
	stage_run_for(HOURS * HOUR_US);
	uint64_t an_hour = (w->net.sent - before) / HOURS;
	if (net_trace || getenv("IDLE"))
		printf("    %s: %ju packets an hour\n", world_label, (uintmax_t)an_hour);
	CHECK(an_hour >= 2 * 3600 / 125 && an_hour <= 2 * 3600 / 120 + 1);
	CHECK(!session_away(stage_session(ALICE)) && !session_away(stage_session(BOB)));
}

const struct scene idle_scenes[] = {
	SCENARIO(waiting_costs_little),
	SCENARIO(an_idle_session_costs_little),
	SCENARIO(an_idle_connection_costs_little),
	{ NULL, NULL },
};
