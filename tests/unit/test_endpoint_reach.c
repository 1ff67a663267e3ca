/* Tests of session/endpoint: a handshake goes on, is refused and becomes a session only where
 * somebody has shown that it receives. A row of docs/SECURITY.md: S23; rule 2.3-2 of
 * docs/PROTOCOL.md. */
#include "tests/unit/endpoint_world.h"

enum { KEPT = 32 };

static struct test_random randomness;
static struct host alice, bob;
static struct code code;
static uint64_t now;

static const struct addr alices = { .ip = { [10] = 0xff, 0xff, 192, 0, 2, 1 }, .port = 7000 };
static const struct addr bobs = { .ip = { [10] = 0xff, 0xff, 192, 0, 2, 2 }, .port = 7000 };
static const struct addr victims = { .ip = { [10] = 0xff, 0xff, 198, 51, 100, 7 }, .port = 53 };

/* Each HANDSHAKE packet that was sent, and to whom. */
static struct kept {
	struct host *to;
	size_t len;
	uint8_t packet[LIMIT_WIRE];
} kept[KEPT];
static unsigned kept_count;

static void is_silent(struct host *h)
{
	uint8_t packet[LIMIT_WIRE];
	struct route to;

	assert_int_equal(world_sent(h, &to, packet, now), 0);
}

/* A genuine packet under the address of a host that never sent it, and a refusal: nothing happens.
 */
static void repeat_from_victim(struct host *h, const uint8_t *packet, size_t len)
{
	struct route victim = world_route(&victims);
	uint8_t refusal[REFUSE_LEN] = { PACKET_REFUSE, PROTOCOL_VERSION, SUITE_NOISE };

	memcpy(refusal + 3, packet + 3, CONNECTION_ID);
	refusal[REFUSE_LEN - 1] = REFUSE_KEY;
	unsigned shaking = world_shaking(h);
	uint64_t deadline = endpoint_deadline(h->ep);
	world_unproved = true;
	world_give(h, &victim, span_of(packet, len), now);
	world_give(h, &victim, span_of(refusal, sizeof refusal), now);
	world_unproved = false;
	assert_int_equal(world_shaking(h), shaking);
	assert_true(endpoint_deadline(h->ep) == deadline);
	is_silent(h);
}

/* What h says goes to the other one; every HANDSHAKE packet first from the victim's address. */
static bool say(struct host *h, struct host *other, const struct route *to_other,
                const struct route *from_h)
{
	uint8_t packet[LIMIT_WIRE];
	struct route to;
	bool any = false;

	for (size_t len; (len = world_sent(h, &to, packet, now)) > 0; any = true) {
		assert_true(route_same(&to, to_other));
		if (packet[0] == PACKET_HANDSHAKE) {
			is_silent(other);
			repeat_from_victim(other, packet, len);
			assert_true(kept_count < KEPT);
			kept[kept_count] = (struct kept){ .to = other, .len = len };
			memcpy(kept[kept_count++].packet, packet, len);
		}
		world_give(other, from_h, span_of(packet, len), now);
		/* what it has answered must not hide what the next one draws */
		if (packet[0] == PACKET_HANDSHAKE)
			say(other, h, from_h, to_other);
	}
	return any;
}

static void meet(const struct code *with, const struct route *to_alice, const struct route *to_bob)
{
	struct endpoint_config a = world_config(false, 0, &randomness.random),
			       b = world_config(true, 1, &randomness.random);

	now = 1000 * SECOND;
	kept_count = 0;
	a.keying.code = b.keying.code = with;
	a.keying.contacts = true;
	b.keying.expected = with == NULL ? &a.keying.identity->public : NULL;
	world_host(&alice, &a, alices, now);
	world_host(&bob, &b, bobs, now);
	world_up(&bob, to_alice, now);
	while (say(&bob, &alice, to_alice, to_bob) || say(&alice, &bob, to_bob, to_alice))
		;
	struct host *both[] = { &alice, &bob };
	for (unsigned i = 0; i < 2; i++) {
		struct session *s = endpoint_session(both[i]->ep, 0);
		struct route victim = world_route(&victims);
		assert_non_null(s);
		struct session_path path;
		assert_true(session_path(s, &path));
		assert_true(route_same(&path.route, i == 0 ? to_bob : to_alice));
		assert_false(session_has_route(s, &victim));
	}
	/* and once more, now that there is a session */
	for (unsigned i = 0; i < kept_count; i++)
		repeat_from_victim(kept[i].to, kept[i].packet, kept[i].len);
	assert_true(kept_count >= (with != NULL ? 4 : 2));
	world_end(&alice);
	world_end(&bob);
}

static struct route tcp_route(const struct addr *remote)
{
	return (struct route){ .kind = ROUTE_TCP, .link = 3, .remote = *remote };
}

/* By a code and as a contact, over each kind of route, at both ends, for each message up to the
 * last one: a genuine packet that comes from elsewhere, or a REFUSE, moves nothing and draws
 * nothing, and no session begins there. */
static void test_endpoint_packets_from_elsewhere_move_no_handshake(void **state)
{
	(void)state;
	struct route to_alice[] = { world_route(&alices), world_forward(7, 1), tcp_route(&alices) };
	struct route to_bob[] = { world_route(&bobs), world_forward(7, 2), tcp_route(&bobs) };

	randomness = test_random(5);
	code_make(&code, CODE_WORDS, &randomness.random);
	for (unsigned i = 0; i < 3; i++) {
		meet(&code, &to_alice[i], &to_bob[i]);
		meet(NULL, &to_alice[i], &to_bob[i]);
	}
}

static unsigned held_by_alice(void)
{
	struct route route;
	unsigned count = 0;

	while (communicator_held(alice.communicator, count, &route)) {
		assert_non_null(endpoint_session(alice.ep, 0));
		assert_true(session_has_route(endpoint_session(alice.ep, 0), &route));
		count++;
	}
	return count;
}

/* Each from another connection, and a while later. */
static void prove_on_connections(unsigned count)
{
	uint8_t packet[LIMIT_WIRE];
	struct route to, from = tcp_route(&bobs);

	for (unsigned i = 0; i < count; i++) {
		session_ping(endpoint_session(bob.ep, 0));
		size_t len = world_sent(&bob, &to, packet, now);
		assert_true(len > 0);
		from.link = (uint16_t)(100 + i);
		world_give(&alice, &from, span_of(packet, len), now);
		for (unsigned k = 0; k < 20; k++) {
			while (world_sent(&alice, &to, packet, now) > 0)
				;
			now += 50 * MS;
		}
	}
}

/* A connection on which the peer has proved itself is held for as long as the session has it among
 * its paths: not when there was no place for it, nor after it had to give its place, nor after the
 * session. H1. */
static void test_endpoint_holds_connections_only_while_a_session_uses_them(void **state)
{
	(void)state;
	struct endpoint_config a = world_config(false, 0, &randomness.random),
			       b = world_config(true, 1, &randomness.random);
	struct route to_alice = tcp_route(&alices), to_bob = tcp_route(&bobs);
	struct endpoint_event event;
	uint8_t packet[LIMIT_WIRE];
	struct route to;

	randomness = test_random(6);
	now = 1000 * SECOND;
	code_make(&code, CODE_WORDS, &randomness.random);
	a.keying.code = b.keying.code = &code;
	world_host(&alice, &a, alices, now);
	world_host(&bob, &b, bobs, now);
	world_up(&bob, &to_alice, now);
	world_talk_over(&bob, &to_alice, &alice, &to_bob, now);
	assert_int_equal(held_by_alice(), 1);
	assert_false(session_in_doubt(endpoint_session(alice.ep, 0)));
	endpoint_refresh(alice.ep, now); /* her network is another one: is it still a way to him? */
	assert_int_equal(alice.refreshed, 1);
	assert_true(session_in_doubt(endpoint_session(alice.ep, 0)));
	endpoint_refresh(bob.ep, now);
	assert_true(session_in_doubt(endpoint_session(bob.ep, 0)));
	world_talk_over(&bob, &to_alice, &alice, &to_bob, now);
	assert_false(session_in_doubt(endpoint_session(alice.ep, 0)));
	prove_on_connections(100);
	assert_in_range(held_by_alice(), 2, LIMIT_PATHS);
	session_close(endpoint_session(bob.ep, 0), CLOSE_DONE, span_text(""));
	world_talk_over(&bob, &to_alice, &alice, &to_bob, now);
	while (endpoint_take(alice.ep, &event))
		;
	now += 100 * SECOND;
	while (world_sent(&alice, &to, packet, now) > 0)
		;
	assert_null(endpoint_session(alice.ep, 0));
	assert_int_equal(held_by_alice(), 0);
	world_end(&alice);
	world_end(&bob);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_endpoint_holds_connections_only_while_a_session_uses_them),
		cmocka_unit_test(test_endpoint_packets_from_elsewhere_move_no_handshake),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
