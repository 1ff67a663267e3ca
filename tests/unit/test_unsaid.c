/* One sentence tells of all that is for the same addressee and was refused for the same reason. */
#include "ui/unsaid.h"

#include "tests/unit/support.h"

static void test_unsaid_waits_with_another_reason(void **state)
{
	(void)state;
	struct unsaid u = { .count = 0 };
	struct event e;
	char sentence[UNSAID_SENTENCE];
	assert_true(unsaid_add(&u, "bob", UNSENT_GONE, 1));
	assert_true(unsaid_add(&u, "bob", UNSENT_GONE, 2));
	assert_false(unsaid_add(&u, "bob", UNSENT_FULL, 1));
	assert_false(unsaid_add(&u, "eve", UNSENT_GONE, 1));
	unsaid_event(&u, false, false, 0, &e, sentence);
	assert_int_equal(e.number, 3);
	assert_span_text(e.text, "3 lines were not sent to bob, who is gone");
	unsaid_reported(&u, &e);
	assert_true(unsaid_add(&u, "", UNSENT_NOBODY, 1));
	assert_int_equal(u.count, 1);
	assert_int_equal(u.ever, 3);
	unsaid_event(&u, true, true, 4, &e, sentence);
	assert_int_equal(e.number, 5);
	assert_span_text(e.text, "5 bytes were not sent");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_unsaid_waits_with_another_reason),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
