/* What programs write to ui/json.c: each line is a command, an error or nothing; a message comes
 * again until it is answered; the end comes once, last. */
#include <stdio.h>

#include "tests/unit/fetch.h"
#include "tests/unit/support.h"
#include "ui/interactor.h"

static struct interactor *ui;
static struct command command;
static char got[1 << 17];

static void start(bool keep)
{
	ui = interactor_new(interactor_class_named(span_text("json")),
	                    &(struct interactor_config){ .keep = keep });
	assert_non_null(ui);
}

static void feed(const char *lines, uint64_t conv)
{
	interactor_input(ui, span_text(lines), conv, 0);
}

/* This is shown, and nothing else. */
static void assert_shown(const char *want)
{
	int where;
	size_t len, sum = 0;
	while ((len = fetch(ui, &where, (uint8_t *)got + sum, sizeof got - 1 - sum)) > 0)
		sum += len;
	got[sum] = 0;
	assert_string_equal(got, want);
}

static void assert_wanted(enum command_kind kind)
{
	assert_true(interactor_take(ui, &command));
	assert_int_equal(command.kind, kind);
}

static void test_json_commands_in_order(void **state)
{
	(void)state;
	start(false);
	feed("\n{\"cmd\":\"send\",\"text\":\"hi\",\"id\":\"a\"}\n{\"cmd\":\"hangup\"}\n{\"cmd\":"
	     "\"quit\"}\n",
	     3);
	for (int i = 0; i < 2; i++) { /* again, until it is taken */
		assert_wanted(COMMAND_TEXT);
		assert_span_text(command.text, "hi");
		assert_span_text(command.id, "a");
		assert_int_equal(command.conv, 3);
		interactor_answer(ui, i == 0 ? ANSWER_LATER : ANSWER_TAKEN, command.text.len);
	}
	assert_wanted(COMMAND_HANGUP);
	assert_wanted(COMMAND_QUIT);
	assert_false(interactor_take(ui, &command));
	feed("{\"cmd\":\"send\",\"text\":\"hi\",\"id\":\"b\"}\n", 3);
	assert_false(interactor_take(ui, &command));
	assert_shown("{\"v\":1,\"ev\":\"error\",\"ts\":0.000,\"id\":\"b\",\"err\":\"state\","
	             "\"text\":\"nothing can be said after quit\"}\n");
	interactor_free(ui);
}

/* A message that waits, perhaps for hours until somebody comes, keeps back what belongs to
 * conversations, in order; nothing else waits for it, be it there already or come later. */
static void test_json_commands_pass_a_message_that_waits(void **state)
{
	(void)state;
	start(false);
	feed("{\"cmd\":\"send\",\"text\":\"1\",\"conv\":1}\n"
	     "{\"cmd\":\"who\"}\n"
	     "{\"cmd\":\"send\",\"text\":\"2\",\"conv\":1}\n\n"
	     "{\"cmd\":\"verify\"}\n"
	     "{\"cmd\":\"offer\",\"path\":\"f\",\"conv\":1}\n"
	     "{\"cmd\":\"quit\"}\n"
	     "{\"cmd\":\"invite\"}\n{\"cmd\":\"con",
	     1);
	assert_wanted(COMMAND_TEXT);
	interactor_answer(ui, ANSWER_LATER, 0);
	assert_wanted(COMMAND_WHO);
	assert_wanted(COMMAND_INVITE);
	assert_shown("{\"v\":1,\"ev\":\"error\",\"ts\":0.000,\"err\":\"usage\",\"text\":"
	             "\"peer is missing\"}\n");
	for (int i = 0; i < 3; i++) {
		assert_wanted(COMMAND_TEXT);
		assert_span_text(command.text, "1");
		interactor_answer(ui, ANSWER_LATER, 0);
	}
	feed("tacts\"}\n{\"cmd\":\"send\",\"text\":\"3\"}\n{\"cmd\":\"reject\",\"transfer\":2}\n",
	     1);
	assert_wanted(COMMAND_CONTACTS);
	assert_wanted(COMMAND_REJECT);
	assert_span_text(command.text, "2");
	for (int i = 1; i <= 2; i++) {
		assert_wanted(COMMAND_TEXT);
		assert_int_equal(command.text.at[0], '0' + i);
		interactor_answer(ui, ANSWER_TAKEN, 0);
	}
	assert_wanted(COMMAND_SEND);
	assert_wanted(COMMAND_QUIT); /* and no message after it */
	assert_shown("{\"v\":1,\"ev\":\"error\",\"ts\":0.000,\"err\":\"state\",\"text\":"
	             "\"nothing can be said after quit\"}\n");
	interactor_free(ui);
}

/* A message that waited for somebody who is gone by then is like any other for the absent. */
static void test_json_commands_that_waited_in_vain(void **state)
{
	(void)state;
	start(false);
	struct event bob = { .kind = EVENT_CONNECTED, .conv = 1, .peer = "bob" };
	assert_true(interactor_show(ui, &bob));
	feed("{\"cmd\":\"send\",\"text\":\"1\",\"to\":\"bob\"}\n{\"cmd\":\"who\"}\n", 1);
	assert_wanted(COMMAND_TEXT);
	interactor_answer(ui, ANSWER_LATER, 0);
	assert_wanted(COMMAND_WHO);
	bob.kind = EVENT_OVER;
	assert_true(interactor_show(ui, &bob));
	feed("{\"cmd\":\"contacts\"}\n{\"cmd\":\"hangup\",\"conv\":1}\n", 0);
	assert_wanted(COMMAND_CONTACTS);
	assert_wanted(COMMAND_TEXT);
	assert_span_text(command.peer, "bob");
	interactor_answer(ui, ANSWER_NOBODY, command.text.len);
	assert_wanted(COMMAND_HANGUP);
	assert_false(interactor_take(ui, &command));
	interactor_free(ui);
}

/* A name that nobody here has may be an absent contact's: the program knows. What it keeps says for
 * whom; what it does not is not sent. Nobody else is hung up on. */
static void test_json_commands_for_the_absent(void **state)
{
	(void)state;
	start(true);
	feed("{\"cmd\":\"send\",\"text\":\"hi\",\"to\":\"anna\",\"id\":\"a\"}\n"
	     "{\"cmd\":\"send\",\"text\":\"ho\",\"to\":\"anna\",\"id\":\"b\"}\n"
	     "{\"cmd\":\"offer\",\"path\":\"x\",\"to\":\"anna\",\"id\":\"c\"}\n"
	     "{\"cmd\":\"hangup\",\"to\":\"anna\",\"id\":\"d\"}\n"
	     "{\"cmd\":\"send\",\"text\":\"x\",\"to\":\"\",\"id\":\"e\"}\n",
	     0);
	for (int i = 0; i < 2; i++) {
		assert_wanted(COMMAND_TEXT);
		assert_span_text(command.peer, "anna");
		assert_int_equal(command.conv, 0);
		interactor_answer(ui, i == 0 ? ANSWER_KEPT : ANSWER_NOBODY, command.text.len);
	}
	assert_wanted(COMMAND_SEND);
	assert_span_text(command.peer, "anna");
	assert_false(interactor_take(ui, &command));
	assert_shown("{\"v\":1,\"ev\":\"kept\",\"ts\":0.000,\"peer\":\"anna\",\"id\":\"a\"}\n"
	             "{\"v\":1,\"ev\":\"error\",\"ts\":0.000,\"id\":\"b\",\"err\":\"state\","
	             "\"text\":\"not sent: nobody of that name is here\"}\n"
	             "{\"v\":1,\"ev\":\"error\",\"ts\":0.000,\"id\":\"d\",\"err\":\"state\","
	             "\"text\":\"not sent: nobody of that name is here\"}\n"
	             "{\"v\":1,\"ev\":\"error\",\"ts\":0.000,\"id\":\"e\",\"err\":\"state\","
	             "\"text\":\"not sent: nobody of that name is here\"}\n");
	interactor_free(ui);
}

/* What is answered here, without the program, has the time that the program told. */
static void test_json_commands_errors_have_a_time(void **state)
{
	(void)state;
	start(false);
	interactor_clock(ui, 1700000000042, 20231114, 0);
	feed("{}\n", 1);
	assert_false(interactor_take(ui, &command));
	assert_shown("{\"v\":1,\"ev\":\"error\",\"ts\":1700000000.042,\"err\":\"usage\",\"text\":"
	             "\"cmd is missing\"}\n");
	interactor_free(ui);
}

/* What a command says comes with it: its id, the conversation, whom and what it is about. */
static void test_json_commands_about_peers(void **state)
{
	(void)state;
	start(false);
	feed("{\"cmd\":\"invite\",\"id\":\"i\"}\n"
	     "{\"cmd\":\"who\",\"id\":\"w\"}\n{\"cmd\":\"contacts\",\"id\":\"c\"}\n"
	     "{\"cmd\":\"hangup\"}\n{\"cmd\":\"hangup\",\"conv\":7,\"id\":\"h\"}\n"
	     "{\"cmd\":\"verify\",\"peer\":\"bob\",\"fp\":\"k3v7\",\"id\":\"v\"}\n",
	     3);
	assert_wanted(COMMAND_INVITE);
	assert_span_text(command.id, "i");
	assert_wanted(COMMAND_WHO);
	assert_span_text(command.id, "w");
	assert_wanted(COMMAND_CONTACTS);
	assert_span_text(command.id, "c");
	assert_wanted(COMMAND_HANGUP);
	assert_int_equal(command.conv, 3);
	assert_span_text(command.id, "");
	assert_wanted(COMMAND_HANGUP);
	assert_int_equal(command.conv, 7);
	assert_span_text(command.id, "h");
	assert_wanted(COMMAND_VERIFY);
	assert_span_text(command.id, "v");
	assert_span_text(command.peer, "bob");
	assert_span_text(command.text, "k3v7");
	assert_false(interactor_take(ui, &command));
	assert_shown("");
	interactor_free(ui);
}

static void test_json_commands_errors(void **state)
{
	(void)state;
	static const struct {
		const char *line, *why;
	} cases[] = {
		{ "{}\n", "cmd is missing" },
		{ "{\"cmd\":\"fly\",\"id\":\"a\"}\n", "unknown cmd" },
		{ "{\"cmd\":\"send\",\"id\":\"a\"}\n", "text is missing" },
		{ "{\"cmd\":\"send\",\"text\":\"x\"}\n",
		  "conv or to is missing: with serve --keep, send and hangup name their "
		  "conversation" },
		{ "{\"cmd\":\"hangup\",\"id\":\"a\"}\n",
		  "conv or to is missing: with serve --keep, send and hangup name their "
		  "conversation" },
		{ "{\"cmd\":\"verify\",\"fp\":\"x\"}\n", "peer is missing" },
		{ "{\"cmd\":\"verify\",\"peer\":\"x\"}\n", "fp is missing" },
		{ "[]\n", "not an object" },
	};
	start(true);
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		char want[200];
		bool id = strstr(cases[i].line, "\"id\"") != NULL;
		feed(cases[i].line, 1);
		assert_false(interactor_take(ui, &command));
		snprintf(
		    want, sizeof want,
		    "{\"v\":1,\"ev\":\"error\",\"ts\":0.000%s,\"err\":\"usage\",\"text\":\"%s\"}\n",
		    id ? ",\"id\":\"a\"" : "", cases[i].why);
		assert_shown(want);
	}
	interactor_free(ui);
}

static void test_json_commands_about_files(void **state)
{
	(void)state;
	start(false);
	feed("{\"cmd\":\"offer\",\"path\":\"a b.txt\",\"id\":\"o\"}\n"
	     "{\"cmd\":\"accept\",\"transfer\":3}\n{\"cmd\":\"reject\",\"transfer\":4,\"id\":\"r\"}"
	     "\n"
	     "{\"cmd\":\"files\",\"id\":\"f\"}\n"
	     "{\"cmd\":\"accept\",\"id\":\"x\"}\n{\"cmd\":\"offer\",\"path\":\"\"}\n",
	     5);
	assert_wanted(COMMAND_SEND);
	assert_span_text(command.text, "a b.txt");
	assert_span_text(command.id, "o");
	assert_int_equal(command.conv, 5);
	assert_wanted(COMMAND_ACCEPT);
	assert_span_text(command.text, "3");
	assert_wanted(COMMAND_REJECT);
	assert_span_text(command.text, "4");
	assert_span_text(command.id, "r");
	assert_wanted(COMMAND_FILES);
	assert_span_text(command.id, "f");
	assert_false(interactor_take(ui, &command));
	assert_shown(
	    "{\"v\":1,\"ev\":\"error\",\"ts\":0.000,\"id\":\"x\",\"err\":\"usage\",\"text\":"
	    "\"transfer is missing\"}\n"
	    "{\"v\":1,\"ev\":\"error\",\"ts\":0.000,\"err\":\"usage\",\"text\":"
	    "\"path is missing\"}\n");
	interactor_free(ui);
}

/* One of several is named, by number or by name. */
static void test_json_commands_name_their_peer(void **state)
{
	static const char *const wrong[] = {
		"{\"cmd\":\"hangup\",\"to\":\"bob\",\"conv\":1}\n",
		"{\"cmd\":\"hangup\",\"to\":\"eve\"}\n",
		"{\"cmd\":\"hangup\"}\n",
	};

	(void)state;
	start(false);
	for (uint64_t conv = 1; conv <= 2; conv++)
		assert_true(
		    interactor_show(ui, &(struct event){ .kind = EVENT_CONNECTED,
		                                         .conv = conv,
		                                         .peer = conv == 1 ? "bob" : "carol" }));
	(void)fetch(ui, &(int){ 0 }, (uint8_t *)got, sizeof got);
	feed("{\"cmd\":\"hangup\",\"to\":\"carol\"}\n{\"cmd\":\"hangup\",\"conv\":1}\n",
	     CONV_NOBODY);
	assert_wanted(COMMAND_HANGUP);
	assert_int_equal(command.conv, 2);
	assert_wanted(COMMAND_HANGUP);
	assert_int_equal(command.conv, 1);
	for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
		feed(wrong[i], CONV_NOBODY);
	assert_false(interactor_take(ui, &command));
	assert_shown("{\"v\":1,\"ev\":\"error\",\"ts\":0.000,\"err\":\"usage\",\"text\":"
	             "\"give conv or to, not both\"}\n"
	             "{\"v\":1,\"ev\":\"error\",\"ts\":0.000,\"err\":\"state\",\"text\":"
	             "\"not sent: nobody of that name is here\"}\n"
	             "{\"v\":1,\"ev\":\"error\",\"ts\":0.000,\"err\":\"usage\",\"text\":"
	             "\"conv and to are missing, and several are here\"}\n");
	interactor_free(ui);
}

/* Several programs read: each event has a number, and what one of them says is an event. */
static void test_json_commands_are_seen_by_all(void **state)
{
	(void)state;
	ui = interactor_new(interactor_class_named(span_text("json")),
	                    &(struct interactor_config){ .numbered = true });
	assert_non_null(ui);
	feed("{\"cmd\":\"send\",\"text\":\"hi\",\"id\":\"a\"}\n{\"cmd\":\"send\",\"text\":\"ho\","
	     "\"id\":"
	     "\"b\"}\n",
	     3);
	assert_wanted(COMMAND_TEXT);
	interactor_answer(ui, ANSWER_TAKEN, 2);
	assert_wanted(COMMAND_TEXT);
	interactor_answer(ui, ANSWER_KEPT, 2);
	assert_shown(
	    "{\"v\":1,\"seq\":1,\"ev\":\"said\",\"ts\":0.000,\"conv\":3,\"id\":\"a\",\"text\":"
	    "\"hi\"}\n"
	    "{\"v\":1,\"seq\":2,\"ev\":\"said\",\"ts\":0.000,\"conv\":3,\"id\":\"b\",\"text\":"
	    "\"ho\"}\n"
	    "{\"v\":1,\"seq\":3,\"ev\":\"kept\",\"ts\":0.000,\"id\":\"b\"}\n");
	interactor_free(ui);
}

/* Without room for an error no line is read; the end comes when all lines were, and once. */
static void test_json_commands_wait_for_room(void **state)
{
	(void)state;
	struct event notice = { .kind = EVENT_NOTICE, .text = span_text("x") };
	uint8_t some[4096];
	int where;
	start(false);
	while (interactor_show(ui, &notice))
		continue;
	for (int i = 0; i < 500; i++)
		feed("{}\n", 1);
	feed("{\"cmd\":\"who\"}", 1);
	interactor_input_end(ui);
	assert_false(interactor_take(ui, &command));
	while (fetch(ui, &where, some, sizeof some) > 0)
		continue;
	assert_wanted(COMMAND_WHO);
	assert_wanted(COMMAND_END);
	assert_false(interactor_take(ui, &command));
	interactor_free(ui);
}

/* A line longer than any command is one error, and nothing of it is a command. */
static void test_json_commands_skip_long_lines(void **state)
{
	(void)state;
	start(false);
	for (int i = 0; i < 3; i++) {
		while (interactor_room(ui) >= 16)
			feed("{\"cmd\":\"who\"}  ", 1);
		while (interactor_room(ui) > 0)
			feed(" ", 1);
		assert_false(interactor_take(ui, &command));
	}
	assert_shown(
	    "{\"v\":1,\"ev\":\"error\",\"ts\":0.000,\"err\":\"usage\",\"text\":\"the line is too "
	    "long\"}\n");
	feed("{\"cmd\":\"who\"}\n{\"cmd\":\"quit\"}\n", 1);
	assert_wanted(COMMAND_QUIT);
	interactor_free(ui);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_json_commands_pass_a_message_that_waits),
		cmocka_unit_test(test_json_commands_that_waited_in_vain),
		cmocka_unit_test(test_json_commands_in_order),
		cmocka_unit_test(test_json_commands_for_the_absent),
		cmocka_unit_test(test_json_commands_about_peers),
		cmocka_unit_test(test_json_commands_about_files),
		cmocka_unit_test(test_json_commands_name_their_peer),
		cmocka_unit_test(test_json_commands_are_seen_by_all),
		cmocka_unit_test(test_json_commands_errors),
		cmocka_unit_test(test_json_commands_errors_have_a_time),
		cmocka_unit_test(test_json_commands_wait_for_room),
		cmocka_unit_test(test_json_commands_skip_long_lines),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
