/* err: every result has its word, its phrase and its exit status, and they are in one table. */
#include "base/err.h"

#include "tests/unit/support.h"

static void test_err_every_result_has_a_phrase_and_a_name_of_its_own(void **state)
{
	(void)state;
	for (int err = OK; err <= ERR_USAGE; err++) {
		const char *text = err_text((enum err)err), *name = err_name((enum err)err);
		assert_true(strlen(text) > 3 && text[strlen(text) - 1] != '.');
		assert_string_not_equal(text, err_text((enum err)(ERR_USAGE + 1)));
		assert_string_not_equal(name, err_name((enum err)(ERR_USAGE + 1)));
		for (int other = OK; other < err; other++) {
			assert_string_not_equal(text, err_text((enum err)other));
			assert_string_not_equal(name, err_name((enum err)other));
		}
	}
}

/* docs/schat.1 and docs/JSON.md promise these to scripts. */
static void test_err_exit_statuses_are_those_of_the_manual(void **state)
{
	(void)state;
	static const struct {
		enum err err;
		int status;
		enum err stands_for;
	} table[] = {
		{ OK, 0, OK },
		{ ERR_STATE, 1, ERR_STATE },
		{ ERR_FULL, 1, ERR_STATE },
		{ ERR_USAGE, 2, ERR_USAGE },
		{ ERR_UNREACHABLE, 3, ERR_UNREACHABLE },
		{ ERR_BUSY, 3, ERR_UNREACHABLE },
		{ ERR_TRUST, 4, ERR_TRUST },
		{ ERR_AUTH, 4, ERR_TRUST },
		{ ERR_TIMEOUT, 4, ERR_TRUST },
		{ ERR_CUT, 5, ERR_CUT },
		{ ERR_FORMAT, 5, ERR_CUT },
		{ ERR_REPLAY, 5, ERR_CUT },
		{ ERR_LOCAL, 6, ERR_LOCAL },
		{ ERR_EXISTS, 6, ERR_LOCAL },
		{ ERR_VERSION, 7, ERR_VERSION },
	};
	assert_int_equal(sizeof table / sizeof *table, ERR_USAGE + 1);
	for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
		assert_int_equal(err_exit(table[i].err), table[i].status);
		assert_int_equal(err_of_exit(table[i].status), table[i].stands_for);
	}
	assert_int_equal(err_of_exit(EXIT_INT), ERR_CUT);
	assert_int_equal(err_exit((enum err)(ERR_USAGE + 1)), EXIT_OTHER);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_err_every_result_has_a_phrase_and_a_name_of_its_own),
		cmocka_unit_test(test_err_exit_statuses_are_those_of_the_manual),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
