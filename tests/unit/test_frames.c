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

/* Bytes far apart, until there is no room to remember which are here. Over UDP the packet counts as
 * lost, and comes again. Over TCP nothing does, so the session has to end; but not for somebody
 * who is not accepted, and has nothing to say. */
static void test_what_finds_no_room_ends_a_session_over_tcp(void **state)
{
	static const struct {
		bool stream, accepted, ends;
	} cases[] = { { true, true, true }, { true, false, false }, { false, true, false } };

	(void)state;
	for (unsigned i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct route at = udp_from(20, 4000);

		at.kind = cases[i].stream ? ROUTE_TCP : at.kind;
		two_start(&t, SUITE_PSEUDO, at);
		t.own->parts.accepted = cases[i].accepted;
		for (unsigned gap = 1; gap <= STREAM_RANGES; gap++) {
			uint8_t bytes[32];
			struct writer w = writer_of(bytes, sizeof bytes);

			assert_false(session_closing(t.own));
			frame_write_stream(&w, STREAM_CHAT, 2 * gap, span_text("x"), false);
			two_say(&t, written(&w), &t.peer_at);
		}
		assert_int_equal(session_closing(t.own), cases[i].ends);
		if (cases[i].ends)
			assert_int_equal(t.own->parts.closing.code, CLOSE_LOCAL);
		two_end(&t);
	}
}

/* Of several ACKs in one packet only the first counts: the second here would be an error. */
static void test_second_ack_of_a_packet_is_ignored(void **state)
{
	const uint8_t two_acks[] = { FRAME_ACK, 0,    0, 0, 0, FRAME_ACK,
		                     0x7f,      0xff, 0, 0, 0, FRAME_PING };

	(void)state;
	assert_closed(span_of(two_acks, sizeof two_acks), false);
}

/* What only probes a path is answered by PATH RESPONSE, or not at all. */
static void test_probes_are_not_acknowledged(void **state)
{
	const uint8_t probe[1 + CHALLENGE_LEN] = { FRAME_PATH_CHALLENGE }, ping[] = { FRAME_PING };

	(void)state;
	two_start(&t, SUITE_PSEUDO, udp_from(20, 4000));
	two_run(&t, SECOND);
	struct route from = t.peer_at;
	assert_true(t.own->parts.acks.due_at == NEVER);
	two_say(&t, span_of(probe, sizeof probe), &from);
	assert_true(t.own->parts.acks.due_at == NEVER);
	two_say(&t, span_of(ping, sizeof ping), &from);
	assert_true(t.own->parts.acks.due_at != NEVER);
	two_end(&t);
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

/* What follows a packet of data in one train goes the way that it went, is no longer than was asked
 * for, and arrives; nothing follows a packet that was no data, nor what the window holds back. */
static void test_train_goes_on_as_it_began(void **state)
{
	static uint8_t bytes[40000];
	uint8_t packet[LIMIT_PACKET_MAX];
	struct route to;
	size_t len, sent = 0;
	unsigned followed = 0, held = 0;

	(void)state;
	two_start(&t, SUITE_PSEUDO, udp_from(20, 4000));
	session_accept(t.own);
	session_accept(t.peer);
	t.own->parts.sizes.large = false; /* no tests of sizes between */
	session_ping(t.own);
	len = session_output(t.own, &to, packet, t.now);
	assert_true(len > 0 && session_more(t.own, packet, LIMIT_PACKET, t.now) == 0);
	session_input(t.peer, &t.own_at, packet, len, t.now);
	two_run(&t, SECOND);

	assert_int_equal(session_write(t.own, STREAM_CHAT, span_of(bytes, sizeof bytes)),
	                 sizeof bytes);
	for (unsigned turn = 0; turn < 100 && !session_flushed(t.own, STREAM_CHAT); turn++) {
		session_timer(t.own, t.now);
		while ((len = session_output(t.own, &to, packet, t.now)) > 0) {
			size_t most = len;

			assert_true(route_same(&to, &t.peer_at));
			do {
				session_input(t.peer, &t.own_at, packet, len, t.now);
				sent += len;
				followed++;
			} while ((len = session_more(t.own, packet, most, t.now)) > 0 &&
			         len <= most);
			assert_int_equal(len, 0);
			followed--;
		}
		assert_int_equal(session_more(t.own, packet, LIMIT_PACKET, t.now), 0);
		held += streams_due(&t.own->parts.streams, true);
		assert_true(frames_deadline(&t.own->parts) > t.now);
		two_peer_speaks(&t);
		t.now += 10 * MS;
	}
	assert_true(session_flushed(t.own, STREAM_CHAT));
	assert_true(followed > sizeof bytes / LIMIT_PACKET / 2); /* packets that followed another */
	assert_true(sent < sizeof bytes + sizeof bytes / 10);
	assert_true(held > 0);
	two_end(&t);
}

/* One packet of a train sets the length of all that follow. One that has no place for more frames
 * may be short, and the transfer behind it need not leave in pieces of that length. */
static void test_short_packet_begins_no_train(void **state)
{
	static uint8_t bytes[40000];
	uint8_t packet[LIMIT_PACKET_MAX];
	struct route to;
	size_t len;

	(void)state;
	two_start(&t, SUITE_PSEUDO, udp_from(20, 4000));
	session_accept(t.own);
	session_accept(t.peer);
	t.own->parts.sizes.large = false; /* no tests of sizes between */
	two_run(&t, SECOND);
	for (unsigned i = 0; i <= SENT_FRAMES_MAX; i++) {
		unsigned id = session_open(t.own);
		size_t most = i < SENT_FRAMES_MAX ? 1 : sizeof bytes;
		assert_int_equal(session_write(t.own, id, span_of(bytes, most)), most);
	}
	len = session_output(t.own, &to, packet, t.now);
	assert_in_range(len, 1, LIMIT_PACKET / 4);
	assert_int_equal(session_more(t.own, packet, len, t.now), 0);
	do { /* a probe may come between */
		len = session_output(t.own, &to, packet, t.now);
		assert_in_range(len, LIMIT_PACKET - 16, LIMIT_PACKET);
	} while (session_more(t.own, packet, len, t.now) == 0);
	two_end(&t);
}

/* Sends until as many packets have arrived, and says whether the session is closed then. lies: the
 * peer acknowledges all up to the newest, whatever of it has come. Each nth packet is lost. */
static bool sends(bool lies, unsigned packets, unsigned nth)
{
	static uint8_t bytes[40000];
	struct acks *acks;
	struct route to;
	uint8_t packet[LIMIT_PACKET_MAX];
	size_t len;
	unsigned count = 0;

	two_start(&t, SUITE_PSEUDO, udp_from(20, 4000));
	session_accept(t.own);
	session_accept(t.peer);
	two_run(&t, SECOND);
	acks = &t.peer->parts.acks;
	while (count < packets && !session_closing(t.own)) {
		(void)session_write(t.own, STREAM_CHAT, span_of(bytes, sizeof bytes));
		session_timer(t.own, t.now);
		while ((len = session_output(t.own, &to, packet, t.now)) > 0)
			if (++count % nth != 0)
				session_input(t.peer, &t.own_at, packet, len, t.now);
		struct span got = session_read(t.peer, STREAM_CHAT);
		session_consume(t.peer, STREAM_CHAT, got.len);
		if (lies)
			acks->received.at[0] = (struct range){ 0, acks_largest(acks) + 1 };
		if (lies)
			acks->received.count = 1;
		two_peer_speaks(&t);
		t.now += 10 * MS;
	}
	bool closed = session_closing(t.own);
	two_end(&t);
	return closed;
}

/* Once in some hundreds a number is left out, which no honest peer acknowledges. */
static void test_ack_of_a_number_left_out_is_an_error(void **state)
{
	(void)state;
	assert_false(sends(false, 3000, 3001));
	assert_false(sends(false, 3000, 20));
	assert_true(sends(true, 1000, 1001));
	assert_true(sends(true, 1000, 20));
}

/* When nobody has anything to say, a single byte on each way keeps the NAT awake. */
static void test_silence_is_broken_by_a_byte(void **state)
{
	uint8_t packet[LIMIT_PACKET_MAX];
	struct route to;
	const uint64_t quiet_us[2] = { 5 * SECOND, 5 * SECOND };
	unsigned keeps = 0;

	(void)state;
	two_start(&t, SUITE_PSEUDO, udp_from(20, 4000));
	keepalive_measured(&t.own->parts.paths.keepalive, quiet_us);
	two_run(&t, 5 * SECOND);
	for (unsigned s = 0; s < 60; s++) {
		(void)two_peer_speaks(&t);
		session_timer(t.own, t.now += SECOND);
		for (size_t len; (len = session_output(t.own, &to, packet, t.now)) > 0;) {
			session_input(t.peer, &t.own_at, packet, len, t.now);
			if (len > 1)
				continue;
			assert_int_equal(packet[0], PACKET_KEEP);
			assert_true(route_same(&to, &t.peer_at));
			keeps++;
		}
	}
	assert_in_range(keeps, 5, 12);
	two_end(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_packet_without_frames_is_an_error),
		cmocka_unit_test(test_ack_of_what_was_never_sent_is_an_error),
		cmocka_unit_test(test_what_finds_no_room_ends_a_session_over_tcp),
		cmocka_unit_test(test_second_ack_of_a_packet_is_ignored),
		cmocka_unit_test(test_probes_are_not_acknowledged),
		cmocka_unit_test(test_packets_of_any_bytes_end_the_session_at_most),
		cmocka_unit_test(test_train_goes_on_as_it_began),
		cmocka_unit_test(test_short_packet_begins_no_train),
		cmocka_unit_test(test_ack_of_a_number_left_out_is_an_error),
		cmocka_unit_test(test_silence_is_broken_by_a_byte),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
