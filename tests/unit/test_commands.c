/* commands: the console's, by name and by how their names begin. */
#include "ui/commands.h"

#include "tests/unit/support.h"

static void test_commands_by_name(void **state)
{
	(void)state;
	assert_int_equal(commands_named(span_text("/who"))->does, COMMANDS_WHO);
	assert_true(commands_named(span_text("/verify"))->words);
	assert_false(commands_named(span_text("/quit"))->words);
	assert_null(commands_named(span_text("/wh")));
	assert_null(commands_named(span_text("who")));
	assert_null(commands_named(span_text("")));
}

static void test_commands_complete_what_is_unique(void **state)
{
	(void)state;
	static const struct {
		const char *line, *rest;
	} cases[] = {
		{ "/w", "ho" }, { "/who", "" }, { "/whom", "" }, { "/ve", "rify" }, { "/", "" },
		{ "", "" },     { "w", "" },    { "/x", "" },    { "/w ", "" },
	};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		assert_span_text(commands_rest(span_text(cases[i].line)), cases[i].rest);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_commands_by_name),
		cmocka_unit_test(test_commands_complete_what_is_unique),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
