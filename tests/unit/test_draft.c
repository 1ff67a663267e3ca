/* draft: a line goes to whom it was begun for; to another, or without its end, only by an Enter
 * that can have been meant. */
#include "ui/draft.h"

#include "tests/unit/support.h"

static struct draft d;
static const uint64_t start = 100 * SECOND;

static void begin(uint64_t conv)
{
	memset(&d, 0, sizeof d);
	draft_note(&d, true, conv, "bob");
}

static void test_draft_goes_to_whom_it_was_begun_for(void **state)
{
	(void)state;
	begin(1);
	draft_note(&d, true, 2, "carol"); /* the next key of the same line */
	assert_string_equal(d.peer, "bob");
	assert_int_equal(draft_enter(&d, 1, start), DRAFT_SEND);
	draft_note(&d, false, 1, "bob");
	draft_note(&d, true, 2, "carol");
	assert_string_equal(d.peer, "carol");
	assert_int_equal(draft_enter(&d, 2, start), DRAFT_SEND);
}

/* Where nobody is here, it is asked each time, and no Enter sends. */
static void test_draft_goes_to_nobody(void **state)
{
	(void)state;
	begin(1);
	for (unsigned i = 0; i < 5; i++) {
		assert_int_equal(draft_enter(&d, CONV_NOBODY, start + i * 10 * SECOND),
		                 DRAFT_ELSEWHERE);
		draft_shown(&d, start + i * 10 * SECOND);
	}
}

/* The second Enter counts only when the question has been on the screen long enough; one that comes
 * sooner begins the wait anew. */
static void test_draft_asks_and_waits_until_it_was_read(void **state)
{
	(void)state;
	uint64_t now = start;
	begin(1);
	assert_int_equal(draft_enter(&d, 2, now), DRAFT_ELSEWHERE);
	now += 10 * CONV_READ_US; /* not on the screen yet */
	assert_int_equal(draft_enter(&d, 2, now), DRAFT_KEEP);
	draft_shown(&d, now);
	now += CONV_READ_US - 1;
	assert_int_equal(draft_enter(&d, 2, now), DRAFT_KEEP);
	now += CONV_READ_US - 1;
	assert_int_equal(draft_enter(&d, 2, now), DRAFT_KEEP);
	now += CONV_READ_US;
	assert_int_equal(draft_enter(&d, 2, now), DRAFT_SEND);
}

/* About another conversation it is asked anew. */
static void test_draft_asks_about_each_conversation(void **state)
{
	(void)state;
	begin(1);
	assert_int_equal(draft_enter(&d, 2, start), DRAFT_ELSEWHERE);
	draft_shown(&d, start);
	assert_int_equal(draft_enter(&d, 3, start + CONV_READ_US), DRAFT_ELSEWHERE);
	draft_shown(&d, start + CONV_READ_US);
	assert_int_equal(draft_enter(&d, 3, start + 2 * CONV_READ_US), DRAFT_SEND);
}

/* A line without its end is asked about too, after the question to whom it goes; a new line is not.
 */
static void test_draft_asks_when_the_end_is_missing(void **state)
{
	(void)state;
	begin(1);
	assert_true(draft_cut(&d));
	assert_false(draft_cut(&d));
	assert_int_equal(draft_enter(&d, 2, start), DRAFT_ELSEWHERE);
	draft_shown(&d, start);
	assert_int_equal(draft_enter(&d, 2, start + CONV_READ_US), DRAFT_CUT);
	draft_shown(&d, start + CONV_READ_US);
	assert_int_equal(draft_enter(&d, 2, start + 2 * CONV_READ_US), DRAFT_SEND);
	begin(1);
	assert_true(draft_cut(&d));
	draft_note(&d, false, 1, "");
	draft_note(&d, true, 1, "bob");
	assert_int_equal(draft_enter(&d, 1, start), DRAFT_SEND);
}

/* A line of the conversation before goes to the same peer's next; one of an earlier one, or begun
 * when nobody was here, does not. */
static void test_draft_follows_the_same_peer(void **state)
{
	(void)state;
	begin(1);
	draft_same_peer(&d, 1, 2);
	draft_same_peer(&d, 2, 3);
	assert_int_equal(draft_enter(&d, 3, start), DRAFT_SEND);
	begin(1);
	draft_same_peer(&d, 2, 3);
	assert_int_equal(draft_enter(&d, 3, start), DRAFT_ELSEWHERE);
	begin(CONV_NOBODY);
	draft_same_peer(&d, 0, 1);
	assert_int_equal(draft_enter(&d, 1, start), DRAFT_ELSEWHERE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_draft_goes_to_whom_it_was_begun_for),
		cmocka_unit_test(test_draft_goes_to_nobody),
		cmocka_unit_test(test_draft_asks_and_waits_until_it_was_read),
		cmocka_unit_test(test_draft_asks_about_each_conversation),
		cmocka_unit_test(test_draft_asks_when_the_end_is_missing),
		cmocka_unit_test(test_draft_follows_the_same_peer),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
