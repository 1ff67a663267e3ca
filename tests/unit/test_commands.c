/* commands: the console's, by name and by how their names begin. */
#include "ui/commands.h"

#include "tests/unit/support.h"

static void test_commands_by_name(void **state)
{
	(void)state;
	assert_int_equal(commands_named(span_text("/who"))->does, COMMANDS_WHO);
	assert_null(commands_named(span_text("/wh")));
	assert_null(commands_named(span_text("who")));
	assert_null(commands_named(span_text("")));
}

static void test_commands_fit_their_words(void **state)
{
	(void)state;
	static const struct {
		const char *name, *words;
		bool fits;
	} cases[] = {
		{ "/who", "", true },       { "/who", "x", false },    { "/verify", "", true },
		{ "/verify", "x", true },   { "/search", "", false },  { "/search", "x y", true },
		{ "/log", "on", true },     { "/log", "off", true },   { "/log", "", false },
		{ "/log", "often", false }, { "/paste", "a b", true },
	};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		assert_int_equal(commands_fits(commands_named(span_text(cases[i].name)),
		                               span_text(cases[i].words)),
		                 cases[i].fits);
	for (const struct commands_row *row = commands_table; row->name; row++) {
		assert_true(row->name[0] == '/' && row->help[0] != 0);
		assert_true(strlen(row->name) + strlen(row->takes) < 22); /* the help's column */
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_commands_by_name),
		cmocka_unit_test(test_commands_fit_their_words),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
