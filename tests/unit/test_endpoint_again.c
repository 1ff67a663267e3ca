/* Tests of endpoint: connect's peer is looked for again, by its key, and nobody is disturbed by
 * it. docs/PROTOCOL.md 6.10. */
#include "tests/unit/endpoint_world.h"

static struct test_random randomness;
static struct host alice, bob;
static struct code code;
static uint64_t now;
static struct route to_alice, to_bob;
static bool deaf;                      /* Alice hears nothing */
static enum suite suite = SUITE_NOISE; /* noise, but where a test says otherwise */
static struct identity rsa[4];         /* of Alice, Bob, both again; the last is for one session */

static void use_suite(struct keying_config *keying, unsigned identity)
{
	keying->suite = encryptor_class_of(suite);
	if (suite == SUITE_RSA)
		keying->identity = &rsa[identity];
}

static void alice_starts(unsigned identity, const struct code *with)
{
	struct endpoint_config config = world_config(false, identity, &randomness.random);

	config.keying.contacts = true;
	config.keying.code = with;
	use_suite(&config.keying, identity);
	world_host(&alice, &config, addr_v4(192, 0, 2, 1, 1000), now);
	if (suite == SUITE_RSA)
		endpoint_pair(alice.ep, &rsa[3]);
}

static void bob_starts(struct host *h, const struct code *with, bool patient)
{
	struct endpoint_config config = world_config(true, 1, &randomness.random);

	config.keying.code = with;
	use_suite(&config.keying, 1);
	config.keying.expected = with == NULL ? world_key(0) : NULL;
	if (suite == SUITE_RSA)
		config.keying.expected = &rsa[0].public;
	config.again = true;
	config.patient = patient;
	world_host(h, &config, addr_v4(192, 0, 2, h == &bob ? 2 : 3, 1000), now);
	world_up(h, &to_alice, now);
}

static void prepare(bool by_code)
{
	now = 1000 * SECOND;
	randomness = test_random(9);
	code_make(&code, CODE_WORDS, &randomness.random);
	for (unsigned i = 0; suite == SUITE_RSA && i < 4; i++)
		rsa[i] = test_identity(KEY_RSA, i);
	deaf = false;
	alice_starts(0, by_code ? &code : NULL);
	to_alice = world_route(&alice.at);
	bob_starts(&bob, by_code ? &code : NULL, false);
	to_bob = world_route(&bob.at);
}

static void end(void)
{
	world_end(&bob);
	world_end(&alice);
}

/* Time goes by; what one says reaches the other, unless Alice is deaf. */
static void pass(struct host *with, uint64_t us)
{
	uint8_t packet[LIMIT_WIRE];
	struct route to;

	for (uint64_t until = now + us; now < until; now += 50 * MS) {
		if (!deaf)
			world_talk(with, &alice, now);
		while (world_sent(with, &to, packet, now) > 0)
			continue;
	}
}

static unsigned peers_of_bob(enum peer_state state)
{
	return peers_in(endpoint_roster(bob.ep), state);
}

/* Alice's program is another one: she is found, and it is she. Also after a code, which is used. */
static void test_endpoint_finds_a_peer_that_was_restarted(void **state)
{
	(void)state;
	for (unsigned by_code = 0; by_code < 2; by_code++) {
		prepare(by_code);
		pass(&bob, SECOND);
		assert_int_equal(bob.peers, 1);
		world_end(&alice);
		alice_starts(0, NULL);
		pass(&bob, 40 * SECOND);
		assert_int_equal(bob.peers, 2);
		assert_int_equal(alice.peers, 1);
		assert_non_null(endpoint_session(bob.ep, 0));
		assert_false(session_away(endpoint_session(bob.ep, 0)));
		end();
	}
}

/* What Bob says arrives, and what Alice answers. */
static void shake_once(void)
{
	uint8_t packet[LIMIT_WIRE];
	struct route to;

	for (size_t len; (len = world_sent(&bob, &to, packet, now)) > 0;)
		world_give(&alice, &to_bob, span_of(packet, len), now);
	for (size_t len; (len = world_sent(&alice, &to, packet, now)) > 0;)
		world_give(&bob, &to_alice, span_of(packet, len), now);
}

/* She is restarted in the middle of the handshake, and knows nothing of it: Bob's next message
 * means nothing to her, whether it is his last one or not. He asks anew, in ten seconds, and takes
 * the answer soon after. */
static void test_endpoint_finds_a_contact_that_was_restarted_while_shaking(void **state)
{
	(void)state;
	static const enum suite suites[] = { SUITE_NOISE, SUITE_HYBRID, SUITE_RSA };
	for (unsigned i = 0; i < 2 * 3; i++) {
		bool patient = i >= 3;
		suite = suites[i % 3];
		prepare(false);
		world_end(&bob);
		bob_starts(&bob, NULL, patient);
		shake_once();
		unsigned proved = suite != SUITE_RSA;
		assert_int_equal(peers_of_bob(PEER_PROVED), proved);
		assert_int_equal(peers_of_bob(PEER_SHAKING), !proved);
		deaf = true;
		pass(&bob, 5 * SECOND);
		world_end(&alice);
		alice_starts(0, NULL);
		deaf = false;
		pass(&bob, 7 * SECOND + (patient ? 10 * SECOND : 0));
		assert_int_equal(bob.peers, 1);
		assert_int_equal(alice.peers, 1);
		assert_int_equal(bob.refused + bob.failed, 0);
		assert_int_equal(peers_of_bob(PEER_SHAKING) + peers_of_bob(PEER_PROVED), 0);
		end();
	}
	suite = SUITE_NOISE;
}

/* Where she only hears nothing for a while, one of the handshakes goes on: she gets one peer. */
static void test_endpoint_goes_on_with_the_handshake_it_has(void **state)
{
	(void)state;
	suite = SUITE_RSA;
	prepare(false);
	shake_once();
	deaf = true;
	pass(&bob, 50 * SECOND);
	assert_int_equal(peers_of_bob(PEER_SHAKING), 2);
	deaf = false;
	pass(&bob, 3 * SECOND);
	assert_int_equal(bob.peers, 1);
	assert_int_equal(alice.peers, 1);
	assert_int_equal(peers_of_bob(PEER_SHAKING), 0);
	end();
	suite = SUITE_NOISE;
}

/* Where she hears nothing for longer than a handshake may take, the one beside it is the only one
 * left: no third one begins on its route. */
static void test_endpoint_asks_once_after_a_handshake_that_came_to_nothing(void **state)
{
	(void)state;
	suite = SUITE_RSA;
	prepare(false);
	shake_once();
	deaf = true;
	pass(&bob, LIMIT_HANDSHAKE_US + 5 * SECOND);
	assert_int_equal(peers_of_bob(PEER_SHAKING), 1);
	deaf = false;
	pass(&bob, 12 * SECOND);
	assert_int_equal(bob.peers, 1);
	assert_int_equal(alice.peers, 1);
	end();
	suite = SUITE_NOISE;
}

/* What is lost: all that is sent before `silent` has passed; then, unless that is 0, all of his but
 * first messages, until she has answered one; and from then on all, for `again`. */
static struct weather {
	uint64_t silent, again, answered; /* since the beginning; answered: 0: not yet */
} weather;

static bool is_lost(bool hers, struct span packet, uint64_t since)
{
	struct fragment f = { .number = 255 };
	if (since < weather.silent || weather.again == 0)
		return since < weather.silent;
	if (weather.answered > 0)
		return since < weather.answered + weather.again;
	(void)handshake_read(packet, &f);
	if (hers && f.number == 1)
		weather.answered = since;
	return !hers && f.number != 0;
}

/* A packet is on its way for 100 ms. */
static void talk_for(uint64_t time)
{
	static struct {
		uint64_t at;
		size_t len;
		uint8_t packet[LIMIT_WIRE];
	} ways[2][256];
	size_t sent[2] = { 0 }, come[2] = { 0 };
	struct host *const hosts[] = { &bob, &alice };
	const struct route *const from[] = { &to_bob, &to_alice };

	for (uint64_t begun = now; now < begun + time; now += 10 * MS) {
		for (unsigned i = 0; i < 2; i++) {
			uint8_t packet[LIMIT_WIRE];
			struct route to;
			for (size_t len; (len = world_sent(hosts[i], &to, packet, now)) > 0;) {
				if (is_lost(i == 1, span_of(packet, len), now - begun))
					continue;
				assert_true(sent[i] < 256);
				ways[i][sent[i]].at = now + 100 * MS;
				ways[i][sent[i]].len = len;
				memcpy(ways[i][sent[i]++].packet, packet, len);
			}
			for (; come[i] < sent[i] && now >= ways[i][come[i]].at; come[i]++)
				world_give(hosts[!i], from[i],
				           span_of(ways[i][come[i]].packet, ways[i][come[i]].len),
				           now);
			alice.accepts = alice.peers == 0;
		}
	}
}

/* Where nothing reached her for a while, his last message and the first one of the handshake beside
 * may arrive together, in any order: she gets one peer. She runs a pipe, say, and turns a second
 * one away. */
static void meet_after_silence(enum suite by, uint64_t silent, uint64_t again)
{
	suite = by;
	prepare(false);
	shake_once();
	weather = (struct weather){ silent, again, 0 };
	talk_for(silent + again + 12 * SECOND);
	assert_int_equal(alice.peers, 1);
	assert_int_equal(bob.peers, 1);
	assert_int_equal(bob.refused + bob.failed, 0);
	end();
	suite = SUITE_NOISE;
}

static const enum suite suites[] = { SUITE_NOISE, SUITE_HYBRID, SUITE_RSA };

static void test_endpoint_is_not_taken_for_two(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 3 * 10; i++)
		meet_after_silence(suites[i % 3], (10000 + i / 3 * 200) * MS, 0);
}

/* The network was gone once more when she had answered, so the wait for his last message to be
 * answered says nothing. */
static void test_endpoint_is_not_taken_for_two_after_two_silences(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 3 * 20; i++)
		meet_after_silence(suites[i % 3], (10000 + i / 3 * 100) * MS, 8 * SECOND);
}

/* Whoever else answers at her address is not taken for her, and ends nothing. */
static void test_endpoint_finds_nobody_else(void **state)
{
	(void)state;
	prepare(false);
	pass(&bob, SECOND);
	world_end(&alice);
	alice_starts(2, &code);
	pass(&bob, 60 * SECOND);
	assert_int_equal(bob.peers, 1);
	assert_true(bob.refused + bob.changed + bob.failed > 0);
	world_end(&alice);
	alice_starts(0, NULL);
	pass(&bob, 30 * SECOND);
	assert_int_equal(bob.peers, 2);
	end();
}

/* Her host runs something else for a while, schat serve --pipe: that is told once, and she is found
 * when that is over. */
static void test_endpoint_outlives_a_peer_in_another_mode(void **state)
{
	struct endpoint_config pipe = world_config(false, 0, &randomness.random);

	(void)state;
	prepare(false);
	pass(&bob, SECOND);
	world_end(&alice);
	pipe.keying.contacts = true;
	pipe.mode = MODE_PIPE;
	world_host(&alice, &pipe, addr_v4(192, 0, 2, 1, 1000), now);
	pass(&bob, 60 * SECOND);
	assert_int_equal(bob.peers, 1);
	assert_int_equal(bob.failed, 1);
	assert_int_equal(bob.ended, 0);
	world_end(&alice);
	alice_starts(0, NULL);
	pass(&bob, 30 * SECOND);
	assert_int_equal(bob.peers, 2);
	end();
}

/* Her CLOSE ends the conversation, and not the looking: when she is there, she is met; and when
 * not, the server is asked once, a little later, who is. */
static void test_endpoint_looks_after_a_goodbye(void **state)
{
	(void)state;
	prepare(false);
	pass(&bob, SECOND);
	session_close(endpoint_session(alice.ep, 0), CLOSE_DONE, span_text(""));
	pass(&bob, 500 * MS);
	assert_null(endpoint_session(bob.ep, 0));
	pass(&bob, 5 * SECOND);
	assert_int_equal(bob.peers, 2);
	assert_int_equal(bob.refreshed, 0);
	session_close(endpoint_session(alice.ep, 0), CLOSE_DONE, span_text(""));
	pass(&bob, 500 * MS);
	deaf = true;
	pass(&bob, 20 * SECOND);
	assert_int_equal(bob.refreshed, 1);
	end();
}

/* However many routes a server makes up, the peer in use is asked once whether it is there. */
static void test_endpoint_many_routes_are_one_question(void **state)
{
	uint8_t packet[LIMIT_WIRE];
	struct route to;
	unsigned asked = 0;

	(void)state;
	prepare(false);
	pass(&bob, SECOND);
	for (unsigned i = 1; i <= 100; i++) {
		struct route pair = world_forward(i, i);

		world_up(&bob, &pair, now);
		while (world_sent(&bob, &to, packet, now) > 0)
			asked += route_same(&to, &to_alice);
	}
	assert_int_equal(asked, 1);
	end();
}

/* Where only the network fell silent it is the same conversation: neither side begins another. */
static void test_endpoint_disturbs_no_session_that_is_heard_again(void **state)
{
	(void)state;
	prepare(false);
	pass(&bob, SECOND);
	for (unsigned i = 1; i < 30; i++) {
		deaf = true;
		pass(&bob, i * 3 * SECOND + i * 70 * MS);
		deaf = false;
		pass(&bob, 40 * SECOND);
	}
	assert_int_equal(bob.peers, 1);
	assert_int_equal(alice.peers, 1);
	assert_int_equal(peers_of_bob(PEER_SHAKING), 0);
	end();
}

/* A new route does not lead to a handshake as long as she is heard. */
static void test_endpoint_asks_the_session_first(void **state)
{
	(void)state;
	struct route second = world_forward(7, 1);

	prepare(false);
	pass(&bob, SECOND);
	world_up(&bob, &second, now);
	for (unsigned i = 0; i < 60; i++) {
		pass(&bob, 100 * MS);
		assert_int_equal(peers_of_bob(PEER_SHAKING), 0);
	}
	world_end(&alice);
	alice_starts(0, NULL);
	second.pair = 8;
	world_up(&bob, &second, now);
	struct route back = world_forward(9, 2);
	for (unsigned i = 0; i < 58; i++, now += 50 * MS) /* she is not even away yet */
		world_talk_over(&bob, &second, &alice, &back, now);
	assert_int_equal(bob.peers, 2);
	end();
}

/* She talks with somebody else: he is told once, and asks again when she is free. */
static void test_endpoint_waits_while_the_peer_is_busy(void **state)
{
	(void)state;
	prepare(false);
	world_end(&bob);
	bob_starts(&bob, NULL, true);
	alice.accepts = false;
	pass(&bob, 60 * SECOND);
	assert_int_equal(bob.refused, 1);
	assert_int_equal(bob.reason, REFUSE_BUSY);
	assert_int_equal(bob.peers, 0);
	assert_in_range(alice.peers, 6, 20);
	alice.accepts = true;
	pass(&bob, 10 * SECOND);
	assert_int_equal(bob.peers, 1);
	end();
}

/* Two programs with one key: the first gives way for good, or they would do so in turn for ever. */
static void test_endpoint_leaves_its_place_to_its_own_other_program(void **state)
{
	(void)state;
	static struct host other;

	prepare(false);
	pass(&bob, SECOND);
	bob_starts(&other, NULL, false);
	struct route to_other = world_route(&other.at), to;
	uint8_t packet[LIMIT_WIRE];
	size_t len;
	for (uint64_t until = now + 60 * SECOND; now < until; now += 20 * MS) {
		while ((len = world_sent(&bob, &to, packet, now)) > 0)
			world_give(&alice, &to_bob, span_of(packet, len), now);
		while ((len = world_sent(&other, &to, packet, now)) > 0)
			world_give(&alice, &to_other, span_of(packet, len), now);
		while ((len = world_sent(&alice, &to, packet, now)) > 0)
			world_give(route_same(&to, &to_bob) ? &bob : &other, &to_alice,
			           span_of(packet, len), now);
	}
	assert_int_equal(other.peers, 1);
	assert_int_equal(bob.peers, 1);
	assert_null(endpoint_session(bob.ep, 0));
	world_end(&other);
	end();
}

/* Until Alice's first packet comes Bob does not know whether she has the keys; she may, and then
 * the code is used: so he goes on with these keys when his route is gone, over the next one. */
static void test_endpoint_keeps_its_keys_when_the_route_is_lost(void **state)
{
	(void)state;
	uint8_t packet[LIMIT_WIRE];
	struct route to, next = world_forward(7, 1);
	size_t len;

	for (unsigned has_them = 0; has_them < 2; has_them++) {
		prepare(true);
		for (unsigned i = 0; i < 10; i++) {
			while ((len = world_sent(&bob, &to, packet, now)) > 0) {
				bool last = packet[0] == PACKET_HANDSHAKE && packet[11] == 4;
				if (!last || has_them)
					world_give(&alice, &to_bob, span_of(packet, len), now);
			}
			while ((len = world_sent(&alice, &to, packet, now)) > 0) {
				if (packet[0] == PACKET_HANDSHAKE)
					world_give(&bob, &to_alice, span_of(packet, len), now);
			}
		}
		assert_int_equal(peers_of_bob(PEER_PROVED), 1);
		assert_int_equal(alice.peers, has_them);
		world_down(&bob, &to_alice, now);
		while (world_sent(&bob, &to, packet, now) > 0)
			assert_false(route_same(&to, &to_alice));
		world_up(&bob, &next, now);
		struct route back = world_forward(9, 2);
		for (unsigned i = 0; i < 100; i++, now += 50 * MS)
			world_talk_over(&bob, &next, &alice, &back, now);
		assert_int_equal(bob.peers, 1);
		assert_int_equal(alice.peers, 1);
		assert_int_equal(bob.refused + bob.wrong_codes, 0);
		end();
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_endpoint_finds_a_peer_that_was_restarted),
		cmocka_unit_test(test_endpoint_finds_a_contact_that_was_restarted_while_shaking),
		cmocka_unit_test(test_endpoint_goes_on_with_the_handshake_it_has),
		cmocka_unit_test(test_endpoint_asks_once_after_a_handshake_that_came_to_nothing),
		cmocka_unit_test(test_endpoint_is_not_taken_for_two),
		cmocka_unit_test(test_endpoint_is_not_taken_for_two_after_two_silences),
		cmocka_unit_test(test_endpoint_finds_nobody_else),
		cmocka_unit_test(test_endpoint_outlives_a_peer_in_another_mode),
		cmocka_unit_test(test_endpoint_looks_after_a_goodbye),
		cmocka_unit_test(test_endpoint_many_routes_are_one_question),
		cmocka_unit_test(test_endpoint_disturbs_no_session_that_is_heard_again),
		cmocka_unit_test(test_endpoint_asks_the_session_first),
		cmocka_unit_test(test_endpoint_waits_while_the_peer_is_busy),
		cmocka_unit_test(test_endpoint_leaves_its_place_to_its_own_other_program),
		cmocka_unit_test(test_endpoint_keeps_its_keys_when_the_route_is_lost),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
