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

int main(void)
{
	const struct CMUnitTest tests[] = { CONTRACT_TESTS,
		                            cmocka_unit_test(test_there_are_no_further_streams) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
