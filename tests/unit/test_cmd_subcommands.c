/* subcommands: a new one is a file and a row of the table: here it joins from a test, with a table
 * of its own in the place of the program's. */
#include "cmd/subcommands.h"

#include "cmd/help.h"
#include "tests/unit/support.h"

static int toys;

static int run_toy(struct options *options)
{
	toys++;
	return options->quiet ? 1 : 0;
}

static const struct subcommand toy_subcommand = {
	.name = "toy",
	.bit = 1u << 10,
	.run = run_toy,
};

extern const struct subcommand help_subcommand;

const struct subcommand *const subcommands[] = { &help_subcommand, &toy_subcommand, NULL };

int schat_main(int argc, char **argv); /* main.c's main, in tests */

static int call(const char *first, const char *second)
{
	char words[3][32] = { "schat" }, *argv[] = { words[0], words[1], words[2], NULL };
	strcpy(words[1], first);
	strcpy(words[2], second);
	return schat_main(second[0] ? 3 : 2, argv);
}

static void test_subcommands_a_row_is_all_that_a_new_one_needs(void **state)
{
	(void)state;
	assert_ptr_equal(help_named("toy"), &toy_subcommand);
	assert_null(help_named("serve"));
	assert_int_equal(call("toy", ""), 0);
	assert_int_equal(toys, 1);
	assert_int_equal(call("toy", "-q"), 1); /* options of all commands are its, too */
	assert_int_equal(call("toy", "--keep"), 2);
	assert_int_equal(call("toy", "--help"), 0);
	assert_int_equal(toys, 2);
	assert_int_equal(call("help", "toy"), 0);
	assert_int_equal(call("tyo", ""), 2);
}

/* As in busybox: a link to the program is the command it is named after. */
static void test_subcommands_are_found_by_the_name_of_the_program(void **state)
{
	(void)state;
	char link[] = "/usr/bin/schat-toy", *argv[] = { link, NULL };
	int before = toys;
	assert_int_equal(schat_main(1, argv), 0);
	assert_int_equal(toys, before + 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_subcommands_a_row_is_all_that_a_new_one_needs),
		cmocka_unit_test(test_subcommands_are_found_by_the_name_of_the_program),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
