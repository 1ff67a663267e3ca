/* json_commands: each line is a command, an error or nothing; a message stays until it is done
 * with; the end comes once, last. */
#include "ui/json_commands.h"

#include "tests/unit/support.h"

static struct json_commands j;
static struct command command;
static struct json_error error;

static void start(bool keep)
{
	memset(&j, 0, sizeof j);
	json_commands_init(&j, keep);
}

static void feed(const char *lines, uint64_t conv)
{
	feed_add(json_commands_feed(&j), span_text(lines), conv);
}

static enum json_next next(void)
{
	command = (struct command){ 0 };
	return json_commands_next(&j, true, &command, &error);
}

static void test_json_commands_in_order(void **state)
{
	(void)state;
	start(false);
	feed("\n{\"cmd\":\"send\",\"text\":\"hi\",\"id\":\"a\"}\n{\"cmd\":\"who\"}\n{\"cmd\":"
	     "\"quit\"}\n",
	     3);
	for (int i = 0; i < 2; i++) { /* again, until it is done with */
		assert_int_equal(next(), JSON_COMMAND);
		assert_int_equal(command.kind, COMMAND_TEXT);
		assert_span_text(command.text, "hi");
		assert_span_text(command.id, "a");
		assert_int_equal(command.conv, 3);
	}
	json_commands_done(&j);
	assert_int_equal(next(), JSON_COMMAND);
	assert_int_equal(command.kind, COMMAND_WHO);
	assert_int_equal(next(), JSON_COMMAND);
	assert_int_equal(command.kind, COMMAND_QUIT);
	assert_int_equal(next(), JSON_NOTHING);
	feed("{\"cmd\":\"send\",\"text\":\"hi\",\"id\":\"b\"}\n", 3);
	assert_int_equal(next(), JSON_ERROR);
	assert_int_equal(error.err, ERR_STATE);
	assert_span_text(error.id, "b");
}

static void test_json_commands_errors(void **state)
{
	(void)state;
	static const struct {
		const char *line, *text, *id;
	} cases[] = {
		{ "{}\n", "cmd is missing", "" },
		{ "{\"cmd\":\"fly\",\"id\":\"a\"}\n", "unknown cmd", "a" },
		{ "{\"cmd\":\"send\",\"id\":\"a\"}\n", "text is missing", "a" },
		{ "{\"cmd\":\"send\",\"text\":\"x\"}\n",
		  "conv is missing: with --keep a message names its conversation", "" },
		{ "[]\n", "not an object", "" },
	};
	start(true);
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		feed(cases[i].line, 1);
		assert_int_equal(next(), JSON_ERROR);
		assert_int_equal(error.err, ERR_USAGE);
		assert_string_equal(error.text, cases[i].text);
		assert_span_text(error.id, cases[i].id);
		assert_int_equal(next(), JSON_NOTHING);
	}
}

/* Without room for an error no line is read; the end comes when all lines were, and once. */
static void test_json_commands_wait_for_room(void **state)
{
	(void)state;
	start(false);
	feed("{\"cmd\":\"who\"}", 1);
	feed_end(json_commands_feed(&j));
	assert_int_equal(json_commands_next(&j, false, &command, &error), JSON_NOTHING);
	assert_int_equal(next(), JSON_COMMAND);
	assert_int_equal(command.kind, COMMAND_WHO);
	assert_int_equal(next(), JSON_COMMAND);
	assert_int_equal(command.kind, COMMAND_END);
	assert_int_equal(next(), JSON_NOTHING);
}

/* A line longer than any command is one error, and nothing of it is a command. */
static void test_json_commands_skip_long_lines(void **state)
{
	(void)state;
	start(false);
	struct feed *f = json_commands_feed(&j);
	unsigned errors = 0;
	for (int i = 0; i < 3; i++) {
		while (feed_room(f) >= 16)
			feed("{\"cmd\":\"who\"}  ", 1);
		while (feed_room(f) > 0)
			feed(" ", 1);
		errors += next() == JSON_ERROR;
	}
	assert_int_equal(errors, 1);
	feed("{\"cmd\":\"who\"}\n{\"cmd\":\"quit\"}\n", 1);
	assert_int_equal(next(), JSON_COMMAND);
	assert_int_equal(command.kind, COMMAND_QUIT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_json_commands_in_order),
		cmocka_unit_test(test_json_commands_errors),
		cmocka_unit_test(test_json_commands_wait_for_room),
		cmocka_unit_test(test_json_commands_skip_long_lines),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
