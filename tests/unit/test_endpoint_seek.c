/* Tests of session/endpoint, the initiator's side: what is shown to those who answer, and when it
 * is told that it came to nothing. Rows of docs/SECURITY.md: C2 H5 L8. */
#include "tests/unit/endpoint_world.h"

#define BELIEVED_US SECOND /* a refusal: docs/PROTOCOL.md section 3 */

static struct test_random randomness;
static struct host alice, bob;
static struct code code, wrong;
static uint64_t now;

static const struct addr alices = { .ip = { [10] = 0xff, 0xff, 192, 0, 2, 1 }, .port = 7000 };
static const struct addr bobs = { .ip = { [10] = 0xff, 0xff, 192, 0, 2, 2 }, .port = 7000 };

/* Bob has a code; who answers him is the test's affair. */
static void prepare(void)
{
	now = 1000 * SECOND;
	randomness = test_random(5);
	code_make(&code, CODE_WORDS, &randomness.random);
	wrong = code;
	wrong.words[0] ^= 1;
	struct endpoint_config config = world_config(true, 1, &randomness.random);
	config.keying.code = &code;
	config.handshake_us = 150 * SECOND;
	world_host(&bob, &config, bobs, now);
	alice.ep = NULL;
}

static void alice_waits(const struct code *with)
{
	struct endpoint_config config = world_config(false, 0, &randomness.random);

	config.keying.code = with;
	config.keying.contacts = true;
	world_host(&alice, &config, alices, now);
}

static void end(void)
{
	world_end(&bob);
	if (alice.ep != NULL)
		world_end(&alice);
}

/* Somebody who answers in the responder's name with a guess of the code, and never confirms. */
struct guesser {
	unsigned shares, confirmations; /* of Bob's, other ones than before */
	uint8_t last[CONNECTION_ID];
};

/* Answers whatever Bob says on the route; what he says elsewhere is lost. */
static void guess(struct guesser *g, const struct route *on)
{
	uint8_t packet[LIMIT_WIRE], share[SPAKE2_SHARE];
	struct route to;
	struct spake2 spake2;

	for (size_t len; (len = world_sent(&bob, &to, packet, now)) > 0;) {
		if (packet[0] != PACKET_HANDSHAKE || !route_same(&to, on))
			continue;
		uint8_t number = packet[11], id[CONNECTION_ID];
		memcpy(id, packet + 3, sizeof id);
		if (number == 2 && memcmp(g->last, id, sizeof id) != 0) {
			memcpy(g->last, id, sizeof id);
			g->confirmations++;
		}
		if (number != 0)
			continue;
		g->shares++;
		spake2_start(&spake2, false, &wrong, &randomness.random, share);
		len = world_handshake(id, 1, sizeof share, 0, span_of(share, sizeof share), packet);
		world_give(&bob, on, span_of(packet, len), now);
	}
}

/* A server that introduces the same peer again and again under a new pair, to see a confirmation of
 * each: three, and not one more, no matter whether it gives one host or many. C2. */
static void test_endpoint_initiator_shows_three_confirmations_in_a_run(void **state)
{
	(void)state;
	for (unsigned hosts = 0; hosts < 3; hosts++) {
		struct guesser g = { 0 };
		prepare();
		for (unsigned i = 1; i <= 500; i++) {
			struct route route = world_forward(i, hosts == 0 ? 0 : hosts == 1 ? 5 : i);
			world_up(&bob, &route, now);
			for (unsigned k = 0; k < 4; k++) {
				guess(&g, &route);
				now += 5 * MS;
			}
			world_down(&bob, &route, now);
		}
		for (unsigned i = 0; i < 20; i++) { /* and more patiently */
			struct route route = world_forward(5000 + i, 0);
			world_up(&bob, &route, now);
			for (unsigned k = 0; k < 50; k++) {
				guess(&g, &route);
				now += 100 * MS;
			}
			world_down(&bob, &route, now);
		}
		guess(&g, &(struct route){ .kind = NULL });
		assert_int_equal(g.confirmations, 3);
		assert_int_equal(bob.guesses, 2); /* told while it happens */
		assert_int_equal(bob.wrong_codes, 1);
		assert_int_equal(bob.number, 3);
		assert_int_equal(bob.failed, 0);
		end();
	}
}

/* All at once on many routes: three of them get one, the others wait for these. */
static void test_endpoint_initiator_shows_three_confirmations_at_a_time(void **state)
{
	(void)state;
	unsigned confirmed = 0;
	prepare();
	for (unsigned i = 1; i <= 7; i++) {
		struct route route = world_forward(i, i);
		world_up(&bob, &route, now);
	}
	for (unsigned k = 0; k < 1500; k++) {
		uint8_t packet[LIMIT_WIRE], share[SPAKE2_SHARE];
		struct route to;
		struct spake2 spake2;
		for (size_t len; (len = world_sent(&bob, &to, packet, now)) > 0;) {
			confirmed |= packet[11] == 2 ? 1U << to.pair : 0;
			if (packet[11] != 0)
				continue;
			uint8_t id[CONNECTION_ID];
			memcpy(id, packet + 3, sizeof id);
			spake2_start(&spake2, false, &wrong, &randomness.random, share);
			len = world_handshake(id, 1, sizeof share, 0, span_of(share, sizeof share),
			                      packet);
			world_give(&bob, &to, span_of(packet, len), now);
		}
		now += 100 * MS;
	}
	assert_int_equal(__builtin_popcount(confirmed), 3);
	assert_int_equal(bob.wrong_codes, 1);
	end();
}

/* Who keeps silent after the confirmation is told after a few seconds, while the handshake may yet
 * go on. C2. */
static void test_endpoint_initiator_tells_of_who_is_silent_after_its_confirmation(void **state)
{
	(void)state;
	struct guesser g = { 0 };
	struct route one = world_forward(1, 1), two = world_forward(2, 2);
	prepare();
	world_members(&bob, 2, now);
	world_up(&bob, &one, now);
	world_up(&bob, &two, now);
	guess(&g, &one);
	now += 4 * SECOND;
	guess(&g, &two);
	assert_int_equal(bob.guesses, 0);
	now += 2 * SECOND;
	guess(&g, &two);
	assert_int_equal(bob.guesses, 1);
	assert_int_equal(bob.last_guess, 1);
	now += 10 * SECOND;
	guess(&g, &one);
	assert_int_equal(bob.guesses, 2); /* and of the other */
	assert_int_equal(bob.last_guess, 2);
	now += 50 * SECOND; /* that they have failed indeed is no news */
	guess(&g, &(struct route){ .kind = NULL });
	assert_int_equal(bob.guesses, 2);
	assert_int_equal(bob.wrong_codes, 0);
	end();
}

/* tcp://: hanging up after the confirmation buys no further one. C2. */
static void test_endpoint_initiator_counts_who_hangs_up(void **state)
{
	(void)state;
	struct guesser g = { 0 };
	prepare();
	for (unsigned i = 1; i <= 20; i++) {
		struct route route = { .kind = ROUTE_TCP, .link = (uint16_t)i, .remote = alices };
		world_up(&bob, &route, now);
		for (unsigned k = 0; k < 40; k++) {
			guess(&g, &route);
			now += 100 * MS;
		}
		world_down(&bob, &route, now);
		guess(&g, &route);
		now += SECOND;
	}
	assert_int_equal(g.confirmations, 3);
	assert_int_equal(bob.wrong_codes, 1);
	assert_int_equal(bob.number, 3);
	end();
}

/* A route that breaks once in a good handshake costs one try, and the next one is good. */
static void test_endpoint_initiator_has_a_try_left_when_a_route_breaks(void **state)
{
	(void)state;
	struct guesser g = { 0 };
	struct route route = world_route(&alices);
	prepare();
	world_up(&bob, &route, now);
	guess(&g, &route); /* answered, but not confirmed */
	guess(&g, &route);
	assert_int_equal(g.confirmations, 1);
	world_down(&bob, &route, now);
	alice_waits(&code);
	world_up(&bob, &route, now);
	now += 2 * SECOND;
	world_talk(&bob, &alice, now);
	assert_non_null(endpoint_session(bob.ep, 0));
	assert_int_equal(bob.wrong_codes, 0);
	end();
}

/* In the room of the nameplate a squatter answers first, with a share and rubbish, and again
 * whenever it can. The first meeting takes place all the same. H5. */
static void test_endpoint_squatter_that_answers_first_changes_nothing(void **state)
{
	(void)state;
	for (unsigned order = 0; order < 6; order++) {
		struct route squatters = world_forward(1, order < 3 ? 5 : 0),
			     to_alice = world_forward(2, 6), to_bob = world_forward(2, 7);
		prepare();
		alice_waits(&code);
		world_members(&bob, 2, now);
		if (order % 3 != 1)
			world_up(&bob, &squatters, now);
		world_up(&bob, &to_alice, now);
		if (order % 3 == 1)
			world_up(&bob, &squatters, now);
		uint64_t until = now + 10 * SECOND, started = now;
		unsigned rubbish = 0;
		while (now < until && endpoint_session(bob.ep, 0) == NULL) {
			uint8_t packet[LIMIT_WIRE], junk[80] = { 9 };
			struct route to;
			struct spake2 spake2;
			size_t len;
			while ((len = world_sent(&bob, &to, packet, now)) > 0) {
				if (route_same(&to, &to_alice)) {
					world_give(&alice, &to_bob, span_of(packet, len), now);
					continue;
				}
				if (packet[0] != PACKET_HANDSHAKE || packet[11] > 2)
					continue;
				uint8_t id[CONNECTION_ID], number = packet[11];
				memcpy(id, packet + 3, sizeof id);
				if (number == 0)
					spake2_start(&spake2, false, &wrong, &randomness.random,
					             junk);
				if (number == 2 && order % 3 == 2)
					continue; /* silent after it got what it wanted */
				len = world_handshake(id, number + 1U, number == 0 ? 65 : 80, 0,
				                      span_of(junk, number == 0 ? 65 : 80), packet);
				world_give(&bob, &squatters, span_of(packet, len), now);
				rubbish++;
			}
			while ((len = world_sent(&alice, &to, packet, now)) > 0)
				world_give(&bob, &to_alice, span_of(packet, len), now);
			now += 20 * MS;
		}
		assert_non_null(endpoint_session(bob.ep, 0));
		assert_true(now < started + 4 * SECOND);
		assert_true(rubbish > 0 || order % 3 == 1);
		assert_int_equal(bob.wrong_codes + bob.refused + bob.changed + bob.failed, 0);
		assert_int_equal(alice.guesses, 0);
		end();
	}
}

/* Lets Alice answer over a route. */
static void talk_over(uint64_t pair)
{
	struct route to_alice = world_forward(pair, 6), to_bob = world_forward(pair, 7);

	world_talk_over(&bob, &to_alice, &alice, &to_bob, now);
}

/* A mistyped word is told at once where there is but one peer: at an address, or when the server
 * counts no other. */
static void test_endpoint_failure_is_told_when_all_have_failed(void **state)
{
	(void)state;
	struct route direct = world_route(&alices), one = world_forward(1, 6);
	prepare();
	alice_waits(&wrong);
	world_up(&bob, &direct, now);
	world_talk(&bob, &alice, now);
	assert_int_equal(alice.guesses, 1);
	now += BELIEVED_US;
	world_talk(&bob, &alice, now);
	assert_int_equal(bob.refused, 1);
	assert_int_equal(bob.reason, REFUSE_CODE);
	assert_int_equal(bob.number, 1);
	assert_int_equal(bob.guesses, 0); /* one sentence is enough */
	end();

	for (unsigned members = 1; members <= 2; members++) {
		prepare();
		alice_waits(&wrong);
		world_members(&bob, members, now);
		world_up(&bob, &one, now);
		talk_over(1);
		now += BELIEVED_US;
		talk_over(1);
		assert_int_equal(bob.refused, members == 1);
		now += SECOND; /* the other one is not introduced */
		talk_over(1);
		assert_int_equal(bob.refused, 1);
		end();
	}
}

/* A kept failure is what is told when patience is over, too. */
static void test_endpoint_gives_up_with_the_failure_it_has_kept(void **state)
{
	(void)state;
	struct guesser g = { 0 };
	struct route route = world_forward(1, 6);
	prepare();
	world_members(&bob, 1, now);
	world_up(&bob, &route, now);
	guess(&g, &route);
	guess(&g, &route);
	world_down(&bob, &route, now);
	guess(&g, &route);
	assert_int_equal(bob.guesses, 1);
	now += 151 * SECOND;
	guess(&g, &route);
	assert_int_equal(bob.failed, 0);
	assert_int_equal(bob.wrong_codes, 1);
	assert_int_equal(bob.number, 1);
	end();
}

/* REFUSE is not authenticated: what the handshake achieves after it counts more, however soon it is
 * believed otherwise. L8. */
static void test_endpoint_refusal_is_forgotten_when_the_handshake_goes_on(void **state)
{
	(void)state;
	uint8_t packet[LIMIT_WIRE], refuse[REFUSE_LEN] = { PACKET_REFUSE, 1, 1 }, held[LIMIT_WIRE];
	struct route to, route = world_route(&alices), to_bob = world_route(&bobs);
	prepare();
	alice_waits(&code);
	world_up(&bob, &route, now);
	for (unsigned step = 0; step < 3; step++) {
		size_t len = world_sent(&bob, &to, packet, now), back;
		assert_true(len > 0);
		memcpy(refuse + 3, packet + 3, CONNECTION_ID);
		refuse[11] = REFUSE_KEY;
		world_give(&bob, &route, span_of(refuse, sizeof refuse), now);
		world_give(&alice, &to_bob, span_of(packet, len), now);
		now += 900 * MS;
		while ((back = world_sent(&alice, &to, held, now)) > 0)
			world_give(&bob, &route, span_of(held, back), now);
		if (endpoint_session(bob.ep, 0) != NULL)
			break;
	}
	now += 2 * SECOND;
	world_talk(&bob, &alice, now);
	assert_non_null(endpoint_session(bob.ep, 0));
	assert_int_equal(bob.refused + bob.changed + bob.failed, 0);
	end();
}

/* Who refuses a contact's key is looked at without it: the key that is shown then is told as
 * unproved. L8. */
static void test_endpoint_key_seen_without_a_psk_is_unproved(void **state)
{
	(void)state;
	struct identity other = test_identity(KEY_X25519, 3);
	struct route route = world_route(&alices);
	prepare();
	world_end(&bob);
	struct endpoint_config config = world_config(true, 1, &randomness.random);
	config.keying.expected = &other.public;
	world_host(&bob, &config, bobs, now);
	struct endpoint_config open = world_config(false, 0, &randomness.random);
	open.keying.first_use = true;
	world_host(&alice, &open, alices, now);
	world_up(&bob, &route, now);
	for (unsigned i = 0; i < 4; i++, now += BELIEVED_US)
		world_talk(&bob, &alice, now);
	assert_int_equal(bob.changed, 1);
	assert_int_equal(bob.unproved, 1);
	end();
}

/* ... and nobody is looked at for longer than that: a forged REFUSE does not keep us from a contact
 * that waits for contacts only. L8. */
static void test_endpoint_forged_refusal_keeps_nobody_from_a_contact(void **state)
{
	(void)state;
	uint8_t packet[LIMIT_WIRE], refuse[REFUSE_LEN] = { PACKET_REFUSE, 1, 1, [11] = REFUSE_KEY };
	struct route to, route = world_route(&alices);
	prepare();
	world_end(&bob);
	alice_waits(NULL);
	struct endpoint_config config = world_config(true, 1, &randomness.random);
	config.keying.expected = world_key(0);
	config.handshake_us = 150 * SECOND;
	world_host(&bob, &config, bobs, now);
	world_up(&bob, &route, now);
	assert_true(world_sent(&bob, &to, packet, now) > 0); /* is lost */
	memcpy(refuse + 3, packet + 3, CONNECTION_ID);
	world_give(&bob, &route, span_of(refuse, sizeof refuse), now);
	for (unsigned i = 0; i < 10 && endpoint_session(bob.ep, 0) == NULL; i++) {
		now += SECOND;
		world_talk(&bob, &alice, now);
	}
	assert_non_null(endpoint_session(bob.ep, 0));
	assert_int_equal(bob.refused + bob.changed + bob.failed, 0);
	end();
}

/* One that rests while another makes progress rests no longer than that, and not at all when the
 * other has failed. */
static void test_endpoint_second_peer_rests_a_second_and_a_half_at_most(void **state)
{
	(void)state;
	struct guesser g = { 0 };
	struct route one = world_forward(1, 5), two = world_forward(2, 6);
	uint8_t packet[LIMIT_WIRE];
	struct route to;
	bool second = false;
	prepare();
	world_members(&bob, 2, now);
	world_up(&bob, &one, now);
	world_up(&bob, &two, now);
	guess(&g, &one); /* a share, and no more after the confirmation */
	while (world_sent(&bob, &to, packet, now) > 0)
		second |= to.pair == 2;
	assert_false(second);
	now += 3 * SECOND / 2;
	while (world_sent(&bob, &to, packet, now) > 0)
		second |= to.pair == 2;
	assert_true(second);
	end();

	prepare();
	second = false;
	world_members(&bob, 2, now);
	world_up(&bob, &one, now);
	world_up(&bob, &two, now);
	while (world_sent(&bob, &to, packet, now) > 0)
		assert_int_equal(to.pair, 1);
	uint8_t id[CONNECTION_ID], junk[65] = { 4 };
	memcpy(id, packet + 3, sizeof id);
	size_t len = world_handshake(id, 1, sizeof junk, 0, span_of(junk, sizeof junk), packet);
	world_give(&bob, &one, span_of(packet, len), now);
	while (world_sent(&bob, &to, packet, now) > 0)
		second |= to.pair == 2;
	assert_true(second);
	end();
}

/* A server that talks without end, and a program that is busy: that it came to nothing is told
 * nevertheless. H5. */
static void test_endpoint_tells_its_end_however_much_the_server_talks(void **state)
{
	(void)state;
	uint8_t buffer[LIMIT_WIRE];
	const uint8_t *wire;
	struct route to;
	prepare();
	for (unsigned i = 0; i < 100; i++)
		world_members(&bob, 1 + i % 2, now);
	now += 151 * SECOND;
	endpoint_timer(bob.ep, now);
	while (endpoint_output(bob.ep, &to, buffer, sizeof buffer, &wire, now) > 0)
		;
	for (unsigned i = 0; i < 100; i++)
		world_members(&bob, 1 + i % 2, now);
	world_listen(&bob, now);
	assert_int_equal(bob.failed, 1);
	end();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_endpoint_tells_its_end_however_much_the_server_talks),
		cmocka_unit_test(test_endpoint_initiator_shows_three_confirmations_in_a_run),
		cmocka_unit_test(test_endpoint_initiator_shows_three_confirmations_at_a_time),
		cmocka_unit_test(
		    test_endpoint_initiator_tells_of_who_is_silent_after_its_confirmation),
		cmocka_unit_test(test_endpoint_initiator_counts_who_hangs_up),
		cmocka_unit_test(test_endpoint_initiator_has_a_try_left_when_a_route_breaks),
		cmocka_unit_test(test_endpoint_squatter_that_answers_first_changes_nothing),
		cmocka_unit_test(test_endpoint_failure_is_told_when_all_have_failed),
		cmocka_unit_test(test_endpoint_gives_up_with_the_failure_it_has_kept),
		cmocka_unit_test(test_endpoint_refusal_is_forgotten_when_the_handshake_goes_on),
		cmocka_unit_test(test_endpoint_key_seen_without_a_psk_is_unproved),
		cmocka_unit_test(test_endpoint_forged_refusal_keeps_nobody_from_a_contact),
		cmocka_unit_test(test_endpoint_second_peer_rests_a_second_and_a_half_at_most),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
