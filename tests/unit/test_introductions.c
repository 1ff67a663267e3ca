/* introductions alone: pairs come by INTRO and go with their room, the server, or for want of use;
 * a hostile server can neither crash it nor make it forget whom a session holds. */
#include "tests/unit/support.h"
#include "transport/introductions.h"

enum { ROOM = 3, OTHER_ROOM = 5 };

static const struct addr local = { .port = 40000 };

static struct route way_of(const struct route_kind *kind)
{
	return (struct route){ .kind = kind, .link = 1, .remote = addr_v4(192, 0, 2, 1, 9000) };
}

static void start(struct introductions *i, bool responder)
{
	struct route way = way_of(ROUTE_UDP);

	memset(i, 0, sizeof *i);
	introductions_init(i, responder);
	introductions_way(i, &way);
}

static struct intro intro_of(uint64_t pair, uint32_t host, bool responder)
{
	struct intro m = { .pair = pair, .host = host, .responder = responder };

	store_be64(m.peer_id, pair * 3);
	return m;
}

/* The server says INTRO about a peer to an initiator, and the program hears of it. */
static struct route introduced(struct introductions *i, uint64_t pair, uint32_t host, uint64_t now)
{
	struct carrier_inbox in = { .full = false };
	struct intro m = intro_of(pair, host, i->responder);
	struct communicator_event event = { .number = 0 };

	assert_true(introductions_intro(i, ROOM, &m, &in, now));
	while (introductions_report(i, &event) && event.kind != COMMUNICATOR_UP)
		;
	return event.route;
}

static size_t forward_of(uint8_t *bytes, uint64_t pair, uint8_t type)
{
	struct writer w = writer_of(bytes, 64);

	write_u8(&w, PACKET_FORWARD);
	write_be64(&w, pair);
	write_u8(&w, type);
	write_u8(&w, 7);
	return w.len;
}

static enum introductions_forward forward(struct introductions *i, uint64_t pair,
                                          struct carrier_inbox *in, uint64_t now)
{
	static uint8_t bytes[64];

	return introductions_forward(
	    i, &local, span_of(bytes, forward_of(bytes, pair, PACKET_HANDSHAKE)), in, now);
}

static bool acknowledges(struct introductions *i, uint64_t now)
{
	uint8_t bytes[FORWARD_HEADER];
	struct writer w = writer_of(bytes, sizeof bytes);

	return introductions_output(i, &w, now) && w.len == FORWARD_HEADER;
}

/* INTRO is acknowledged by an empty FORWARD, its pair reported with the host the server names, and
 * a packet of it wrapped and unwrapped. */
static void test_introductions_make_a_route_of_an_intro(void **state)
{
	(void)state;
	struct introductions i;
	struct carrier_inbox in = { .full = false };
	uint8_t buffer[LIMIT_HEADROOM + 8];
	struct route from;
	struct span packet;
	bool proved;

	start(&i, false);
	struct route route = introduced(&i, 9, 77, SECOND);
	assert_ptr_equal(route.kind, ROUTE_FORWARD_UDP);
	assert_int_equal(route.pair, 9);
	assert_int_equal(route.host, 77);
	assert_true(acknowledges(&i, SECOND));
	assert_false(acknowledges(&i, SECOND));
	int at = introductions_wrap(&i, &route, buffer, SECOND);
	assert_int_equal(at, LIMIT_HEADROOM - FORWARD_HEADER);
	assert_int_equal(buffer[at], PACKET_FORWARD);
	assert_int_equal(load_be64(buffer + at + 1), 9);
	assert_int_equal(forward(&i, 9, &in, SECOND), INTRODUCTIONS_HEARD);
	assert_true(carrier_get(&in, &from, &packet, &proved));
	assert_true(proved && packet.len == 2 && route_same(&from, &route));
	assert_true(addr_equal(&from.local, &local));
}

/* A lost server puts pairs to rest: DOWN; the same pair is UP again when its room has been joined.
 * Over another way it is another route, and the old one says nothing. */
static void test_introductions_rest_and_wake_with_their_room(void **state)
{
	(void)state;
	struct introductions i;
	struct communicator_event event;
	struct route tcp = way_of(ROUTE_TCP);
	uint8_t buffer[LIMIT_HEADROOM + 8];

	start(&i, false);
	struct route old = introduced(&i, 9, 0, SECOND);
	introductions_way(&i, NULL);
	assert_true(introductions_report(&i, &event));
	assert_int_equal(event.kind, COMMUNICATOR_DOWN);
	assert_true(introductions_wrap(&i, &old, buffer, SECOND) < 0);
	introductions_rest(&i);
	introductions_way(&i, &tcp);
	assert_false(introductions_report(&i, &event));
	introductions_room(&i, OTHER_ROOM, false, false, 2 * SECOND);
	assert_false(introductions_report(&i, &event));
	introductions_room(&i, ROOM, false, false, 2 * SECOND);
	assert_true(introductions_report(&i, &event));
	assert_int_equal(event.kind, COMMUNICATOR_UP);
	assert_ptr_equal(event.route.kind, ROUTE_FORWARD_TCP);
	introductions_regard(&i, &old, STANDING_UNWANTED);
	assert_true(introductions_wrap(&i, &event.route, buffer, SECOND) >= 0);
}

/* Each way for a pair to end: the server counts nobody (but not at once: S8-15), we leave, it is
 * forgotten, another pair with the same peer (S8-13), five minutes of silence. */
static void test_introductions_end(void **state)
{
	(void)state;
	for (int how = 0; how < 5; how++) {
		struct introductions i;
		struct communicator_event event;
		struct carrier_inbox in = { .full = false };
		struct intro again = intro_of(9, 0, false);

		start(&i, false);
		introduced(&i, 9, 0, SECOND);
		introductions_room(&i, ROOM, true, false, SECOND + 4999 * MS);
		assert_false(introductions_report(&i, &event));
		again.pair = 10;
		switch (how) {
		case 0: introductions_room(&i, ROOM, true, false, 6 * SECOND); break;
		case 1: introductions_leave(&i, ROOM); break;
		case 2: introductions_forget(&i); break;
		case 3: introductions_intro(&i, ROOM, &again, &in, SECOND); break;
		default: introductions_timer(&i, 301 * SECOND); break;
		}
		assert_true(introductions_report(&i, &event));
		assert_int_equal(event.kind, COMMUNICATOR_DOWN);
		assert_int_equal(event.route.pair, 9);
		assert_int_equal(introductions_report(&i, &event), how == 3);
		assert_int_equal(introductions_has_room(&i, ROOM), how == 3);
	}
}

/* What the server attests is told once, and again when it is another address; of a connection it
 * says so. */
static void test_introductions_tell_where_the_server_sees_the_peer(void **state)
{
	(void)state;
	struct introductions i;

	start(&i, false);
	for (unsigned n = 0; n < 12; n++) {
		struct carrier_inbox in = { .full = false };
		struct intro m = intro_of(77, 1, false);
		struct communicator_event event;
		unsigned told = 0;

		m.stream = n >= 6;
		if (n % 6 > 0)
			m.peer = addr_v4(198, 51, 100, 7, (uint16_t)(4000 + n / 3));
		assert_true(introductions_intro(&i, ROOM, &m, &in, SECOND + n));
		while (introductions_report(&i, &event)) {
			if (event.kind != COMMUNICATOR_ATTESTED)
				continue;
			told++;
			assert_int_equal(event.number, ROOM);
			assert_true(addr_equal(&event.addr, &m.peer));
			assert_int_equal(route_is_stream(&event.route), m.stream);
		}
		assert_int_equal(told, n % 6 == 1 || n % 6 == 3);
	}
}

/* S8-11: once it may be our address that has changed, twice it is the pair. */
static void test_introductions_believe_a_second_error(void **state)
{
	(void)state;
	struct introductions i;
	struct carrier_inbox in = { .full = false };
	int room;

	start(&i, false);
	introduced(&i, 9, 0, SECOND);
	assert_false(introductions_error(&i, 8, &room));
	assert_true(introductions_error(&i, 9, &room));
	assert_int_equal(room, ROOM);
	assert_int_equal(forward(&i, 9, &in, SECOND), INTRODUCTIONS_HEARD); /* it lives */
	assert_true(introductions_error(&i, 9, &room));
	assert_int_equal(room, ROOM);
	assert_true(introductions_error(&i, 9, &room));
	assert_int_equal(room, INTRODUCTIONS_NO_ROOM);
	assert_false(introductions_has_room(&i, ROOM));
}

/* S8-12: the newest packet that overtakes INTRO waits for it, unacknowledged; after half a second
 * of them INTRO is asked for, once each half second. An initiator ignores them. */
static void test_introductions_keep_a_packet_for_its_intro(void **state)
{
	(void)state;
	struct introductions i;
	struct carrier_inbox in = { .full = false };
	struct route from;
	struct span packet;
	bool proved;
	unsigned asked = 0;

	start(&i, false);
	assert_int_equal(forward(&i, 9, &in, 10 * SECOND), INTRODUCTIONS_IGNORED);
	start(&i, true);
	for (unsigned n = 0; n <= 20; n++)
		asked += forward(&i, 9, &in, SECOND + n * 100 * MS) == INTRODUCTIONS_MISSING;
	assert_int_equal(asked, 4);
	for (unsigned n = 0; n <= 10; n++) /* also where several come by turns */
		asked +=
		    forward(&i, 9 + n % 2, &in, 3 * SECOND + n * 100 * MS) == INTRODUCTIONS_MISSING;
	assert_int_equal(asked, 6);
	assert_int_equal(forward(&i, 9, &in, 4 * SECOND), INTRODUCTIONS_IGNORED);
	assert_false(acknowledges(&i, 3 * SECOND) || carrier_get(&in, &from, &packet, &proved));
	struct intro m = intro_of(9, 77, true);
	assert_true(introductions_intro(&i, ROOM, &m, &in, 3 * SECOND));
	assert_true(carrier_get(&in, &from, &packet, &proved));
	assert_int_equal(from.host, 77);
	assert_int_equal(packet.at[1], 7);
}

/* A used pair is kept by an empty FORWARD after 20 s without another. */
static void test_introductions_keep_pairs_that_are_held(void **state)
{
	(void)state;
	struct introductions i;
	struct route found;

	start(&i, false);
	unsigned index = 0;
	struct route route = introduced(&i, 9, 0, SECOND);
	assert_true(acknowledges(&i, SECOND));
	introductions_regard(&i, &route, STANDING_HELD);
	for (uint64_t now = SECOND; now < 1000 * SECOND;) {
		assert_int_equal(introductions_deadline(&i), now + 20 * SECOND);
		now += 20 * SECOND;
		introductions_timer(&i, now - 1);
		assert_false(acknowledges(&i, now - 1));
		introductions_timer(&i, now);
		assert_true(acknowledges(&i, now));
	}
	assert_true(introductions_held(&i, &index, &found) && route_same(&found, &route));
	index = 2;
	assert_false(introductions_held(&i, &index, &found));
	assert_int_equal(index, 1); /* of another server's */
	index = 0;
	introductions_regard(&i, &route, STANDING_UNUSED);
	assert_false(introductions_held(&i, &index, &found));
}

/* Whatever it says, in whatever order: the session's pair stays, no more than 32 are kept, each UP
 * has its DOWN, and a packet handed on belongs to a pair that was introduced. */
static void test_introductions_survive_a_hostile_server(void **state)
{
	(void)state;
	for (uint64_t seed = 0; seed < 20; seed++) {
		struct test_random random = test_random(seed);
		struct random *r = &random.random;
		struct introductions i;
		int up = 0;

		start(&i, seed % 2);
		struct route held = introduced(&i, 1 << 20, 5, SECOND);
		introductions_regard(&i, &held, STANDING_HELD);
		for (uint64_t now = SECOND; now < 200 * SECOND; now += 100 * MS) {
			struct carrier_inbox in = { .full = false };
			struct communicator_event event;
			struct route from;
			struct span packet;
			bool proved;
			int room;
			uint64_t pair = random_below(r, 100);
			struct intro m = intro_of(pair, (uint32_t)random_below(r, 4),
			                          random_below(r, 8) ? seed % 2 : 1 - seed % 2);

			switch (random_below(r, 6)) {
			case 0: introductions_error(&i, pair, &room); break;
			case 1: forward(&i, pair, &in, now); break;
			case 2: introductions_room(&i, OTHER_ROOM, true, false, now); break;
			default: introductions_intro(&i, OTHER_ROOM, &m, &in, now); break;
			}
			if (carrier_get(&in, &from, &packet, &proved))
				assert_true(from.pair == pair && from.kind == ROUTE_FORWARD_UDP);
			introductions_timer(&i, now);
			while (introductions_report(&i, &event))
				up += event.kind == COMMUNICATOR_UP ? 1 : -1;
			assert_in_range(up, 0, INTRODUCTIONS_PAIRS - 1);
			while (acknowledges(&i, now))
				;
		}
		unsigned index = 0;
		assert_true(introductions_held(&i, &index, &held));
		assert_int_equal(held.pair, 1 << 20);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_introductions_make_a_route_of_an_intro),
		cmocka_unit_test(test_introductions_rest_and_wake_with_their_room),
		cmocka_unit_test(test_introductions_end),
		cmocka_unit_test(test_introductions_tell_where_the_server_sees_the_peer),
		cmocka_unit_test(test_introductions_believe_a_second_error),
		cmocka_unit_test(test_introductions_keep_a_packet_for_its_intro),
		cmocka_unit_test(test_introductions_keep_pairs_that_are_held),
		cmocka_unit_test(test_introductions_survive_a_hostile_server),
	};
	return cmocka_run_group_tests_name("introductions", tests, NULL, NULL);
}
