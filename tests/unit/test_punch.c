/* punch: both sides fire at the same time, in rounds while there is no direct path; a body that
 * makes no sense is as if it had not come. (Whom a candidate may aim at: test_probes.c.) */
#include "session/punch.h"

#include "tests/unit/support.h"

#define START (100 * SECOND)

static struct punch p;

static const struct candidates ours = {
	.own = { { CANDIDATE_SEEN,
	           { .ip = { [10] = 0xff, 0xff, 203, 0, 113, 9 }, .port = 4000 } } },
	.own_count = 1,
	.udp_link = { 2, 1 }
};

/* A body with so many candidates at one host. */
static struct span body_of(uint8_t round, uint8_t count)
{
	static uint8_t bytes[PUNCH_BODY_MAX];
	struct writer w = writer_of(bytes, sizeof bytes);

	write_u8(&w, round);
	write_u8(&w, count);
	for (unsigned i = 0; i < count; i++) {
		struct addr addr = addr_v4(203, 0, 113, 7, (uint16_t)(2000 + i));

		write_u8(&w, CANDIDATE_SEEN);
		addr_write(&w, &addr);
	}
	assert_false(w.full);
	return written(&w);
}

static void turn(bool accepted, bool direct, bool in_doubt, uint64_t now)
{
	struct punch_state now_is = { accepted, direct, in_doubt, 80 * MS };

	punch_timer(&p, &now_is, now);
}

static void talking(bool direct, uint64_t now)
{
	turn(true, direct, false, now);
}

static unsigned fired(void)
{
	struct route route;
	unsigned count = 0;

	for (; punch_fire(&p, &route); count++) {
		assert_ptr_equal(route.kind, ROUTE_UDP);
		assert_int_equal(route.link, 2);
		assert_int_equal(route.remote.port, 2000 + count);
	}
	return count;
}

static bool offered(uint8_t *round)
{
	uint8_t bytes[PUNCH_BODY_MAX];
	struct writer w = writer_of(bytes, sizeof bytes);

	if (!punch_offer(&p, &w))
		return false;
	assert_int_equal(w.len, 2 + 1 + ADDR_WIRE);
	assert_int_equal(bytes[1], 1);
	*round = bytes[0];
	return true;
}

static void start(bool initiator, bool enabled)
{
	punch_init(&p, initiator, enabled);
	punch_candidates(&p, &ours);
}

static void test_punch_initiator_fires_at_the_answer(void **state)
{
	uint8_t round;

	(void)state;
	start(true, true);
	turn(false, false, false, START);
	assert_false(offered(&round)); /* nobody wants the session yet */
	assert_int_equal(punch_deadline(&p, true), 0);
	talking(false, START);
	assert_true(offered(&round));
	assert_int_equal(round, 1);
	punch_input(&p, body_of(7, 3), START + 80 * MS); /* of another round */
	talking(false, START + 80 * MS);
	assert_int_equal(fired(), 0);
	punch_input(&p, body_of(1, 3), START + 80 * MS);
	assert_true(punch_deadline(&p, true) <= START + 80 * MS);
	talking(false, START + 80 * MS);
	assert_int_equal(fired(), 3);
	assert_int_equal(fired(), 0);
}

static void test_punch_responder_answers_and_fires_half_a_round_trip_later(void **state)
{
	uint8_t round;

	(void)state;
	start(false, true);
	talking(false, START);
	assert_false(offered(&round)); /* it does not begin */
	punch_input(&p, body_of(5, 2), START);
	talking(false, START);
	assert_true(offered(&round));
	assert_int_equal(round, 5);
	assert_int_equal(fired(), 0);
	assert_int_equal(punch_deadline(&p, true), START + 40 * MS);
	talking(false, START + 40 * MS);
	assert_int_equal(fired(), 2);
	punch_input(&p, body_of(6, 2), START + 100 * MS); /* too soon: answered a second later */
	talking(false, START + 999 * MS);
	assert_false(offered(&round));
	talking(false, START + SECOND);
	assert_true(offered(&round));
	assert_int_equal(round, 6);
}

static void test_punch_rounds_go_on_until_there_is_a_direct_path(void **state)
{
	static const uint16_t gaps_s[] = { 5, 30, 120, 300, 900, 900 };
	uint64_t now = START;
	uint8_t round;

	(void)state;
	start(true, true);
	talking(false, now);
	assert_true(offered(&round));
	for (unsigned i = 0; i < sizeof gaps_s / sizeof *gaps_s; i++) {
		now += gaps_s[i] * SECOND;
		assert_int_equal(punch_deadline(&p, true), now);
		talking(false, now - 1);
		assert_false(offered(&round));
		talking(false, now);
		assert_true(offered(&round));
		assert_int_equal(round, 2 + i);
	}
	now += 900 * SECOND;
	talking(true, now);
	assert_false(offered(&round));
	assert_int_equal(punch_deadline(&p, true), NEVER);
}

/* What was direct for a while is not any more; our addresses are others; all was in doubt and has
 * answered: a round begins at once, on either side, and the next ones follow as at first. But not
 * while a path is direct, nor twice within half a second. */
static void test_punch_rounds_follow_what_happens(void **state)
{
	(void)state;
	for (unsigned initiator = 0; initiator < 2; initiator++) {
		struct candidates moved = ours;
		uint64_t now = START + 2000 * SECOND;
		uint8_t round;

		start(initiator, true);
		talking(false, START);
		if (!initiator)
			punch_input(&p, body_of(1, 1), START);
		talking(false, START);
		assert_true(offered(&round));
		talking(false, START + 100 * SECOND);
		(void)offered(&round);
		talking(true, now);
		assert_int_equal(punch_deadline(&p, true), NEVER);
		talking(false, now += 5 * SECOND);
		assert_true(offered(&round));
		assert_int_equal(round, initiator ? 3 : 1);
		assert_int_equal(punch_deadline(&p, true),
		                 initiator ? now + 5 * SECOND : now + 40 * MS);
		talking(false, now + 40 * MS);

		moved.own[0].addr.port++;
		punch_candidates(&p, &moved);
		talking(false, now + 100 * MS);
		assert_false(offered(&round)); /* too soon */
		assert_int_equal(punch_deadline(&p, true), now + 500 * MS);
		talking(false, now += 500 * MS);
		assert_true(offered(&round));
		now += 20 * SECOND;
		talking(false, now);
		(void)offered(&round);
		punch_candidates(&p, &moved);
		talking(false, now += SECOND);
		assert_false(offered(&round)); /* the same */

		turn(true, false, true, now);
		punch_again(&p);
		turn(true, false, true, now += SECOND);
		assert_false(offered(&round)); /* nothing would get there */
		talking(false, now);
		assert_true(offered(&round));
		punch_again(&p);
		talking(true, now += SECOND);
		talking(true, now += SECOND);
		assert_false(offered(&round));
	}
}

/* A direct path that dies at once, again and again, is no reason for ever new rounds. */
/* Our socket is another one: paths from there are looked for though there is a direct path. Other
 * news are no reason then. */
static void test_punch_a_fresh_socket_has_a_round_of_its_own(void **state)
{
	struct candidates other = ours, fresh = ours;
	uint8_t round;

	(void)state;
	other.own[0].addr.port = fresh.own[0].addr.port = 4001;
	fresh.udp_link[0] = 3;
	for (unsigned initiator = 0; initiator < 2; initiator++) {
		start(initiator, true);
		talking(false, START);
		if (!initiator)
			punch_input(&p, body_of(1, 2), START);
		talking(false, START);
		assert_true(offered(&round));
		punch_candidates(&p, &other);
		talking(true, START + 50 * SECOND);
		assert_false(offered(&round));
		punch_candidates(&p, &fresh);
		turn(true, true, true, START + 60 * SECOND);
		assert_false(offered(&round)); /* not in doubt */
		talking(true, START + 60 * SECOND);
		assert_true(offered(&round));
		assert_int_equal(round, 1 + initiator);
		talking(true, START + 4000 * SECOND);
		assert_false(offered(&round));
	}
}

static void test_punch_rounds_of_a_path_that_flaps_are_few(void **state)
{
	unsigned rounds = 0;
	uint8_t round;

	(void)state;
	start(true, true);
	for (uint64_t now = START; now < START + 3600 * SECOND; now += SECOND) {
		talking(now / SECOND % 2 != 0, now);
		rounds += offered(&round);
	}
	assert_in_range(rounds, 100, 3600 / 4 + 10);
}

static void test_punch_that_is_off_offers_and_fires_nothing(void **state)
{
	uint8_t round;

	(void)state;
	for (unsigned initiator = 0; initiator < 2; initiator++) {
		start(initiator, false);
		punch_input(&p, body_of(0, 3), START);
		talking(false, START + SECOND);
		assert_false(offered(&round));
		assert_int_equal(fired(), 0);
		assert_int_equal(punch_deadline(&p, true), NEVER);
	}
}

/* Cut short, longer than said, with more candidates than there may be, or of any bytes (seeded). */
static void test_punch_takes_whole_bodies_only(void **state)
{
	struct test_random t = test_random(3);

	(void)state;
	for (unsigned i = 0; i < 2000; i++) {
		struct span body = body_of(1, (uint8_t)(1 + i % LIMIT_CANDIDATES));
		uint8_t bytes[PUNCH_BODY_MAX + 1] = { 0 };
		size_t len = (size_t)random_below(&t.random, sizeof bytes + 1);

		if (len == body.len)
			continue;
		memcpy(bytes, body.at, body.len);
		if (i % 3 == 0)
			bytes[1] = (uint8_t)(LIMIT_CANDIDATES + 1 + random_below(&t.random, 200));
		start(false, true);
		punch_input(&p, span_of(bytes, len), START);
		assert_int_equal(p.answer_at, NEVER);
		assert_int_equal(p.theirs_count, 0);
	}
}

/* Of TCP, where no UDP of ours gets through, and to the world alone. */
static void test_punch_connects_where_no_udp_passes(void **state)
{
	(void)state;
	static const struct {
		uint8_t kind, ip[4];
		uint16_t port;
		bool worth;
	} table[] = {
		{ CANDIDATE_TCP, { 203, 0, 113, 7 }, 1024, true },
		{ CANDIDATE_TCP, { 203, 0, 113, 7 }, 1023, false },
		{ CANDIDATE_TCP, { 192, 168, 0, 1 }, 2000, false },
		{ CANDIDATE_TCP, { 127, 0, 0, 1 }, 2000, false },
		{ CANDIDATE_TCP, { 169, 254, 1, 1 }, 2000, false },
		{ CANDIDATE_TCP, { 224, 0, 0, 1 }, 2000, false },
		{ CANDIDATE_TCP, { 0, 0, 0, 0 }, 2000, false },
		{ CANDIDATE_TCP, { 203, 0, 113, 9 }, 2000, false }, /* this host */
		{ CANDIDATE_CROSS, { 203, 0, 113, 7 }, 2000, false },
		{ CANDIDATE_CROSS + 1, { 203, 0, 113, 7 }, 2000, false },
	};
	enum { ROWS = sizeof table / sizeof *table };
	struct candidates no_udp = {
		.networks = { { .ip = { [10] = 0xff, 0xff, 192, 168, 0, 2 } },
		              { .ip = { [10] = 0xff, 0xff, 203, 0, 113, 9 } } },
		.networks_count = 2
	};
	struct route route;

	for (int seen = 0; seen < 2; seen++) {
		uint8_t bytes[PUNCH_BODY_MAX], round;
		struct writer w = writer_of(bytes, sizeof bytes);

		write_u8(&w, 1);
		write_u8(&w, ROWS);
		for (size_t i = 0; i < ROWS; i++) {
			const uint8_t *ip = table[i].ip;
			struct addr addr = addr_v4(ip[0], ip[1], ip[2], ip[3], table[i].port);

			write_u8(&w, table[i].kind);
			addr_write(&w, &addr);
		}
		punch_init(&p, true, true);
		punch_candidates(&p, seen ? &ours : &no_udp);
		talking(false, START);
		w = writer_of((uint8_t[PUNCH_BODY_MAX]){ 0 }, PUNCH_BODY_MAX);
		assert_true(punch_offer(&p, &w));
		round = w.at[0];
		bytes[0] = round;
		punch_input(&p, span_of(bytes, 2 + ROWS * (1 + ADDR_WIRE)), START + SECOND / 10);
		talking(false, START + SECOND / 2);
		assert_int_equal(punch_fire(&p, &route), !seen);
		if (seen)
			continue;
		assert_true(route.kind == ROUTE_TCP && route.link == 0);
		assert_true(route.remote.port == 1024 && route.remote.ip[12] == 203);
		assert_false(punch_fire(&p, &route));
	}
}

/* What the peer offers and what a server attests must be the same, and ours be seen by that server:
 * so neither of the two can lead us anywhere by itself, nor both to where none of ours are sent. */
static void test_punch_crosses_where_peer_and_server_agree(void **state)
{
	(void)state;
	const struct addr local = addr_v4(192, 168, 0, 2, 5000),
			  seen = addr_v4(198, 51, 100, 1, 6000),
			  good = addr_v4(203, 0, 113, 7, 2000);
	const struct addr v6 = { .ip = { 0x20, 1, [15] = 7 }, .port = 2000 };
	const struct {
		struct addr offered, attested;
		unsigned server;
		bool worth;
	} table[] = {
		{ good, good, 3, true },
		{ good, good, 2, false }, /* where we have no connection */
		{ good, addr_v4(203, 0, 113, 7, 2001), 3, false },
		{ addr_v4(203, 0, 113, 8, 2000), good, 3, false },
		{ good, { .port = 0 }, 3, false },
		{ { .port = 0 }, { .port = 0 }, 3, false },
		{ addr_v4(203, 0, 113, 7, 1023), addr_v4(203, 0, 113, 7, 1023), 3, false },
		{ addr_v4(192, 168, 0, 1, 2000), addr_v4(192, 168, 0, 1, 2000), 3, false },
		{ addr_v4(100, 64, 0, 1, 2000), addr_v4(100, 64, 0, 1, 2000), 3, false },
		{ addr_v4(127, 0, 0, 1, 2000), addr_v4(127, 0, 0, 1, 2000), 3, false },
		{ addr_v4(169, 254, 0, 1, 2000), addr_v4(169, 254, 0, 1, 2000), 3, false },
		{ addr_v4(198, 51, 100, 1, 2000), addr_v4(198, 51, 100, 1, 2000), 3, false },
		{ v6, v6, 3, false }, /* ours is of IPv4 */
	};

	for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
		struct candidates no_udp = {
			.own = { { CANDIDATE_CROSS, seen } },
			.own_count = 1,
			.networks = { { .ip = { [10] = 0xff, 0xff, 192, 168, 0, 2 } } },
			.networks_count = 1,
			.crossings = { [3] = { local, seen } }
		};
		uint8_t bytes[PUNCH_BODY_MAX], round;
		struct writer w = writer_of(bytes, sizeof bytes);
		struct route route;

		punch_init(&p, true, true);
		punch_candidates(&p, &no_udp);
		punch_attested(&p, table[i].server, &table[i].attested);
		talking(false, START);
		assert_true(offered(&round));
		write_u8(&w, round);
		write_u8(&w, 1);
		write_u8(&w, CANDIDATE_CROSS);
		addr_write(&w, &table[i].offered);
		punch_input(&p, written(&w), START);
		talking(false, START);
		assert_int_equal(punch_fire(&p, &route), table[i].worth);
		if (table[i].worth) {
			assert_true(route.kind == ROUTE_TCP && route.link == 0);
			assert_true(addr_equal(&route.local, &local));
			assert_true(addr_equal(&route.remote, &good));
		}
		/* what is new begins a round, the same does not */
		punch_attested(&p, table[i].server, &table[i].attested);
		talking(false, START + SECOND);
		assert_false(offered(&round));
		punch_attested(&p, table[i].server, &(struct addr){ .port = 9 });
		talking(false, START + SECOND);
		assert_true(offered(&round));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_punch_initiator_fires_at_the_answer),
		cmocka_unit_test(test_punch_responder_answers_and_fires_half_a_round_trip_later),
		cmocka_unit_test(test_punch_rounds_go_on_until_there_is_a_direct_path),
		cmocka_unit_test(test_punch_rounds_follow_what_happens),
		cmocka_unit_test(test_punch_a_fresh_socket_has_a_round_of_its_own),
		cmocka_unit_test(test_punch_rounds_of_a_path_that_flaps_are_few),
		cmocka_unit_test(test_punch_that_is_off_offers_and_fires_nothing),
		cmocka_unit_test(test_punch_takes_whole_bodies_only),
		cmocka_unit_test(test_punch_connects_where_no_udp_passes),
		cmocka_unit_test(test_punch_crosses_where_peer_and_server_agree),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
