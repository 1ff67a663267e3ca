/* Tests of session/endpoint, the responder's side: what strangers may do and what they may not.
 * Rows of docs/SECURITY.md: C1 H1 H2 H3 L6 L9 L10. */
#include "tests/unit/endpoint_world.h"

static struct test_random randomness;
static struct host alice, bob;
static struct code code, wrong;
static uint64_t now;
static enum suite suite = SUITE_NOISE;

static struct addr address(unsigned n)
{
	return addr_v4(203, 0, (uint8_t)(n >> 8), (uint8_t)n, 4000);
}

static struct route from(unsigned n)
{
	struct addr a = address(n);

	return world_route(&a);
}

static const struct addr alices = { .ip = { [10] = 0xff, 0xff, 192, 0, 2, 1 }, .port = 7000 };

/* Alice waits with a code of so many words (0: without), and for contacts. */
static void prepare(unsigned words)
{
	now = 1000 * SECOND;
	randomness = test_random(5);
	code_make(&code, words > 0 ? words : 2, &randomness.random);
	wrong = code;
	wrong.words[0] ^= 1;
	struct endpoint_config config = world_config(false, 0, &randomness.random);
	config.keying.suite = encryptor_class_of(suite);
	config.keying.code = words > 0 ? &code : NULL;
	config.keying.contacts = true;
	world_host(&alice, &config, alices, now);
}

/* Bob comes: with the code, or (NULL) as a contact. */
static void bob_comes(const struct code *with, unsigned at)
{
	struct endpoint_config config = world_config(true, 1, &randomness.random);
	struct route route = world_route(&alices);

	config.keying.suite = encryptor_class_of(suite);
	config.keying.code = with;
	config.keying.expected = with == NULL ? world_key(0) : NULL;
	world_host(&bob, &config, address(at), now);
	world_up(&bob, &route, now);
}

static bool bob_is_in(void)
{
	world_talk(&bob, &alice, now);
	return endpoint_session(bob.ep, 0) != NULL && endpoint_session(alice.ep, 0) != NULL;
}

/* What somebody hears who comes from nowhere else. */
static bool code_lives(void)
{
	struct stranger s;
	struct route route = from(999);

	stranger_knock(&s, &alice, &route, 999, &code, &randomness.random, now);
	return s.refused != REFUSE_CODE_DEAD;
}

static void end(void)
{
	world_end(&alice);
	if (bob.ep != NULL)
		world_end(&bob);
}

/* Part of a first message, or one that does not verify, leaves nothing behind. H1. */
static void test_endpoint_keeps_nothing_for_a_first_message_that_does_not_verify(void **state)
{
	(void)state;
	uint8_t packet[LIMIT_PACKET], id[CONNECTION_ID] = { 7 }, message[66] = { 1, 4 };
	struct route route = from(1);
	prepare(2);
	for (unsigned i = 0; i < 65; i++) { /* piece by piece is not whole either */
		size_t len = world_handshake(id, 0, 66, i, span_of(message + i, 1), packet);
		world_give(&alice, &route, span_of(packet, len), now);
		len = world_handshake(id, 0, 66, 0, span_of(message, i + 1), packet);
		world_give(&alice, &route, span_of(packet, len), now);
		assert_int_equal(world_shaking(&alice), 0);
	}
	static const uint8_t firsts[][2] = { { 0, 49 }, { 0, 1 }, { 0, 66 },
		                             { 1, 66 }, { 1, 1 }, { 2, 49 } };
	for (unsigned i = 0; i < 6; i++) {
		message[0] = firsts[i][0];
		size_t len =
		    world_handshake(id, 0, firsts[i][1], 0, span_of(message, firsts[i][1]), packet);
		world_give(&alice, &route, span_of(packet, len), now);
		assert_int_equal(world_shaking(&alice), 0);
	}
	assert_int_equal(alice.guesses, 0);
	end();
}

/* However a code dies, who has begun to pair by it is not heard any more: nothing is left that
 * points to it. C1. */
static void test_endpoint_code_that_dies_ends_the_handshakes_that_borrowed_it(void **state)
{
	(void)state;
	struct stranger s[3];
	for (unsigned how = 0; how < 3; how++) {
		struct code other;
		prepare(2);
		for (unsigned i = 0; i < 3; i++) {
			struct route route = from(10 + i);
			stranger_knock(&s[i], &alice, &route, i, &wrong, &randomness.random, now);
		}
		assert_int_equal(world_shaking(&alice), 3);
		code_make(&other, CODE_WORDS, &randomness.random);
		if (how == 0) {
			endpoint_code(alice.ep, NULL); /* ten minutes */
		} else if (how == 1) {
			endpoint_code(alice.ep, &other);
		} else {
			bob_comes(&code, 1); /* used */
			assert_true(bob_is_in());
		}
		assert_int_equal(world_shaking(&alice), 0);
		for (unsigned i = 0; i < 3; i++) {
			uint8_t packet[LIMIT_PACKET], confirm[80] = { 0 };
			size_t len = world_handshake(s[i].id, 2, sizeof confirm, 0,
			                             span_of(confirm, sizeof confirm), packet);
			world_give(&alice, &s[i].route, span_of(packet, len), now);
		}
		assert_int_equal(alice.guesses, 0);
		end();
		bob.ep = NULL;
	}
}

/* Six that have their answers, and six more that come later: three guesses are judged, not one
 * more. H3, L10. */
static void test_endpoint_judges_three_guesses_at_most(void **state)
{
	(void)state;
	struct stranger s[12];
	prepare(2);
	for (unsigned i = 0; i < 12; i++) {
		struct route route = from(10 + i);
		stranger_knock(&s[i], &alice, &route, i, &wrong, &randomness.random, now);
		assert_true(s[i].answered == (i < 8));
		if (i >= 5) /* the first to confirm begins when six have their answers */
			(void)stranger_confirm(&s[i - 5], &alice, now);
	}
	for (unsigned i = 7; i < 12; i++)
		(void)stranger_confirm(&s[i], &alice, now);
	assert_int_equal(alice.guesses, 3);
	assert_int_equal(alice.last_guess, 3);
	assert_false(code_lives());
	bob_comes(&code, 1);
	assert_false(bob_is_in());
	end();
}

/* A first message that goes on differently from how it began is two messages, and its first byte
 * cannot be changed behind its back. H3. */
static void test_endpoint_first_message_is_not_said_twice_over(void **state)
{
	(void)state;
	uint8_t packet[LIMIT_PACKET], message[66] = { 0 };
	struct stranger s;
	struct route route = from(1);
	prepare(2);
	endpoint_code(alice.ep, NULL); /* a plain first byte would be let in now, a share not */
	size_t len = world_handshake((const uint8_t[CONNECTION_ID]){ 0, 0, 0, 9 }, 0, 66, 0,
	                             span_of(message, 1), packet);
	world_give(&alice, &route, span_of(packet, len), now);
	stranger_knock(&s, &alice, &route, 9, &code, &randomness.random, now);
	assert_false(stranger_confirm(&s, &alice, now));
	assert_int_equal(world_shaking(&alice), 0);
	end();
}

/* Many shares, by one host and by many, of which nobody says more: no guess, no matter whether they
 * lose their places or their time is over. H2. */
static void test_endpoint_share_without_a_confirmation_is_no_guess(void **state)
{
	(void)state;
	struct stranger s;
	prepare(2);
	for (unsigned i = 0; i < 100; i++) {
		struct route route = from(i % 3 == 0 ? 9 : 10 + i);
		stranger_knock(&s, &alice, &route, i, &wrong, &randomness.random, now);
		assert_true(world_shaking(&alice) < LIMIT_HALF_OPEN); /* one place is a contact's */
		now += 10 * MS;
	}
	assert_int_equal(world_shaking(&alice), LIMIT_HALF_OPEN - 1);
	now += LIMIT_HANDSHAKE_US;
	world_talk(&alice, &alice, now);
	assert_int_equal(world_shaking(&alice), 0);
	assert_int_equal(alice.guesses, 0);
	bob_comes(&code, 1);
	assert_true(bob_is_in());
	end();
}

/* A handshake goes on only where somebody receives (rule 2.3-2): a packet that came bare from
 * elsewhere is dropped, though it is genuine. */
static void test_endpoint_handshake_goes_on_only_where_somebody_receives(void **state)
{
	(void)state;
	struct stranger s;
	struct route route = from(10);
	prepare(2);
	stranger_knock(&s, &alice, &route, 1, &wrong, &randomness.random, now);
	world_unproved = true;
	assert_true(stranger_confirm(&s, &alice, now));
	world_unproved = false;
	assert_int_equal(alice.guesses, 0);
	assert_int_equal(world_shaking(&alice), 1);
	stranger_knock(&s, &alice, &route, 2, &wrong, &randomness.random, now);
	assert_true(stranger_confirm(&s, &alice, now));
	assert_int_equal(alice.guesses, 1);
	end();
}

/* ... and every guess is told, however much the server talks meanwhile. */
static void test_endpoint_tells_guesses_however_much_the_server_talks(void **state)
{
	(void)state;
	struct stranger s;
	prepare(2);
	for (unsigned i = 1; i <= 3; i++) {
		struct route route = from(10 + i);
		stranger_knock(&s, &alice, &route, i, &wrong, &randomness.random, now);
		for (unsigned k = 0; k < 100; k++)
			world_members(&alice, k % 2, now);
		assert_true(stranger_confirm(&s, &alice, now));
		assert_int_equal(alice.guesses, i);
		assert_int_equal(alice.last_guess, i);
	}
	end();
}

/* ... and who guessed wrong hears so, however many others want an answer at the same time. */
static void test_endpoint_refuses_a_guess_however_many_others_ask(void **state)
{
	(void)state;
	struct stranger s;
	uint8_t packet[LIMIT_PACKET], id[CONNECTION_ID] = { 9 }, byte = 0;
	struct route route = from(10);
	prepare(2);
	stranger_knock(&s, &alice, &route, 1, &wrong, &randomness.random, now);
	for (unsigned i = 0; i < 100; i++) {
		struct route other = from(100 + i);
		id[1] = (uint8_t)i;
		size_t len = world_handshake(id, 0, 1, 0, span_of(&byte, 1), packet);
		packet[1] = PROTOCOL_VERSION + 1;
		world_give(&alice, &other, span_of(packet, len), now);
	}
	assert_true(stranger_confirm(&s, &alice, now));
	assert_int_equal(s.refused, REFUSE_CODE);
	end();
}

/* Two wrong guesses of one host, and it is told that the code is dead; for others it lives. */
static void test_endpoint_one_host_kills_no_code(void **state)
{
	(void)state;
	struct stranger s;
	struct route route = from(10);
	prepare(2);
	for (unsigned i = 0; i < 20; i++) {
		stranger_knock(&s, &alice, &route, i, &wrong, &randomness.random, now);
		if (i < 2) {
			assert_true(stranger_confirm(&s, &alice, now));
			assert_int_equal(s.refused, REFUSE_CODE);
		} else {
			assert_int_equal(s.refused, REFUSE_CODE_DEAD);
		}
	}
	assert_int_equal(alice.guesses, 2);
	bob_comes(&code, 10); /* the right one comes too late from there */
	assert_false(bob_is_in());
	world_end(&bob);
	bob_comes(&code, 11);
	assert_true(bob_is_in());
	end();
}

/* ... nor one network of IPv6, which has 65536 sources: its guesses are counted together, those
 * begun before included. H6. */
static void test_endpoint_one_ipv6_network_kills_no_code(void **state)
{
	(void)state;
	struct stranger s, begun;
	prepare(2);
	for (unsigned i = 0; i < 20; i++) {
		struct addr a = { .ip = { 0x20, 0x01, 0x0d, 0xb8, 0, 7, (uint8_t)i, 0, [15] = 1 },
			          .port = 4000 };
		struct route route = world_route(&a);
		if (i == 0) {
			stranger_knock(&begun, &alice, &route, 100, &wrong, &randomness.random,
			               now);
			assert_true(begun.answered);
		}
		stranger_knock(&s, &alice, &route, i, &wrong, &randomness.random, now);
		assert_int_equal(s.refused, i < 2 ? 0 : REFUSE_CODE_DEAD);
		if (i < 2)
			assert_true(stranger_confirm(&s, &alice, now));
	}
	(void)stranger_confirm(&begun, &alice, now);
	assert_int_equal(alice.guesses, 2);
	assert_true(code_lives());
	end();
}

/* ... nor with handshakes that it has begun before. */
static void test_endpoint_one_host_has_two_guesses_however_many_it_has_begun(void **state)
{
	(void)state;
	struct stranger s[6];
	struct route route = from(10);
	prepare(2);
	for (unsigned i = 0; i < 6; i++) {
		stranger_knock(&s[i], &alice, &route, i, &wrong, &randomness.random, now);
		assert_true(s[i].answered);
	}
	for (unsigned i = 0; i < 6; i++)
		(void)stranger_confirm(&s[i], &alice, now);
	assert_int_equal(alice.guesses, 2);
	assert_true(code_lives());
	end();
}

/* The code at another nameplate is the same code: its guesses are counted on. L9. */
static void test_endpoint_counts_guesses_on_when_the_nameplate_changes(void **state)
{
	(void)state;
	struct stranger s;
	prepare(2);
	for (unsigned i = 0; i < 3; i++) {
		struct route route = from(10 + i);
		code.has_nameplate = wrong.has_nameplate = true;
		code.nameplate = wrong.nameplate = 100 + i;
		endpoint_code(alice.ep, &code);
		stranger_knock(&s, &alice, &route, i, &wrong, &randomness.random, now);
		assert_true(stranger_confirm(&s, &alice, now));
		assert_int_equal(alice.last_guess, i + 1);
	}
	assert_false(code_lives());
	end();
}

/* A code of three words rests after the third wrong guess, for 30 s, and after each more twice as
 * long; nobody ends it. */
static void test_endpoint_code_of_three_words_rests_and_does_not_die(void **state)
{
	(void)state;
	struct stranger s, early;
	static const unsigned rests[] = { 0, 0, 30, 60, 120, 240 };
	prepare(3);
	for (unsigned i = 0; i < 6; i++) {
		struct route route = from(10 + i), other = from(100 + i);
		stranger_knock(&early, &alice, &other, 100 + i, &wrong, &randomness.random, now);
		stranger_knock(&s, &alice, &route, i, &wrong, &randomness.random, now);
		assert_true(stranger_confirm(&s, &alice, now));
		assert_int_equal(alice.last_guess, i + 1);
		assert_int_equal(alice.rest_s, rests[i]);
		if (rests[i] == 0)
			continue;
		assert_int_equal(world_shaking(&alice),
		                 0); /* who had an answer is not judged either */
		now += rests[i] * SECOND - 1;
		stranger_knock(&s, &alice, &other, 200 + i, &wrong, &randomness.random, now);
		assert_int_equal(s.refused, REFUSE_BUSY);
		now += 1;
	}
	bob_comes(&code, 1);
	assert_true(bob_is_in());
	end();
}

/* Who comes with a code that is dead is told, however late. Where there never was one, a host that
 * waits for contacts only says nothing. */
static void test_endpoint_tells_of_a_dead_code_as_long_as_it_runs(void **state)
{
	(void)state;
	struct stranger s;
	struct route route = from(10);
	prepare(2);
	endpoint_code(alice.ep, NULL);
	now += 3600 * SECOND;
	stranger_knock(&s, &alice, &route, 1, &code, &randomness.random, now);
	assert_int_equal(s.refused, REFUSE_CODE_DEAD);
	end();

	struct endpoint_config config = world_config(false, 0, &randomness.random);
	config.keying.contacts = true;
	world_host(&alice, &config, alices, now);
	stranger_knock(&s, &alice, &route, 3, &code, &randomness.random, now);
	assert_int_equal(s.refused, 0);
	world_end(&alice);
	config.keying.first_use =
	    true; /* with --tofu it answers strangers: no such thing as a code here */
	world_host(&alice, &config, alices, now);
	stranger_knock(&s, &alice, &route, 4, &code, &randomness.random, now);
	assert_int_equal(s.refused, REFUSE_KEY);
	world_end(&alice);
}

/* A first message under a contact's psk is answered once: who has recorded it gets nothing by
 * saying it again, no answer and no place. H1. */
static void test_endpoint_replayed_first_message_costs_nothing(void **state)
{
	(void)state;
	uint8_t packet[LIMIT_WIRE], other[LIMIT_WIRE];
	struct route to, route = from(1);
	prepare(2);
	bob_comes(NULL, 1);
	size_t len = world_sent(&bob, &to, packet, now);
	assert_int_equal(packet[HANDSHAKE_HEADER], 0);
	world_give(&alice, &route, span_of(packet, len), now);
	assert_int_equal(world_shaking(&alice), 1);
	assert_int_equal(alice.vouched, 1);
	assert_true(world_sent(&alice, &to, other, now) > 0);
	for (unsigned i = 0; i < 50; i++) {
		memcpy(other, packet, len);
		other[3] ^= (uint8_t)(i + 1); /* another connection id */
		struct route elsewhere = from(50 + i);
		world_give(&alice, &elsewhere, span_of(other, len), now);
		assert_int_equal(world_shaking(&alice), 1);
		assert_int_equal(world_sent(&alice, &to, other, now), 0);
	}
	now += LIMIT_HANDSHAKE_US; /* nor later */
	assert_int_equal(world_sent(&alice, &to, other, now), 0);
	assert_int_equal(world_shaking(&alice), 0);
	world_give(&alice, &route, span_of(packet, len), now);
	assert_int_equal(world_shaking(&alice), 0);
	assert_true(bob_is_in()); /* who has got no answer begins anew */
	end();
}

/* The same in hybrid, whose first message comes in pieces: one that a stranger made leaves nothing
 * behind, and one that was recorded opens no place again, under its id or another. */
static void test_endpoint_replayed_piece_of_a_first_message_costs_nothing(void **state)
{
	(void)state;
	uint8_t pieces[2][LIMIT_WIRE], other[LIMIT_WIRE];
	size_t lens[2];
	struct route to, route = from(1);
	suite = SUITE_HYBRID;
	prepare(0);
	bob_comes(NULL, 1);
	for (unsigned i = 0; i < 2; i++)
		lens[i] = world_sent(&bob, &to, pieces[i], now);
	assert_int_equal(world_sent(&bob, &to, other, now), 0);
	for (unsigned i = 0; i < 50; i++) {
		memcpy(other, pieces[i % 2], lens[i % 2]);
		other[i % 3 == 0 ? 3 : i % 3 == 1 ? lens[i % 2] - 1 : HANDSHAKE_HEADER] ^= 1;
		world_give(&alice, &route, span_of(other, lens[i % 2]), now);
		assert_int_equal(world_shaking(&alice), 0);
		assert_int_equal(world_sent(&alice, &to, other, now), 0);
	}
	for (unsigned i = 0; i < 2; i++) {
		assert_int_equal(alice.vouched, i);
		world_give(&alice, &route, span_of(pieces[1 - i], lens[1 - i]), now);
		assert_int_equal(world_shaking(&alice), 1);
		assert_true((world_sent(&alice, &to, other, now) > 0) == (i == 1));
	}
	now += LIMIT_HANDSHAKE_US;
	while (world_sent(&alice, &to, other, now) > 0)
		;
	assert_int_equal(world_shaking(&alice), 0);
	for (unsigned i = 0; i < 2; i++) {
		struct route elsewhere = from(50 + i);
		world_give(&alice, &elsewhere, span_of(pieces[i], lens[i]), now);
		assert_int_equal(world_shaking(&alice), 0);
	}
	assert_true(bob_is_in()); /* who has got no answer begins anew */
	end();
	suite = SUITE_NOISE;
}

/* A contact has its place within a second beside 2000 packets a second, at 60 ms of round trip:
 * fragments, whole shares, replays; by one host or by hundreds. H1. */
static void test_endpoint_contact_gets_its_place_in_a_flood(void **state)
{
	(void)state;
	for (unsigned flood = 0; flood < 4; flood++) {
		uint8_t first[LIMIT_WIRE], held[8][LIMIT_WIRE], share[66] = { 1 };
		size_t first_len = 0, lens[8], count;
		struct spake2 spake2;
		struct route to, to_alice = world_route(&alices), to_bob = from(1);
		prepare(2);
		spake2_start(&spake2, true, &wrong, &randomness.random, share + 1);
		bob_comes(NULL, 1);
		unsigned n = 0;
		for (unsigned step = 0; step < 33 && endpoint_session(bob.ep, 0) == NULL;
		     step++) { /* half a round trip each */
			struct host *speaker = step % 2 == 0 ? &bob : &alice,
				    *hearer = step % 2 == 0 ? &alice : &bob;
			for (count = 0;
			     count < 8 &&
			     (lens[count] = world_sent(speaker, &to, held[count], now)) > 0;
			     count++) {
				bool bobs = speaker == &bob || route_same(&to, &to_bob);
				if (first_len == 0)
					memcpy(first, held[0], first_len = lens[0]);
				if (!bobs)
					lens[count--] = 0;
			}
			for (unsigned i = 0; i < 60; i++, n++) {
				uint8_t packet[LIMIT_WIRE], id[CONNECTION_ID] = { 0xff };
				struct route route = from(flood % 2 == 0 ? 9 : 100 + n % 300);
				store_be32(id + 1, n);
				size_t len = world_handshake(
				    id, 0, 66, 0, span_of(share, flood < 2 ? 1 : 66), packet);
				world_give(&alice, &route, span_of(packet, len), now);
				memcpy(packet, first, first_len);
				packet[3] ^= (uint8_t)(1 + n % 200);
				if (step > 0)
					world_give(&alice, &route, span_of(packet, first_len), now);
			}
			now += 30 * MS;
			for (size_t i = 0; i < count; i++)
				world_give(hearer, hearer == &alice ? &to_bob : &to_alice,
				           span_of(held[i], lens[i]), now);
		}
		assert_non_null(endpoint_session(bob.ep, 0));
		assert_int_equal(alice.guesses, 0);
		assert_true(code_lives());
		end();
	}
}

/* Answers to strangers cost us public-key arithmetic: a source has eight at once and two a second.
 */
static void test_endpoint_rations_answers_by_source(void **state)
{
	(void)state;
	struct stranger s;
	unsigned answers = 0;
	prepare(2);
	for (unsigned i = 0; i < 250; i++) {
		struct route route = from(9);
		stranger_knock(&s, &alice, &route, i, &wrong, &randomness.random, now);
		answers += s.answered;
		now += 40 * MS;
	}
	assert_true(answers <= 8 + 20 && answers >= 8 + 18);
	bob_comes(&code, 1);
	assert_true(bob_is_in());
	end();
}

/* Whoever knows the host's public key can make first messages under a contact's psk without end,
 * each of them new: from one address eight are answered at once and four a second, and a contact
 * gets in beside them. H1. */
static void test_endpoint_rations_answers_to_who_knows_a_contacts_psk(void **state)
{
	(void)state;
	uint8_t packet[LIMIT_WIRE];
	struct route to, route = from(9);
	struct host eve;
	prepare(2);
	for (unsigned i = 0; i < 125; i++) {
		struct endpoint_config config = world_config(true, 2, &randomness.random);
		config.keying.expected = world_key(0);
		world_host(&eve, &config, address(9), now);
		struct route there = world_route(&alices);
		world_up(&eve, &there, now);
		size_t len = world_sent(&eve, &to, packet, now);
		world_give(&alice, &route, span_of(packet, len), now);
		world_end(&eve);
		now += 40 * MS;
	}
	assert_in_range(alice.vouched, 8 + 19, 8 + 20);
	bob_comes(NULL, 1);
	assert_true(bob_is_in());
	end();
}

/* In a conversation a code is of no use to anybody: whoever comes with it is told so, and costs
 * nothing. */
static void test_endpoint_in_a_conversation_answers_no_shares(void **state)
{
	(void)state;
	struct stranger s;
	prepare(2);
	bob_comes(NULL, 1);
	assert_true(bob_is_in());
	for (unsigned i = 0; i < 100; i++) {
		struct route route = from(10 + i);
		stranger_knock(&s, &alice, &route, i, &code, &randomness.random, now);
		assert_false(s.answered);
		assert_int_equal(s.refused, REFUSE_BUSY);
		assert_int_equal(world_shaking(&alice), 0);
	}
	assert_true(code_lives());
	end();
}

/* A share that is no point of the curve is dropped. */
static void test_endpoint_drops_a_share_that_is_no_point(void **state)
{
	(void)state;
	uint8_t packet[LIMIT_WIRE], id[CONNECTION_ID] = { 7 }, message[66] = { 1, 4, 0x11, 0x11 };
	struct route to, route = from(1);
	prepare(2);
	for (size_t total = 1; total <= 66; total += 13) {
		size_t len = world_handshake(id, 0, total, 0, span_of(message, total), packet);
		world_give(&alice, &route, span_of(packet, len), now);
		assert_int_equal(world_sent(&alice, &to, packet, now), 0);
	}
	end();
}

/* rsa: a pair serves one session. When that is proved, its private half is gone, and with it the
 * handshakes that had begun with it. L6. */
static void test_endpoint_spent_pair_is_wiped_and_serves_nobody_else(void **state)
{
	(void)state;
	static struct identity ids[3], pair;
	struct host eve;
	randomness = test_random(6);
	now = 1000 * SECOND;
	for (unsigned i = 0; i < 3; i++)
		ids[i] = test_identity(KEY_RSA, i);
	pair = test_identity(KEY_RSA, 3);
	struct endpoint_config config = world_config(false, 0, &randomness.random);
	config.keying.suite = encryptor_class_of(SUITE_RSA);
	config.keying.identity = &ids[0];
	config.keying.contacts = true;
	world_host(&alice, &config, alices, now);
	endpoint_pair(alice.ep, &pair);
	struct host *both[2] = { &bob, &eve };
	struct route route = world_route(&alices);
	for (unsigned i = 0; i < 2; i++) {
		struct endpoint_config one = world_config(true, 1, &randomness.random);
		one.keying.suite = config.keying.suite;
		one.keying.identity = &ids[1 + i];
		one.keying.expected = &ids[0].public;
		world_host(both[i], &one, address(1 + i), now);
		world_up(both[i], &route, now);
	}
	uint8_t packet[LIMIT_WIRE];
	struct route to, eves = from(2);
	size_t len = world_sent(&eve, &to, packet, now);
	world_give(&alice, &eves, span_of(packet, len), now);
	assert_int_equal(world_shaking(&alice), 1);
	assert_true(bob_is_in());
	assert_int_equal(world_shaking(&alice), 0);
	assert_true(endpoint_pair_wanted(alice.ep));
	world_end(&eve);
	end();
}

/* rsa: there is one pair for the next session, whoever it is. Whose key was refused has used one
 * up, and is not heard for a while, so that the next is for somebody else; when it is a contact
 * that comes from there, it waits no more. H1, S24. */
static void test_endpoint_refused_key_leaves_the_next_turn_to_others(void **state)
{
	(void)state;
	static struct identity ids[3];
	struct host eve;
	randomness = test_random(7);
	now = 1000 * SECOND;
	for (unsigned i = 0; i < 3; i++)
		ids[i] = test_identity(KEY_RSA, i);
	struct endpoint_config config = world_config(false, 0, &randomness.random);
	config.keying.suite = encryptor_class_of(SUITE_RSA);
	config.keying.identity = &ids[0];
	config.keying.contacts = true;
	world_host(&alice, &config, alices, now);
	struct route route = world_route(&alices);
	unsigned turns = 0;
	alice.accepts = false;
	alice.refuses = CLOSE_TRUST;
	for (unsigned i = 0; i < 60; i++) { /* half a minute; a pair is there each time */
		struct identity pair = test_identity(KEY_RSA, 3);
		endpoint_pair(alice.ep, &pair);
		struct endpoint_config one = world_config(true, 1, &randomness.random);
		one.keying.suite = config.keying.suite;
		one.keying.identity = &ids[1];
		one.keying.expected = &ids[0].public;
		world_host(&eve, &one, address(1), now);
		world_up(&eve, &route, now);
		world_talk(&eve, &alice, now);
		world_end(&eve);
		turns += endpoint_pair_wanted(alice.ep);
		now += SECOND / 2;
	}
	assert_int_equal(turns, 4); /* at 0, 2, 6, 14 s */
	assert_int_equal(alice.peers, turns);
	alice.accepts = true;
	for (unsigned i = 0; i < 2;
	     i++) { /* bob: from elsewhere; then from there, when she may come again */
		struct identity pair = test_identity(KEY_RSA, 3);
		endpoint_pair(alice.ep, &pair);
		struct endpoint_config one = world_config(true, 2, &randomness.random);
		one.keying.suite = config.keying.suite;
		one.keying.identity = &ids[2];
		one.keying.expected = &ids[0].public;
		world_host(&bob, &one, address(i == 0 ? 2 : 1), now);
		world_up(&bob, &route, now);
		assert_true(bob_is_in());
		world_end(&bob);
		now += 20 * SECOND;
	}
	bob.ep = NULL;
	end();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    test_endpoint_keeps_nothing_for_a_first_message_that_does_not_verify),
		cmocka_unit_test(test_endpoint_code_that_dies_ends_the_handshakes_that_borrowed_it),
		cmocka_unit_test(test_endpoint_judges_three_guesses_at_most),
		cmocka_unit_test(test_endpoint_first_message_is_not_said_twice_over),
		cmocka_unit_test(test_endpoint_share_without_a_confirmation_is_no_guess),
		cmocka_unit_test(test_endpoint_handshake_goes_on_only_where_somebody_receives),
		cmocka_unit_test(test_endpoint_tells_guesses_however_much_the_server_talks),
		cmocka_unit_test(test_endpoint_refuses_a_guess_however_many_others_ask),
		cmocka_unit_test(test_endpoint_one_host_kills_no_code),
		cmocka_unit_test(test_endpoint_one_ipv6_network_kills_no_code),
		cmocka_unit_test(test_endpoint_one_host_has_two_guesses_however_many_it_has_begun),
		cmocka_unit_test(test_endpoint_counts_guesses_on_when_the_nameplate_changes),
		cmocka_unit_test(test_endpoint_code_of_three_words_rests_and_does_not_die),
		cmocka_unit_test(test_endpoint_tells_of_a_dead_code_as_long_as_it_runs),
		cmocka_unit_test(test_endpoint_replayed_first_message_costs_nothing),
		cmocka_unit_test(test_endpoint_replayed_piece_of_a_first_message_costs_nothing),
		cmocka_unit_test(test_endpoint_contact_gets_its_place_in_a_flood),
		cmocka_unit_test(test_endpoint_rations_answers_by_source),
		cmocka_unit_test(test_endpoint_rations_answers_to_who_knows_a_contacts_psk),
		cmocka_unit_test(test_endpoint_in_a_conversation_answers_no_shares),
		cmocka_unit_test(test_endpoint_drops_a_share_that_is_no_point),
		cmocka_unit_test(test_endpoint_spent_pair_is_wiped_and_serves_nobody_else),
		cmocka_unit_test(test_endpoint_refused_key_leaves_the_next_turn_to_others),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
