/* Tests of ui/console.c and what it is made of: what a person sees, on a model of a terminal. */
#include "tests/unit/console_world.h"

/* What comes in stands above; the half-typed line and the cursor in it stay. */
static void test_console_half_typed_line_stays(void **state)
{
	(void)state;
	start(40);
	assert_screen("you>\n", 5);
	type("hello wor");
	assert_screen("you> hello wor\n", 14);
	hear("hi");
	assert_screen("12:01 bob> hi\nyou> hello wor\n", 14);
	type("\x1b[D\x1b[D");
	hear("are you there?");
	assert_screen("12:01 bob> hi\n12:01 bob> are you there?\nyou> hello wor\n", 12);
	type("X");
	assert_screen("12:01 bob> hi\n12:01 bob> are you there?\nyou> hello wXor\n", 13);
	stop();
}

/* A sent line becomes a line with a mark, and the mark follows what happens. */
static void test_console_marks(void **state)
{
	(void)state;
	start(40);
	type("hi bob\r");
	take("hi bob", 1);
	assert_screen("12:01 you> hi bob ✓\nyou>\n", 5);
	type("more");
	delivered(1);
	assert_screen("12:01 you> hi bob ✓✓\nyou> more\n", 9);
	delivered(1);
	assert_screen("12:01 you> hi bob ✓✓\nyou> more\n", 9);
	type("\r");
	take("more", 2);
	hear("yes?");
	delivered(2);
	assert_screen(
	    "12:01 you> hi bob ✓✓\n12:01 you> more ✓\n12:01 bob> yes?\n12:01 ✓✓ more\nyou>\n", 5);
	stop();
}

/* Marks say "everything up to here": only the last message's changes. */
static void test_console_marks_of_several(void **state)
{
	(void)state;
	start(40);
	type("a\rb\r");
	take("a", 1);
	take("b", 2);
	delivered(1);
	assert_screen("12:01 you> a ✓\n12:01 you> b ✓\nyou>\n", 5);
	delivered(2);
	assert_screen("12:01 you> a ✓\n12:01 you> b ✓✓\nyou>\n", 5);
	stop();
}

/* What is sent before anybody is there waits and says so; then it is sent in order. */
static void test_console_waits_for_the_peer(void **state)
{
	(void)state;
	struct command command;
	start_with((struct interactor_config){ .columns = 40, .utf8 = true });
	show((struct event){ .kind = EVENT_WAITING, .text = span_text("alice") });
	type("one\r");
	assert_true(interactor_take(ui, &command));
	interactor_answer(ui, ANSWER_LATER, 0);
	assert_nothing_wanted();
	draw();
	type("two\r");
	assert_screen("schat: waiting for alice\n12:01 you> one ·\n12:01 you> two ·\nwaiting>\n",
	              9);
	type("three");
	show((struct event){ .kind = EVENT_NOTICE, .text = span_text("still waiting") });
	take("one", 1);
	take("two", 2);
	assert_screen("schat: waiting for alice\n12:01 you> one ·\n12:01 you> two ·\nschat: still "
	              "waiting\nwaiting> three\n",
	              14);
	delivered(2);
	assert_screen("schat: waiting for alice\n12:01 you> one ·\n12:01 you> two ·\nschat: still "
	              "waiting\n12:01 ✓✓ two\n"
	              "waiting> three\n",
	              14);
	stop();
}

/* One that waits with its mark above the prompt gets the next mark there, and not before its time.
 */
static void test_console_waiting_mark(void **state)
{
	(void)state;
	struct command command;
	start(40);
	type("one\r");
	take("one", 1);
	type("two\r");
	assert_true(interactor_take(ui, &command));
	interactor_answer(ui, ANSWER_LATER, 0);
	assert_nothing_wanted();
	draw();
	assert_screen("12:01 you> one ✓\n12:01 you> two ·\nyou>\n", 5);
	delivered(1);
	assert_screen("12:01 you> one ✓\n12:01 you> two ·\n12:01 ✓✓ one\nyou>\n", 5);
	type("three\r");
	assert_screen(
	    "12:01 you> one ✓\n12:01 you> two ·\n12:01 ✓✓ one\n12:01 you> three ·\nyou>\n", 5);
	take("two", 2);
	assert_screen(
	    "12:01 you> one ✓\n12:01 you> two ·\n12:01 ✓✓ one\n12:01 you> three ·\nyou>\n", 5);
	take("three", 3);
	assert_screen(
	    "12:01 you> one ✓\n12:01 you> two ·\n12:01 ✓✓ one\n12:01 you> three ✓\nyou>\n", 5);
	delivered(3);
	assert_screen(
	    "12:01 you> one ✓\n12:01 you> two ·\n12:01 ✓✓ one\n12:01 you> three ✓✓\nyou>\n", 5);
	stop();
}

/* Where terminals differ in the width of a text, its mark still changes in place, and the text
 * stands there once; unless it could take more than a row. */
static void test_console_mark_behind_what_is_not_sure(void **state)
{
	(void)state;
	static const char *const texts[] = { "👍🏽", "ok ❤️", "👩\u200d👩\u200d👧 and 🇩🇪" };
	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
		char want[200];
		start(60);
		type(texts[i]);
		type("\r");
		take(texts[i], 1);
		snprintf(want, sizeof want, "12:01 you> %s ✓\nyou>\n", texts[i]);
		assert_string_equal(terminal_text(&terminal), want);
		type("more");
		delivered(1);
		snprintf(want, sizeof want, "12:01 you> %s ✓✓\nyou> more\n", texts[i]);
		assert_string_equal(terminal_text(&terminal), want);
		stop();
	}
	start(30);
	type("👍🏽👍🏽👍🏽👍🏽👍🏽👍🏽\r");
	take("👍🏽👍🏽👍🏽👍🏽👍🏽👍🏽", 1);
	delivered(1);
	assert_non_null(strstr(terminal_text(&terminal), "\n12:01 ✓✓ 👍🏽"));
	stop();
}

/* Where the locale is ASCII it is said once why characters look as they do, when the first does. */
static void test_console_tells_of_the_locale(void **state)
{
	(void)state;
	static const char told[] = "To see them: export LC_ALL=C.UTF-8";
	start_with((struct interactor_config){ .columns = 200 });
	show((struct event){ .kind = EVENT_CONNECTED, .peer = "bob" });
	hear("plain");
	assert_null(strstr(terminal_text(&terminal), told));
	hear("größe");
	hear("größer");
	type("ü\r");
	take("ü", 1);
	const char *rows = strstr(terminal_text(&terminal), told);
	assert_non_null(rows);
	assert_null(strstr(rows + 1, told));
	stop();
	start_with((struct interactor_config){ .columns = 200 });
	show((struct event){ .kind = EVENT_CONNECTED, .peer = "Jörg" });
	assert_non_null(strstr(terminal_text(&terminal), told));
	stop();
}

/* A mark that does not fit on the row stands on the next. */
static void test_console_mark_at_the_edge(void **state)
{
	(void)state;
	for (unsigned len = 1; len < 30; len++) {
		char text[40] = "", want[200];
		start(24);
		memset(text, 'x', len);
		type(text);
		type("\r");
		take(text, 1);
		delivered(1);
		if (11 + len + 3 <= 24)
			snprintf(want, sizeof want, "12:01 you> %s ✓✓\nyou>\n", text);
		else if (len <= 13)
			snprintf(want, sizeof want, "12:01 you> %s\n       ✓✓\nyou>\n", text);
		else if (len <= 15)
			snprintf(want, sizeof want, "12:01 you>\n      %s ✓✓\nyou>\n", text);
		else if (len <= 18)
			snprintf(want, sizeof want, "12:01 you>\n      %s\n       ✓✓\nyou>\n",
			         text);
		else
			snprintf(want, sizeof want, "12:01 you> %.13s\n%s ✓✓\nyou>\n", text,
			         text + 13);
		assert_screen(want, 5);
		stop();
	}
}

/* Long messages break at blanks, with an indent; a word longer than a row is left to the terminal.
 */
static void test_console_wraps_messages(void **state)
{
	(void)state;
	start(30);
	hear("the quick brown fox jumps over the lazy dog");
	assert_screen("12:01 bob> the quick brown fox\n      jumps over the lazy dog\nyou>\n", 5);
	hear("see https://example.org/a/very/long/path ok");
	assert_screen("12:01 bob> the quick brown fox\n      jumps over the lazy dog\n"
	              "12:01 bob> see https://example\n.org/a/very/long/path\n      ok\nyou>\n",
	              5);
	stop();
	start(30);
	hear("one\ntwo\n\n\tthree");
	assert_screen("12:01 bob> one\n      two\n\n        three\nyou>\n", 5);
	stop();
	start(30);
	hear("你好你好你好你好你好你好");
	assert_screen("12:01 bob> 你好你好你好你好你\n      好你好\nyou>\n", 5);
	stop();
}

/* No message can make a row that begins like another line. */
static void test_console_no_forged_lines(void **state)
{
	(void)state;
	static const char *const tries[] = {
		"x\n12:01 you> I owe you 100",
		"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa 12:01 you> I owe",
		"x                    12:01 you> I",
		"\x1b[2K\r12:01 you> I",
		"x\v12:01 you> I",
		"aaaaaaaaaaaaaaaaaaaaaaaaaaaaa\u00a012:01\u00a0you>\u00a0I",
		"x\u202812:01 you> I",
		"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa12:01\u300012:01\u3000you> I",
	};
	for (size_t i = 0; i < sizeof tries / sizeof tries[0]; i++) {
		start(30);
		hear(tries[i]);
		const char *rows = terminal_text(&terminal);
		assert_null(strstr(rows, "\n12:01 you>"));
		assert_null(strstr(rows, "\n12:01\u00a0you>"));
		assert_null(strstr(rows, "\n12:01\u3000you>"));
		stop();
	}
}

/* When the window changes, the prompt is drawn for the new width and nothing else is lost. */
static void test_console_resize(void **state)
{
	(void)state;
	start(40);
	hear("hello");
	type("a line of some thirty characters");
	assert_screen("12:01 bob> hello\nyou> a line of some thirty characters\n", 37);
	terminal_resize(&terminal, 20);
	interactor_resize(ui, 20, 24);
	draw();
	assert_screen("12:01 bob> hello\nyou> a line of some\n     thirty\n     characters\n", 15);
	type("\x01");
	terminal_resize(&terminal, 12);
	interactor_resize(ui, 12, 24);
	draw();
	assert_screen_at("12:01 bob> h\nello\n> a line of\n  some\n  thirty ch\n  aracters\n", 3,
	                 2);
	type("\x05");
	terminal_resize(&terminal, 10);
	interactor_resize(ui, 10, 24);
	draw();
	assert_screen("12:01 bob>\n hello\n> a line\n  of some\n  thirty\n  charact\n  ers\n", 5);
	terminal_resize(&terminal, 60);
	interactor_resize(ui, 60, 24);
	draw();
	assert_screen("12:01 bob> hello\nyou> a line of some thirty characters\n", 37);
	stop();
}

/* After a change of the width no mark is written where the old row was. */
static void test_console_resize_and_marks(void **state)
{
	(void)state;
	start(40);
	type("hi\r");
	take("hi", 1);
	terminal_resize(&terminal, 12);
	interactor_resize(ui, 12, 24);
	draw();
	delivered(1);
	assert_screen("12:01 you> h\ni ✓\n12:01 ✓✓ hi\n>\n", 2);
	stop();
}

/* Where nothing is encrypted the prompt says so, at any width. */
static void test_console_insecure_prompt(void **state)
{
	(void)state;
	static const struct {
		unsigned columns;
		const char *prompt;
	} cases[] = { { 60, "NOT ENCRYPTED you>\n" }, { 24, "NOT ENCRYPTED>\n" }, { 12, "!>\n" } };
	for (size_t i = 0; i < 3; i++) {
		start_with((struct interactor_config){
		    .columns = cases[i].columns, .utf8 = true, .quiet = true });
		show((struct event){ .kind = EVENT_CONNECTED, .peer = "bob", .insecure = true });
		assert_screen(cases[i].prompt, strlen(cases[i].prompt));
		stop();
	}
	start_with((struct interactor_config){ .columns = 80, .utf8 = true });
	show((struct event){
	    .kind = EVENT_CONNECTED, .peer = "bob", .insecure = true, .suite = "pseudo" });
	assert_screen("schat: connected to bob (NOT ENCRYPTED)\nschat: /help for commands, "
	              "Ctrl-D to leave\nNOT ENCRYPTED you>\n",
	              19);
	stop();
}

/* At the end the prompt goes and the terminal is as before; what was being typed is shown. */
static void test_console_end(void **state)
{
	(void)state;
	start(40);
	type("half");
	show((struct event){ .kind = EVENT_OVER,
	                     .err = ERR_CUT,
	                     .text = span_text("bob was cut off"),
	                     .exit_code = 5 });
	show((struct event){ .kind = EVENT_CLOSED, .err = ERR_CUT, .exit_code = 5 });
	assert_screen("schat: bob was cut off\nschat: not sent: half\n\n", 0);
	type("x");
	hear("late");
	interactor_end(ui);
	draw();
	assert_screen("schat: bob was cut off\nschat: not sent: half\n\n", 0);
	assert_false(terminal.pasting);
	stop();
	start(40);
	type("half");
	interactor_end(ui);
	draw();
	assert_screen("\n", 0);
	assert_false(terminal.pasting);
	stop();
	start(40);
	type("half \x1b[200~of a paste");
	show((struct event){ .kind = EVENT_CLOSED, .err = ERR_CUT, .exit_code = 5 });
	assert_screen("schat: not sent: half of a paste\n\n", 0);
	stop();
}

/* A command to copy is not broken by us. */
static void test_console_code_is_whole(void **state)
{
	(void)state;
	start_with((struct interactor_config){ .columns = 30, .utf8 = true });
	show((struct event){ .kind = EVENT_CODE,
	                     .text = span_text("schat connect 7-velvet-acorn@vps.example") });
	terminal_resize(&terminal, 100);
	assert_non_null(
	    strstr(terminal_text(&terminal), "\n    schat connect 7-velvet-acorn@vps.example\n"));
	stop();
}

/* Without UTF-8 the screen gets ASCII alone. */
static void test_console_ascii(void **state)
{
	(void)state;
	start_with((struct interactor_config){ .columns = 60, .quiet = true });
	show((struct event){ .kind = EVENT_CONNECTED, .peer = "böb" });
	hear("größe");
	type("\x1b[200~a\nb\x1b[201~\r");
	take("a\nb", 1);
	delivered(1);
	assert_screen("12:01 b\\u{f6}b> gr\\u{f6}\\u{df}e\n12:01 you> a\n      b ++\nyou>\n", 5);
	stop();
}

/* A dumb terminal is sent text and line ends, nothing else. */
static void test_console_dumb(void **state)
{
	(void)state;
	static uint8_t all[4096];
	size_t len, sum = 0;
	int where;
	struct interactor_config config = {
		.columns = 40, .utf8 = true, .dumb = true, .quiet = true, .colour = true
	};
	ui = interactor_new(interactor_class_named(span_text("console")), &config);
	interactor_show(ui, &(struct event){ .kind = EVENT_CONNECTED });
	for (int step = 0; step < 6; step++) {
		struct command command;
		switch (step) {
		case 1: interactor_input(ui, span_text("he"), conv, now); break;
		case 2:
			interactor_show(
			    ui, &(struct event){ .kind = EVENT_TEXT, .text = span_text("hi") });
			break;
		case 3: interactor_input(ui, span_text("y\x7f"), conv, now); break;
		case 4:
			interactor_input(ui, span_text("\r"), conv, now);
			assert_true(interactor_take(ui, &command));
			interactor_answer(ui, ANSWER_TAKEN, command.text.len);
			interactor_show(ui, &(struct event){ .kind = EVENT_SENT, .number = 1 });
			break;
		case 5:
			interactor_show(ui,
			                &(struct event){ .kind = EVENT_DELIVERED, .number = 1 });
			break;
		}
		while ((len = fetch(ui, &where, all + sum, sizeof all - sum)) > 0)
			sum += len;
	}
	assert_span_text(span_of(all, sum),
	                 "you> he\r\n00:00 the peer> hi\r\nyou> he\r\n00:00 ✓✓ he\r\n");
	stop();
}

static size_t draw_raw(uint8_t *raw, size_t cap)
{
	int where;
	size_t len, sum = 0;
	while ((len = fetch(ui, &where, raw + sum, cap - 1 - sum)) > 0)
		sum += len;
	raw[sum] = 0;
	terminal_write(&terminal, span_of(raw, sum));
	return sum;
}

/* Alarm is red, what is said aside is dim, and nothing else is; without colour there are no
 * colours. */
static void test_console_colours(void **state)
{
	(void)state;
	static const struct {
		struct event event;
		bool alarm, aside;
	} cases[] = {
		{ { .kind = EVENT_NOTICE }, false, false },
		{ { .kind = EVENT_BACK }, false, true },
		{ { .kind = EVENT_PATH }, false, true },
		{ { .kind = EVENT_ERROR, .err = ERR_CUT }, true, false },
		{ { .kind = EVENT_CONNECTED }, false, false },
		{ { .kind = EVENT_CONNECTED, .insecure = true }, true, false },
		{ { .kind = EVENT_OVER }, false, false },
		{ { .kind = EVENT_OVER, .err = ERR_CUT }, true, false },
		{ { .kind = EVENT_CLOSED, .err = ERR_CUT }, false, false },
	};
	for (int colour = 0; colour < 2; colour++) {
		for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
			char raw[2000];
			start_with((struct interactor_config){ .columns = 40, .colour = colour });
			draw();
			interactor_show(ui, &cases[i].event);
			draw_raw((uint8_t *)raw, sizeof raw);
			assert_int_equal(strstr(raw, "\x1b[1;31m") != NULL,
			                 colour && cases[i].alarm);
			assert_int_equal(strstr(raw, "\x1b[2m") != NULL, colour && cases[i].aside);
			if (!colour)
				assert_null(strchr(raw, 'm') && strstr(raw, "\x1b[m") ? raw : NULL);
			stop();
		}
	}
}

/* A line about a message that has scrolled on shows its begin alone. */
static void test_console_reminder(void **state)
{
	(void)state;
	static const struct {
		const char *text, *shown;
	} cases[] = {
		{ "123456789012345678901234", "123456789012345678901234" },
		{ "1234567890123456789012345", "123456789012345678901234…" },
		{ "你好你好你好你好你好你好你", "你好你好你好你好你好你好…" },
		{ "one\ntwo", "one…" },
		{ "a\tb", "a b" },
	};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		char want[200];
		start(60);
		type("\x1b[200~");
		type(cases[i].text);
		type("\x1b[201~\r");
		take(cases[i].text, 1);
		terminal_begin(&terminal, 60);
		hear("x");
		delivered(1);
		snprintf(want, sizeof want, "12:01 bob> x\n12:01 ✓✓ %s\nyou>\n", cases[i].shown);
		assert_screen(want, 5);
		stop();
	}
}

/* In the next conversation numbers begin anew, and marks with them. */
static void test_console_next_conversation(void **state)
{
	(void)state;
	start(40);
	type("a\r");
	take("a", 1);
	delivered(1);
	show((struct event){ .kind = EVENT_CONNECTED, .peer = "carol" });
	type("b\r");
	take("b", 1);
	delivered(1);
	hear("hi");
	assert_screen("12:01 you> a ✓✓\n12:01 you> b ✓✓\n12:01 carol> hi\nyou>\n", 5);
	stop();
}

/* How to leave and to get help is said once, not with each peer. */
static void test_console_welcomes_once(void **state)
{
	(void)state;
	start_with((struct interactor_config){ .columns = 80, .utf8 = true });
	for (int i = 0; i < 3; i++) {
		show((struct event){ .kind = EVENT_CONNECTED, .peer = "bob" });
		show((struct event){ .kind = EVENT_OVER, .text = span_text("bob is gone") });
	}
	const char *rows = strstr(terminal_text(&terminal), "/help for commands");
	assert_non_null(rows);
	assert_null(strstr(rows + 1, "/help for commands"));
	stop();
}

/* The prompt is there before anything has happened, and says that nobody is. */
static void test_console_begins_with_a_prompt(void **state)
{
	(void)state;
	start_with((struct interactor_config){ .columns = 40, .utf8 = true });
	draw();
	assert_screen("waiting>\n", 9);
	assert_true(terminal.pasting);
	stop();
}

/* Only while somebody is here the prompt is the user's: else it says for whom one waits, or that
 * what is typed is for nobody. */
static void test_console_prompt_says_who_is_here(void **state)
{
	(void)state;
	static const struct {
		unsigned columns;
		const char *whom, *before, *after;
	} cases[] = {
		{ 40, NULL, "waiting>\n", "nobody here>\n" },
		{ 40, "", "waiting>\n", "waiting for bob>\n" },
		{ 40, "bob", "waiting for bob>\n", "waiting for bob>\n" },
		{ 40, "b\x1b", "waiting for b\\x1b>\n", "waiting for bob>\n" },
		{ 24, "bob", "waiting>\n", "waiting>\n" },
		{ 10, "bob", "->\n", "->\n" },
	};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		start_with((struct interactor_config){ .columns = cases[i].columns,
		                                       .utf8 = true,
		                                       .quiet = true,
		                                       .whom = cases[i].whom });
		draw();
		assert_string_equal(terminal_text(&terminal), cases[i].before);
		show((struct event){ .kind = EVENT_CONNECTED, .peer = "bob" });
		assert_string_equal(terminal_text(&terminal),
		                    cases[i].columns > 10 ? "you>\n" : ">\n");
		show((struct event){ .kind = EVENT_OVER });
		assert_string_equal(terminal_text(&terminal), cases[i].after);
		stop();
	}
}

/* Of nothing is said that it is not encrypted. */
static void test_console_nobody_is_not_insecure(void **state)
{
	(void)state;
	start(60);
	show((struct event){ .kind = EVENT_CONNECTED, .peer = "bob", .insecure = true });
	assert_screen("NOT ENCRYPTED you>\n", 19);
	show((struct event){ .kind = EVENT_OVER });
	assert_screen("nobody here>\n", 13);
	stop();
}

/* /to: the one whom lines are for from then on, with Tab; who is not here cannot be chosen. When
 * the one leaves, it is the other. */
static void test_console_to(void **state)
{
	(void)state;
	struct command c;
	start(60);
	show((struct event){ .kind = EVENT_OVER, .peer = "bob" });
	show((struct event){ .kind = EVENT_CONNECTED, .peer = "bob", .conv = 1 });
	show((struct event){ .kind = EVENT_CONNECTED, .peer = "carol", .conv = 2 });
	type("/to car\t\r");
	assert_true(interactor_take(ui, &c));
	assert_int_equal(c.kind, COMMAND_TO);
	assert_int_equal(c.conv, 2);
	assert_false(c.settle);
	type("h"); /* the program has not heard of it */
	assert_command(COMMAND_TO);
	conv = 2;
	type("\x15hi\r");
	assert_true(interactor_take(ui, &c));
	assert_int_equal(c.kind, COMMAND_TEXT);
	assert_int_equal(c.conv, 2);
	interactor_answer(ui, ANSWER_TAKEN, 2);
	type("/to dave\r");
	assert_nothing_wanted();
	assert_non_null(
	    strstr(terminal_text(&terminal), "nobody called dave is here; here: bob, carol"));
	show((struct event){ .kind = EVENT_OVER, .peer = "carol", .conv = 2 });
	assert_true(interactor_take(ui, &c));
	assert_int_equal(c.kind, COMMAND_TO);
	assert_int_equal(c.conv, 1);
	assert_true(c.settle);
	conv = 1;
	stop();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_console_welcomes_once),
		cmocka_unit_test(test_console_begins_with_a_prompt),
		cmocka_unit_test(test_console_prompt_says_who_is_here),
		cmocka_unit_test(test_console_nobody_is_not_insecure),
		cmocka_unit_test(test_console_next_conversation),
		cmocka_unit_test(test_console_colours),
		cmocka_unit_test(test_console_reminder),
		cmocka_unit_test(test_console_half_typed_line_stays),
		cmocka_unit_test(test_console_marks),
		cmocka_unit_test(test_console_marks_of_several),
		cmocka_unit_test(test_console_waits_for_the_peer),
		cmocka_unit_test(test_console_waiting_mark),
		cmocka_unit_test(test_console_mark_at_the_edge),
		cmocka_unit_test(test_console_mark_behind_what_is_not_sure),
		cmocka_unit_test(test_console_tells_of_the_locale),
		cmocka_unit_test(test_console_wraps_messages),
		cmocka_unit_test(test_console_no_forged_lines),
		cmocka_unit_test(test_console_resize),
		cmocka_unit_test(test_console_resize_and_marks),
		cmocka_unit_test(test_console_insecure_prompt),
		cmocka_unit_test(test_console_end),
		cmocka_unit_test(test_console_code_is_whole),
		cmocka_unit_test(test_console_ascii),
		cmocka_unit_test(test_console_dumb),
		cmocka_unit_test(test_console_to),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
