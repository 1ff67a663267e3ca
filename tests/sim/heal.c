/* heal: what happens to the network in the middle of a conversation, by kinds of pairs. Each side
 * says a line a second. Nobody waits long once the network is there again, and a path that was
 * direct is so again. docs/PROTOCOL.md 6.6 and 6.7. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/min_max.h"
#include "stage.h"

#define STEP_US   (10 * MS)
#define WAIT_US   SECOND       /* the longest that a line may wait */
#define DIRECT_US (3 * SECOND) /* until the path is direct again */

static const struct pairing {
	const char *name;
	struct {
		enum mapping mapping;
		enum filtering filtering;
	} side[2];
	bool direct;
} pairs[] = {
	{ "port-restricted x full cone",
	  { { MAP_ENDPOINT_INDEPENDENT, FILTER_ADDRESS_AND_PORT_DEPENDENT },
	    { MAP_ENDPOINT_INDEPENDENT, FILTER_ENDPOINT_INDEPENDENT } },
	  true },
	{ "port-restricted x port-restricted",
	  { { MAP_ENDPOINT_INDEPENDENT, FILTER_ADDRESS_AND_PORT_DEPENDENT },
	    { MAP_ENDPOINT_INDEPENDENT, FILTER_ADDRESS_AND_PORT_DEPENDENT } },
	  true },
	{ "symmetric x restricted",
	  { { MAP_ADDRESS_AND_PORT_DEPENDENT, FILTER_ADDRESS_AND_PORT_DEPENDENT },
	    { MAP_ENDPOINT_INDEPENDENT, FILTER_ADDRESS_DEPENDENT } },
	  true },
	{ "symmetric x symmetric",
	  { { MAP_ADDRESS_AND_PORT_DEPENDENT, FILTER_ADDRESS_AND_PORT_DEPENDENT },
	    { MAP_ADDRESS_AND_PORT_DEPENDENT, FILTER_ADDRESS_AND_PORT_DEPENDENT } },
	  false },
};
enum { PAIRS = sizeof pairs / sizeof pairs[0], MOVES = 12 };

/* ---- what is looked at ---- */

static struct watched {
	const struct pairing *kind;
	unsigned said[2], heard[2];
	uint64_t said_at[2][SIM_DIARY];
	uint64_t back_at;   /* the network is there since */
	uint64_t direct_at; /* both were direct again; NEVER */
	uint64_t worst;     /* wait of a line, after the network was there */
	uint64_t worst_direct;
} watched;

static void look(void)
{
	bool direct = peer_direct(stage_peer(ALICE)) && peer_direct(stage_peer(BOB));

	for (int i = 0; i < 2; i++) {
		const struct peer *p = stage_peer(i), *q = stage_peer(1 - i);

		for (; watched.said[i] < p->said; watched.said[i]++)
			watched.said_at[i][watched.said[i]] = w->net.now;
		for (; watched.heard[i] < q->heard; watched.heard[i]++) {
			uint64_t since =
			    max_of(watched.said_at[i][watched.heard[i]], watched.back_at);
			if (w->net.now > since)
				watched.worst = max_of(watched.worst, w->net.now - since);
		}
	}
	if (direct && watched.direct_at == NEVER)
		watched.direct_at = w->net.now;
	if (!direct)
		watched.direct_at = NEVER;
}

static void talk_for(uint64_t time)
{
	uint64_t until = w->net.now + time;

	while (w->net.now < until) {
		stage_run_for(STEP_US);
		look();
	}
}

/* The network has changed and is there: time goes on. */
static void heals_within(uint64_t time)
{
	uint64_t begin = watched.back_at = w->net.now;

	watched.direct_at = NEVER;
	watched.worst = 0;
	talk_for(time);
	uint64_t direct = watched.direct_at == NEVER ? time : watched.direct_at - begin;
	if (watched.kind->direct)
		watched.worst_direct = max_of(watched.worst_direct, direct);
	if (net_trace || getenv("HEAL"))
		printf("    %-34s %6.2f s: wait %.2f s, direct after %.2f s\n", watched.kind->name,
		       (double)(begin - 1000 * SECOND) / 1e6, (double)watched.worst / 1e6,
		       (double)direct / 1e6);
	CHECK(watched.worst <= WAIT_US);
	CHECK(!watched.kind->direct || direct <= DIRECT_US);
}

static void nobody_missed_a_line(void)
{
	for (int i = 0; i < 2; i++) {
		CHECK(!stage_peer(i)->wrong);
		CHECK(stage_peer(i)->ready && !stage_peer(i)->over);
		CHECK(watched.said[i] - watched.heard[i] <= 1);
	}
}

/* ---- what happens ---- */

static void place(int node, unsigned network, struct addr *inside, struct addr *outside)
{
	*inside = addr_v4(192, 168, (uint8_t)(1 + (unsigned)node + 4 * network), 2, 0);
	*outside = addr_v4(198, 51, (uint8_t)(100 + network), (uint8_t)(1 + node), 0);
}

/* lines: of each side, spread over this time. */
static void start_for(const struct pairing *kind, uint64_t seed, unsigned lines, uint64_t time)
{
	struct addr inside, outside;

	stage_prepare(CARRIER_P2P, SUITE_NOISE, seed);
	memset(&watched, 0, sizeof watched);
	watched.kind = kind;
	watched.direct_at = NEVER;
	for (int i = 0; i < 2; i++) {
		place(i, 0, &inside, &outside);
		net_node(&w->net, i, inside, outside, kind->side[i].mapping,
		         kind->side[i].filtering);
		w->net.nodes[i].weather.delay_us = 20 * MS;
	}
	alice.lines = bob.lines = lines;
	alice.say_until = bob.say_until = alice.say_from + time;
	bob.finish_at = NEVER;
	stage_start();
}

static void start(const struct pairing *kind, uint64_t seed)
{
	start_for(kind, seed, 1000, 1000 * SECOND);
	heals_within(10 * SECOND);
}

/* told: its host sees it; otherwise it was the router that moved. */
static void move(int node, unsigned network, bool told)
{
	struct addr inside, outside;

	place(node, network, &inside, &outside);
	net_move(&w->net, node, told ? inside : w->net.nodes[node].inside, outside);
	if (!told)
		return;
	endpoint_hosts(stage_peer(node)->ep, &inside, 1);
	endpoint_refresh(stage_peer(node)->ep, w->net.now);
}

static void dark(int node, uint64_t time)
{
	w->net.nodes[node].weather.dark = true;
	w->light_at[node] = w->net.now + time;
	talk_for(time);
}

static void for_each_pair(void (*run)(const struct pairing *kind))
{
	for (unsigned i = 0; i < PAIRS && failure == NULL; i += stage_step) {
		if (i > 0)
			world_end(w);
		run(&pairs[i]);
		nobody_missed_a_line();
	}
}

/* ---- scenes ---- */

static void eight_moves(const struct pairing *kind)
{
	start(kind, 5);
	for (unsigned i = 1; i <= 8; i++) {
		move((int)(i / 2 % 2), i, i % 4 < 2);
		heals_within(25 * SECOND);
	}
}

static void outage_then_move(const struct pairing *kind)
{
	for (int node = 0; node < 2; node++) {
		if (node > 0)
			world_end(w);
		start(kind, 6);
		dark(node, 20 * SECOND);
		heals_within(15 * SECOND);
		move(node, 1, node == 0);
		heals_within(25 * SECOND);
	}
}

static void nat_reboots(const struct pairing *kind)
{
	start(kind, 7);
	for (int node = 0; node < 2; node++) {
		net_rebind(&w->net, node);
		heals_within(20 * SECOND);
		net_rebind(&w->net, node);
		dark(node, 3 * SECOND);
		heals_within(20 * SECOND);
	}
}

/* Both hosts are busy: their programs run now and then, and what comes waits for them. */
static void talk_busily(uint64_t time)
{
	uint64_t until = w->net.now + time;

	while (w->net.now < until) {
		for (int i = 0; i < 2; i++) {
			struct node *node = &w->net.nodes[i];
			if (node->busy_until <= w->net.now && pick(w, 30) == 0)
				node->busy_until = w->net.now + pick(w, 700) * MS;
		}
		talk_for(STEP_US);
	}
	w->net.nodes[ALICE].busy_until = w->net.nodes[BOB].busy_until = 0;
}

/* The initiator follows its peer again after a second only, and round trips look long: what went to
 * an address that is gone must not wait for as long as they say. */
static void a_move_while_busy(const struct pairing *kind)
{
	for (unsigned i = 0; i < MOVES && failure == NULL; i++) {
		int node = (int)(i % 2);
		if (i > 0)
			world_end(w);
		start_for(kind, 80 + i, 190, 38 * SECOND);
		talk_for(6 * SECOND);
		dark(node, 6 * SECOND);
		talk_busily(925 * MS + i * 12500);
		move(i & 2 ? 1 - node : node, 1, true);
		talk_busily(2 * SECOND);
		watched.back_at = w->net.now;
		watched.worst = 0;
		talk_for(5 * SECOND);
		if (getenv("HEAL") && watched.worst > SECOND / 2)
			printf("    %-34s %3u: wait %.2f s\n", kind->name, i,
			       (double)watched.worst / 1e6);
		CHECK(watched.worst <= 3 * SECOND / 2);
	}
}

static void a_move_of_a_busy_host_soon_after_an_outage_heals(void)
{
	for_each_pair(a_move_while_busy);
}

static void eight_changes_of_network_heal(void)
{
	for_each_pair(eight_moves);
}

static void an_outage_and_then_a_move_heal(void)
{
	for_each_pair(outage_then_move);
}

static void a_nat_that_starts_again_heals(void)
{
	for_each_pair(nat_reboots);
}

/* ---- a day ---- */

enum { DAY_LINES = 1440, DAYS = 2 };
#define HOUR_US (3600 * SECOND)

/* Neither runs nor hears, and its clock jumps; it notices when it wakes up. */
static void sleep_for(int node, uint64_t time)
{
	net_tell(&w->net, node, "sleeps");
	w->net.nodes[node].alive = false;
	stage_run_for(time);
	w->net.nodes[node].alive = true;
	net_tell(&w->net, node, "wakes up");
	endpoint_refresh(stage_peer(node)->ep, w->net.now);
}

static void change(int node, unsigned number)
{
	switch (pick(w, 4)) {
	case 0: net_rebind(&w->net, node); break;
	case 1:
		w->net.nodes[node].weather.dark = true;
		w->light_at[node] = w->net.now + pick(w, 120 * SECOND);
		break;
	default: move(node, number, pick(w, 2) == 0); break;
	}
}

/* A change of network every five minutes, of whatever kind; 30 % of all packets are lost; and one
 * of them sleeps for eight hours. */
static void a_day(uint64_t seed)
{
	start_for(&pairs[seed % PAIRS], seed, DAY_LINES, 24 * HOUR_US);
	for (int i = 0; i < 2; i++)
		w->net.nodes[i].weather.loss_permille = 163; /* twice on a direct path */
	for (unsigned i = 1; i <= 24 * 12; i++) {
		change((int)pick(w, 2), i % 100);
		stage_run_for(300 * SECOND);
		if (i == 8 * 12) {
			sleep_for((int)pick(w, 2), 8 * HOUR_US);
			i += 8 * 12;
		}
	}
	stage_run_for(300 * SECOND);
	for (int i = 0; i < 2; i++) {
		const struct peer *p = stage_peer(i);

		CHECK(!p->wrong && p->ready && !p->over);
		CHECK(p->said == DAY_LINES && p->heard == DAY_LINES && p->delivered == DAY_LINES);
	}
}

static uint64_t environment(const char *name, uint64_t usual)
{
	const char *value = getenv(name);

	return value != NULL ? strtoul(value, NULL, 10) : usual;
}

/* $HEAL_DAYS: how many, of as many seeds; $HEAL_FIRST: the first of these. */
static void days_of_changes_and_loss_heal(void)
{
	uint64_t first = environment("HEAL_FIRST", 1), count = environment("HEAL_DAYS", DAYS);

	for (uint64_t seed = first; seed < first + count && failure == NULL; seed += stage_step) {
		if (seed > first)
			world_end(w);
		a_day(seed);
		if (failure != NULL)
			printf("seed %u: ", (unsigned)seed);
		if (net_trace || getenv("HEAL"))
			printf("    seed %u, %s: %lu packets\n", (unsigned)seed, watched.kind->name,
			       (unsigned long)w->net.sent);
	}
}

const struct scene heal_scenes[] = {
	SCENARIO(eight_changes_of_network_heal),
	SCENARIO(an_outage_and_then_a_move_heal),
	SCENARIO(a_nat_that_starts_again_heals),
	SCENARIO(a_move_of_a_busy_host_soon_after_an_outage_heals),
	SCENARIO(days_of_changes_and_loss_heal),
	{ NULL, NULL },
};
