/* rekey: fresh keys come when they should, and no more often than once a minute, whatever the peer
 * asks for; first between two of these parts alone, then in sessions. */
#include "session/rekey.h"

#include "tests/unit/two_sessions.h"

static struct two t;

/* ---- the part alone: [0] is the responder, [1] the initiator ---- */

static struct test_random randomness;
static struct identity ids[2], session_key;
static struct keyring rings[2];
static struct rekey rekeys[2];
static uint8_t out_bytes[REKEY_BODY_MAX], in_bytes[REKEY_BODY_MAX];
static struct writer out;

static void parts_start(enum suite suite)
{
	struct encryptor *keys[2];

	randomness = test_random(4);
	two_keys(suite, ids, &randomness.random, keys);
	for (unsigned i = 0; i < 2; i++) {
		keyring_init(&rings[i], keys[i], i == 1, SECOND);
		rekey_init(&rekeys[i], &(struct rekey_config){ .initiator = i == 1,
		                                               .suite = encryptor_class_of(suite),
		                                               .identity = &ids[i],
		                                               .random = &randomness.random });
	}
	out = writer_of(out_bytes, sizeof out_bytes);
}

static void parts_end(void)
{
	for (unsigned i = 0; i < 2; i++) {
		rekey_wipe(&rekeys[i]);
		keyring_wipe(&rings[i]);
	}
}

/* What one said last is heard by the other, whose answer takes its place. */
static enum err pass_to(unsigned who, uint64_t now)
{
	size_t len = out.len;

	memcpy(in_bytes, out_bytes, len);
	out = writer_of(out_bytes, sizeof out_bytes);
	return rekey_input(&rekeys[who], &rings[who], span_of(in_bytes, len), &out, now);
}

static void begin_at(uint64_t now)
{
	assert_int_equal(rekey_timer(&rekeys[1], &rings[1], true, &out, now), OK);
	assert_true(out.len > 0);
}

static void test_rekey_parts_come_to_the_same_fresh_keys(void **state)
{
	static const enum suite suites[] = { SUITE_NOISE, SUITE_HYBRID, SUITE_PSEUDO };
	uint64_t now = SECOND + LIMIT_REKEY_US;

	(void)state;
	for (size_t i = 0; i < sizeof suites / sizeof *suites; i++) {
		uint8_t of[2][32];
		unsigned who = 0;

		parts_start(suites[i]);
		assert_int_equal(rekey_timer(&rekeys[1], &rings[1], true, &out, now - 1), OK);
		assert_int_equal(rekey_timer(&rekeys[1], &rings[1], false, &out, now), OK);
		assert_int_equal(rekey_timer(&rekeys[0], &rings[0], true, &out, now), OK);
		assert_int_equal(out.len, 0); /* too early; nobody wants it; not its turn */
		assert_int_equal(rekey_deadline(&rekeys[1], &rings[1], true), now);
		for (begin_at(now); out.len > 0; who ^= 1)
			assert_int_equal(pass_to(who, now), OK);
		assert_false(keyring_settled(&rings[0]) || keyring_settled(&rings[1]));
		assert_int_not_equal(rings[0].phase, rings[1].phase);
		for (unsigned k = 0; k < 2; k++) {
			struct encryptor *fresh = rings[k].keys[1];
			encryptor_export(fresh, span_text("any"), of[k]);
		}
		assert_memory_equal(of[0], of[1], 32);
		assert_int_equal(rekey_deadline(&rekeys[1], &rings[1], true), NEVER);
		parts_end();
	}
}

/* rsa: the responder holds the first message until it is lent a key, and says when it is used. */
static void test_rekey_of_rsa_waits_for_a_key_of_its_own(void **state)
{
	uint64_t now = SECOND + LIMIT_REKEY_US;

	(void)state;
	randomness = test_random(4);
	parts_start(SUITE_PSEUDO); /* for the keyrings; their handshake costs nothing */
	rekeys[0].config.suite = rekeys[1].config.suite = encryptor_class_of(SUITE_RSA);
	session_key = test_identity(KEY_RSA, 2);
	for (unsigned i = 0; i < 2; i++)
		ids[i] = test_identity(KEY_RSA, i);
	begin_at(now);
	assert_false(rekey_key_give(&rekeys[0], &session_key));
	assert_int_equal(pass_to(0, now), OK);
	assert_int_equal(out.len, 0);
	assert_int_equal(rekey_deadline(&rekeys[0], &rings[0], true), NEVER);
	assert_true(rekey_key_give(&rekeys[0], &session_key));
	assert_false(rekey_key_give(&rekeys[0], &session_key));
	assert_int_equal(rekey_deadline(&rekeys[0], &rings[0], true), 0);
	assert_int_equal(rekey_timer(&rekeys[0], &rings[0], true, &out, now), OK);
	assert_true(out.len > 0);
	for (unsigned who = 1; out.len > 0; who ^= 1)
		assert_int_equal(pass_to(who, now), OK);
	assert_true(bytes_zero(&rekeys[0].session_key, sizeof rekeys[0].session_key));
	assert_false(rekeys[0].has_session_key);
	parts_end();
}

/* Bodies of any bytes, and genuine ones with a byte changed (seeded), never give keys, and do not
 * touch those there are. */
static void test_rekey_of_hostile_bodies_gives_no_keys(void **state)
{
	struct test_random hostile = test_random(12);
	uint64_t now = SECOND + LIMIT_REKEY_US;

	(void)state;
	for (unsigned round = 0; round < 80; round++) {
		parts_start(SUITE_NOISE);
		begin_at(now);
		if (round % 2 == 0) {
			out.len = (size_t)random_below(&hostile.random, 100);
			random_fill(&hostile.random, out_bytes, out.len);
		} else {
			size_t at = (size_t)random_below(&hostile.random, out.len);
			out_bytes[at] ^= (uint8_t)(1 + random_below(&hostile.random, 255));
		}
		if (round % 4 < 2) { /* the first message of the right phase */
			out_bytes[0] = 1;
			out_bytes[1] = 0;
		}
		(void)pass_to(0, now);
		assert_null(rings[0].keys[1]);
		assert_int_equal(rings[0].phase, 0);
		assert_non_null(rings[0].keys[0]);
		parts_end();
	}
}

/* ---- in sessions ---- */

static void test_rekey_is_answered_at_most_once_a_minute(void **state)
{
	static const enum suite suites[] = { SUITE_NOISE, SUITE_HYBRID, SUITE_PSEUDO };

	(void)state;
	for (size_t i = 0; i < sizeof suites / sizeof *suites; i++) {
		unsigned last = 0, phases = 0;

		two_start(&t, suites[i], udp_from(20, 4000));
		for (unsigned step = 0; step < 3000; step++) { /* five minutes */
			/* a peer that wants fresh keys without pause */
			t.peer->messages.rekey.not_before = t.peer->parts.keyring.phase_at = 0;
			two_run(&t, 100 * MS);
			phases += t.own->parts.keyring.phase != last;
			last = t.own->parts.keyring.phase;
		}
		enum err err;
		struct span text;
		assert_false(session_over(t.own, &err, &text));
		assert_true(phases >= 5 && phases <= 6);
		two_end(&t);
	}
}

/* However many packets leave, our own rekeying keeps to it too. */
static void test_rekey_waits_a_minute_after_many_packets(void **state)
{
	(void)state;
	two_start(&t, SUITE_PSEUDO, udp_from(20, 4000));
	two_run(&t, SECOND);
	t.peer->parts.keyring.phase_number =
	    t.peer->parts.keyring.next_number - LIMIT_REKEY_PACKETS;
	two_run(&t, SECOND);
	assert_int_equal(t.peer->parts.keyring.phase, 1);
	t.peer->parts.keyring.phase_number =
	    t.peer->parts.keyring.next_number - LIMIT_REKEY_PACKETS;
	two_run(&t, 50 * SECOND);
	assert_int_equal(t.peer->parts.keyring.phase, 1);
	two_run(&t, 20 * SECOND);
	assert_int_equal(t.peer->parts.keyring.phase, 2);
	assert_int_equal(t.own->parts.keyring.phase, 2);
	two_end(&t);
}

/* The initiator has the last message, and then nothing more comes for an hour: it waits, and does
 * not burn a core for being due again. */
static void test_rekey_before_an_hour_of_silence_leaves_no_past_deadline(void **state)
{
	static const enum suite suites[] = { SUITE_NOISE, SUITE_HYBRID, SUITE_PSEUDO };
	struct route to;
	uint8_t packet[LIMIT_PACKET_MAX];

	(void)state;
	for (size_t i = 0; i < sizeof suites / sizeof *suites; i++) {
		for (unsigned heard = 0; heard < 6;
		     heard++) { /* how much of the handshake still gets through */
			two_start(&t, suites[i], udp_from(20, 4000));
			two_run(&t, SECOND);
			t.now += LIMIT_REKEY_US;
			for (unsigned n = 0; n < heard; n++) {
				if (n % 2 == 0)
					two_peer_speaks(&t);
				else
					two_own_speaks(&t);
			}
			for (uint64_t end = t.now + 3600 * SECOND; t.now < end; t.now += SECOND) {
				for (unsigned turns = 0; session_deadline(t.peer) <= t.now;
				     turns++) {
					assert_true(turns < 100);
					session_timer(t.peer, t.now);
					(void)session_output(t.peer, &to, packet, t.now);
				}
			}
			two_end(&t);
		}
	}
}

/* The responder has turned to fresh keys, and then hears nothing for ten minutes. With the first
 * packet under them comes the next handshake: the keys before are over, though little time has
 * passed since. If they stayed, they would later be taken for fresh ones, and a packet held back
 * until then would turn the session to them for good. */
static void test_rekey_after_a_deaf_time_leaves_no_old_keys(void **state)
{
	uint8_t packet[LIMIT_PACKET_MAX], held[LIMIT_PACKET];
	uint64_t number;
	struct route to;

	(void)state;
	two_start(&t, SUITE_NOISE, udp_from(20, 4000));
	two_run(&t, SECOND);
	struct keyring *own = &t.own->parts.keyring, *peer = &t.peer->parts.keyring;
	held[SEALED_HEADER] = FRAME_PING;
	size_t len = keyring_seal(peer, held, 1, 0, &number);
	session_write(t.peer, STREAM_CHAT, span_text("so that keys wear"));
	peer->phase_at = 0;
	while (own->phase == 0) {
		two_peer_speaks(&t);
		two_own_speaks(&t);
	}
	session_write(t.peer, STREAM_CHAT, span_text("it is not heard"));
	for (; t.now + 100 * MS < keyring_worn_at(peer); t.now += 100 * MS) {
		two_own_speaks(&t);
		session_timer(t.peer, t.now);
		while (session_output(t.peer, &to, packet, t.now) > 0)
			;
	}
	assert_int_equal(peer->phase, 1);
	assert_int_equal(own->old_until, NEVER);
	two_run(&t, 10 * SECOND);
	assert_int_equal(own->phase, 2);
	assert_true(keyring_settled(own) && own->keys[0] == NULL && own->keys[1] == NULL);
	t.peer->messages.rekey.not_before = t.own->messages.rekey.not_before = peer->phase_at = 0;
	two_run(&t, 10 * SECOND);
	assert_int_equal(own->phase, 3);
	assert_int_not_equal(session_input(t.own, &t.peer_at, held, len, t.now), OK);
	assert_int_equal(own->phase, 3);
	two_end(&t);
}

/* A peer that takes nothing in on stream 0 cannot keep a session on its old keys: it ends. */
static void test_rekey_that_cannot_be_said_ends_the_session(void **state)
{
	static const uint8_t zeroes[1024];

	(void)state;
	two_start(&t, SUITE_PSEUDO, udp_from(20, 4000));
	two_run(&t, SECOND);
	while (session_write_room(t.peer, STREAM_CONTROL) >= 16)
		session_write(t.peer, STREAM_CONTROL, span_of(zeroes, 16));
	t.peer->parts.keyring.phase_at = 0;
	two_peer_speaks(&t);
	assert_true(session_closing(t.peer));
	two_end(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rekey_parts_come_to_the_same_fresh_keys),
		cmocka_unit_test(test_rekey_of_rsa_waits_for_a_key_of_its_own),
		cmocka_unit_test(test_rekey_of_hostile_bodies_gives_no_keys),
		cmocka_unit_test(test_rekey_is_answered_at_most_once_a_minute),
		cmocka_unit_test(test_rekey_waits_a_minute_after_many_packets),
		cmocka_unit_test(test_rekey_before_an_hour_of_silence_leaves_no_past_deadline),
		cmocka_unit_test(test_rekey_after_a_deaf_time_leaves_no_old_keys),
		cmocka_unit_test(test_rekey_that_cannot_be_said_ends_the_session),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
