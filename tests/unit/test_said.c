/* said: our texts are numbered in order, reported once, and never confirmed beyond what there is.
 */
#include "chat/said.h"

#include "tests/unit/support.h"

static struct said s;

static void start(void)
{
	memset(&s, 0, sizeof s);
}

/* Each text is reported as sent once, with its number, also when some are added between. */
static void test_said_reports_each_text_once(void **state)
{
	(void)state;
	uint64_t number;
	struct span text;
	start();
	said_add_text(&s, span_text("one"), false);
	said_add_text(&s, span_text(""), true);
	assert_true(s.half);
	assert_true(said_waits(&s, false));
	assert_true(said_take_sent(&s, &number, &text));
	assert_int_equal(number, 1);
	assert_span_text(text, "one");
	said_add_text(&s, span_text("three"), false);
	assert_false(s.half);
	for (unsigned i = 2; i <= 3; i++) {
		assert_true(said_take_sent(&s, &number, &text));
		assert_int_equal(number, i);
		assert_span_text(text, i == 2 ? "" : "three");
	}
	assert_false(said_take_sent(&s, &number, &text));
	assert_int_equal(s.count, 3);
}

/* What is not taken takes room, and so does what is lent out until the next call. */
static void test_said_has_room_for_two_of_the_longest(void **state)
{
	(void)state;
	static uint8_t big[LIMIT_TEXT];
	uint64_t number;
	struct span text;
	start();
	for (int i = 0; i < 2; i++) {
		assert_true(said_has_room(&s, sizeof big));
		said_add_text(&s, span_of(big, sizeof big), false);
	}
	assert_false(said_has_room(&s, 0));
	assert_panics(said_add_text(&s, span_of(NULL, 0), false));
	assert_true(said_take_sent(&s, &number, &text));
	assert_false(said_has_room(&s, 0));
	assert_true(said_take_sent(&s, &number, &text));
	assert_true(said_has_room(&s, sizeof big));
	assert_false(said_has_room(&s, sizeof big + 1));
}

/* A confirmation is reported when it is news; one of more than was said is refused. */
static void test_said_is_confirmed_up_to_what_was_said(void **state)
{
	(void)state;
	uint64_t number;
	start();
	said_add_bytes(&s, 10);
	assert_false(said_confirm(&s, 11));
	assert_int_equal(s.count - s.confirmed, 10);
	assert_false(said_take_confirmed(&s, &number));
	assert_true(said_confirm(&s, 7));
	assert_true(said_confirm(&s, 3)); /* an older one changes nothing */
	assert_int_equal(s.count - s.confirmed, 3);
	assert_true(said_waits(&s, true));
	assert_false(said_waits(&s, false));
	assert_true(said_take_confirmed(&s, &number));
	assert_int_equal(number, 7);
	assert_false(said_take_confirmed(&s, &number));
	assert_true(said_confirm(&s, 10));
	assert_int_equal(s.count - s.confirmed, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_said_reports_each_text_once),
		cmocka_unit_test(test_said_has_room_for_two_of_the_longest),
		cmocka_unit_test(test_said_is_confirmed_up_to_what_was_said),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
