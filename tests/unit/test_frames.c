/* frames: packets that make no sense end the session and leave it whole; what makes sense in them
 * counts. */
#include "session/frames.h"

#include "tests/unit/two_sessions.h"

static struct two t;

static void assert_closed(struct span frames, bool want)
{
	struct route from;

	two_start(&t, SUITE_PSEUDO, udp_from(20, 4000));
	two_run(&t, SECOND);
	from = t.peer_at;
	two_say(&t, frames, &from);
	assert_int_equal(session_closing(t.own), want);
	if (want)
		assert_int_equal(t.own->parts.closing.code, CLOSE_PROTOCOL);
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

/* Whatever bytes an authenticated peer puts into a packet (seeded): the session goes on or is
 * closed, and says nothing but its CLOSE then. */
static void test_packets_of_any_bytes_end_the_session_at_most(void **state)
{
	struct test_random random = test_random(8);

	(void)state;
	for (unsigned round = 0; round < 30; round++) {
		two_start(&t, SUITE_PSEUDO, udp_from(20, 4000));
		for (unsigned n = 0; n < 20 && !session_closing(t.own); n++) {
			uint8_t frames[64];
			size_t len = (size_t)random_below(&random.random, sizeof frames);

			random_fill(&random.random, frames, len);
			if (len > 0)
				frames[0] %= FRAME_CLOSE + 2;
			two_say(&t, span_of(frames, len), &t.peer_at);
			two_own_speaks(&t);
		}
		session_timer(t.own, t.now + 60 * SECOND);
		two_end(&t);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_packet_without_frames_is_an_error),
		cmocka_unit_test(test_ack_of_what_was_never_sent_is_an_error),
		cmocka_unit_test(test_second_ack_of_a_packet_is_ignored),
		cmocka_unit_test(test_packets_of_any_bytes_end_the_session_at_most),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
