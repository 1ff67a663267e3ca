/* verdict: when an initiator's failure is told. */
#include "endpoint/verdict.h"

#include "tests/unit/support.h"

static const struct endpoint_event busy = { .kind = ENDPOINT_REFUSED, .reason = REFUSE_BUSY };
static struct verdict v;
static struct tries tries;

static struct source who(unsigned n)
{
	struct addr at = addr_v4(192, 0, 2, (uint8_t)n, 1);

	return source_of_addr(&at);
}

static void fails(unsigned n, bool direct, uint64_t now)
{
	struct source source = who(n);

	verdict_failed(&v, &busy, &source, direct, now);
}

static bool told(uint64_t hope, uint64_t now)
{
	struct endpoint_event e;

	bool due = verdict_deadline(&v, &tries, hope) <= now;
	assert_int_equal(verdict_take(&v, &tries, hope, &e, now), due);
	return due;
}

/* While others may come, or have not failed, it is kept. */
static void test_verdict_waits_for_those_who_may_do_better(void **state)
{
	(void)state;
	verdict_init(&v, NEVER);
	verdict_members(&v, 2);
	fails(1, false, 10 * SECOND);
	assert_false(told(0, 10 * SECOND));
	verdict_introduced(&v, 10 * SECOND + MS);
	assert_false(told(NEVER, 60 * SECOND));
	assert_int_equal(verdict_deadline(&v, &tries, 0), 11 * SECOND + MS);
	fails(1, false, 10 * SECOND); /* the same again: one of the two */
	assert_false(told(0, 10 * SECOND + MS));
	fails(2, false, 10 * SECOND);
	assert_true(told(0, 10 * SECOND + MS));
	assert_false(told(0, 99 * SECOND));
	assert_int_equal(verdict_deadline(&v, &tries, 0), NEVER);
}

/* At an address there is nobody else. */
static void test_verdict_is_told_at_once_at_an_address(void **state)
{
	(void)state;
	verdict_init(&v, NEVER);
	verdict_members(&v, 3);
	fails(1, true, 10 * SECOND);
	assert_true(told(0, 10 * SECOND));
}

static void test_verdict_ends_with_patience(void **state)
{
	(void)state;
	verdict_init(&v, 20 * SECOND);
	assert_false(told(0, 19 * SECOND));
	assert_true(told(0, 20 * SECOND));
	verdict_init(&v, 20 * SECOND);
	verdict_done(&v);
	fails(1, true, 10 * SECOND);
	assert_false(told(0, 30 * SECOND));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_verdict_waits_for_those_who_may_do_better),
		cmocka_unit_test(test_verdict_is_told_at_once_at_an_address),
		cmocka_unit_test(test_verdict_ends_with_patience),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
