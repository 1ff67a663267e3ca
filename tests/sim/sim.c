/* sim: whole conversations on a virtual clock, by the thousand: two peers and a signaling server,
 * weather and NATs from a seed. Oracle: every line arrives once and in order, both sides end
 * well, and data goes direct wherever theory allows it.
 *
 *   sim [FIRST [COUNT]] [-b] [-v|-vv]   the named scenarios, then seeds FIRST .. FIRST+COUNT-1;
 *                                       a failing seed is printed with what was wrong
 *   sim NAME [-v|-vv]                   one scenario
 *
 * -v says how each went, -vv also tells every packet, for scripts/sim. -b: long scenarios in brief,
 * each with a sixth of its rounds: for a slow build, which is to find what they do in memory. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "stage.h"
#include "tap.h"

static uint64_t seed;
static bool verbose;

/* ---- chance ---- */

static struct weather some_weather(void)
{
	static const unsigned losses[] = { 0, 0, 10, 50, 150, 250 };

	return (struct weather){ .delay_us = (1 + pick(w, 100)) * MS,
		                 .jitter_us = pick(w, 4) == 0 ? pick(w, 80) * MS : 0,
		                 .loss_permille = losses[pick(w, 6)],
		                 .duplicate_permille = pick(w, 3) == 0 ? 100 : 0 };
}

/* Class D and A of the 9 x 9 matrix: a direct path without guessing ports. One side must have an
 * address that stays and is known, and let in a port it has not sent to; or let in anybody, while
 * the other lets in the first's address with another port. */
static bool lets_reach(const struct node *a, const struct node *b)
{
	const struct nat_config *us = nat_config(a->nat), *them = nat_config(b->nat);
	bool stays = us->mapping == MAP_ENDPOINT_INDEPENDENT &&
	             us->filtering != FILTER_ADDRESS_AND_PORT_DEPENDENT;

	return stays || (us->filtering == FILTER_ENDPOINT_INDEPENDENT &&
	                 them->filtering != FILTER_ADDRESS_AND_PORT_DEPENDENT);
}

static bool direct_possible(const struct node *a, const struct node *b)
{
	if (a->nat == NULL || b->nat == NULL)
		return true;
	if (nat_config(a->nat)->mapping == MAP_ENDPOINT_INDEPENDENT &&
	    nat_config(b->nat)->mapping == MAP_ENDPOINT_INDEPENDENT)
		return true;
	return lets_reach(a, b) || lets_reach(b, a);
}

static void build_network(void)
{
	for (int i = ALICE; i <= BOB; i++) {
		enum mapping mapping = w->carrier == CARRIER_P2P ? (enum mapping)pick(w, 4)
		                       : i == BOB                ? (enum mapping)pick(w, 4)
		                                                 : MAP_NONE;
		struct addr inside =
		    mapping == MAP_NONE ? outside_of(i) : addr_v4(192, 168, (uint8_t)(1 + i), 2, 0);

		net_node(&w->net, i, inside, outside_of(i), mapping, (enum filtering)pick(w, 3));
		w->net.nodes[i].weather = some_weather();
	}
	net_node(&w->net, SERVER, outside_of(SERVER), outside_of(SERVER), MAP_NONE,
	         FILTER_ENDPOINT_INDEPENDENT);
	w->net.nodes[SERVER].weather.delay_us = (1 + pick(w, 30)) * MS;
	w->direct_expected = direct_possible(&w->net.nodes[ALICE], &w->net.nodes[BOB]);
}

static void choose_suite(struct peer_setup *a, struct peer_setup *b)
{
	uint64_t chance = pick(w, 20);
	enum suite suite = chance == 0   ? SUITE_RSA
	                   : chance == 1 ? SUITE_PSEUDO
	                   : chance < 11 ? SUITE_HYBRID
	                                 : SUITE_NOISE;

	a->suite = b->suite = encryptor_class_of(suite);
	for (unsigned i = 0; i < 2; i++)
		ids[i] = test_identity(a->suite->key_type, i);
	pair = suite == SUITE_RSA ? test_identity(KEY_RSA, 2)
	                          : (struct identity){ .public = { .type = KEY_NONE } };
	if (suite == SUITE_PSEUDO) {
		a->code = b->code = NULL;
		a->first_use = b->first_use = true;
		a->identity = b->identity = NULL;
	} else if (pick(w, 3) == 0) { /* as known contacts */
		a->code = b->code = NULL;
		a->contacts = true;
		b->expected = &ids[ALICE].public;
	}
	a->pair = suite == SUITE_RSA ? &pair : NULL;
}

/* Some are pipes, some live long enough for fresh keys, in some bob is killed. */
static void choose_kind(struct peer_setup *a, struct peer_setup *b)
{
	uint64_t chance = pick(w, 12);

	w->kill_at = NEVER;
	if (chance == 0) {
		a->mode = b->mode = MODE_PIPE;
		a->lines = (unsigned)pick(w, 200);
		b->lines = (unsigned)pick(w, 200);
	} else if (chance == 1) {
		a->say_until = b->say_until = w->net.now + (600 + pick(w, 2000)) * SECOND;
	} else if (chance == 2) {
		a->silence_us = b->silence_us = 60 * SECOND;
		w->kill_at = w->net.now + pick(w, 100) * SECOND;
	}
}

/* Bob was killed: alice is told so, unless both had said goodbye by then; what she heard is a
 * beginning of what he said. */
static const char *judge_survivor(void)
{
	struct peer *a = &w->peers[ALICE], *b = &w->peers[BOB];

	if (a->wrong)
		return a->note;
	if (!a->ready)
		return b->ready ? "bob had a session, alice none" : NULL;
	if (!a->over)
		return "the survivor waits for ever";
	if (a->err == OK &&
	    (a->heard != b->said || a->delivered != a->said || b->setup.finish_at > w->net.now))
		return "a cut conversation looks like a finished one";
	return a->err == OK || a->err == ERR_CUT ? NULL : "the survivor ended otherwise";
}

static const char *judge(void)
{
	static char text[256];

	for (int i = 0; i < 2; i++) {
		struct peer *p = &w->peers[i], *q = &w->peers[1 - i];

		if (p->wrong)
			return p->note;
		if (!p->ready)
			return i == ALICE ? "alice never had a session" : "bob never had a session";
		if (!p->over || p->err != OK) {
			snprintf(text, sizeof text, "%s ended with '%s'%s, said %u heard %u of %u",
			         i == ALICE ? "alice" : "bob", err_text(p->err),
			         p->over ? "" : " (not over)", p->said, p->heard, q->said);
			return text;
		}
		if (p->setup.mode == MODE_PIPE && (p->bytes_in != (uint64_t)q->setup.lines * 1024 ||
		                                   p->bytes_out != (uint64_t)p->setup.lines * 1024))
			return "not every byte was sent and written";
		if (p->setup.mode == MODE_PIPE)
			continue;
		if (p->heard != q->said || p->said != p->setup.lines)
			return "not every line was said and heard";
		if (p->delivered != p->said)
			return "a receipt is missing";
	}
	return NULL;
}

/* Lines are few, so there is no reason for many packets. Seed 689 once sent 77299: each side
 * followed the other from one path to another and back. */
static bool talks_for_nothing(void)
{
	return w->net.sent > 10000 + 60 * ((w->net.now - 1000 * SECOND) / SECOND);
}

/* One conversation of the given seed. NULL: all is well. */
static const char *conversation(uint64_t number)
{
	static char label[32];
	uint64_t repeats = tap_repeats();
	seed = number;
	snprintf(label, sizeof label, "seed %llu", (unsigned long long)seed);
	world_label = label;
	memset(w, 0, sizeof *w);
	w->random = test_random(number);
	net_start(&w->net, &w->random.random);
	w->carrier = (enum carrier)(number % 4 < 2    ? CARRIER_P2P
	                            : number % 4 == 2 ? CARRIER_UDP
	                                              : CARRIER_TCP);
	build_network();
	code_make(&code, CODE_WORDS, &w->random.random);
	uint8_t token[TOKEN_LEN];
	if (w->carrier == CARRIER_P2P) {
		code.has_nameplate = true;
		code.nameplate = 7;
		world_server_start(w, SERVER, 64);
	}
	communicator_nameplate_token(7, token);
	struct peer_setup a = common_setup(w, ALICE, ids, &code),
			  b = common_setup(w, BOB, ids, &code);
	choose_suite(&a, &b);
	choose_kind(&a, &b);
	struct test_random slips = test_random(~number);
	a.clumsy = number % 8 == 5 || number % 8 == 7 ? &slips.random : NULL;
	b.clumsy = number % 8 == 6 || number % 8 == 7 ? &slips.random : NULL;
	bool killed = w->kill_at != NEVER;
	b.finish_at =
	    (a.say_until > b.say_until ? a.say_until : b.say_until) + (5 + pick(w, 40)) * SECOND;
	w->faults_left = pick(w, 3) == 0 ? 1 + (unsigned)pick(w, 4) : 0;
	w->next_fault = w->faults_left > 0 ? w->net.now + (3 + pick(w, 20)) * SECOND : NEVER;
	peer_start(&w->peers[ALICE], &a, &w->net);
	peer_start(&w->peers[BOB], &b, &w->net);
	for (int i = 0; i < 2; i++)
		endpoint_join(w->peers[i].ep, token, w->net.now);
	bool quiet = w->faults_left == 0;
	bool directs[2] = { false, false };
	/* where much is lost, the data may be elsewhere for a moment */
	for (unsigned i = 4; i >= 1; i--) {
		world_run(w, b.finish_at - i * SECOND);
		directs[0] |= peer_direct(&w->peers[0]);
		directs[1] |= peer_direct(&w->peers[1]);
	}
	world_run(w, w->net.now + 3600 * SECOND);
	const char *fault_text = killed ? judge_survivor() : judge();
	if (fault_text == NULL && tap_repeats() != repeats)
		fault_text = "a nonce came twice under one key";
	if (fault_text == NULL && talks_for_nothing())
		fault_text = "they sent each other packets for nothing";
	unsigned loss =
	    w->net.nodes[0].weather.loss_permille + w->net.nodes[1].weather.loss_permille;
	if (fault_text == NULL && !killed && a.mode == MODE_CHAT && w->carrier == CARRIER_P2P &&
	    quiet && loss <= 100 && w->direct_expected && !(directs[0] && directs[1]))
		fault_text = "a direct path was possible and not found";
	if (verbose || fault_text != NULL) {
		static const char *const carriers[] = { "tcp", "udp", "p2p" };
		struct nat_config behind[2] = { { 0 }, { 0 } };
		for (int i = 0; i < 2; i++) {
			if (w->net.nodes[i].nat != NULL)
				behind[i] = *nat_config(w->net.nodes[i].nat);
		}
		printf("seed %llu %s %s nat %d/%d %d/%d loss %u+%u: ready %.3f over %.3f sent %llu "
		       "%s\n",
		       (unsigned long long)seed, carriers[w->carrier], a.suite->name,
		       (int)behind[0].mapping, (int)behind[0].filtering, (int)behind[1].mapping,
		       (int)behind[1].filtering, w->net.nodes[0].weather.loss_permille,
		       w->net.nodes[1].weather.loss_permille,
		       (double)(w->peers[1].ready_at - 1000 * SECOND) / 1e6,
		       w->peers[1].over_at == 0
		           ? 0
		           : (double)(w->peers[1].over_at - 1000 * SECOND) / 1e6,
		       (unsigned long long)w->net.sent, fault_text ? fault_text : "well");
	}
	world_end(w);
	return fault_text;
}

int main(int argc, char **argv)
{
	uint64_t first = 1, count = 1000, failed = 0;
	unsigned place = 0, scenes = 0;
	const char *only = NULL;

	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "-v") == 0 || strcmp(argv[i], "-vv") == 0)
			verbose = true, net_trace = argv[i][2] == 'v';
		else if (strcmp(argv[i], "-b") == 0)
			stage_step = 6;
		else if (argv[i][0] > '9')
			only = argv[i], count = 0;
		else if (place++ == 0)
			first = strtoull(argv[i], NULL, 10);
		else
			count = strtoull(argv[i], NULL, 10);
	}
	if (place < 2 || count > 1)
		failed = stage_run(scenarios, only, &scenes, verbose) +
		         stage_run(security_scenarios, only, &scenes, verbose) +
		         stage_run(again_scenes, only, &scenes, verbose) +
		         stage_run(heal_scenes, only, &scenes, verbose) +
		         stage_run(hard_scenes, only, &scenes, verbose) +
		         stage_run(lifetime_scenes, only, &scenes, verbose) +
		         stage_run(bulk_scenes, only, &scenes, verbose) +
		         stage_run(idle_scenes, only, &scenes, verbose) +
		         stage_run(server_scenes, only, &scenes, verbose) +
		         stage_run(crowd_scenes, only, &scenes, verbose) +
		         stage_run(cross_scenes, only, &scenes, verbose) +
		         stage_run(many_scenes, only, &scenes, verbose);
	for (uint64_t i = 0; i < count; i++)
		failed += conversation(first + i) != NULL;
	printf("%llu texts were sealed, %llu with a key and nonce that were used before\n",
	       (unsigned long long)tap_seals(), (unsigned long long)tap_repeats());
	printf("%llu passed, %llu failed\n", (unsigned long long)(scenes + count - failed),
	       (unsigned long long)failed);
	return failed > 0;
}
