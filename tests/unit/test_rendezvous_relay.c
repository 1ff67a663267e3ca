/* rendezvous, the forwarder: whose packets go where, how many, and when a pair ends. */
#include "tests/unit/rendezvous_world.h"

static const uint8_t room[16] = { 0x5a, 1, 2, 3 };

static struct world w;
static struct client a, b; /* the responder and the initiator of one pair */
static uint64_t pair;

static void meet(const struct route_kind *kind_a, const struct route_kind *kind_b)
{
	a = client_of(&w, 1, kind_a, true);
	b = client_of(&w, 2, kind_b, false);
	client_join(&w, &a, room);
	client_join(&w, &b, room);
	pair = client_intro(&w, &a).pair;
	client_forward(&w, &a, pair, FORWARD_HEADER);
	client_forward(&w, &b, pair, FORWARD_HEADER);
}

static void start_with(uint32_t relay_kbit)
{
	world_start_with(&w, 11, 64, 64, relay_kbit);
	meet(ROUTE_UDP, ROUTE_UDP);
}

/* Whether a FORWARD of len bytes passes from c now. */
static bool passes(const struct client *c, size_t len)
{
	client_forward(&w, c, pair, len);
	return w.count > 0;
}

static void join_again(void)
{
	client_hello(&w, &a);
	client_hello(&w, &b);
	client_join(&w, &a, room);
	client_join(&w, &b, room);
}

/* Any packet of 1 to 1223 bytes reaches the other one as it is, both ways, whatever each of them
 * joined over; and larger ones do over UDP. */
static void test_relay_carries_packets_as_they_are(void **state)
{
	(void)state;
	for (int i = 0; i < 4; i++) {
		world_start_with(&w, 10, 64, 64, 1000000);
		meet(i & 1 ? ROUTE_TCP : ROUTE_UDP, i & 2 ? ROUTE_TCP : ROUTE_UDP);
		size_t max = i == 0 ? LIMIT_WIRE : FORWARD_STREAM_MAX;
		for (size_t len = FORWARD_HEADER + 1; len <= max; len += 71) {
			const struct client *from = len & 1 ? &a : &b, *to = len & 1 ? &b : &a;
			uint8_t wire[LIMIT_WIRE], copy[LIMIT_WIRE];
			struct route route;
			random_fill(&w.random.random, wire, len);
			wire[0] = PACKET_FORWARD;
			store_be64(wire + 1, pair);
			memcpy(copy, wire, len);

			/* in one buffer, as a loop with only one would */
			rendezvous_input(w.server, &from->route, span_of(wire, len), w.now);
			assert_int_equal(
			    rendezvous_output(w.server, &route, wire, sizeof wire, w.now), len);
			assert_true(route_same(&route, &to->route));
			assert_memory_equal(wire, copy, len);
			assert_int_equal(
			    rendezvous_output(w.server, &route, wire, sizeof wire, w.now), 0);
		}
		world_end(&w);
	}
}

/* Empty ones end at the server, longer ones than anybody sends too; and over TCP a member gets none
 * that would end the connection of an older one. */
static void test_relay_drops_empty_and_oversize(void **state)
{
	(void)state;
	start_with(64);
	assert_false(passes(&a, FORWARD_HEADER));
	assert_true(passes(&a, LIMIT_WIRE));
	assert_false(passes(&a, LIMIT_WIRE + 1));
	assert_int_equal(rendezvous_counts(w.server).forwarded, 1);
	assert_int_equal(rendezvous_counts(w.server).forwarded_bytes, LIMIT_WIRE);
	world_end(&w);

	world_start_with(&w, 10, 64, 64, 64);
	meet(ROUTE_UDP, ROUTE_TCP);
	assert_true(passes(&a, FORWARD_STREAM_MAX));
	assert_false(passes(&a, FORWARD_STREAM_MAX + 1));
	assert_true(passes(&b, FORWARD_STREAM_MAX + 1));
	world_end(&w);
}

/* A stranger who knows the pair gets ERROR 4, once a second, when that is no larger than what it
 * sent, and nobody else gets anything; a member of another pair is a stranger too. */
static void test_relay_refuses_strangers(void **state)
{
	(void)state;
	start_with(64);
	uint8_t id[8];
	struct client stranger = client_of(&w, 3, ROUTE_UDP, false), same_host = a;
	same_host.route.remote.port++;
	for (size_t len = FORWARD_HEADER; len < ERROR_LEN; len++)
		assert_false(passes(&stranger, len));
	store_be64(id, pair);
	for (int i = 0; i < 3; i++) {
		client_forward(&w, &stranger, pair, ERROR_LEN);
		assert_int_equal(world_error(&w, &stranger.route, id), SIGNALING_NO_PAIR);
		world_wait(&w, SECOND - 1);
		assert_false(passes(&stranger, 1000));
		world_wait(&w, 1);
	}
	client_forward(&w, &same_host, pair, 1000);
	assert_int_equal(world_error(&w, &same_host.route, id), SIGNALING_NO_PAIR);

	store_be64(id, pair + 1);
	client_forward(&w, &a, pair + 1, 1000);
	assert_int_equal(world_error(&w, &a.route, id), SIGNALING_NO_PAIR);
	assert_int_equal(rendezvous_counts(w.server).forwarded, 0);
	world_end(&w);
}

/* Without relaying a pair has 65536 bytes, both directions together, in its first 60 s; then
 * nothing. */
static void test_relay_off_leaves_the_handshake(void **state)
{
	(void)state;
	start_with(0);
	size_t carried = 0;
	while (carried + 1000 <= 65536) {
		assert_true(passes(carried % 3 ? &a : &b, 1000));
		carried += 1000;
		w.now += 100 * MS;
	}
	assert_false(passes(&a, 65536 - carried + 1));
	assert_true(passes(&b, 65536 - carried));
	assert_false(passes(&a, FORWARD_HEADER + 1));
	assert_false(passes(&b, FORWARD_HEADER + 1));
	world_end(&w);

	start_with(0);
	uint64_t made = w.now;
	world_wait(&w, 60 * SECOND - 1);
	join_again();
	w.now = made + 60 * SECOND - 1;
	assert_true(passes(&a, 100));
	w.now++;
	assert_false(passes(&a, 100));
	world_end(&w);
}

/* With relaying the rate goes on when the first 64 KiB are used up: a burst of a second or 16 KiB,
 * whichever is larger, then the rate to the byte. */
static void test_relay_rate_is_exact(void **state)
{
	(void)state;
	static const struct {
		uint32_t kbit;
		size_t burst, second;
	} cases[] = {
		{ 64, 16384, 8000 },
		{ 8, 16384, 1000 },
		{ 1, 16384, 125 },
		{ 800, 100000, 100000 },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		start_with(cases[i].kbit);
		size_t carried = 0;
		while (carried < 65536 + cases[i].burst) {
			size_t len = 65536 + cases[i].burst - carried;
			if (carried < 65536 &&
			    carried + 1024 > 65536) /* one packet is not split between the two */
				len = 65536 - carried;
			len = len < 1024 ? len : 1024;
			assert_true(passes(carried & 1024 ? &a : &b, len));
			carried += len;
		}
		assert_false(passes(&a, FORWARD_HEADER + 1));
		for (int second = 0; second < 5; second++) {
			size_t got = 0;
			for (int tick = 0; tick < 1000; tick++) {
				w.now += MS;
				while (passes(tick & 1 ? &a : &b, FORWARD_HEADER + 1))
					got += FORWARD_HEADER + 1;
			}
			assert_in_range(got, cases[i].second - FORWARD_HEADER - 1,
			                cases[i].second + FORWARD_HEADER + 1);
		}
		world_end(&w);
	}
}

/* After its first minute a pair that was quiet has the burst, not what it left of the 64 KiB; and
 * so each minute. */
static void test_relay_burst_after_quiet(void **state)
{
	(void)state;
	start_with(64);
	for (int minute = 0; minute < 3; minute++) {
		world_wait(&w, 60 * SECOND);
		join_again();
		size_t got = 0;
		while (passes(&a, 128))
			got += 128;
		assert_int_equal(got, 16384);
	}
	world_end(&w);
}

/* A pair without a FORWARD for five minutes is forgotten; while both wait, the next JOIN makes
 * another. */
static void test_relay_forgets_idle_pairs(void **state)
{
	(void)state;
	start_with(64);
	for (int i = 0; i < 20; i++) { /* 400 s kept by empty FORWARDs of one side */
		world_wait(&w, 20 * SECOND);
		join_again();
		assert_null(world_sent(&w, &a.route, PACKET_INTRO));
		assert_false(passes(&b, FORWARD_HEADER));
	}
	uint64_t last = w.now;
	for (int i = 0; i < 14; i++) {
		world_wait(&w, 20 * SECOND);
		join_again();
	}
	world_wait(&w, last + 300 * SECOND - 1 - w.now);
	assert_int_equal(rendezvous_counts(w.server).pairs, 1);
	world_wait(&w, 1);
	assert_int_equal(rendezvous_counts(w.server).pairs, 0);

	client_hello(&w, &a);
	client_join(&w, &a, room);
	struct intro again = client_intro(&w, &b);
	assert_true(again.pair != pair);
	pair = again.pair;
	assert_true(passes(&a, 100));
	world_end(&w);
}

/* A pair ends when one of its members leaves, expires, or loses its connection; the other learns it
 * from ERROR 4. */
static void test_relay_ends_with_its_members(void **state)
{
	(void)state;
	for (int how = 0; how < 3; how++) {
		uint8_t id[8];
		world_start(&w, 12);
		meet(ROUTE_TCP, ROUTE_UDP);
		store_be64(id, pair);
		if (how == 0) {
			client_say(&w, &a, true);
			assert_int_equal(w.count, 0);
		} else if (how == 1) {
			world_wait(&w, 50 * SECOND);
			client_hello(&w, &b);
			client_join(&w, &b, room);
			world_wait(&w, 40 * SECOND);
		} else {
			rendezvous_link_down(w.server, a.route.link);
		}
		client_forward(&w, &b, pair, 100);
		assert_int_equal(world_error(&w, &b.route, id), SIGNALING_NO_PAIR);
		assert_int_equal(world_members(&w), 1);
		world_end(&w);
	}
}

/* What the caller did not take is dropped by the next input, and never mixed up with its answer. */
static void test_relay_unpolled_packet_is_dropped(void **state)
{
	(void)state;
	start_with(64);
	uint8_t wire[100] = { PACKET_FORWARD };
	store_be64(wire + 1, pair);
	rendezvous_input(w.server, &a.route, span_of(wire, sizeof wire), w.now);
	client_hello(&w, &b);
	assert_null(world_sent(&w, &b.route, PACKET_FORWARD));

	uint8_t hello[HELLO_LEN] = { PACKET_HELLO, SIGNALING_VERSION };
	for (int i = 0; i < 10; i++)
		rendezvous_input(w.server, &a.route, span_of(hello, sizeof hello), w.now);
	client_hello(&w, &b); /* one answer, to b */
	world_end(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_relay_carries_packets_as_they_are),
		cmocka_unit_test(test_relay_drops_empty_and_oversize),
		cmocka_unit_test(test_relay_refuses_strangers),
		cmocka_unit_test(test_relay_off_leaves_the_handshake),
		cmocka_unit_test(test_relay_rate_is_exact),
		cmocka_unit_test(test_relay_burst_after_quiet),
		cmocka_unit_test(test_relay_forgets_idle_pairs),
		cmocka_unit_test(test_relay_ends_with_its_members),
		cmocka_unit_test(test_relay_unpolled_packet_is_dropped),
	};
	return cmocka_run_group_tests_name("rendezvous_relay", tests, NULL, NULL);
}
