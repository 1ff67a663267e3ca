/* keepalive: how often a path is used so that a NAT does not forget it. */
#include "tests/unit/support.h"

#include "base/limits.h"
#include "session/keepalive.h"

static struct path direct, relay, line;
static struct keepalive k;

static int start(void **state)
{
	(void)state;
	direct = (struct path){ .route.kind = ROUTE_UDP };
	relay = (struct path){ .route.kind = ROUTE_FORWARD_UDP };
	line = (struct path){ .route.kind = ROUTE_TCP };
	k = (struct keepalive){ .initiator = true };
	return 0;
}

static void survive(struct path *p, uint64_t silence)
{
	p->silence = silence;
	keepalive_heard(&k, p);
	assert_int_equal(p->silence, 0);
}

static void test_keepalive_is_short_until_a_path_has_lived(void **state)
{
	(void)state;
	for (int i = 0; i < 4; i++) {
		uint64_t interval = keepalive_interval(&k, &direct);
		assert_in_range(interval, 12 * SECOND, 13 * SECOND);
		/* the peer's turn is mine no more, and the other way round */
		struct keepalive peers = k;
		peers.initiator = false;
		assert_true(keepalive_interval(&peers, &direct) != interval);
		assert_int_equal(keepalive_interval(&k, &line), 20 * SECOND);
		survive(&direct, 11 * SECOND); /* too short to show anything */
		survive(&relay, 13 * SECOND);  /* the server's replies may have kept it awake */
		assert_int_equal(keepalive_interval(&k, &direct), interval);
		survive(&direct, 12 * SECOND);
	}
	assert_int_equal(keepalive_interval(&k, &direct), 20 * SECOND);
	assert_int_equal(keepalive_interval(&k, &relay), 20 * SECOND);
}

static void test_keepalive_is_shorter_than_what_a_path_did_not_survive(void **state)
{
	(void)state;
	static const struct {
		uint64_t silence, interval;
	} table[] = { { 20, 14000 }, { 14, 9800 }, { 12, 8400 },
		      { 9, 8000 },   { 8, 8000 },  { 28, 19600 } };

	for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
		for (int r = 0; r < 2; r++) {
			struct path *p = r ? &relay : &direct;

			start(state);
			p->silence = table[i].silence * SECOND;
			keepalive_lost(&k, p);
			assert_int_equal(p->silence, 0);
			assert_int_equal(keepalive_interval(&k, &direct), table[i].interval * MS);
			assert_int_equal(keepalive_interval(&k, &relay), table[i].interval * MS);
			assert_int_equal(keepalive_interval(&k, &line), 20 * SECOND);
		}
	}
}

/* A path that was in use, that was silent for minutes, or that is a connection: not the NAT. */
static void test_keepalive_learns_nothing_from_other_failures(void **state)
{
	(void)state;
	uint64_t before = keepalive_interval(&k, &direct);
	keepalive_lost(&k, &direct);
	direct.silence = 7 * SECOND;
	keepalive_lost(&k, &direct);
	direct.silence = 41 * SECOND;
	keepalive_lost(&k, &direct);
	line.silence = 15 * SECOND;
	keepalive_lost(&k, &line);
	assert_int_equal(keepalive_interval(&k, &direct), before);
}

/* It was an outage, perhaps: after many short silences longer ones are tried. */
static void test_keepalive_does_not_stay_short_for_ever(void **state)
{
	(void)state;
	direct.silence = 12 * SECOND;
	keepalive_lost(&k, &direct);
	for (int i = 0; i < 399; i++) {
		survive(&direct, 8 * SECOND);
		assert_int_equal(keepalive_interval(&k, &direct), 8400 * MS);
	}
	survive(&direct, 8 * SECOND);
	assert_true(keepalive_interval(&k, &direct) >= 12 * SECOND);
}

static void test_keepalive_asks_a_path_without_data(void **state)
{
	(void)state;
	uint64_t now = 1000 * SECOND, proofs = now + 25 * SECOND;
	relay.proof.stage = PROOF_VALID;
	relay.proof.challenge_at = proofs;
	relay.sent_at = now;
	uint64_t at = keepalive_ask_at(&k, &relay);
	assert_in_range(at, now + 12 * SECOND, now + 13 * SECOND);
	keepalive_ask(&k, &relay, at - 1);
	assert_int_equal(relay.proof.challenge_at, proofs);
	keepalive_ask(&k, &relay, at);
	assert_int_equal(relay.proof.challenge_at, at);
	relay.proof.challenge_at = proofs;
	relay.proof.tries = 1; /* asked already */
	assert_int_equal(keepalive_ask_at(&k, &relay), proofs);
	relay.proof.tries = 0;
	relay.proof.stage = PROOF_LOST;
	assert_int_equal(keepalive_ask_at(&k, &relay), proofs);
}

/* Measured: a byte on each direct path that has sent nothing for so long; no other is asked for the
 * NAT's sake. IPv4 and IPv6 are measured apart. One that is dead after a longer silence shows that
 * its NAT forgets sooner. */
static void test_keepalive_wakes_what_is_measured(void **state)
{
	(void)state;
	struct path table[LIMIT_PATHS] = { { .since = 0 } };
	int which = -1;

	direct.route.remote = addr_v4(192, 0, 2, 1, 1);
	direct.proof.stage = PROOF_VALID;
	direct.sent_at = 100 * SECOND;
	relay.proof.stage = line.proof.stage = PROOF_VALID;
	table[1] = relay;
	table[2] = line;
	table[3] = direct;
	table[4] = direct;
	table[4].since = 101 * SECOND;
	table[5] = direct;
	table[5].route.remote = (struct addr){ .ip = { 0x20, 1 }, .port = 1 };
	assert_int_equal(keepalive_wake_at(&k, table, LIMIT_PATHS, &which), NEVER);
	keepalive_measured(&k, (uint64_t[]){ 80 * SECOND, 0 });
	assert_int_equal(keepalive_wake_at(&k, table, LIMIT_PATHS, &which), 180 * SECOND);
	assert_int_equal(which, 3);
	path_woken(&table[3], 180 * SECOND);
	assert_int_equal(keepalive_wake_at(&k, table, LIMIT_PATHS, &which), 181 * SECOND);
	assert_int_equal(which, 4);
	assert_true(keepalive_awake(&k, &direct) && keepalive_awake(&k, &relay));
	assert_false(keepalive_awake(&k, &table[5]));
	assert_int_equal(keepalive_ask_us(&k, &direct), 245 * SECOND);
	uint64_t interval = keepalive_interval(&k, &table[5]);
	assert_int_equal(keepalive_ask_us(&k, &table[5]), interval);
	keepalive_measured(&k, (uint64_t[]){ 80 * SECOND, 40 * SECOND });
	assert_int_equal(keepalive_wake_at(&k, table, LIMIT_PATHS, &which), 140 * SECOND);
	assert_int_equal(which, 5);
	assert_true(keepalive_awake(&k, &table[5]));
	table[3].proof.challenge_at = 1000 * SECOND;
	assert_int_equal(keepalive_ask_at(&k, &table[3]), 1000 * SECOND);

	for (unsigned silence = 30; silence <= 60; silence += 30) {
		direct.silence = silence * SECOND;
		keepalive_lost(&k, &direct);
		assert_int_equal(keepalive_interval(&k, &direct),
		                 (silence == 30 ? 80 : 42) * SECOND);
	}
}

/* NATs remember connections for longer: nothing is said on them for the NAT's sake. */
static void test_keepalive_lets_connections_be(void **state)
{
	(void)state;
	struct path table[LIMIT_PATHS] = { { .since = 0 } };
	int which = -1;

	assert_false(keepalive_awake(&k, &line));
	assert_int_equal(keepalive_ask_us(&k, &line), 20 * SECOND);
	line.proof.stage = PROOF_VALID;
	table[0] = line;
	for (int measured = 0; measured < 2; measured++) {
		assert_true(keepalive_awake(&k, &line));
		assert_int_equal(keepalive_ask_us(&k, &line), 120 * SECOND);
		assert_int_equal(keepalive_wake_at(&k, table, LIMIT_PATHS, &which), NEVER);
		keepalive_measured(&k, (uint64_t[]){ 80 * SECOND, 80 * SECOND });
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_keepalive_is_short_until_a_path_has_lived, start),
		cmocka_unit_test_setup(test_keepalive_is_shorter_than_what_a_path_did_not_survive,
		                       start),
		cmocka_unit_test_setup(test_keepalive_learns_nothing_from_other_failures, start),
		cmocka_unit_test_setup(test_keepalive_does_not_stay_short_for_ever, start),
		cmocka_unit_test_setup(test_keepalive_asks_a_path_without_data, start),
		cmocka_unit_test_setup(test_keepalive_wakes_what_is_measured, start),
		cmocka_unit_test_setup(test_keepalive_lets_connections_be, start),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
