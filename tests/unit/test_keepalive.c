/* keepalive: how often a path is used so that a NAT does not forget it. */
#include "tests/unit/support.h"

#include "base/limits.h"
#include "base/link.h"
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
		uint64_t interval = keepalive_interval(&k, &direct, false);
		assert_in_range(interval, 12 * SECOND, 13 * SECOND);
		/* the peer's turn is mine no more, and the other way round */
		struct keepalive peers = k;
		peers.initiator = false;
		assert_true(keepalive_interval(&peers, &direct, false) != interval);
		assert_int_equal(keepalive_interval(&k, &line, false), 20 * SECOND);
		survive(&direct, 11 * SECOND); /* too short to show anything */
		survive(&relay, 13 * SECOND);  /* the server's replies may have kept it awake */
		assert_int_equal(keepalive_interval(&k, &direct, false), interval);
		survive(&direct, 12 * SECOND);
	}
	assert_int_equal(keepalive_interval(&k, &direct, false), 20 * SECOND);
	assert_int_equal(keepalive_interval(&k, &relay, false), 20 * SECOND);
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
			assert_int_equal(keepalive_interval(&k, &direct, false),
			                 table[i].interval * MS);
			assert_int_equal(keepalive_interval(&k, &relay, false),
			                 table[i].interval * MS);
			assert_int_equal(keepalive_interval(&k, &line, false), 20 * SECOND);
		}
	}
}

/* A path that was in use, that was silent for minutes, or that is a connection: not the NAT. */
static void test_keepalive_learns_nothing_from_other_failures(void **state)
{
	(void)state;
	uint64_t before = keepalive_interval(&k, &direct, false);
	keepalive_lost(&k, &direct);
	direct.silence = 7 * SECOND;
	keepalive_lost(&k, &direct);
	direct.silence = 101 * SECOND;
	keepalive_lost(&k, &direct);
	line.silence = 15 * SECOND;
	keepalive_lost(&k, &line);
	assert_int_equal(keepalive_interval(&k, &direct, false), before);
}

/* It was an outage, perhaps: after many short silences longer ones are tried. */
static void test_keepalive_does_not_stay_short_for_ever(void **state)
{
	(void)state;
	direct.silence = 12 * SECOND;
	keepalive_lost(&k, &direct);
	for (int i = 0; i < 399; i++) {
		survive(&direct, 8 * SECOND);
		assert_int_equal(keepalive_interval(&k, &direct, false), 8400 * MS);
	}
	survive(&direct, 8 * SECOND);
	assert_true(keepalive_interval(&k, &direct, false) >= 12 * SECOND);
}

/* Step by step, and only where another path would carry the data; never on one that a search has
 * found. What was not survived is not tried again. */
static void test_keepalive_tries_longer_silences(void **state)
{
	static const unsigned steps_ms[] = { 20000, 30000, 45000, 67500, 84000, 84000 };

	(void)state;
	for (int i = 0; i < 4; i++)
		survive(&direct, 13 * SECOND);
	for (size_t i = 0; i < sizeof steps_ms / sizeof *steps_ms; i++) {
		for (int n = 0; n < 3; n++) {
			assert_int_equal(keepalive_interval(&k, &direct, true), steps_ms[i] * MS);
			assert_int_equal(keepalive_interval(&k, &direct, false), 20 * SECOND);
			assert_int_equal(keepalive_interval(&k, &relay, true), 20 * SECOND);
			assert_int_equal(keepalive_interval(&k, &line, true), 20 * SECOND);
			survive(&direct, 19 * SECOND); /* too short to tell */
			survive(&direct, steps_ms[i] * MS);
		}
	}
	direct.silence = 60 * SECOND; /* a line was said */
	keepalive_lost(&k, &direct);
	assert_int_equal(keepalive_interval(&k, &direct, true), 42 * SECOND);
	direct.route.link = LINK_SPARES_FIRST;
	assert_int_equal(keepalive_interval(&k, &direct, true), 20 * SECOND);
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_keepalive_is_short_until_a_path_has_lived, start),
		cmocka_unit_test_setup(test_keepalive_is_shorter_than_what_a_path_did_not_survive,
		                       start),
		cmocka_unit_test_setup(test_keepalive_learns_nothing_from_other_failures, start),
		cmocka_unit_test_setup(test_keepalive_does_not_stay_short_for_ever, start),
		cmocka_unit_test_setup(test_keepalive_tries_longer_silences, start),
		cmocka_unit_test_setup(test_keepalive_asks_a_path_without_data, start),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
