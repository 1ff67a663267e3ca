/* endings: what the end of a conversation means for scripts, and when the program may go. */
#include "cmd/talk/endings.h"

#include "tests/unit/support.h"

static void test_endings_status_says_whose_fault_it_was(void **state)
{
	(void)state;
	static const struct {
		enum err session;
		bool unsaid, input_failed;
		enum err output;
		struct endings_result want;
	} table[] = {
		{ OK, false, false, OK, { OK, EXIT_DONE } },
		{ OK, true, false, OK, { ERR_CUT, EXIT_CUT } },
		{ ERR_CUT, false, false, OK, { ERR_CUT, EXIT_CUT } },
		{ ERR_TRUST, false, false, OK, { ERR_TRUST, EXIT_TRUST } },
		{ ERR_BUSY, false, false, OK, { ERR_BUSY, EXIT_UNREACHABLE } },
		{ ERR_VERSION, false, false, OK, { ERR_VERSION, EXIT_VERSION } },
		/* the peer's full disk, and its newer session */
		{ ERR_LOCAL, false, false, OK, { ERR_LOCAL, EXIT_CUT } },
		{ ERR_EXISTS, false, false, OK, { ERR_EXISTS, EXIT_CUT } },
		/* our own failures come before whatever the session says */
		{ ERR_CUT, false, true, OK, { ERR_LOCAL, EXIT_LOCAL } },
		{ OK, false, false, ERR_LOCAL, { ERR_LOCAL, EXIT_LOCAL } },
		{ OK, false, false, ERR_CUT, { ERR_LOCAL, EXIT_PIPE } },
	};
	for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
		struct endings_result r = endings_of(table[i].session, table[i].unsaid,
		                                     table[i].input_failed, table[i].output);
		assert_int_equal(r.err, table[i].want.err);
		assert_int_equal(r.status, table[i].want.status);
	}
}

/* A person, and --keep, outlive the peer; connect waits for the same one. */
static void test_endings_say_what_comes_then(void **state)
{
	(void)state;
	static const struct {
		struct endings_way way;
		enum err err;
		bool silent;
		enum endings_then want;
	} table[] = {
		{ { .goes_on = false }, OK, false, THEN_ENDS },
		{ { .goes_on = true, .same = true }, OK, false, THEN_SAME },
		{ { .goes_on = true, .same = true }, ERR_CUT, true, THEN_SAME },
		{ { .goes_on = true }, OK, false, THEN_STAYS }, /* a suite without keys */
		{ { .goes_on = true, .serving = true }, ERR_CUT, true, THEN_ANYONE },
		{ { .goes_on = true, .serving = true, .leaves = true }, OK, false, THEN_ENDS },
		{ { .goes_on = true, .same = true, .leaves = true }, OK, false, THEN_ENDS },
		/* --timeout was the patience of a person */
		{ { .goes_on = true, .same = true, .limited = true }, ERR_CUT, true, THEN_ENDS },
		{ { .goes_on = true, .same = true, .limited = true }, OK, false, THEN_SAME },
		/* our key is used by another program, which has our place */
		{ { .goes_on = true, .same = true }, ERR_EXISTS, false, THEN_ENDS },
		{ { .goes_on = true, .serving = true }, ERR_EXISTS, false, THEN_ANYONE },
	};
	for (size_t i = 0; i < sizeof table / sizeof *table; i++)
		assert_int_equal(endings_then(&table[i].way, table[i].err, table[i].silent),
		                 table[i].want);
}

static void test_endings_program_goes_when_the_last_words_are_said(void **state)
{
	(void)state;
	struct endings e = { .begun = false };
	uint64_t now = SECOND;
	assert_int_equal(endings_deadline(&e, now), NEVER);
	assert_false(endings_time(&e, true, now)); /* it has not begun */
	endings_begin(&e, OK, EXIT_TRUST, now);
	endings_begin(&e, OK, EXIT_DONE, now); /* the first reason counts */
	assert_false(endings_time(&e, false, now));
	assert_true(endings_time(&e, true, now));
	assert_false(endings_time(&e, true, now)); /* once */
	assert_true(e.over);
	assert_int_equal(e.result.status, EXIT_TRUST);
	assert_int_equal(e.result.err, ERR_TRUST); /* what the status stands for */
}

static void test_endings_do_not_wait_for_ever(void **state)
{
	(void)state;
	struct endings e = { .begun = false };
	endings_begin(&e, ERR_BUSY, EXIT_UNREACHABLE, SECOND);
	uint64_t at = endings_deadline(&e, SECOND);
	assert_true(at > SECOND && at < 10 * SECOND);
	assert_false(endings_time(&e, false, at - 1));
	assert_true(endings_time(&e, false, at));
	assert_int_equal(e.result.err, ERR_BUSY);
}

/* Those who were refused hear it only after a while. */
static void test_endings_linger_for_those_who_were_refused(void **state)
{
	(void)state;
	struct endings e = { .begun = false };
	endings_begin(&e, ERR_TRUST, EXIT_TRUST, SECOND);
	endings_linger(&e, SECOND);
	uint64_t at = endings_deadline(&e, SECOND);
	assert_false(endings_time(&e, true, at - 1));
	assert_true(endings_time(&e, true, at));
}

static void test_endings_second_ctrl_c_ends_at_once(void **state)
{
	(void)state;
	struct endings e = { .begun = false };
	assert_false(endings_stop(&e, EXIT_INT)); /* the first one begins the end */
	endings_begin(&e, OK, EXIT_INT, SECOND);
	endings_hurry(&e, SECOND);
	assert_true(endings_deadline(&e, SECOND) < 2 * SECOND);
	assert_false(e.over);
	assert_true(endings_stop(&e, 143));
	assert_true(e.over);
	assert_int_equal(e.result.status, 143);
	assert_int_equal(e.result.err, ERR_CUT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_endings_status_says_whose_fault_it_was),
		cmocka_unit_test(test_endings_say_what_comes_then),
		cmocka_unit_test(test_endings_program_goes_when_the_last_words_are_said),
		cmocka_unit_test(test_endings_do_not_wait_for_ever),
		cmocka_unit_test(test_endings_linger_for_those_who_were_refused),
		cmocka_unit_test(test_endings_second_ctrl_c_ends_at_once),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
