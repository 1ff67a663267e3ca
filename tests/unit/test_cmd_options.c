/* options: the command line and the settings files are read by one table; what is wrong is said
 * with what would be right. */
#include "cmd/options.h"

#include "cmd/settings.h"
#include "tests/unit/support.h"

static struct options o;
static char why_bytes[512];

/* Parses a line of words separated by single blanks. */
static bool parse(unsigned command, const char *line)
{
	static char copy[512], *argv[32];
	int argc = 1;
	struct text why = text_of(why_bytes, sizeof why_bytes);
	argv[0] = (char *)(uintptr_t) "schat";
	strcpy(copy, line);
	for (char *at = copy, *end; at && *at; at = end) {
		argv[argc++] = at;
		end = strchr(at, ' ');
		if (end)
			*end++ = 0;
	}
	return options_parse(&o, command, argc, argv, &why);
}

static void test_options_forms_of_a_value(void **state)
{
	(void)state;
	static const char *const lines[] = { "-s vps bob",       "-svps bob",  "--signal vps bob",
		                             "--signal=vps bob", "bob -s vps", "-vqs vps bob",
		                             "-s vps -- bob" };
	for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
		assert_true(parse(FOR_CONNECT, lines[i]));
		assert_string_equal(why_bytes, ""); /* nothing is wrong */
		assert_string_equal(o.signal, "vps");
		assert_int_equal(o.arguments_count, 1);
		assert_string_equal(o.arguments[0], "bob");
	}
	assert_true(parse(FOR_CONNECT, "-vq"));
	assert_true(o.verbose && o.quiet && !o.pipe);
}

static void test_options_dash_and_double_dash(void **state)
{
	(void)state;
	assert_true(parse(FOR_CONNECT, "-"));
	assert_string_equal(o.arguments[0], "-");
	assert_true(parse(FOR_CONNECT, "-- --pipe"));
	assert_string_equal(o.arguments[0], "--pipe");
	assert_false(o.pipe);
}

static void test_options_optional_value_stands_behind_equals_only(void **state)
{
	(void)state;
	assert_true(parse(FOR_SIGNAL, "--relay"));
	assert_string_equal(o.relay, "64");
	assert_true(parse(FOR_SIGNAL, "--relay=500"));
	assert_int_equal(options_number(o.relay, 1), 500);
	assert_true(parse(FOR_SIGNAL, "--relay -v"));
	assert_true(o.verbose);
	assert_int_equal(options_number(NULL, 7), 7);
}

static void test_options_list_is_collected(void **state)
{
	(void)state;
	assert_true(parse(FOR_SERVE, "--allow bob --allow=alice"));
	assert_int_equal(o.allow.count, 2);
	assert_string_equal(o.allow.at[1], "alice");
}

static void test_options_wrong_ones_are_named_with_a_way_out(void **state)
{
	(void)state;
	static const struct {
		unsigned command;
		const char *line, *want;
	} table[] = {
		{ FOR_SERVE, "--pip", "unknown option --pip. Did you mean --pipe?" },
		{ FOR_SERVE, "--kepe", "unknown option --kepe. Did you mean --keep?" },
		{ FOR_SERVE, "--wholly-unlike", "unknown option --wholly-unlike" },
		{ FOR_SERVE, "-x", "unknown option -x" },
		{ FOR_CONNECT, "--words=3", "option --words does not apply to this command" },
		{ FOR_CONNECT, "--signal", "option --signal needs a value: LIST" },
		{ FOR_CONNECT, "--signal=", "option --signal: a value is missing" },
		{ FOR_CONNECT, "--pipe=yes", "option --pipe takes no value" },
		{ FOR_CONNECT, "-c nois",
		  "option --crypto: 'nois' is not one of noise, rsa, pseudo" },
		{ FOR_CONNECT, "--timeout soon", "option --timeout: 'soon' is not a number" },
		{ FOR_SERVE, "--words 5", "option --words: '5' is out of range (2 to 4)" },
		{ FOR_CONNECT, "1 2 3 4 5 6 7 8 9", "too many arguments" },
	};
	for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
		assert_false(parse(table[i].command, table[i].line));
		assert_string_equal(why_bytes, table[i].want);
	}
}

static void test_options_help_has_every_option_of_the_command(void **state)
{
	(void)state;
	static char bytes[8192];
	struct text t = text_of(bytes, sizeof bytes);
	options_help(FOR_SERVE, &t);
	assert_false(t.cut);
	assert_non_null(strstr(bytes,
	                       "  -c, --crypto SUITE      cipher suite: noise (default), rsa, or "
	                       "pseudo\n"));
	assert_non_null(
	    strstr(bytes, "console, lines, or json (console on a terminal, else lines)"));
	assert_non_null(strstr(bytes, "--keep"));
	assert_null(strstr(bytes, "--relay[="));
	for (const struct option *row = options_table; row->name; row++)
		assert_true(row->commands != 0 && row->help &&
		            (row->kind == OPTION_FLAG) == !row->argument);
}

static bool settings(const char *file)
{
	static char copies[2][512]; /* values point into them */
	static unsigned turn;
	char *copy = copies[turn++ % 2];
	struct text why = text_of(why_bytes, sizeof why_bytes);
	strcpy(copy, file);
	return settings_read(copy, "config", &o, &why);
}

static void test_settings_fill_what_was_not_given(void **state)
{
	(void)state;
	assert_true(parse(FOR_CONNECT, "-n me"));
	assert_true(settings("# mine\n\nsignal = vps.example , other\n  crypto=rsa  # by "
	                     "choice\r\nnick = other\nno-relay = yes\nrelay-only = no\n"));
	assert_string_equal(why_bytes, "");
	assert_string_equal(o.signal, "vps.example , other");
	assert_string_equal(o.crypto, "rsa");
	assert_string_equal(o.nick, "me");
	assert_true(o.no_relay && !o.relay_only);
}

static void test_settings_last_line_of_a_file_counts_and_first_file_wins(void **state)
{
	(void)state;
	assert_true(parse(FOR_CONNECT, ""));
	assert_true(settings("nick = one\nnick = two"));
	assert_string_equal(o.nick, "two");
	assert_true(settings("nick = system\nui = lines"));
	assert_string_equal(o.nick, "two");
	assert_string_equal(o.ui, "lines");
}

static void test_settings_wrong_lines_are_named(void **state)
{
	(void)state;
	static const struct {
		const char *file, *want;
	} table[] = {
		{ "signal = a\nsingal = b", "config:2: unknown setting 'singal'" },
		{ "\n\nnick", "config:3: this line is not of the form 'key = value'" },
		{ "crypto = pseudo", "config:1: pseudo does not encrypt, so it may be given on the "
		                     "command line only" },
		{ "insecure = yes", "config:1: 'insecure' may be given on the command line only" },
		{ "tofu = yes", "config:1: 'tofu' may be given on the command line only" },
		{ "crypto = aes", "config:1: 'aes' is not one of noise, rsa, pseudo" },
		{ "no-relay = maybe", "config:1: 'maybe' is neither yes nor no" },
		{ "nick =", "config:1: a value is missing" },
		{ "timeout = 1m", "config:1: '1m' is not a number" },
	};
	for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
		assert_true(parse(FOR_CONNECT, ""));
		assert_false(settings(table[i].file));
		assert_string_equal(why_bytes, table[i].want);
		assert_null(o.signal);
		assert_false(o.insecure || o.tofu);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_options_forms_of_a_value),
		cmocka_unit_test(test_options_dash_and_double_dash),
		cmocka_unit_test(test_options_optional_value_stands_behind_equals_only),
		cmocka_unit_test(test_options_list_is_collected),
		cmocka_unit_test(test_options_wrong_ones_are_named_with_a_way_out),
		cmocka_unit_test(test_options_help_has_every_option_of_the_command),
		cmocka_unit_test(test_settings_fill_what_was_not_given),
		cmocka_unit_test(test_settings_last_line_of_a_file_counts_and_first_file_wins),
		cmocka_unit_test(test_settings_wrong_lines_are_named),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
