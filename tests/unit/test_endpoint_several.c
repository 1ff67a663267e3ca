/* endpoint: fifty peers of one host that come, talk, leave, are killed and come again, at any
 * moment. Every message is read once, in order, from and by whom it was meant. */
#include "tests/unit/endpoint_world.h"
#include "tests/unit/rounds.h"

enum { GUESTS = 50, STEPS = 2000, MESSAGE = 4, NUMBERS = 4096 };

static struct test_random randomness;
static struct host alice;
static uint64_t now;

static struct guest {
	struct host host;
	bool alive;
	unsigned peer;        /* its number at alice's; 0: it is not there */
	uint16_t said, heard; /* messages of this run of its program */
	uint16_t told, known; /* ... alice's to it, and what it has read of them */
	unsigned runs;
} guests[GUESTS];

static unsigned overs, replaced;

static unsigned chance(unsigned below)
{
	return (unsigned)random_below(&randomness.random, below);
}

static struct addr address_of(size_t i)
{
	return addr_v4(192, 0, (uint8_t)(2 + i), 2, 1000);
}

static size_t who_has(const struct public_key *key)
{
	size_t i = 0;
	while (i < GUESTS && !public_key_equal(world_key(1 + (unsigned)i), key))
		i++;
	assert_true(i < GUESTS);
	return i;
}

static size_t who_is(unsigned peer)
{
	size_t i = 0;
	while (i < GUESTS && guests[i].peer != peer)
		i++;
	return i;
}

/* ---- alice's program ---- */

static void take(void)
{
	struct endpoint_event e;
	while (endpoint_take(alice.ep, &e)) {
		size_t i;
		assert_true(e.peer != 0);
		switch (e.kind) {
		case ENDPOINT_PEER:
			i = who_has(&e.key);
			assert_int_equal(e.replaces, guests[i].peer != 0);
			endpoint_accept(alice.ep, now);
			replaced += guests[i].peer != 0;
			guests[i].peer = e.peer;
			guests[i].heard = guests[i].told = 0;
			break;
		case ENDPOINT_OVER: /* of one that was replaced, too, whose number nobody has */
			i = who_is(e.peer);
			assert_int_equal(e.err == ERR_EXISTS, i == GUESTS);
			if (i < GUESTS)
				guests[i].peer = 0;
			overs++;
			break;
		default: assert_true(who_is(e.peer) < GUESTS); break;
		}
	}
}

/* What has arrived in a session is of that one, and the next. */
static uint16_t read_all(struct session *s, size_t of, uint16_t next)
{
	for (struct span in; (in = session_read(s, STREAM_CHAT)).len >= MESSAGE; next++) {
		assert_int_equal(load_be16(in.at), of);
		assert_int_equal(load_be16(in.at + 2), next);
		session_consume(s, STREAM_CHAT, MESSAGE);
	}
	return next;
}

static uint16_t say(struct session *s, size_t about, uint16_t number)
{
	uint8_t message[MESSAGE];
	store_be16(message, (uint16_t)about);
	store_be16(message + 2, number);
	if (session_write_room(s, STREAM_CHAT) < MESSAGE)
		return number;
	session_write(s, STREAM_CHAT, span_of(message, MESSAGE));
	return (uint16_t)(number + 1);
}

/* ---- all of them ---- */

static bool carry(struct host *from, size_t i)
{
	uint8_t packet[LIMIT_WIRE];
	struct route to, to_alice = world_route(&alice.at), back = world_route(&from->at);
	size_t len = world_sent(from, &to, packet, now);
	if (len == 0 || chance(20) == 0)
		return len > 0;
	if (i < GUESTS) {
		world_give(&alice, &back, span_of(packet, len), now);
		take();
		return true;
	}
	for (i = 0; i < GUESTS; i++)
		if (guests[i].alive && addr_equal(&to.remote, &guests[i].host.at))
			world_give(&guests[i].host, &to_alice, span_of(packet, len), now);
	return true;
}

static void run(void)
{
	for (bool any = true; any;) {
		any = false;
		while (carry(&alice, GUESTS))
			any = true;
		take();
		for (size_t i = 0; i < GUESTS; i++)
			while (guests[i].alive && carry(&guests[i].host, i))
				any = true;
	}
	for (size_t i = 0; i < GUESTS; i++) {
		struct guest *g = &guests[i];
		struct session *s = g->alive ? endpoint_session(g->host.ep, 0) : NULL,
			       *ours = g->peer ? endpoint_session(alice.ep, g->peer) : NULL;
		if (s != NULL)
			g->known = read_all(s, i, g->known);
		if (ours != NULL)
			g->heard = read_all(ours, i, g->heard);
	}
}

static void comes(size_t i)
{
	struct endpoint_config config = world_config(true, 1 + (unsigned)i, &randomness.random);
	struct route to_alice = world_route(&alice.at);
	config.keying.expected = world_key(0);
	guests[i].alive = true;
	guests[i].said = guests[i].known = 0;
	guests[i].runs++;
	world_host(&guests[i].host, &config, address_of(i), now);
	world_up(&guests[i].host, &to_alice, now);
}

static void goes(size_t i, bool politely)
{
	struct session *s = endpoint_session(guests[i].host.ep, 0);
	if (politely && s != NULL)
		session_close(s, CLOSE_DONE, span_text(""));
	for (unsigned n = 0; politely && s != NULL && n < 20; n++) {
		run();
		now += 100 * MS;
	}
	guests[i].alive = false;
	world_end(&guests[i].host);
}

static void anything(void)
{
	size_t i = chance(GUESTS);
	struct guest *g = &guests[i];
	struct session *s = g->alive ? endpoint_session(g->host.ep, 0) : NULL,
		       *ours = g->peer ? endpoint_session(alice.ep, g->peer) : NULL;
	if (!g->alive)
		comes(i);
	else if (chance(25) == 0)
		goes(i, chance(2));
	else if (s != NULL && chance(2))
		g->said = say(s, i, g->said);
	else if (ours != NULL)
		g->told = say(ours, i, g->told);
}

static void test_endpoint_fifty_peers(void **state)
{
	(void)state;
	randomness = test_random(11);
	now = 1000 * SECOND;
	const unsigned steps = rounds(STEPS);
	struct endpoint_config config = world_config(false, 0, &randomness.random);
	config.keying.contacts = true;
	config.peers = LIMIT_PEERS;
	world_host(&alice, &config, addr_v4(192, 0, 2, 1, 1000), now);
	alice.left = true;
	for (size_t i = 0; i < GUESTS; i++)
		(void)world_config(true, 1 + (unsigned)i, &randomness.random);
	for (unsigned step = 0; step < steps; step++) {
		anything();
		run();
		now += (1 + chance(100)) * MS;
	}
	for (unsigned n = 0; n < 100; n++) { /* what was lost comes again */
		run();
		now += 100 * MS;
	}
	unsigned there = 0, said = 0;
	for (size_t i = 0; i < GUESTS; i++) {
		const struct guest *g = &guests[i];
		if (!g->alive)
			continue;
		assert_true(g->peer != 0);
		assert_int_equal(g->heard, g->said);
		assert_int_equal(g->known, g->told);
		there++;
		said += g->said;
	}
	assert_true(there > GUESTS / 2 && said > steps / 20);
	assert_true(overs > steps / 40 && replaced > steps / 100);
	for (size_t i = 0; i < GUESTS; i++)
		if (guests[i].alive)
			world_end(&guests[i].host);
	world_end(&alice);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_endpoint_fifty_peers),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
