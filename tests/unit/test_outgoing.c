/* outgoing: what may leave together goes one way, is of one length, and arrives. */
#include "endpoint/outgoing.h"

#include "tests/unit/endpoint_world.h"
#include "tests/unit/two_rosters.h"

static struct test_random randomness;
static struct host alice, bob;
static uint64_t now;

static void prepare(void)
{
	randomness = test_random(12);
	now = 1000 * SECOND;
	struct endpoint_config waits = world_config(false, 0, &randomness.random),
			       comes = world_config(true, 1, &randomness.random);

	waits.keying.contacts = true;
	comes.keying.expected = world_key(0);
	world_host(&alice, &waits, addr_v4(192, 0, 2, 1, 1000), now);
	world_host(&bob, &comes, addr_v4(192, 0, 2, 2, 1000), now);
	alice.accepts = bob.accepts = true;
}

static void end(void)
{
	world_end(&alice);
	world_end(&bob);
}

static void test_nothing_follows_a_handshake(void **state)
{
	struct route to, to_alice;
	uint8_t buffer[LIMIT_WIRE], packet[LIMIT_WIRE];
	const uint8_t *wire;

	(void)state;
	prepare();
	to_alice = world_route(&alice.at);
	assert_int_equal(endpoint_more(bob.ep, buffer, &wire, now), 0);
	world_up(&bob, &to_alice, now);
	assert_true(world_sent(&bob, &to, packet, now) > 0);
	assert_int_equal(packet[0], PACKET_HANDSHAKE);
	assert_int_equal(endpoint_more(bob.ep, buffer, &wire, now), 0);
	end();
}

static void test_train_is_of_one_route_and_length(void **state)
{
	static uint8_t text[9000];
	struct route to, to_alice, from_bob;
	uint8_t buffer[LIMIT_WIRE], packet[LIMIT_WIRE];
	const uint8_t *wire = packet;
	unsigned followed = 0;
	size_t len, first, last;

	(void)state;
	prepare();
	to_alice = world_route(&alice.at);
	from_bob = world_route(&bob.at);
	world_up(&bob, &to_alice, now);
	world_talk(&bob, &alice, now);
	assert_non_null(endpoint_session(bob.ep, 0));
	assert_int_equal(
	    session_write(endpoint_session(bob.ep, 0), STREAM_CHAT, span_of(text, sizeof text)),
	    sizeof text);
	first = last = len = world_sent(&bob, &to, packet, now);
	assert_true(len > LIMIT_PACKET - 8);
	for (; len > 0; followed++) {
		assert_true(len <= first && last == first); /* a shorter one was the last */
		last = len;
		world_give(&alice, &from_bob, span_of(wire, len), now);
		len = endpoint_more(bob.ep, buffer, &wire, now);
	}
	assert_true(followed > 4);
	assert_int_equal(endpoint_more(bob.ep, buffer, &wire, now), 0);
	world_talk(&bob, &alice, now);
	assert_true(session_flushed(endpoint_session(bob.ep, 0), STREAM_CHAT));
	end();
}

/* Nor a refusal, where others could have followed the packet before. */
static void test_nothing_follows_a_refusal(void **state)
{
	static uint8_t text[9000];
	static const uint8_t id[CONNECTION_ID] = { 9 };
	struct route to, to_alice, stranger = side_route(9);
	uint8_t buffer[LIMIT_WIRE], packet[LIMIT_WIRE], hello[LIMIT_PACKET];
	const uint8_t *wire;
	struct code code;

	(void)state;
	prepare();
	to_alice = world_route(&alice.at);
	world_up(&bob, &to_alice, now);
	world_talk(&bob, &alice, now);
	code_make(&code, CODE_WORDS, &randomness.random);
	endpoint_code(alice.ep, &code); /* strangers get an answer */
	(void)session_write(endpoint_session(alice.ep, 0), STREAM_CHAT, span_of(text, sizeof text));
	size_t len = world_sent(&alice, &to, packet, now);
	assert_true(len > LIMIT_PACKET - 8);
	len = world_handshake(id, 0, 40, 0, span_of(text, 40), hello);
	hello[2] = SUITE_RSA;
	world_give(&alice, &stranger, span_of(hello, len), now);
	assert_int_equal(world_sent(&alice, &to, packet, now), REFUSE_LEN);
	assert_true(route_same(&to, &stranger));
	assert_int_equal(endpoint_more(alice.ep, buffer, &wire, now), 0);
	assert_true(world_sent(&alice, &to, packet, now) > LIMIT_PACKET - 8);
	end();
}

static int wrap_start; /* -1: the route is gone */

static size_t no_output(struct communicator *c, struct route *route, uint8_t *wire, size_t cap,
                        uint64_t at)
{
	(void)c, (void)route, (void)wire, (void)cap, (void)at;
	return 0;
}

static int wrap_anywhere(struct communicator *c, struct route *route, uint8_t *buffer, size_t len,
                         size_t *wire_len, uint64_t at)
{
	(void)c, (void)route, (void)buffer, (void)at;
	*wire_len = LIMIT_HEADROOM - (size_t)(wrap_start < 0 ? 0 : wrap_start) + len;
	return wrap_start;
}

/* However many bytes a communicator writes before the packet, all that there is room for too. */
static void test_headers_may_take_all_of_their_room(void **state)
{
	static const struct communicator_class wrapper = { .output = no_output,
		                                           .wrap = wrap_anywhere };
	struct communicator c = { .class = &wrapper };
	struct route to, to_alice = side_route(1);
	uint8_t buffer[LIMIT_WIRE];
	const uint8_t *wire;

	(void)state;
	randomness = test_random(12);
	now = 1000 * SECOND;
	for (wrap_start = -1; wrap_start <= LIMIT_HEADROOM; wrap_start++) {
		struct side side;
		side_start(&side, &(struct side_config){ .initiator = true,
		                                         .expected = world_key(0),
		                                         .random = &randomness.random });
		struct outgoing o = { .communicator = &c,
			              .knock = &side.knock,
			              .roster = &side.roster };
		seek_introduced(&side.seek, &to_alice, now);
		size_t len = outgoing_first(&o, &to, buffer, &wire, now);
		assert_int_equal(o.lost, wrap_start < 0);
		assert_int_equal(len > 0, wrap_start >= 0);
		assert_ptr_equal(wire, buffer + (wrap_start < 0 ? 0 : wrap_start));
		assert_true(route_same(&o.route, &to_alice));
		side_end(&side);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_nothing_follows_a_handshake),
		cmocka_unit_test(test_train_is_of_one_route_and_length),
		cmocka_unit_test(test_nothing_follows_a_refusal),
		cmocka_unit_test(test_headers_may_take_all_of_their_room),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
