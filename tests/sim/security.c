/* security: what must hold of keys, nonces and the wire in whole conversations; docs/SECURITY.md
 * names these scenarios. RECONNECTS in the environment: how often two contacts meet again in the
 * first. Each test of an absence has a control: the same look at a conversation where the thing
 * is there. */
#include <stdlib.h>
#include <string.h>

#include "crypto/aead.h"
#include "stage.h"
#include "tap.h"

/* Alice waits, bob comes, with a code or as contacts; each is behind a NAT when the server
 * introduces them. */
static void prepare(enum carrier carrier, enum suite suite, bool contacts, uint64_t seed)
{
	stage_prepare(carrier, suite, seed);
	w->net.listen = NULL;
	for (int i = 0; i <= BOB; i++) {
		if (carrier != CARRIER_P2P)
			break;
		net_node(&w->net, i, addr_v4(192, 168, (uint8_t)(101 + i), 77, 0), outside_of(i),
		         MAP_ENDPOINT_INDEPENDENT, FILTER_ADDRESS_DEPENDENT);
		w->net.nodes[i].weather.delay_us = 10 * MS;
	}
	if (contacts)
		alice.code = bob.code = NULL;
	alice.contacts = contacts;
	bob.expected = contacts ? &ids[ALICE].public : NULL;
	if (suite == SUITE_PSEUDO) {
		alice.identity = bob.identity = NULL;
		alice.code = bob.code = NULL;
		alice.first_use = bob.first_use = true;
	}
}

/* ---- nonces ---- */

/* Both programs end and are started again, on the same hosts, with the same keys. */
static void start_again(void)
{
	for (int i = 0; i < 2; i++) {
		peer_end(&w->peers[i]);
		net_node(&w->net, i, outside_of(i), outside_of(i), MAP_NONE,
		         FILTER_ENDPOINT_INDEPENDENT);
		w->net.nodes[i].weather.delay_us = 10 * MS;
	}
	alice.say_from = bob.say_from = alice.say_until = bob.say_until = w->net.now + SECOND;
	bob.finish_at = w->net.now + 2 * SECOND;
	stage_start();
}

static void the_same_contacts_again_and_again_repeat_no_nonce(void)
{
	const char *asked = getenv("RECONNECTS");
	unsigned long count = asked != NULL ? strtoul(asked, NULL, 10) : 30;
	uint64_t repeats = tap_repeats(), seals = tap_seals();

	prepare(CARRIER_UDP, SUITE_NOISE, true, 5);
	stage_start();
	stage_both_end_well();
	for (unsigned long i = 0; i < count && failure == NULL; i++) {
		start_again();
		stage_both_end_well();
	}
	CHECK(tap_seals() >= seals + 10 * count);
	CHECK(tap_repeats() == repeats);
}

/* Fresh keys after ten minutes, several times: each phase begins to count at the number where the
 * last one ended, under other keys, and both directions have keys of their own. */
static void fresh_keys_repeat_no_nonce(void)
{
	for (enum suite suite = SUITE_NOISE; suite <= SUITE_RSA; suite++) {
		uint64_t repeats = tap_repeats();

		prepare(CARRIER_UDP, suite, false, 6);
		alice.lines = bob.lines = 30;
		alice.say_until = bob.say_until = alice.say_from + 2000 * SECOND;
		bob.finish_at = bob.say_until + SECOND;
		stage_start();
		world_run(w, w->net.now + 2100 * SECOND);
		CHECK(w->peers[ALICE].over && w->peers[ALICE].err == OK &&
		      w->peers[ALICE].heard == 30);
		CHECK(tap_repeats() == repeats);
		if (suite == SUITE_NOISE)
			world_end(w);
	}
}

/* The control: a machine that is put back to an earlier state, its randomness with it, does repeat
 * them, and that is seen. */
static void a_repeated_nonce_is_seen(void)
{
	struct aead a;
	uint8_t key[32] = { 3 }, nonce[AEAD_NONCE] = { 0 }, data[32 + AEAD_TAG] = { 0 };
	uint64_t repeats = tap_repeats();

	prepare(CARRIER_UDP, SUITE_NOISE, false, 7);
	stage_start();
	stage_both_end_well();
	for (enum aead_kind kind = AEAD_CHACHA20_POLY1305; kind <= AEAD_AES_GCM_SOFTWARE; kind++) {
		aead_init(&a, kind, span_of(key, sizeof key));
		aead_seal(&a, nonce, span_text("ad"), data, 32);
	}
	CHECK(tap_repeats() == repeats);
	aead_seal(&a, nonce, span_text("ad"), data, 32);
	CHECK(tap_repeats() == repeats + 1);
	key[31] ^= 1;
	aead_init(&a, AEAD_AES_GCM_SOFTWARE, span_of(key, sizeof key));
	aead_seal(&a, nonce, span_text("ad"), data, 32);
	nonce[0] ^= 1;
	aead_seal(&a, nonce, span_text("ad"), data, 32);
	CHECK(tap_repeats() == repeats + 1);
	tap_excuse(1);
}

/* ---- lengths ---- */

enum { HEARD = 4096, SIZES = 64 };

/* What a listener writes down: when, who and how much. */
static struct sound {
	uint64_t at;
	int node;
	size_t len;
} wire_heard[2][HEARD];
static size_t heard_count[2];
static unsigned listener;
static size_t sizes[SIZES], sizes_count;

static void write_down(const struct net *n, int node, const struct route *route, struct span wire)
{
	(void)route;
	if (heard_count[listener] < HEARD)
		wire_heard[listener][heard_count[listener]++] =
		    (struct sound){ .at = n->now, .node = node, .len = wire.len };
	bool known = false;
	for (size_t i = 0; i < sizes_count; i++)
		known |= sizes[i] == wire.len;
	if (!known && sizes_count < SIZES && n->now > alice.say_from)
		sizes[sizes_count++] = wire.len;
}

/* One conversation of lines of this length, a second apart, from the same seed: listener 0 or 1
 * hears it. Over a path that loses packets there are more, so that some leave twice (PROTOCOL
 * 6.4-6). */
static bool lossy;
static void listen_to(unsigned which, size_t text_len)
{
	listener = which;
	heard_count[which] = 0;
	prepare(CARRIER_UDP, SUITE_NOISE, false, 8);
	alice.text_len = bob.text_len = text_len;
	bob.say_from += SECOND / 2;
	alice.say_until = alice.say_from + 3 * SECOND;
	bob.say_until = bob.say_from + 3 * SECOND;
	if (lossy) {
		bob.lines = 100;
		w->net.nodes[BOB].weather.loss_permille = 50;
	}
	bob.finish_at = bob.say_until + SECOND;
	w->net.listen = write_down;
	stage_start();
	if (!lossy) {
		stage_both_end_well();
		return;
	}
	stage_run_for(bob.finish_at + SECOND - w->net.now);
	CHECK(w->peers[ALICE].heard == 100);
}

/* Whether two listeners who heard lines of these lengths could tell them apart. */
static bool sound_alike(size_t one, size_t other)
{
	listen_to(0, one);
	world_end(w);
	listen_to(1, other);
	return heard_count[0] == heard_count[1] && heard_count[0] < HEARD &&
	       memcmp(wire_heard[0], wire_heard[1], heard_count[0] * sizeof *wire_heard[0]) == 0;
}

/* A record is 64, 256 or a multiple of 1024 bytes. Within one of these sizes every packet has the
 * same length at the same time, whatever is said. */
static void texts_of_one_size_class_look_alike_on_the_wire(void)
{
	static const size_t classes[][2] = {
		{ 13, 59 }, { 60, 250 }, { 260, 1018 }, { 1025, 2000 }, { 15400, LIMIT_TEXT }
	};

	memset(wire_heard, 0, sizeof wire_heard); /* they are compared with their gaps */
	for (size_t i = 0; i < sizeof classes / sizeof *classes; i++) {
		bool alike = sound_alike(classes[i][0], classes[i][1]);

		CHECK(alike);
		world_end(w);
	}
	bool next_class_alike =
	    sound_alike(59, 60); /* the control: the class is what can be seen */
	CHECK(!next_class_alike);
}

static void lines_that_leave_twice_look_alike_too(void)
{
	memset(wire_heard, 0, sizeof wire_heard);
	lossy = true;
	bool alike = sound_alike(20, 50);
	world_end(w);
	bool next_class_alike = sound_alike(50, 100);
	lossy = false;
	CHECK(alike);
	CHECK(!next_class_alike);
}

/* Short lines: every packet of the conversation after its handshake has one of a handful of
 * lengths. */
static void short_lines_take_a_handful_of_lengths(void)
{
	sizes_count = 0;
	for (size_t len = 13; len <= 59; len++) {
		listen_to(0, len);
		if (len < 59)
			world_end(w);
	}
	CHECK(sizes_count >= 2);
	CHECK(sizes_count <= 5);
}

/* ---- addresses ---- */

static uint8_t inside[2][4];  /* the addresses the peers have in their own networks */
static uint8_t outside[2][4]; /* those of their NATs */
static unsigned insides_heard, outsides_told;

static void look_for_addresses(const struct net *n, int node, const struct route *route,
                               struct span wire)
{
	(void)n;
	for (int i = 0; i < 2; i++) {
		struct addr peer = outside_of(1 - i);

		insides_heard += tap_contains(wire, span_of(inside[i], 4));
		outsides_told += node == SERVER && !w->peers[1 - i].ready &&
		                 addr_same_ip(&route->remote, &peer) &&
		                 tap_contains(wire, span_of(outside[i], 4));
	}
}

static void talk_and_look(enum suite suite, bool contacts)
{
	prepare(CARRIER_P2P, suite, contacts, 9);
	for (int i = 0; i < 2; i++) {
		memcpy(inside[i], w->net.nodes[i].inside.ip + 12, 4);
		memcpy(outside[i], w->net.nodes[i].outside.ip + 12, 4);
	}
	insides_heard = outsides_told = 0;
	tap_look_for(span_of(inside[ALICE], 4));
	w->net.listen = look_for_addresses;
	bob.finish_at = bob.say_until + 5 * SECOND;
	stage_start();
	world_run(w, alice.say_from + 3 * SECOND);
	CHECK(peer_direct(&w->peers[ALICE]) &&
	      peer_direct(&w->peers[BOB])); /* they have told each other where they are */
	stage_both_end_well();
}

/* The address of a host in its own network goes to the peer, sealed, and nowhere else: neither the
 * server nor a listener sees it. The server does not even tell the NAT's address before the peers
 * have proved themselves: it does so in the room of two contacts, which nobody else can name, and
 * not in a nameplate's. */
static void no_candidate_is_readable_on_the_wire(void)
{
	talk_and_look(SUITE_NOISE, false);
	CHECK(insides_heard == 0);
	CHECK(outsides_told == 0);
	CHECK(tap_found() > 0); /* a control: it was said, under the sealing */
	world_end(w);
	talk_and_look(SUITE_RSA, false);
	CHECK(insides_heard == 0);
	CHECK(outsides_told == 0);
	CHECK(tap_found() > 0);
	world_end(w);
	talk_and_look(SUITE_PSEUDO, false); /* another: where nothing is sealed, it is heard */
	CHECK(insides_heard > 0);
	CHECK(outsides_told == 0);
	tap_look_for(span_of(NULL, 0));
}

/* ---- strangers ---- */

enum { STRANGER = SERVER + 1, PER_SECOND = 2000 };

static struct link_request strangers_link;
static uint8_t strangers_cookie[COOKIE_BYTES];
static bool has_cookie;

static void stranger_hears(struct world *where, const struct arrival *a)
{
	struct cookie cookie;

	(void)where;
	if (!a->is_event && signaling_read_cookie(a->wire, &cookie)) {
		memcpy(strangers_cookie, cookie.cookie, COOKIE_BYTES);
		has_cookie = true;
	}
}

static void stranger_sends(struct span packet)
{
	struct route to = { .kind = ROUTE_UDP,
		            .link = strangers_link.link,
		            .remote = outside_of(ALICE) };

	to.remote.port = 7000;
	net_send(&w->net, STRANGER, &to, packet);
}

static void stranger_comes(void)
{
	struct hello hello = { .nonce = { 9 } };
	uint8_t wire[1200];
	struct writer out = writer_of(wire, sizeof wire);

	has_cookie = false;
	w->stranger = stranger_hears;
	strangers_link = (struct link_request){ .open = true, .link = 1, .kind = LINK_UDP };
	net_request(&w->net, STRANGER, &strangers_link);
	world_run(w, w->net.now + MS); /* alice listens */
	signaling_write_hello(&out, &hello, sizeof wire);
	stranger_sends(written(&out));
	world_run(w, w->net.now + SECOND);
	CHECK(has_cookie);
}

/* A first message in an OPEN, of one of three kinds: the first byte alone; a whole share with
 * nonsense in it; a whole first message of a suite, with nonsense in it. */
static void stranger_knocks(uint64_t turn)
{
	static const size_t whole[] = { 66, 66, 50 }, sent[] = { 1, 66, 50 };
	uint8_t wire[200];
	size_t kind = (size_t)(turn % 3);
	struct writer out = writer_of(wire, sizeof wire);

	write_u8(&out, PACKET_OPEN);
	write_u8(&out, SIGNALING_VERSION);
	write_span(&out, span_of(strangers_cookie, COOKIE_BYTES));
	write_u8(&out, PACKET_HANDSHAKE);
	write_u8(&out, 1);
	write_u8(&out, (uint8_t)alice.suite->suite);
	write_be64(&out, random_u64(&w->random.random));
	write_u8(&out, 0);
	write_be16(&out, (uint16_t)whole[kind]);
	write_be16(&out, 0);
	uint8_t *text = wire + out.len;
	write_zeroes(&out, sent[kind]);
	random_fill(&w->random.random, text, sent[kind]);
	text[0] = kind < 2 ? 1 : 0;
	if (kind == 1)
		text[1] = 4;
	stranger_sends(written(&out));
}

/* Two thousand first messages a second from one address that has shown its cookie, at a round trip
 * of 60 ms: a contact is connected within a second all the same, in both suites. The control is the
 * same second without them, and that they arrive. */
static void a_contact_gets_in_past_two_thousand_knocks_a_second(void)
{
	for (enum suite suite = SUITE_NOISE; suite <= SUITE_RSA; suite++) {
		for (unsigned knocks = 0; knocks <= PER_SECOND; knocks += PER_SECOND) {
			prepare(CARRIER_UDP, suite, true, 11);
			for (int i = 0; i < WORLD_NODES; i++)
				w->net.nodes[i].weather.delay_us = 15 * MS;
			alice.code = &code; /* strangers are answered, as far as they have it */
			bob.say_from = bob.say_until = bob.finish_at = alice.say_from =
			    alice.say_until = NEVER;
			peer_start(&w->peers[ALICE], &alice, &w->net);
			peer_start(&w->peers[BOB], &bob, &w->net);
			w->net.nodes[BOB].alive = false;
			stranger_comes();
			uint64_t begin = w->net.now, turns = knocks > 0 ? 2 * knocks : 2;
			for (uint64_t turn = 0; turn < turns; turn++) {
				w->net.nodes[BOB].alive = w->net.now >= begin + SECOND;
				if (knocks > 0)
					stranger_knocks(turn);
				world_run(w, begin + (turn + 1) * 2 * SECOND / turns);
			}
			CHECK(w->peers[BOB].ready && w->peers[ALICE].ready);
			CHECK(w->peers[ALICE].guesses == 0);
			CHECK(knocks == 0 || w->net.sent > knocks);
			if (suite == SUITE_NOISE || knocks == 0)
				world_end(w);
		}
	}
}

const struct scene security_scenarios[] = {
	SCENARIO(the_same_contacts_again_and_again_repeat_no_nonce),
	SCENARIO(fresh_keys_repeat_no_nonce),
	SCENARIO(a_repeated_nonce_is_seen),
	SCENARIO(texts_of_one_size_class_look_alike_on_the_wire),
	SCENARIO(lines_that_leave_twice_look_alike_too),
	SCENARIO(short_lines_take_a_handful_of_lengths),
	SCENARIO(no_candidate_is_readable_on_the_wire),
	SCENARIO(a_contact_gets_in_past_two_thousand_knocks_a_second),
	{ NULL, NULL },
};
