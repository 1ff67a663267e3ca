/* rekey, control: fresh keys come when they should, and no more often than once a minute, whatever
 * the peer asks for; messages of stream 0 that make no sense end the session or are skipped, and
 * leave it whole. */
#include "tests/unit/two_sessions.h"

static struct two t;

static void test_rekey_is_answered_at_most_once_a_minute(void **state)
{
	static const enum suite suites[] = { SUITE_NOISE, SUITE_PSEUDO };

	(void)state;
	for (size_t i = 0; i < sizeof suites / sizeof *suites; i++) {
		unsigned last = 0, phases = 0;

		two_start(&t, suites[i], udp_from(20, 4000));
		for (unsigned step = 0; step < 3000; step++) { /* five minutes */
			/* a peer that wants fresh keys without pause */
			t.peer->rekey.not_before = t.peer->keyring.phase_at = 0;
			two_run(&t, 100 * MS);
			phases += keyring_phase(&t.own->keyring) != last;
			last = keyring_phase(&t.own->keyring);
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
	t.peer->keyring.phase_number = t.peer->keyring.next_number - LIMIT_REKEY_PACKETS;
	two_run(&t, SECOND);
	assert_int_equal(keyring_phase(&t.peer->keyring), 1);
	t.peer->keyring.phase_number = t.peer->keyring.next_number - LIMIT_REKEY_PACKETS;
	two_run(&t, 50 * SECOND);
	assert_int_equal(keyring_phase(&t.peer->keyring), 1);
	two_run(&t, 20 * SECOND);
	assert_int_equal(keyring_phase(&t.peer->keyring), 2);
	assert_int_equal(keyring_phase(&t.own->keyring), 2);
	two_end(&t);
}

/* The initiator has the last message, and then nothing more comes for an hour: it waits, and does
 * not burn a core for being due again. */
static void test_rekey_before_an_hour_of_silence_leaves_no_past_deadline(void **state)
{
	static const enum suite suites[] = { SUITE_NOISE, SUITE_PSEUDO };
	struct route to;
	uint8_t packet[LIMIT_PACKET];

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

/* A peer that takes nothing in on stream 0 cannot keep a session on its old keys: it ends. */
static void test_rekey_that_cannot_be_said_ends_the_session(void **state)
{
	static const uint8_t zeroes[1024];

	(void)state;
	two_start(&t, SUITE_PSEUDO, udp_from(20, 4000));
	two_run(&t, SECOND);
	while (session_write_room(t.peer, STREAM_CONTROL) >= 16)
		session_write(t.peer, STREAM_CONTROL, span_of(zeroes, 16));
	t.peer->keyring.phase_at = 0;
	two_peer_speaks(&t);
	assert_true(session_closing(t.peer));
	two_end(&t);
}

/* ---- packets that make no sense ---- */

static void assert_closed(struct span frames, bool want)
{
	struct route from;

	two_start(&t, SUITE_PSEUDO, udp_from(20, 4000));
	two_run(&t, SECOND);
	from = t.peer_at;
	two_say(&t, frames, &from);
	assert_int_equal(session_closing(t.own), want);
	if (want)
		assert_int_equal(t.own->closing.code, CLOSE_PROTOCOL);
	two_end(&t);
}

static void test_packet_without_frames_is_an_error(void **state)
{
	const uint8_t padding[] = { 0, 0 };

	(void)state;
	assert_closed(span_of(NULL, 0), true);
	assert_closed(span_of(padding, sizeof padding), false);
}

static void test_ack_of_what_was_never_sent_is_an_error(void **state)
{
	const uint8_t first[] = { FRAME_ACK, 0, 0, 0, 0 },
		      never[] = { FRAME_ACK, 0x7f, 0xff, 0, 0, 0 };

	(void)state;
	assert_closed(span_of(first, sizeof first), false);
	assert_closed(span_of(never, sizeof never), true);
}

/* Of several ACKs in one packet only the first counts: the second here would be an error. */
static void test_second_ack_of_a_packet_is_ignored(void **state)
{
	const uint8_t two_acks[] = { FRAME_ACK, 0,    0, 0, 0, FRAME_ACK,
		                     0x7f,      0xff, 0, 0, 0, FRAME_PING };

	(void)state;
	assert_closed(span_of(two_acks, sizeof two_acks), false);
}

static void test_control_message_of_another_kind_or_size(void **state)
{
	static const struct {
		uint8_t bytes[16];
		size_t len;
		bool closes;
	} table[] = {
		{ { 9, 0, 2, 1, 1 }, 5, false },                     /* unknown type */
		{ { CONTROL_CANDIDATES, 0, 2, 1, 13 }, 5, false },   /* more than there may be */
		{ { CONTROL_CANDIDATES, 0, 3, 1, 1, 1 }, 6, false }, /* cut short */
		{ { CONTROL_CANDIDATES, 0, 0 }, 3, false },
		{ { CONTROL_REKEY, 0, 3, 3, 0, 1 }, 6, false }, /* not the next phase */
		{ { CONTROL_REKEY, 0, 3, 1, 5, 1 }, 6, false }, /* out of turn */
		{ { CONTROL_REKEY, 0, 3, 1, 0, 1 }, 6, true },  /* does not verify */
		{ { CONTROL_REKEY, 0, 1, 1 }, 4, false },       /* cut short */
		{ { 1, 0xff, 0xff }, 3, true },                 /* longer than 4100 */
		{ { 9, 0x10, 0x05 }, 3, true },
	};

	(void)state;
	for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
		two_start(&t, SUITE_PSEUDO, udp_from(20, 4000));
		two_run(&t, SECOND);
		session_write(t.peer, STREAM_CONTROL, span_of(table[i].bytes, table[i].len));
		two_peer_speaks(&t);
		assert_int_equal(session_closing(t.own), table[i].closes);
		two_end(&t);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rekey_is_answered_at_most_once_a_minute),
		cmocka_unit_test(test_rekey_waits_a_minute_after_many_packets),
		cmocka_unit_test(test_rekey_before_an_hour_of_silence_leaves_no_past_deadline),
		cmocka_unit_test(test_rekey_that_cannot_be_said_ends_the_session),
		cmocka_unit_test(test_packet_without_frames_is_an_error),
		cmocka_unit_test(test_ack_of_what_was_never_sent_is_an_error),
		cmocka_unit_test(test_second_ack_of_a_packet_is_ignored),
		cmocka_unit_test(test_control_message_of_another_kind_or_size),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
