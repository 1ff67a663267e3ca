/* subcommands: a new one is a file and a row of the table: here it joins from a test, with a table
 * of its own in the place of the program's. */
#include "cmd/subcommands.h"

#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cmd/help.h"
#include "tests/unit/support.h"

enum { TOY = 40 };

static int run_toy(struct options *options)
{
	return TOY + options->quiet;
}

static const struct subcommand toy_subcommand = {
	.name = "toy",
	.bit = 1u << 10,
	.run = run_toy,
};

extern const struct subcommand help_subcommand;

const struct subcommand *const subcommands[] = { &help_subcommand, &toy_subcommand, NULL };

int schat_main(int argc, char **argv); /* main.c's main, in tests */

/* In a process of its own, as each command is: it gives up rights for good. Its exit status. */
static int call(const char *program, const char *first, const char *second)
{
	char words[3][32], *argv[] = { words[0], words[1], words[2], NULL };
	int argc = first[0] == 0 ? 1 : second[0] == 0 ? 2 : 3, status;
	strcpy(words[0], program);
	strcpy(words[1], first);
	strcpy(words[2], second);
	argv[argc] = NULL;
	(void)fflush(NULL);
	pid_t child = fork();
	assert_true(child >= 0);
	if (child == 0)
		_exit(schat_main(argc, argv));
	assert_int_equal(waitpid(child, &status, 0), child);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void test_subcommands_a_row_is_all_that_a_new_one_needs(void **state)
{
	(void)state;
	assert_ptr_equal(help_named("toy"), &toy_subcommand);
	assert_null(help_named("serve"));
	assert_int_equal(call("schat", "toy", ""), TOY);
	/* options of all commands are its, too */
	assert_int_equal(call("schat", "toy", "-q"), TOY + 1);
	assert_int_equal(call("schat", "toy", "--keep"), 2);
	assert_int_equal(call("schat", "toy", "--help"), 0);
	assert_int_equal(call("schat", "help", "toy"), 0);
	assert_int_equal(call("schat", "tyo", ""), 2);
}

/* As in busybox: a link to the program is the command it is named after. */
static void test_subcommands_are_found_by_the_name_of_the_program(void **state)
{
	(void)state;
	assert_int_equal(call("/usr/bin/schat-toy", "", ""), TOY);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_subcommands_a_row_is_all_that_a_new_one_needs),
		cmocka_unit_test(test_subcommands_are_found_by_the_name_of_the_program),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
