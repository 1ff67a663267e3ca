/* outgoing: what may leave together goes one way, is of one length, and arrives. */
#include "endpoint/outgoing.h"

#include "tests/unit/endpoint_world.h"

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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_nothing_follows_a_handshake),
		cmocka_unit_test(test_train_is_of_one_route_and_length),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
