/* stage: see stage.h. */
#include "stage.h"

#include <string.h>

#include "crypto/words.h"
#include "tap.h"
#include "wire/packet.h"

static struct world world;
struct world *const w = &world;
struct identity ids[4], pair;
struct code code, other_code;
struct peer_setup alice, bob;
const char *failure;
unsigned stage_step = 1;
struct heard heard;

static void hear_id(uint64_t id, const struct addr *to)
{
	unsigned i = 0;
	while (i < heard.ids_count && heard.ids[i].id != id)
		i++;
	if (i == heard.ids_count && i < sizeof heard.ids / sizeof *heard.ids) {
		heard.ids[heard.ids_count++].id = id;
		heard.ids[i].to = *to;
	}
	heard.id_shared |= i < heard.ids_count && !addr_equal(&heard.ids[i].to, to);
}

static void hear(const struct net *n, int node, const struct route *route, struct span wire)
{
	(void)n;
	struct reader r = reader_of(wire);
	if (route_is_stream(route))
		read_span(&r, FRAMING_HEADER);
	if (r.left > 0 && *r.at == PACKET_FORWARD)
		read_span(&r, FORWARD_HEADER);
	if (r.left < SEALED_HEADER || node > BOB)
		return;
	uint8_t type = *r.at;
	heard.answered |= node == ALICE && type == PACKET_HANDSHAKE;
	if (type < PACKET_SEALED || type >= PACKET_FORWARD)
		return;
	unsigned phase = type % PACKET_PHASES;
	if (phase > heard.phase[node])
		heard.phase[node] = phase;
	if (node == BOB)
		hear_id(load_be64(r.at + 1), &route->remote);
}

/* Alice waits with a code, bob has it; 20 ms away; nobody speaks unless a test says so. */
void stage_prepare(enum carrier carrier, enum suite suite, uint64_t seed)
{
	memset(w, 0, sizeof *w);
	w->random = test_random(seed);
	memset(&heard, 0, sizeof heard);
	net_start(&w->net, &w->random.random);
	w->net.listen = hear;
	w->carrier = carrier;
	w->next_fault = w->kill_at = NEVER;
	for (int i = 0; i < WORLD_NODES; i++) {
		net_node(&w->net, i, outside_of(i), outside_of(i), MAP_NONE,
		         FILTER_ENDPOINT_INDEPENDENT);
		w->net.nodes[i].weather.delay_us = 10 * MS;
	}
	for (unsigned i = 0; i < 4; i++)
		ids[i] = test_identity(encryptor_class_of(suite)->key_type, i);
	code_make(&code, CODE_WORDS, &w->random.random);
	other_code = code;
	other_code.words[0] = (uint16_t)((code.words[0] + 1) % WORDS_COUNT);
	if (carrier == CARRIER_P2P) {
		code.has_nameplate = other_code.has_nameplate = true;
		code.nameplate = other_code.nameplate = 7;
		world_server_start(w, SERVER, 64);
	}
	alice = common_setup(w, ALICE, ids, &code);
	bob = common_setup(w, BOB, ids, &code);
	alice.suite = bob.suite = encryptor_class_of(suite);
	alice.lines = bob.lines = 3;
	alice.say_until = bob.say_until = alice.say_from;
	bob.finish_at = alice.say_until + SECOND;
	if (suite == SUITE_RSA) {
		pair = ids[2];
		alice.pair = &pair;
	}
}

void stage_start_one(const struct peer_setup *setup)
{
	uint8_t token[TOKEN_LEN];

	communicator_nameplate_token(7, token);
	peer_start(&w->peers[setup->node], setup, &w->net);
	endpoint_join(w->peers[setup->node].ep, token, w->net.now);
}

void stage_start(void)
{
	stage_start_one(&alice);
	stage_start_one(&bob);
}

/* Bob is another program now, at another address when moved. */
void stage_restart_bob(bool moved)
{
	struct addr at = outside_of(BOB);

	at.ip[14] ^= moved;
	peer_end(&w->peers[BOB]);
	net_node(&w->net, BOB, at, at, MAP_NONE, FILTER_ENDPOINT_INDEPENDENT);
	w->net.nodes[BOB].weather.delay_us = 10 * MS;
	stage_start_one(&bob);
}

void stage_run_for(uint64_t time)
{
	world_run(w, w->net.now + time);
}

struct peer *stage_peer(int node)
{
	return &w->peers[node];
}

struct session *stage_session(int node)
{
	return endpoint_session(w->peers[node].ep, 0);
}

void stage_both_end_well(void)
{
	stage_run_for(60 * SECOND);
	for (int i = 0; i < 2; i++) {
		CHECK(stage_peer(i)->over);
		CHECK(stage_peer(i)->err == OK);
		CHECK(!stage_peer(i)->wrong);
		CHECK(stage_peer(i)->heard == 3);
		CHECK(stage_peer(i)->delivered == 3);
	}
}

static unsigned run_one(const struct scene *scene, bool verbose)
{
	uint64_t repeats = tap_repeats();
	failure = NULL;
	world_label = scene->name;
	scene->run();
	world_end(w);
	if (tap_repeats() != repeats && failure == NULL)
		failure = "a nonce came twice under one key";
	if (verbose || failure != NULL)
		printf("%s: %s\n", scene->name, failure != NULL ? failure : "well");
	return failure != NULL;
}

unsigned stage_run(const struct scene *list, const char *only, unsigned *count, bool verbose)
{
	unsigned failed = 0;
	for (; list->name != NULL; list++) {
		if (only != NULL && strcmp(only, list->name) != 0)
			continue;
		(*count)++;
		failed += run_one(list, verbose);
	}
	return failed;
}
