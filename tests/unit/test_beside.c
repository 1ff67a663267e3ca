/* path: somebody beside the path, who sees all packets of the peer and is faster than they, keeps
 * nothing from arriving that he does not forward himself. */
#include "session/path.h"

#include "tests/unit/two_sessions.h"

static struct two t;

/* Each packet of the peer comes from the attacker's address first, and then, repeated, from where
 * it was sent. */
static bool peer_is_overtaken(const struct route *from)
{
	uint8_t packet[LIMIT_PACKET_MAX], copy[LIMIT_PACKET_MAX];
	struct route to;
	bool any = false;

	session_timer(t.peer, t.now);
	for (size_t len; (len = session_output(t.peer, &to, packet, t.now)) > 0; any = true) {
		memcpy(copy, packet, len);
		assert_int_equal(session_input(t.own, from, copy, len, t.now), OK);
		assert_int_not_equal(session_input(t.own, &t.peer_at, packet, len, t.now), OK);
	}
	return any;
}

static size_t own_reads(void)
{
	size_t len = session_read(t.own, STREAM_CHAT).len;

	session_consume(t.own, STREAM_CHAT, len);
	return len;
}

/* He may keep the answers that he draws, and answer nothing: the peer is acknowledged all the
 * same, also when its network has changed. */
static void test_who_overtakes_packets_stalls_nobody(void **state)
{
	static const uint8_t bytes[1000];
	struct route from = udp_from(99, 9);
	size_t said = 0, got = 0;

	(void)state;
	two_start_followed(&t, udp_from(20, 4000));
	for (unsigned step = 0; step < 2000; step++, t.now += 10 * MS) {
		said += session_write(t.peer, STREAM_CHAT, span_of(bytes, sizeof bytes));
		if (step == 1000)
			session_network(t.peer, t.now);
		for (bool any = true; any;) {
			any = peer_is_overtaken(&from);
			any |= two_own_speaks(&t);
		}
		got += own_reads();
		assert_int_equal(got, said);
		assert_true(two_followed(&t));
		assert_false(session_away(t.peer));
	}
	assert_int_equal(said, 2000 * sizeof bytes);
	assert_int_equal(path_all_valid(t.own->parts.paths.at), 1);
	assert_false(session_in_doubt(t.peer));
	assert_true(t.strayed > 0);
	two_end(&t);
}

/* What own sends to the attacker: forwards: the peer gets it, as if it came from own. */
static bool own_is_tapped(const struct route *from, bool forwards)
{
	uint8_t packet[LIMIT_PACKET_MAX];
	struct route to;
	bool any = false;

	session_timer(t.own, t.now);
	for (size_t len; (len = session_output(t.own, &to, packet, t.now)) > 0; any = true) {
		if (forwards || !route_same(&to, from))
			session_input(t.peer, &t.own_at, packet, len, t.now);
	}
	return any;
}

/* Forwarding proves his address, and he is on the path. When he forwards no more, but is still
 * faster, all answers would be his for good if own never asked for any. */
static void test_who_forwarded_for_a_while_holds_nobody(void **state)
{
	static const uint64_t quiet_us[2] = { 100 * SECOND, 100 * SECOND };
	struct route from = udp_from(99, 9);

	(void)state;
	two_start_followed(&t, udp_from(20, 4000));
	keepalive_measured(&t.own->parts.paths.keepalive, quiet_us);
	for (unsigned step = 0; step < 4000; step++, t.now += 10 * MS) {
		if (step % 50 == 0)
			session_write(t.peer, STREAM_CHAT, span_text("x"));
		for (bool any = true; any;) {
			any = peer_is_overtaken(&from);
			any |= own_is_tapped(&from, step < 300);
		}
		if (step == 300)
			assert_false(two_followed(&t));
	}
	assert_int_equal(own_reads(), 80);
	assert_true(two_followed(&t));
	assert_false(session_away(t.peer));
	assert_true(frames_idle(&t.peer->parts));
	two_end(&t);
}

/* What he does in a turn with what one of the two says. */
enum deeds { OVERTAKES = 1, FORWARDS = 2 };

/* A packet arrives from where it was sent, or, if he overtakes it, from his address. What is sent
 * to that address he forwards, under the same address, or keeps to himself. */
static bool speaks_beside(struct session *one, struct session *other, const struct route *at,
                          const struct route *his, unsigned deeds)
{
	uint8_t packet[LIMIT_PACKET_MAX];
	struct route to;
	bool any = false;

	session_timer(one, t.now);
	for (size_t len; (len = session_output(one, &to, packet, t.now)) > 0; any = true) {
		if (deeds & FORWARDS || !route_same(&to, his))
			session_input(other, deeds & OVERTAKES ? his : at, packet, len, t.now);
	}
	return any;
}

static void run_beside(unsigned seconds, const struct route *his, unsigned deeds)
{
	for (unsigned step = 0; step < 100 * seconds; step++, t.now += 10 * MS) {
		if (step % 50 == 0) {
			session_write(t.peer, STREAM_CHAT, span_text("x"));
			session_write(t.own, STREAM_CHAT, span_text("x"));
		}
		for (bool any = true; any;) {
			any = speaks_beside(t.peer, t.own, &t.peer_at, his, deeds);
			any |= speaks_beside(t.own, t.peer, &t.own_at, his, deeds);
		}
	}
}

/* He has proved his address to both, and both have left it. Then he overtakes whatever they say,
 * and forwards nothing: they may go to his address once, but not for good. If a challenge were
 * answered at his address alone, their own would never be proved again. */
static void test_who_overtakes_challenges_holds_nobody(void **state)
{
	struct route his = udp_from(99, 9);

	(void)state;
	two_start_followed(&t, udp_from(20, 4000));
	run_beside(3, &his, OVERTAKES | FORWARDS);
	assert_false(two_followed(&t));
	run_beside(3, &his, FORWARDS);
	assert_true(two_followed(&t));
	run_beside(50, &his, OVERTAKES);
	assert_true(two_followed(&t));
	assert_int_equal(session_read(t.own, STREAM_CHAT).len, 112);
	assert_int_equal(session_read(t.peer, STREAM_CHAT).len, 112);
	two_end(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_who_overtakes_packets_stalls_nobody),
		cmocka_unit_test(test_who_forwarded_for_a_while_holds_nobody),
		cmocka_unit_test(test_who_overtakes_challenges_holds_nobody),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
