/* Tests of cmd/talk/tally.c: of which texts our user hears that they were sent and confirmed. */
#include "cmd/talk/tally.h"
#include "tests/unit/support.h"

static bool news(struct tally *t, enum event_kind kind, uint64_t number)
{
	return tally_is_news(t, &(struct event){ .kind = kind, .number = number });
}

/* What was passed on is no news; what our user said is, also between those. */
static void test_what_is_passed_on_is_no_news(void **state)
{
	(void)state;
	struct tally t = { 0 };
	tally_pass(&t, 2, false);
	tally_pass(&t, 3, true); /* from the outbox, but typed in this run */
	assert_int_equal(t.passed, 2);
	assert_true(news(&t, EVENT_SENT, 1));
	assert_false(news(&t, EVENT_SENT, 2));
	assert_true(news(&t, EVENT_DELIVERED, 2)); /* 1 is among those */
	assert_true(news(&t, EVENT_SENT, 3));
	assert_true(news(&t, EVENT_DELIVERED, 3));
	assert_false(news(&t, EVENT_DELIVERED, 4));
	assert_true(news(&t, EVENT_TEXT, 2));
}

/* A number is used again 64 texts later, and not before the first of them was sent. */
static void test_no_more_are_passed_on_than_can_be_told_apart(void **state)
{
	(void)state;
	struct tally t = { 0 };
	for (uint64_t i = 1; i <= 1000; i++) {
		uint64_t last = i + 62;
		for (uint64_t k = t.passed + 1; k <= last; k++) {
			assert_false(tally_full(&t, k));
			tally_pass(&t, k, k % 3 == 0);
		}
		assert_true(tally_full(&t, last + 1));
		assert_int_equal(news(&t, EVENT_SENT, i), i % 3 == 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_is_passed_on_is_no_news),
		cmocka_unit_test(test_no_more_are_passed_on_than_can_be_told_apart),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
