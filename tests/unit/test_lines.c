/* Tests of ui/lines.c: a line in is a message, a message is a line out, and nothing else is on
 * standard output. */
#include "tests/unit/fetch.h"
#include "tests/unit/support.h"
#include "ui/interactor.h"

static struct interactor *ui;
static uint8_t on_out[1 << 18], on_err[1 << 18];
static size_t out_len, err_len;

static void start_with(struct interactor_config config)
{
	ui = interactor_new(interactor_class_named(span_text("lines")), &config);
	assert_non_null(ui);
	out_len = err_len = 0;
}

static void start(bool utf8)
{
	start_with((struct interactor_config){ .utf8 = utf8 });
}

static void type(const char *bytes, size_t len)
{
	assert_true(interactor_room(ui) >= len);
	interactor_input(ui, span_of(bytes, len), 1, 1);
}

#define assert_says(want)                                                                          \
	do {                                                                                       \
		struct command said;                                                               \
		assert_true(interactor_take(ui, &said));                                           \
		assert_int_equal(said.kind, COMMAND_TEXT);                                         \
		assert_span_text(said.text, want);                                                 \
		interactor_answer(ui, ANSWER_TAKEN, said.text.len);                                \
	} while (0)

static void assert_says_nothing(void)
{
	struct command command;
	assert_false(interactor_take(ui, &command));
}

static void collect(void)
{
	int where = 0;
	uint8_t some[7];
	size_t len;
	while ((len = fetch(ui, &where, some, sizeof some)) > 0) {
		assert_true(where == UI_OUT || where == UI_ERR);
		memcpy(where == UI_OUT ? on_out + out_len : on_err + err_len, some, len);
		*(where == UI_OUT ? &out_len : &err_len) += len;
	}
}

static void show(struct event event)
{
	assert_true(interactor_show(ui, &event));
	collect();
}

/* Every line becomes a message, an empty one too; the last needs no newline; then the end of input
 * is told, once. */
static void test_lines_are_messages(void **state)
{
	(void)state;
	start(true);
	type("one\ntw", 6);
	assert_says("one");
	assert_says_nothing();
	type("o\r\n\n\nthree", 10);
	assert_says("two");
	assert_says("");
	assert_says("");
	assert_says_nothing();
	interactor_input_end(ui);
	assert_says("three");
	struct command command;
	assert_true(interactor_take(ui, &command));
	assert_int_equal(command.kind, COMMAND_END);
	assert_says_nothing();
	interactor_free(ui);
}

/* What the chat does not take comes again, whole; what nobody speaks of counts as taken. */
static void test_lines_not_taken(void **state)
{
	(void)state;
	struct command command;
	start(true);
	type("a\nb\n", 4);
	for (int i = 0; i < 3; i++) {
		assert_true(interactor_take(ui, &command));
		assert_span_text(command.text, "a");
		interactor_answer(ui, ANSWER_LATER, 0);
	}
	assert_true(interactor_take(ui, &command));
	assert_span_text(command.text, "a");
	assert_true(interactor_take(ui, &command));
	assert_span_text(command.text, "b");
	assert_says_nothing();
	interactor_free(ui);
}

/* A long line goes in parts, cut between characters, none of which is lost, without waiting for its
 * end; the last part says that it is the last. */
static void test_lines_long(void **state)
{
	(void)state;
	enum { LEN = 3 * 17000 };
	static char text[LEN + 1];
	struct command command;
	for (size_t i = 0; i < LEN; i += 3)
		memcpy(text + i, "\u20ac", 3);
	for (int newline = 0; newline < 2; newline++) {
		start(true);
		size_t at = 0, ended = 0;
		for (size_t i = 0; i < LEN; i += 1000)
			type(text + i, 1000);
		if (newline)
			type("\n", 1);
		else
			interactor_input_end(ui);
		while (interactor_take(ui, &command) && command.kind == COMMAND_TEXT) {
			assert_true(command.text.len <= LIMIT_TEXT && command.text.len % 3 == 0);
			assert_memory_equal(command.text.at, text + at, command.text.len);
			at += command.text.len;
			assert_true(at == LEN || command.text.len > LIMIT_TEXT - 3);
			assert_true(command.more || at == LEN);
			ended += !command.more;
		}
		assert_int_equal(at, LEN);
		assert_int_equal(ended, 1);
		interactor_free(ui);
	}
}

/* A line in parts that ends with the input ends at the other side, too. */
static void test_lines_end_in_a_part(void **state)
{
	(void)state;
	static char text[LIMIT_TEXT + 1];
	struct command command;
	memset(text, 'a', sizeof text);
	start(true);
	type(text, sizeof text);
	assert_true(interactor_take(ui, &command));
	assert_true(command.more);
	assert_int_equal(command.text.len, LIMIT_TEXT);
	assert_int_equal(interactor_unsent(ui), 1);
	interactor_input_end(ui);
	assert_says("a");
	assert_int_equal(interactor_unsent(ui), 0);
	assert_true(interactor_take(ui, &command));
	assert_int_equal(command.kind, COMMAND_END);
	interactor_free(ui);
}

/* A line is for the conversation in which it was begun, in all its parts, whenever it ends. */
/* Where the whole input is one message, a newline ends nothing but the input. */
static void test_lines_one_message(void **state)
{
	(void)state;
	static char page[LIMIT_TEXT + 10];
	start_with((struct interactor_config){ .utf8 = true, .one = true });
	type("a\n\nb\n", 5);
	assert_says_nothing();
	interactor_input_end(ui);
	assert_says("a\n\nb");
	struct command end;
	assert_true(interactor_take(ui, &end));
	assert_int_equal(end.kind, COMMAND_END);
	interactor_free(ui);

	start_with((struct interactor_config){ .utf8 = true, .one = true });
	memset(page, 'x', sizeof page);
	page[LIMIT_TEXT + 9] = '\n';
	type(page, sizeof page);
	assert_true(interactor_take(ui, &end));
	assert_int_equal(end.text.len, LIMIT_TEXT);
	assert_true(end.more);
	interactor_input_end(ui);
	assert_true(interactor_take(ui, &end));
	assert_int_equal(end.text.len, 9);
	assert_false(end.more);
	interactor_answer(ui, ANSWER_TAKEN, 9);
	assert_true(interactor_take(ui, &end));
	assert_int_equal(end.kind, COMMAND_END);
	interactor_free(ui);

	start_with((struct interactor_config){ .utf8 = true, .one = true });
	interactor_input_end(ui);
	assert_true(interactor_take(ui, &end));
	assert_int_equal(end.kind, COMMAND_END);
	interactor_free(ui);
}

static void test_lines_belong_to_where_they_begin(void **state)
{
	(void)state;
	static char text[LIMIT_TEXT];
	struct command command;
	memset(text, 'a', sizeof text);
	start(true);
	interactor_input(ui, span_text("one\ntw"), 1, 1);
	interactor_input(ui, span_text("o\nno"), 0, 1);
	interactor_input(ui, span_text("body\nthree\n"), 2, 1);
	static const struct {
		const char *text;
		uint64_t conv;
	} want[] = { { "one", 1 }, { "two", 1 }, { "nobody", 0 }, { "three", 2 } };
	assert_int_equal(interactor_unsent(ui), 4);
	for (size_t i = 0; i < 4; i++) {
		assert_true(interactor_take(ui, &command));
		assert_span_text(command.text, want[i].text);
		assert_int_equal(command.conv, want[i].conv);
	}
	assert_says_nothing();
	interactor_input(ui, span_of(text, sizeof text), 2, 1);
	interactor_input(ui, span_of(text, sizeof text), 3, 1);
	interactor_input(ui, span_text("\nlast\n"), 3, 1);
	for (int i = 0; i < 3; i++) {
		assert_true(interactor_take(ui, &command));
		assert_int_equal(command.conv, i < 2 ? 2 : 3);
	}
	assert_span_text(command.text, "last");
	interactor_free(ui);
}

/* Parts come out as one line; one that is never ended does not run into what comes next. */
static void test_lines_shows_parts(void **state)
{
	(void)state;
	start(true);
	show((struct event){ .kind = EVENT_TEXT, .text = span_text("one "), .more = true });
	show((struct event){ .kind = EVENT_AWAY });
	show((struct event){ .kind = EVENT_TEXT, .text = span_text("line") });
	show((struct event){ .kind = EVENT_TEXT });
	show((struct event){ .kind = EVENT_TEXT, .text = span_text("half"), .more = true });
	show((struct event){ .kind = EVENT_OVER, .err = ERR_CUT });
	show((struct event){ .kind = EVENT_CLOSED, .err = ERR_CUT });
	assert_span_text(span_of(on_out, out_len), "one line\n\nhalf\n");
	interactor_free(ui);
}

/* Input that is not UTF-8 is mended, so that the chat never refuses it. */
static void test_lines_invalid_utf8(void **state)
{
	(void)state;
	start(true);
	type("a\xff\xe2\x82z\n\xe2\x82\n", 9);
	assert_says("a\ufffd\ufffd\ufffdz");
	assert_says("\ufffd\ufffd");
	interactor_free(ui);
}

/* However much comes, a buffer that is full says so and takes more later. */
static void test_lines_room(void **state)
{
	(void)state;
	start(true);
	static const char lines[] = "0123456789\n";
	size_t count = 0, heard = 0;
	struct command command;
	while (interactor_room(ui) >= 11) {
		type(lines, 11);
		count++;
	}
	while (interactor_take(ui, &command)) {
		assert_span_text(command.text, "0123456789");
		interactor_answer(ui, ANSWER_TAKEN, command.text.len);
		heard++;
	}
	assert_int_equal(heard, count);
	assert_true(interactor_room(ui) > 11);
	interactor_free(ui);
}

/* One message is one line, made safe; all else goes to standard error. */
static void test_lines_shows(void **state)
{
	(void)state;
	start(true);
	show((struct event){ .kind = EVENT_CONNECTED,
	                     .peer = "alice\x1b",
	                     .suite = "noise",
	                     .path = "direct udp",
	                     .rtt_us = 38200 });
	show((struct event){
	    .kind = EVENT_TEXT, .number = 1, .text = span_text("two\nlines\x1b[2J \u202e\ttab") });
	show((struct event){ .kind = EVENT_SENT, .number = 1 });
	show((struct event){ .kind = EVENT_DELIVERED, .number = 1 });
	show((struct event){ .kind = EVENT_PEER_LEFT });
	show((struct event){
	    .kind = EVENT_ERROR, .err = ERR_UNREACHABLE, .hint = span_text("try\nthis") });
	show((struct event){ .kind = EVENT_CODE, .text = span_text("schat connect 7-a-b@c") });
	assert_span_text(span_of(on_out, out_len), "two\\nlines\\x1b[2J \\u{202e}\ttab\n");
	assert_span_text(span_of(on_err, err_len),
	                 "schat: connected to alice\\x1b directly (encrypted, 38 ms)\n"
	                 "schat: alice\\x1b has left\n"
	                 "schat: not reachable\n"
	                 "schat: try\\x0athis\n"
	                 "schat: on the other host, run:\n    schat connect 7-a-b@c\n");
	interactor_free(ui);
}

/* That the peer says goodbye to somebody who leaves does not mean that it leaves. */
static void test_lines_that_leave_first(void **state)
{
	(void)state;
	start(true);
	show((struct event){ .kind = EVENT_CONNECTED, .peer = "alice", .suite = "noise" });
	err_len = 0;
	interactor_input_end(ui);
	show((struct event){ .kind = EVENT_PEER_LEFT });
	assert_int_equal(err_len, 0);
	interactor_free(ui);
}

/* Without UTF-8 nothing above ASCII is written. */
static void test_lines_ascii(void **state)
{
	(void)state;
	start(false);
	show((struct event){ .kind = EVENT_TEXT, .text = span_text("größe") });
	assert_span_text(span_of(on_out, out_len), "gr\\u{f6}\\u{df}e\n");
	interactor_free(ui);
}

/* A screen that is not emptied stops the peer's texts; nothing is lost. */
static void test_lines_full_output(void **state)
{
	(void)state;
	static uint8_t big[LIMIT_TEXT];
	struct event event = { .kind = EVENT_TEXT, .text = span_of(big, sizeof big) };
	size_t shown = 0;
	memset(big, 1, sizeof big);
	start(true);
	while (interactor_show(ui, &event))
		assert_true(++shown < 100);
	assert_true(shown >= 1);
	collect();
	assert_int_equal(out_len, shown * (4 * LIMIT_TEXT + 1));
	assert_true(interactor_show(ui, &event));
	interactor_free(ui);
}

/* Who is there is known from every event that says it, and said in full when asked. */
static void test_lines_who(void **state)
{
	(void)state;
	start(true);
	show((struct event){ .kind = EVENT_CONNECTED });
	show((struct event){ .kind = EVENT_AWAY, .clock_s = 17 * 3600 + 21 * 60 + 59 });
	show((struct event){ .kind = EVENT_WHO,
	                     .peer = "carol",
	                     .fingerprint = "k3v7-6xqa",
	                     .suite = "rsa",
	                     .path = "tcp",
	                     .rtt_us = 900,
	                     .words = "a b c",
	                     .hint = span_text("If they differ, forget carol") });
	show((struct event){ .kind = EVENT_BACK });
	show((struct event){ .kind = EVENT_PATH, .path = "relay udp", .rtt_us = 1500 });
	show((struct event){ .kind = EVENT_WHO,
	                     .peer = "carol",
	                     .fingerprint = "k3v7-6xqa",
	                     .verified = "2026-02-03" });
	assert_span_text(span_of(on_err, err_len),
	                 "schat: connected to the peer\n"
	                 "schat: no answer from the peer since 17:21; your messages wait\n"
	                 "schat: carol, fingerprint k3v7-6xqa, not verified (tcp, suite rsa, under "
	                 "1 ms)\n"
	                 "schat: no answer from carol since 17:21; your messages wait\n"
	                 "schat: compare these words with carol, by voice or in person: a b c\n"
	                 "schat: If they differ, forget carol\n"
	                 "schat: carol is back\n"
	                 "schat: now connected through the server, 2 ms\n"
	                 "schat: carol, fingerprint k3v7-6xqa, verified 2026-02-03\n");
	interactor_free(ui);
}

/* Words to compare, and what to do when they differ, are shown also with -q: not to see them is to
 * trust whoever answers. */
static void test_lines_words_to_compare_are_shown_with_quiet(void **state)
{
	(void)state;
	struct event event = { .kind = EVENT_CONNECTED,
		               .peer = "carol",
		               .words = "a b c",
		               .hint = span_text("If they differ, forget carol") };
	start_with((struct interactor_config){ .utf8 = true, .quiet = true });
	show(event);
	assert_span_text(span_of(on_err, err_len),
	                 "schat: compare these words with carol, by voice or in person: a b c\n"
	                 "schat: If they differ, forget carol\n");
	interactor_free(ui);
	start_with((struct interactor_config){ .utf8 = true, .quiet = true });
	event.words = NULL;
	event.hint = span_of(NULL, 0);
	show(event);
	assert_int_equal(err_len, 0);
	interactor_free(ui);
}

/* Where several may be here, a line begins with the name of whom it is for, who may be absent; and
 * one that came, with the name of whoever has said it. */
static void test_lines_to_and_from_several(void **state)
{
	(void)state;
	static const struct {
		const char *typed, *text;
		uint64_t conv;
	} cases[] = { { "zz> hi\n", "hi", 2 },      { "yy>hi\n", "hi", 1 },
		      { "yy>\n", "", 1 },           { "xx> hi\n", "hi", CONV_NOBODY },
		      { "hello\n", "hello", 1 },    { "> hi\n", "> hi", 1 },
		      { "y y> hi\n", "y y> hi", 1 } };
	start_with((struct interactor_config){ .utf8 = true, .several = true });
	show((struct event){ .kind = EVENT_CONNECTED, .peer = "yy", .conv = 1 });
	show((struct event){ .kind = EVENT_CONNECTED, .peer = "zz", .conv = 2 });
	for (unsigned i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct command said;
		type(cases[i].typed, strlen(cases[i].typed));
		assert_true(interactor_take(ui, &said));
		assert_span_text(said.text, cases[i].text);
		assert_int_equal(said.conv, cases[i].conv);
		assert_span_text(said.peer, cases[i].conv == CONV_NOBODY ? "xx" : "");
		interactor_answer(ui, ANSWER_TAKEN, said.text.len);
	}
	static char line[LIMIT_TEXT + 100];
	memset(line, 'x', sizeof line);
	memcpy(line, "bob> ", 5);
	line[sizeof line - 1] = '\n';
	type(line, sizeof line);
	for (int part = 0; part < 2; part++) { /* all of it is for him */
		struct command said;
		assert_true(interactor_take(ui, &said));
		assert_span_text(said.peer, "bob");
		assert_true(said.more == (part == 0));
		interactor_answer(ui, ANSWER_KEPT, said.text.len);
	}
	show((struct event){ .kind = EVENT_TEXT, .text = span_text("hi"), .peer = "zz" });
	show((struct event){ .kind = EVENT_TEXT, .text = span_text("yy> ho"), .peer = "yy" });
	assert_span_text(span_of(on_out, out_len), "zz> hi\nyy> yy> ho\n");
	interactor_free(ui);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lines_who),
		cmocka_unit_test(test_lines_to_and_from_several),
		cmocka_unit_test(test_lines_words_to_compare_are_shown_with_quiet),
		cmocka_unit_test(test_lines_are_messages),
		cmocka_unit_test(test_lines_not_taken),
		cmocka_unit_test(test_lines_long),
		cmocka_unit_test(test_lines_end_in_a_part),
		cmocka_unit_test(test_lines_one_message),
		cmocka_unit_test(test_lines_belong_to_where_they_begin),
		cmocka_unit_test(test_lines_shows_parts),
		cmocka_unit_test(test_lines_invalid_utf8),
		cmocka_unit_test(test_lines_room),
		cmocka_unit_test(test_lines_shows),
		cmocka_unit_test(test_lines_that_leave_first),
		cmocka_unit_test(test_lines_ascii),
		cmocka_unit_test(test_lines_full_output),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
