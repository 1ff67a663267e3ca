/* path: addresses from which packets came, but which answer nothing, age and give their places up;
 * a peer that moves is followed, whoever repeats its packets; nothing beyond three times what came
 * goes to an address that has not answered. */
#include "session/path.h"

#include "tests/unit/two_sessions.h"

static struct two t;

static const uint8_t ping[] = { FRAME_PING };

static unsigned paths_in(enum proof_stage stage)
{
	unsigned count = 0;

	for (unsigned i = 0; i < LIMIT_PATHS; i++)
		count += t.own->parts.paths.at[i].proof.stage == stage;
	return count;
}

static struct route forwarder(void)
{
	return (struct route){ .kind = ROUTE_FORWARD_UDP,
		               .link = 1,
		               .remote = addr_v4(198, 51, 100, 1, 7242),
		               .pair = 7 };
}

/* A genuine packet, as small as can be, from an address of which nothing more is heard. */
static void stray_packet(unsigned n)
{
	struct route from = udp_from((uint8_t)(100 + n % 100), (uint16_t)(2000 + n));

	two_say(&t, span_of(ping, sizeof ping), &from);
}

static void test_path_that_never_answers_gives_its_place_up(void **state)
{
	(void)state;
	two_start_followed(&t, udp_from(20, 4000));
	for (unsigned i = 0; i < 15; i++) {
		stray_packet(i);
		two_run(&t, 200 * MS);
	}
	assert_true(paths_in(PROOF_PROVE) > 0);
	two_run(&t, 30 * SECOND);
	assert_int_equal(paths_in(PROOF_PROVE), 0);
	assert_int_equal(paths_in(PROOF_NONE), LIMIT_PATHS - 1);
	assert_true(two_followed(&t));
	two_end(&t);
}

static void test_peer_that_moves_after_fifteen_addresses_is_followed(void **state)
{
	(void)state;
	two_start_followed(&t, udp_from(20, 4000));
	for (unsigned i = 0; i < 15; i++)
		stray_packet(i);
	t.peer_at = udp_from(30, 5000);
	session_write(t.peer, STREAM_CHAT, span_text("I am elsewhere now"));
	two_run(&t, 10 * SECOND);
	assert_true(two_followed(&t));
	assert_span_text(session_read(t.own, STREAM_CHAT), "I am elsewhere now");
	two_end(&t);
}

/* Whoever repeats packets from ever new addresses, ten a second, keeps nobody from moving, and the
 * forwarder is not forgotten. */
static void test_peer_that_moves_amid_repeated_packets_is_followed(void **state)
{
	(void)state;
	two_start_followed(&t, forwarder());
	for (unsigned i = 0; i < 400; i++) {
		stray_packet(i);
		if (i == 200)
			t.peer_at = udp_from(30, 5000);
		if (i % 10 == 0)
			session_write(t.peer, STREAM_CHAT, span_text("x"));
		two_run(&t, 100 * MS);
	}
	assert_true(two_followed(&t));
	struct route relay = forwarder();
	assert_true(session_has_route(t.own, &relay));
	two_end(&t);
}

/* ... and candidates still find places to be tried from. */
static void test_repeated_packets_leave_places_for_candidates(void **state)
{
	(void)state;
	two_start_followed(&t, forwarder());
	for (unsigned i = 0; i < 100; i++) {
		stray_packet(i);
		two_run(&t, 20 * MS);
	}
	struct route candidate = udp_from(40, 6000);
	assert_true(paths_add(&t.own->parts.paths, &candidate, PATH_CANDIDATE, false, t.now) >= 0);
	two_end(&t);
}

/* What a packet says counts even where there is no room for the address it came from. */
static void test_packet_from_one_address_too_many_is_heard(void **state)
{
	(void)state;
	two_start_followed(&t, udp_from(20, 4000));
	for (unsigned i = 0; i < LIMIT_PATHS; i++)
		stray_packet(i);
	t.peer_at = udp_from(30, 5000);
	session_write(t.peer, STREAM_CHAT, span_text("hello"));
	two_peer_speaks(&t);
	assert_false(session_has_route(t.own, &t.peer_at));
	assert_span_text(session_read(t.own, STREAM_CHAT), "hello");
	two_end(&t);
}

/* ---- three times ---- */

static void test_silent_address_gets_three_times_what_came(void **state)
{
	static const struct {
		uint8_t bytes[64];
		size_t len;
	} packets[] = {
		{ { FRAME_PING }, 1 },
		{ { FRAME_PATH_CHALLENGE, 1, 2, 3, 4, 5, 6, 7, 8 }, 9 },
		{ { FRAME_PATH_CHALLENGE, 1, 2, 3, 4, 5, 6, 7, 8, FRAME_PING }, 10 },
		{ { FRAME_CLOSE, CLOSE_OTHER, 0 }, 3 },
		{ { 0x3f }, 1 }, /* is answered by CLOSE with a text */
	};
	(void)state;
	for (size_t i = 0; i < sizeof packets / sizeof *packets; i++) {
		for (unsigned count = 1; count < 5; count++) {
			two_start_followed(&t, udp_from(20, 4000));
			struct route from = udp_from(99, 9);
			t.stray_to = from.remote;
			for (unsigned n = 0; n < count; n++) {
				two_say(&t, span_of(packets[i].bytes, packets[i].len), &from);
				two_own_speaks(&t);
			}
			session_route_down(t.own, &t.peer_at,
			                   t.now); /* even when there is no other way */
			for (unsigned n = 0; n < 2000; n++, t.now += 10 * MS)
				two_own_speaks(&t);
			assert_true(t.strayed_bytes <=
			            3 * count * (SEALED_OVERHEAD + packets[i].len));
			two_end(&t);
		}
	}
}

/* One packet of the least size is enough to be asked, so that a peer behind a NAT that gave it
 * another port is followed at once. */
static void test_one_ping_from_a_new_address_is_challenged(void **state)
{
	(void)state;
	two_start_followed(&t, udp_from(20, 4000));
	stray_packet(1);
	two_own_speaks(&t);
	assert_true(t.strayed >= 1);
	two_end(&t);
}

/* ---- which path the peer uses ---- */

/* Acknowledgments go where packets came from, so one alone does not say that its sender uses that
 * path. */
static void test_ack_alone_moves_nothing(void **state)
{
	(void)state;
	two_start_followed(&t, udp_from(20, 4000));
	struct route other = udp_from(20, 4001);
	int path = paths_add(&t.own->parts.paths, &other, PATH_PROVED, false, t.now);
	const uint8_t ack[] = { FRAME_ACK, 0, 0, 0, 0 };
	two_say(&t, span_of(ack, sizeof ack), &other);
	assert_int_not_equal(t.own->parts.paths.data, path);
	two_say(&t, span_of(ping, sizeof ping), &other);
	assert_int_equal(t.own->parts.paths.data, path);
	two_end(&t);
}

/* Of a peer that has moved a packet arrives late, from where it was: nobody may be there now. */
static void test_late_packet_draws_no_acknowledgment_to_an_old_address(void **state)
{
	(void)state;
	uint8_t late[LIMIT_PACKET_MAX];
	uint64_t number;
	struct route old = udp_from(20, 4000);

	two_start_followed(&t, old);
	memcpy(late + SEALED_HEADER, ping, sizeof ping);
	size_t len = keyring_seal(&t.peer->parts.keyring, late, sizeof ping, 0, &number);
	recovery_sent(t.peer->parts.recovery, number, 0, len, false, NULL, 0, t.now);
	t.peer_at = udp_from(30, 5000);
	session_write(t.peer, STREAM_CHAT, span_text("hello"));
	two_run(&t, SECOND);
	assert_true(two_followed(&t) && session_has_route(t.own, &old));
	t.strayed = 0;
	session_input(t.own, &old, late, len, t.now);
	assert_true(two_own_speaks(&t)); /* it is out of order, so it is acknowledged at once */
	assert_int_equal(t.strayed, 0);
	two_end(&t);
}

/* Both have two equal paths, each is on another one, and each follows the other at the same moment:
 * they come to rest on one. */
static void test_equal_paths_do_not_change_places_for_ever(void **state)
{
	(void)state;
	two_start_followed(&t, udp_from(20, 4000));
	struct route own_other = udp_from(20, 4001), peer_other = udp_from(1, 7001),
		     at[2] = { t.peer_at, own_other };
	struct route own_at[2] = { t.own_at, peer_other };
	int own_path = paths_add(&t.own->parts.paths, &own_other, PATH_PROVED, false, t.now),
	    peer_path = paths_add(&t.peer->parts.paths, &peer_other, PATH_PROVED, false, t.now);
	unsigned changes = 0;
	int last = -1;
	/* own goes to the second, the peer stays on the first */
	paths_heard(&t.own->parts.paths, own_path, t.peer->parts.keyring.next_number, false, 0,
	            t.now);
	for (unsigned step = 0; step < 600; step++, t.now += 10 * MS) {
		struct {
			uint8_t bytes[LIMIT_PACKET_MAX];
			size_t len;
			struct route to;
		} packets[2][8];
		size_t counts[2] = { 0, 0 };
		for (int i = 0; i < 2; i++) {
			struct session *s = i == 0 ? t.own : t.peer;
			session_timer(s, t.now);
			while (counts[i] < 8 && (packets[i][counts[i]].len = session_output(
						     s, &packets[i][counts[i]].to,
						     packets[i][counts[i]].bytes, t.now)) > 0)
				counts[i]++;
		}
		for (int i = 0; i < 2; i++) { /* they cross on the way */
			for (size_t n = 0; n < counts[i]; n++) {
				unsigned which =
				    route_same(&packets[i][n].to, i == 0 ? &at[0] : &own_at[0]) ? 0
												: 1;
				session_input(i == 0 ? t.peer : t.own,
				              i == 0 ? &own_at[which] : &at[which],
				              packets[i][n].bytes, packets[i][n].len, t.now);
			}
		}
		changes += step > 300 && t.own->parts.paths.data != last;
		last = t.own->parts.paths.data;
	}
	assert_int_equal(changes, 0);
	assert_int_equal(t.own->parts.paths.data == own_path,
	                 t.peer->parts.paths.data == peer_path);
	two_end(&t);
}

static void test_only_udp_counts_as_same_network(void **state)
{
	(void)state;
	two_start_followed(&t, forwarder());
	struct addr network = addr_v4(192, 168, 7, 2, 0);
	session_candidates(t.own, &(struct candidates){ .networks = { network },
	                                                .networks_count = 1,
	                                                .udp_link = { 1, 1 } });
	struct route udp = { .kind = ROUTE_UDP,
		             .link = 1,
		             .remote = addr_v4(192, 168, 7, 3, 5000) },
		     tcp = udp;
	tcp.kind = ROUTE_TCP;
	session_route_up(t.own, &udp, t.now);
	session_route_up(t.own, &tcp, t.now);
	assert_true(t.own->parts.paths.at[paths_find(&t.own->parts.paths, &udp)].lan);
	assert_false(t.own->parts.paths.at[paths_find(&t.own->parts.paths, &tcp)].lan);
	two_end(&t);
}

/* Who wants the relay only is where a guess of the address says, and nobody learns so: what comes
 * straight is dropped unread. */
static void test_relayed_session_answers_nowhere_else(void **state)
{
	static const uint8_t probe[] = { FRAME_PATH_CHALLENGE, 1, 2, 3, 4, 5, 6, 7, 8, FRAME_PING };
	const struct route relay = { .kind = ROUTE_FORWARD_UDP, .link = 1, .pair = 7 };

	(void)state;
	for (int hides = 0; hides < 2; hides++) {
		two_punching = hides ? PUNCHING_NONE : PUNCHING_EASY;
		two_start(&t, SUITE_PSEUDO, relay);
		two_run(&t, SECOND);
		for (int kind = 0; kind < 2; kind++) {
			struct route from = udp_from(99, 9);
			from.kind = kind ? ROUTE_TCP : ROUTE_UDP;
			two_say(&t, span_of(probe, sizeof probe), &from);
			two_run(&t, 5 * SECOND);
			assert_int_equal(session_has_route(t.own, &from), !hides);
		}
		assert_true(hides ? t.strayed == 0 : t.strayed > 0);
		session_write(t.peer, STREAM_CHAT, span_text("hello"));
		two_run(&t, SECOND);
		assert_span_text(session_read(t.own, STREAM_CHAT), "hello");
		two_end(&t);
	}
	two_punching = PUNCHING_EASY;
}

static struct route connection(uint16_t link)
{
	return (struct route){ .kind = ROUTE_TCP,
		               .link = link,
		               .remote = addr_v4(203, 0, 113, 20, (uint16_t)(4000 + link)) };
}

/* A host has few places for connections, and each of its peers needs one: who opens many loses its
 * own, but not the one that is in use, and can still change to a new one. */
static void test_a_peer_has_two_connections(void **state)
{
	(void)state;
	struct route first = connection(1), stray;

	two_start_followed(&t, first);
	for (uint16_t link = 2; link < 40; link++) {
		stray = connection(link);
		two_say(&t, span_of(ping, sizeof ping), &stray);
		two_run(&t, 10 * MS);
		unsigned held = 0;
		for (uint16_t l = 1; l < 40; l++) {
			stray = connection(l);
			held += session_has_route(t.own, &stray);
		}
		assert_int_equal(held, 2);
		stray = connection(link);
		assert_true(session_has_route(t.own, &first) && session_has_route(t.own, &stray));
	}
	t.peer_at = connection(40);
	session_write(t.peer, STREAM_CHAT, span_text("hello"));
	two_run(&t, SECOND);
	assert_span_text(session_read(t.own, STREAM_CHAT), "hello");
	assert_true(two_followed(&t));
	two_end(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_peer_has_two_connections),
		cmocka_unit_test(test_late_packet_draws_no_acknowledgment_to_an_old_address),
		cmocka_unit_test(test_path_that_never_answers_gives_its_place_up),
		cmocka_unit_test(test_peer_that_moves_after_fifteen_addresses_is_followed),
		cmocka_unit_test(test_peer_that_moves_amid_repeated_packets_is_followed),
		cmocka_unit_test(test_repeated_packets_leave_places_for_candidates),
		cmocka_unit_test(test_packet_from_one_address_too_many_is_heard),
		cmocka_unit_test(test_silent_address_gets_three_times_what_came),
		cmocka_unit_test(test_one_ping_from_a_new_address_is_challenged),
		cmocka_unit_test(test_ack_alone_moves_nothing),
		cmocka_unit_test(test_equal_paths_do_not_change_places_for_ever),
		cmocka_unit_test(test_only_udp_counts_as_same_network),
		cmocka_unit_test(test_relayed_session_answers_nowhere_else),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
