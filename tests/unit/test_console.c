/* Tests of ui/console.c and what it is made of: what a person sees, on a model of a terminal. */
#include "tests/unit/support.h"
#include "tests/unit/terminal.h"
#include "ui/interactor.h"

static struct interactor *ui;
static struct terminal terminal;
static uint32_t clock_s = 12 * 3600 + 60;
static uint64_t now = 1000;

static void start_with(struct interactor_config config)
{
	terminal_begin(&terminal, config.columns);
	config.rows = 24;
	ui = interactor_new(interactor_class_named(span_text("console")), &config);
	assert_non_null(ui);
}

static void stop(void)
{
	interactor_free(ui);
	ui = NULL;
}

static void draw(void)
{
	int where = 0;
	uint8_t some[13];
	size_t len;
	while ((len = ui->class->output(ui, &where, some, sizeof some)) > 0) {
		assert_int_equal(where, UI_OUT);
		terminal_write(&terminal, span_of(some, len));
	}
}

static void type(const char *keys)
{
	struct span s = span_text(keys);
	while (s.len > 0) {
		size_t len = ui->class->room(ui) < s.len ? ui->class->room(ui) : s.len;
		assert_true(len > 0);
		ui->class->input(ui, span_of(s.at, len), now);
		s = span_of(s.at + len, s.len - len);
		draw();
	}
}

static void show(struct event event)
{
	size_t used;
	event.clock_s = clock_s;
	while (!ui->class->show(ui, &event, &used))
		draw();
	draw();
}

static void hear(const char *text)
{
	show((struct event){ .kind = EVENT_TEXT, .text = span_text(text) });
}

static void start(unsigned columns)
{
	start_with((struct interactor_config){ .columns = columns, .utf8 = true, .quiet = true });
	show((struct event){ .kind = EVENT_CONNECTED, .peer = "bob" });
}

/* The rows, the last of them the prompt's, and the cursor's column in it. */
#define assert_screen(rows, cursor)                                                                \
	do {                                                                                       \
		assert_span_text(span_text(terminal_text(&terminal)), rows);                       \
		assert_int_equal(terminal.row, terminal.last);                                     \
		assert_int_equal(terminal.column, cursor);                                         \
	} while (0)

static void assert_command(enum command_kind kind)
{
	struct command command;
	assert_true(ui->class->take(ui, &command));
	assert_int_equal(command.kind, kind);
}

static void assert_nothing_wanted(void)
{
	struct command command;
	assert_false(ui->class->take(ui, &command));
}

/* The program takes the next message as number n. */
static void take(const char *text, uint64_t n)
{
	struct command command;
	assert_true(ui->class->take(ui, &command));
	assert_int_equal(command.kind, COMMAND_TEXT);
	assert_span_text(command.text, text);
	ui->class->taken(ui, command.text.len);
	show((struct event){ .kind = EVENT_SENT, .number = n, .text = span_text(text) });
}

static void delivered(uint64_t n)
{
	show((struct event){ .kind = EVENT_DELIVERED, .number = n });
}

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

/* The same with wide characters, emoji and marks on the line. */
static void test_console_wide_line_stays(void **state)
{
	(void)state;
	start(40);
	type("你好 \U0001f600e\u0301");
	assert_screen("you> 你好 \U0001f600e\u0301\n", 5 + 4 + 1 + 2 + 1);
	hear("世界");
	assert_screen("12:01 bob> 世界\nyou> 你好 \U0001f600e\u0301\n", 13);
	type("\x7f");
	assert_screen("12:01 bob> 世界\nyou> 你好 \U0001f600\n", 12);
	type("\x1b[D\x1b[D\x7f");
	assert_screen("12:01 bob> 世界\nyou> 你 \U0001f600\n", 7);
	type("\x7f");
	assert_screen("12:01 bob> 世界\nyou>  \U0001f600\n", 5);
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
	assert_true(ui->class->take(ui, &command));
	ui->class->taken(ui, 0);
	draw();
	type("two\r");
	assert_screen("schat: waiting for alice\n12:01 you> one ·\n12:01 you> two ·\nyou>\n", 5);
	type("three");
	show((struct event){ .kind = EVENT_NOTICE, .text = span_text("still waiting") });
	take("one", 1);
	take("two", 2);
	assert_screen("schat: waiting for alice\n12:01 you> one ·\n12:01 you> two ·\nschat: still "
		      "waiting\nyou> three\n",
		      10);
	delivered(2);
	assert_screen("schat: waiting for alice\n12:01 you> one ·\n12:01 you> two ·\nschat: still "
		      "waiting\n12:01 ✓✓ two\n"
		      "you> three\n",
		      10);
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
	assert_true(ui->class->take(ui, &command));
	ui->class->taken(ui, 0);
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

/* A line longer than the row scrolls under the cursor; the ends show that there is more. */
static void test_console_long_line_scrolls(void **state)
{
	(void)state;
	start(20); /* 5 for the prompt, 14 for the text, one is free */
	type("abcdefghijklmn");
	assert_screen("you> abcdefghijklmn\n", 19);
	type("o");
	assert_screen("you> <ijklmno\n", 13);
	type("\x01");
	assert_screen("you> abcdefghijklm>\n", 5);
	type("\x1b[C\x1b[C\x1b[C");
	assert_screen("you> abcdefghijklm>\n", 8);
	type("\x05");
	assert_screen("you> <ijklmno\n", 13);
	type("\x7f");
	assert_screen("you> abcdefghijklmn\n", 19);
	stop();
}

/* Wide characters at the right edge are never cut in half, whatever the width. */
static void test_console_wide_at_the_edge(void **state)
{
	(void)state;
	start(20);
	type("a你好你好你好");
	assert_screen("you> a你好你好你好\n", 18);
	type("你");
	assert_screen("you> <好你好你\n", 14);
	type("\x01");
	assert_screen("you> a你好你好你好>\n", 5);
	stop();
	for (unsigned columns = 10; columns < 40; columns++) {
		start(columns);
		for (unsigned i = 0; i < 30; i++) {
			type(i % 3 == 0 ? "x" : i % 3 == 1 ? "你" : "\U0001f600");
			assert_true(terminal.row == terminal.last && terminal.last == 0);
			assert_true(terminal.column < columns);
		}
		for (unsigned i = 0; i < 30; i++) {
			type("\x1b[D");
			assert_true(terminal.last == 0 && terminal.column < columns);
		}
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
	ui->class->resize(ui, 20, 24);
	draw();
	assert_screen("12:01 bob> hello\nyou> <racters\n", 13);
	terminal_resize(&terminal, 60);
	ui->class->resize(ui, 60, 24);
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
	ui->class->resize(ui, 12, 24);
	draw();
	delivered(1);
	assert_screen("12:01 you> h\ni ✓\n12:01 ✓✓ hi\n>\n", 2);
	stop();
}

/* A paste is one message, its newlines shown as marks; nothing in it is a command or is sent by
 * itself. */
static void test_console_paste(void **state)
{
	(void)state;
	start(60);
	type("\x1b[200~/quit\rtwo\r\nthree\n\x1b[201~");
	assert_screen("you> /quit↵two↵three↵\n", 21);
	assert_nothing_wanted();
	type("\x15\x1b[200~one\rtwo\r\nthree\n\x1b[201~");
	assert_screen("you> one↵two↵three↵\n", 19);
	type("\r");
	take("one\ntwo\nthree", 1);
	assert_screen("12:01 you> one\n      two\n      three ✓\nyou>\n", 5);
	stop();
}

/* Pasted controls and bidi marks do nothing to the screen. */
static void test_console_paste_is_safe(void **state)
{
	(void)state;
	start(60);
	type("\x1b[200~a\x1b[2Jb\u202ec\x07\x1b[201~");
	assert_screen("you> a[2Jb\\u{202e}c\n", 19);
	stop();
}

/* A message has a limit; what does not fit is not dropped in silence. */
static void test_console_paste_too_long(void **state)
{
	(void)state;
	struct command command;
	start(60);
	type("\x1b[200~");
	for (int i = 0; i < 2000; i++)
		type("0123456789");
	type("\x1b[201~");
	assert_non_null(strstr(terminal_text(&terminal), "at most 16000 bytes"));
	type("\r");
	assert_true(ui->class->take(ui, &command));
	assert_int_equal(command.text.len, LIMIT_TEXT);
	stop();
}

/* Commands are done here and never sent; // sends /; what is no command is refused. */
static void test_console_commands(void **state)
{
	(void)state;
	start(70);
	type("/who\r");
	assert_command(COMMAND_WHO);
	type("//path\r");
	take("/path", 1);
	type("/nosuch\r");
	assert_nothing_wanted();
	assert_screen("12:01 you> /path ✓\nschat: no such command, and not sent: /help lists them, "
		      "// says a /\nyou>\n",
		      5);
	type("/help\r");
	assert_nothing_wanted();
	assert_non_null(strstr(terminal_text(&terminal), "/quit   leave"));
	type("   \x7f\x7f\x7f\r\r");
	assert_nothing_wanted();
	type("/quit\r");
	assert_command(COMMAND_QUIT);
	assert_nothing_wanted();
	stop();
}

/* Ctrl-D deletes or leaves, Ctrl-C drops or breaks off, Ctrl-Z suspends. */
static void test_console_control_keys(void **state)
{
	(void)state;
	start(40);
	type("ab\x01\x04");
	assert_screen("you> b\n", 5);
	type("\x03");
	assert_screen("you>\n", 5);
	assert_nothing_wanted();
	type("\x19");
	assert_screen("you> b\n", 6);
	type("\x15\x03");
	assert_command(COMMAND_STOP);
	assert_true(terminal.pasting);
	type("x\x1a");
	assert_false(terminal.pasting);
	assert_screen("\n", 0);
	assert_command(COMMAND_SUSPEND);
	ui->class->resize(ui, 40, 24);
	draw();
	assert_true(terminal.pasting);
	assert_screen("you> x\n", 6);
	type("\x15\x04");
	assert_command(COMMAND_QUIT);
	stop();
}

/* Ctrl-D with messages under way says what it waits for; they come first. */
static void test_console_leaving(void **state)
{
	(void)state;
	start(80);
	type("bye\r\x04");
	take("bye", 1);
	assert_command(COMMAND_QUIT);
	assert_screen("schat: leaving when everything is confirmed; Ctrl-C leaves at once\n12:01 "
		      "you> bye ✓\nyou>\n",
		      5);
	type("late\r");
	assert_nothing_wanted();
	assert_screen(
	    "schat: leaving when everything is confirmed; Ctrl-C leaves at once\n12:01 you> bye ✓\n"
	    "schat: you are leaving; this is not sent\nyou> late\n",
	    9);
	stop();
}

/* Ctrl-R finds what was said; Enter takes it, the next Enter sends it. */
static void test_console_search(void **state)
{
	(void)state;
	start(60);
	type("first thing\rsecond thing\rother\r");
	take("first thing", 1);
	take("second thing", 2);
	take("other", 3);
	terminal_begin(&terminal, 60);
	type("half\x12thing");
	assert_screen("find 'thing'> second thing\n", 26);
	type("\x12");
	assert_screen("find 'thing'> first thing\n", 25);
	type("Q");
	assert_screen("find 'thing'> first thing\n", 25);
	type("\r");
	assert_screen("you> first thing\n", 16);
	assert_nothing_wanted();
	type("\x1b[B\x1b[B\x1b[B");
	assert_screen("you> half\n", 9);
	type("\x12ot\x07");
	assert_screen("you> half\n", 9);
	type("\x12ot");
	now += 10;
	type("\x1b");
	assert_int_equal(ui->class->deadline(ui), now + SECOND / 2);
	ui->class->tick(ui, now + SECOND / 2);
	draw();
	assert_screen("you> half\n", 9);
	assert_true(ui->class->deadline(ui) == NEVER);
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
	assert_screen("schat: connected to bob, pseudo, NOT ENCRYPTED\nschat: /help for commands, "
		      "Ctrl-D to leave\nNOT ENCRYPTED you>\n",
		      19);
	stop();
}

/* Ctrl-L leaves the prompt alone on an empty screen. */
static void test_console_clear(void **state)
{
	(void)state;
	start(40);
	hear("x");
	type("half\x0c");
	assert_screen("you> half\n", 9);
	stop();
}

/* At the end the prompt goes and the terminal is as before. */
static void test_console_end(void **state)
{
	(void)state;
	start(40);
	type("half");
	show((struct event){ .kind = EVENT_CLOSED,
			     .err = ERR_CUT,
			     .text = span_text("bob was cut off"),
			     .exit_code = 5 });
	assert_screen("schat: bob was cut off\n\n", 0);
	type("x");
	hear("late");
	ui->class->end(ui);
	draw();
	assert_screen("schat: bob was cut off\n\n", 0);
	assert_false(terminal.pasting);
	stop();
	start(40);
	type("half");
	ui->class->end(ui);
	draw();
	assert_screen("\n", 0);
	assert_false(terminal.pasting);
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
	for (int step = 0; step < 6; step++) {
		size_t used;
		struct command command;
		switch (step) {
		case 1: ui->class->input(ui, span_text("he"), now); break;
		case 2:
			ui->class->show(
			    ui, &(struct event){ .kind = EVENT_TEXT, .text = span_text("hi") },
			    &used);
			break;
		case 3: ui->class->input(ui, span_text("y\x7f"), now); break;
		case 4:
			ui->class->input(ui, span_text("\r"), now);
			assert_true(ui->class->take(ui, &command));
			ui->class->show(ui,
					&(struct event){ .kind = EVENT_SENT,
							 .number = 1,
							 .text = span_text("he") },
					&used);
			break;
		case 5:
			ui->class->show(ui, &(struct event){ .kind = EVENT_DELIVERED, .number = 1 },
					&used);
			break;
		}
		while ((len = ui->class->output(ui, &where, all + sum, sizeof all - sum)) > 0)
			sum += len;
	}
	assert_span_text(
	    span_of(all, sum),
	    "you> he\r\n00:00 the other side> hi\r\nyou> he\r\nyou> \r\n00:00 ✓✓ he\r\nyou> ");
	stop();
}

/* Whatever is typed and whatever comes in, the prompt stays one row, the last, and the screen's
 * rows are those said. */
static void test_console_any_input(void **state)
{
	(void)state;
	static const char *const keys[] = {
		"a",
		"你",
		"\U0001f600",
		"e\u0301",
		" ",
		"\x1b[D",
		"\x1b[C",
		"\x01",
		"\x05",
		"\x7f",
		"\x04",
		"\x0b",
		"\x15",
		"\x17",
		"\x19",
		"\x14",
		"\x1b"
		"b",
		"\x1b"
		"f",
		"\x1b"
		"d",
		"\x1b[A",
		"\x1b[B",
		"\x12",
		"\r",
		"\x1b[200~x\ny\x1b[201~",
		"\u202e",
		"\xff",
		"\t",
		"/",
		"\U0001f468\u200d\U0001f469",
		"\u2764\ufe0f",
		"\x1b[1;5D",
		"\x1bOC",
		"\x1b[3~",
		"some longer words to fill the row ",
	};
	for (uint64_t seed = 1; seed <= 300; seed++) {
		struct test_random r = test_random(seed);
		unsigned columns = 10 + (unsigned)random_below(&r.random, 60);
		uint64_t n = 0;
		start(columns);
		for (int i = 0; i < 60; i++) {
			struct command command;
			type(keys[random_below(&r.random, sizeof keys / sizeof keys[0])]);
			while (ui->class->take(ui, &command)) {
				if (command.kind != COMMAND_TEXT)
					continue;
				uint8_t text[2000];
				assert_true(command.text.len <= sizeof text);
				memcpy(text, command.text.at, command.text.len);
				ui->class->taken(ui, command.text.len);
				show((struct event){ .kind = EVENT_SENT,
						     .number = ++n,
						     .text = span_of(text, command.text.len) });
			}
			if (random_below(&r.random, 4) == 0)
				hear("incoming 你 \U0001f600 text that is long enough to wrap at "
				     "times");
			if (random_below(&r.random, 4) == 0 && n > 0)
				delivered(n);
			assert_int_equal(terminal.row, terminal.last);
			assert_true(terminal.column < columns);
			assert_false(terminal.wrapped[terminal.last]);
			const char *rows = terminal_text(&terminal);
			assert_true(strchr(rows, '>') || columns == 10);
		}
		stop();
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_console_half_typed_line_stays),
		cmocka_unit_test(test_console_wide_line_stays),
		cmocka_unit_test(test_console_marks),
		cmocka_unit_test(test_console_marks_of_several),
		cmocka_unit_test(test_console_waits_for_the_peer),
		cmocka_unit_test(test_console_waiting_mark),
		cmocka_unit_test(test_console_mark_at_the_edge),
		cmocka_unit_test(test_console_wraps_messages),
		cmocka_unit_test(test_console_no_forged_lines),
		cmocka_unit_test(test_console_long_line_scrolls),
		cmocka_unit_test(test_console_wide_at_the_edge),
		cmocka_unit_test(test_console_resize),
		cmocka_unit_test(test_console_resize_and_marks),
		cmocka_unit_test(test_console_paste),
		cmocka_unit_test(test_console_paste_is_safe),
		cmocka_unit_test(test_console_paste_too_long),
		cmocka_unit_test(test_console_commands),
		cmocka_unit_test(test_console_control_keys),
		cmocka_unit_test(test_console_leaving),
		cmocka_unit_test(test_console_search),
		cmocka_unit_test(test_console_insecure_prompt),
		cmocka_unit_test(test_console_clear),
		cmocka_unit_test(test_console_end),
		cmocka_unit_test(test_console_code_is_whole),
		cmocka_unit_test(test_console_ascii),
		cmocka_unit_test(test_console_dumb),
		cmocka_unit_test(test_console_any_input),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
