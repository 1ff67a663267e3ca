/* The real session keeps the contract of session.h. */
#include "tests/unit/session_contract.h"
#include "tests/unit/two_sessions.h"

static struct two two;

static void contract_start(void)
{
	two_start(&two, SUITE_NOISE, udp_from(2, 5000));
	two_run(&two, SECOND); /* the path is proved and its window known */
}

static void contract_stop(void)
{
	two_end(&two);
}

static struct session *contract_side(unsigned side)
{
	return side == 0 ? two.peer : two.own;
}

static void contract_run(void)
{
	two_run(&two, SECOND / 2);
}

static void test_there_are_no_further_streams(void **state)
{
	(void)state;
	contract_start();
	assert_panics(session_write(contract_side(0), LIMIT_STREAMS, span_text("hello")));
	assert_panics(session_consume(contract_side(0), LIMIT_STREAMS, 0));
	contract_stop();
}

/* An earlier program's payload does not say that it takes streams. */
static void test_an_earlier_peer_takes_no_streams(void **state)
{
	(void)state;
	struct test_random random = test_random(5);
	struct identity ids[2];
	struct encryptor *keys[2];
	struct route at = udp_from(2, 5000);

	two_keys(SUITE_PSEUDO, ids, &random.random, keys);
	for (unsigned i = 0; i < 2; i++) {
		struct session_config config = { .initiator = i == 1,
			                         .suite = encryptor_class_of(SUITE_PSEUDO),
			                         .silence_us = NEVER,
			                         .random = &random.random };

		assert_true(keys[i]->peer_streams);
		keys[i]->peer_streams = i == 0;
		struct session *s = session_new(&config, keys[i], &at, SECOND);
		session_accept(s);
		assert_int_equal(session_has_streams(s), i == 0);
		assert_int_equal(session_open(s), i == 0 ? STREAM_OPENED + 1 : 0);
		session_free(s);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		CONTRACT_TESTS, cmocka_unit_test(test_there_are_no_further_streams),
		cmocka_unit_test(test_an_earlier_peer_takes_no_streams)
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
