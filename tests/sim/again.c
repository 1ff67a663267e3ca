/* again: a box at one end is killed and started again, over and over, while its peer's program
 * lives on. docs/PROTOCOL.md 6.10. */
#include <string.h>

#include "stage.h"

enum { KILLS = 20, LINES = 400, CHANCES = 2 };

#define HOURS      (10 * 3600 * SECOND)
#define FOUND_US   (15 * SECOND) /* after the start, by whoever hears that it is there */
#define PINGED_US  (45 * SECOND) /* ... by whoever has to ask for it, udp:// */
#define PATIENT_US (60 * SECOND) /* at most between two kills and starts */

static struct diary diaries[2];

/* Both know each other's keys, and talk all the time. */
static void prepare(enum carrier carrier, bool relayed, uint64_t seed)
{
	stage_prepare(carrier, SUITE_NOISE, seed);
	memset(diaries, 0, sizeof diaries);
	alice.code = bob.code = NULL;
	alice.contacts = true;
	bob.expected = &ids[ALICE].public;
	alice.lines = bob.lines = LINES;
	alice.say_until = bob.say_until = w->net.now + HOURS;
	bob.finish_at = NEVER;
	alice.diary = bob.theirs = &diaries[ALICE];
	bob.diary = alice.theirs = &diaries[BOB];
	for (int i = 0; i < 2 && relayed; i++)
		net_node(&w->net, i, addr_v4(192, 168, (uint8_t)i, 2, 0), outside_of(i),
		         MAP_ADDRESS_AND_PORT_DEPENDENT, FILTER_ADDRESS_AND_PORT_DEPENDENT);
}

static const struct peer_setup *setup_of(int node)
{
	return node == ALICE ? &alice : &bob;
}

static void start(int node)
{
	uint8_t token[TOKEN_LEN] = { 1 }; /* of a room of contacts */

	peer_start(&w->peers[node], setup_of(node), &w->net);
	(void)endpoint_join(w->peers[node].ep, token, w->net.now);
}

/* kill -9: what it had said and was not confirmed goes with it, and nobody is there to be told. */
static void kill_program(int node)
{
	struct peer *p = &w->peers[node];
	struct node *host = &w->net.nodes[node];

	for (unsigned i = p->first + p->delivered; p->ready && i < p->said; i++)
		diaries[node].unsure[i] = true;
	net_tell(&w->net, node, "is killed");
	net_break(&w->net, node);
	memset(host->sockets, 0, sizeof host->sockets);
	host->alive = false;
}

static void start_again(int node)
{
	net_tell(&w->net, node, "is started again");
	w->net.nodes[node].alive = true;
	peer_end(&w->peers[node]);
	start(node);
}

static bool both_talk(void)
{
	return stage_peer(ALICE)->ready && stage_peer(BOB)->ready;
}

static void both_talk_within(uint64_t time)
{
	uint64_t until = w->net.now + time;

	while (!both_talk() && w->net.now < until)
		stage_run_for(100 * MS);
	CHECK(both_talk());
}

static void all_is_accounted_for(void)
{
	for (int i = 0; i < 2; i++) {
		const struct diary *d = &diaries[i];

		CHECK(!stage_peer(i)->wrong);
		CHECK(d->said == LINES);
		for (unsigned n = 0; n < d->said; n++) {
			CHECK(d->shown[n] <= 1);
			CHECK(d->confirmed[n] ? d->shown[n] == 1 : d->unsure[n]);
		}
	}
}

/* How it goes with this carrier, where that end is the box. */
static void a_box_is_killed(enum carrier carrier, bool relayed, int box, uint64_t seed)
{
	int other = 1 - box;
	unsigned talks = 1;

	prepare(carrier, relayed, seed);
	start(ALICE);
	start(BOB);
	both_talk_within(FOUND_US);
	for (int i = 0; i < KILLS && failure == NULL; i++) {
		stage_run_for(pick(w, HOURS / KILLS - 4 * PATIENT_US));
		kill_program(box);
		stage_run_for(pick(w, 3) == 0 ? pick(w, 2 * PATIENT_US) : pick(w, 5 * SECOND));
		start_again(box);
		uint64_t begin = w->net.now;
		talks++;
		while (stage_peer(other)->conversations < talks &&
		       w->net.now < begin + (carrier == CARRIER_UDP ? PINGED_US : FOUND_US))
			stage_run_for(100 * MS);
		CHECK(stage_peer(other)->conversations == talks);
		both_talk_within(2 * SECOND);
		if (carrier == CARRIER_P2P)
			stage_run_for(30 * SECOND);
		CHECK(peer_direct(stage_peer(other)) != relayed);
	}
	stage_run_for(HOURS);
	CHECK(stage_peer(other)->conversations == KILLS + 1);
	CHECK(both_talk());
	all_is_accounted_for();
}

static void at_all_chances(enum carrier carrier, bool relayed, int box)
{
	for (uint64_t seed = 1; seed <= CHANCES && failure == NULL; seed += stage_step) {
		if (seed > 1)
			world_end(w);
		a_box_is_killed(carrier, relayed, box, seed);
	}
}

static void a_box_that_serves_is_killed_again_and_again(void)
{
	at_all_chances(CARRIER_P2P, false, ALICE);
}

static void a_box_that_serves_is_killed_over_the_forwarder(void)
{
	at_all_chances(CARRIER_P2P, true, ALICE);
}

static void a_box_that_connects_is_killed_again_and_again(void)
{
	at_all_chances(CARRIER_P2P, false, BOB);
}

static void a_box_that_connects_is_killed_over_the_forwarder(void)
{
	at_all_chances(CARRIER_P2P, true, BOB);
}

static void a_box_at_an_address_is_killed_udp(void)
{
	at_all_chances(CARRIER_UDP, false, ALICE);
}

static void a_box_at_an_address_is_killed_tcp(void)
{
	at_all_chances(CARRIER_TCP, false, ALICE);
}

static void a_box_that_connects_is_killed_udp(void)
{
	at_all_chances(CARRIER_UDP, false, BOB);
}

static void a_box_that_connects_is_killed_tcp(void)
{
	at_all_chances(CARRIER_TCP, false, BOB);
}

/* Nobody is killed, but their networks fail, and lose packets in between: that is never taken for a
 * new start, though it is looked for one all the time. */
static void an_outage_is_no_new_start(void)
{
	for (uint64_t seed = 0; seed < 4 * CHANCES && failure == NULL; seed += stage_step) {
		enum carrier carrier = (enum carrier)(seed % 4 < 3 ? seed % 4 : CARRIER_P2P);

		if (seed > 0)
			world_end(w);
		prepare(carrier, seed % 4 == 3, seed);
		for (int i = 0; i < 2; i++)
			w->net.nodes[i].weather.loss_permille = seed < 4 ? 50 : 200;
		start(ALICE);
		start(BOB);
		both_talk_within(FOUND_US);
		for (int i = 0; i < KILLS && failure == NULL; i++) {
			int node = (int)pick(w, 2);
			uint64_t time =
			    pick(w, 2) == 0 ? pick(w, 20 * SECOND) : pick(w, 900 * SECOND);

			stage_run_for(pick(w, 900 * SECOND));
			w->net.nodes[node].weather.dark = true;
			w->light_at[node] = w->net.now + time;
			stage_run_for(time);
		}
		stage_run_for(HOURS);
		for (int i = 0; i < 2; i++)
			CHECK(stage_peer(i)->ready && stage_peer(i)->conversations == 1);
		all_is_accounted_for();
	}
}

const struct scene again_scenes[] = {
	SCENARIO(an_outage_is_no_new_start),
	SCENARIO(a_box_that_serves_is_killed_again_and_again),
	SCENARIO(a_box_that_serves_is_killed_over_the_forwarder),
	SCENARIO(a_box_that_connects_is_killed_again_and_again),
	SCENARIO(a_box_that_connects_is_killed_over_the_forwarder),
	SCENARIO(a_box_at_an_address_is_killed_udp),
	SCENARIO(a_box_at_an_address_is_killed_tcp),
	SCENARIO(a_box_that_connects_is_killed_udp),
	SCENARIO(a_box_that_connects_is_killed_tcp),
	{ NULL, NULL },
};
