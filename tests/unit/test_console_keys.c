/* Tests of ui/console.c: what a person types, and how the line being typed is shown. */
#include "tests/unit/console_world.h"
#include "tests/unit/rounds.h"

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

/* A line longer than the row goes on in the next, and messages come above all of it. */
static void test_console_long_line_wraps(void **state)
{
	(void)state;
	start(20); /* 5 for the prompt, 14 for the text, one is free */
	type("abcdefghijklmn");
	assert_screen("you> abcdefghijklmn\n", 19);
	type("opqrstuvwxyz01234");
	assert_screen("you> abcdefghijklmn\n     opqrstuvwxyz01\n     234\n", 8);
	type("\x01");
	assert_screen_at("you> abcdefghijklmn\n     opqrstuvwxyz01\n     234\n", 2, 5);
	hear("hi");
	type("\x1b[C\x1b[C\x1b[C");
	assert_screen_at("12:01 bob> hi\nyou> abcdefghijklmn\n     opqrstuvwxyz01\n     234\n", 2,
	                 8);
	type("\x05\x1b[D\x1b[D\x1b[D");
	assert_screen_at("12:01 bob> hi\nyou> abcdefghijklmn\n     opqrstuvwxyz01\n     234\n", 0,
	                 5);
	type("\x7f\x7f\x7f\x7f");
	assert_screen_at("12:01 bob> hi\nyou> abcdefghijklmn\n     opqrstuvwx234\n", 0, 15);
	type("\x15");
	assert_screen("12:01 bob> hi\nyou> 234\n", 5);
	stop();
}

/* The mark of a message above a prompt of several rows changes in place. */
static void test_console_mark_above_rows(void **state)
{
	(void)state;
	start(20);
	type("hi\r");
	take("hi", 1);
	type("a line of thirty letters or so");
	assert_screen("12:01 you> hi ✓\nyou> a line of\n     thirty letters\n     or so\n", 10);
	type("\x01");
	delivered(1);
	assert_screen_at("12:01 you> hi ✓✓\nyou> a line of\n     thirty letters\n     or so\n", 2,
	                 5);
	stop();
}

/* Of a line with more rows than the screen, those around the cursor are shown. */
static void test_console_more_rows_than_the_screen(void **state)
{
	(void)state;
	start(20);
	terminal.height = 4;
	interactor_resize(ui, 20, 4);
	type("1\x1b\r2\x1b\r3\x1b\r4\x1b\r5");
	assert_screen("you><3↵\n     4↵\n     5\n", 6);
	type("\x1b<");
	assert_screen_at("you> 1↵\n     2↵\n     3↵>\n", 2, 5);
	type("\x1b[B\x1b[B\x1b[B");
	assert_screen("you><2↵\n     3↵\n     4↵>\n", 5);
	hear("hi");
	assert_screen("12:01 bob> hi\nyou><2↵\n     3↵\n     4↵>\n", 5);
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
	assert_screen("you> a你好你好你好\n     你\n", 7);
	stop();
	for (unsigned columns = 10; columns < 40; columns++) {
		start(columns);
		for (unsigned i = 0; i < 60; i++) {
			type(i >= 30      ? "\x1b[D"
			     : i % 3 == 0 ? "x"
			     : i % 3 == 1 ? "你"
			                  : "\U0001f600");
			assert_true(terminal.column < columns);
			for (unsigned row = 0; row <= terminal.last; row++)
				assert_false(terminal.wrapped[row]);
		}
		stop();
	}
}

/* A paste is one message, its newlines shown as marks; nothing in it is a command or is sent by
 * itself. */
static void test_console_paste(void **state)
{
	(void)state;
	start(60);
	type("\x1b[200~/quit\rtwo\r\nthree\n\x1b[201~");
	assert_screen("you> /quit↵\n     two↵\n     three↵\n\n", 5);
	assert_nothing_wanted();
	type("\x15\x1b[200~one\rtwo\r\nthree\n\x1b[201~");
	assert_screen("you> one↵\n     two↵\n     three↵\n\n", 5);
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

/* A message has a limit: a paste that does not fit is refused whole, and the line is as it was. */
static void test_console_paste_too_long(void **state)
{
	(void)state;
	start(200);
	type("ab\x1b[D\x1b[200~");
	for (int i = 0; i < 2000; i++)
		type("0123456789");
	type("\x1b[201~");
	assert_screen(
	    "schat: paste refused: it has 20000 bytes, and a message has at most 16000. To send "
	    "a file, use /send.\nyou> ab\n",
	    6);
	type("x\r");
	take("axb", 1);
	stop();
}

/* Nor is the end of a line that is typed too long dropped in silence: it says so, once, and is not
 * sent by the first Enter. */
static void test_console_line_too_long(void **state)
{
	(void)state;
	struct command command;
	start(200);
	type("\x1b[200~");
	for (int i = 0; i < 1600; i++)
		type("0123456789");
	type("\x1b[201~ab\r");
	assert_nothing_wanted();
	const char *rows = terminal_text(&terminal);
	assert_non_null(strstr(rows, "this line is full: "));
	assert_null(strstr(strstr(rows, "this line is full: ") + 1, "this line is full: "));
	assert_non_null(strstr(rows, "To send what is left, wait two seconds and press Enter"));
	type("\r");
	assert_nothing_wanted();
	now += CONV_READ_US;
	type("\r");
	assert_true(interactor_take(ui, &command));
	assert_int_equal(command.text.len, LIMIT_TEXT);
	stop();
}

/* A line is for whom it was begun: after a change of peers the first Enter does not send it. */
static void test_console_line_for_another(void **state)
{
	(void)state;
	start(120);
	type("for bob");
	show((struct event){ .kind = EVENT_OVER, .text = span_text("bob is gone") });
	conv = 0;
	type("\r");
	assert_nothing_wanted();
	assert_screen("schat: not sent: nobody is connected\nnobody here> for bob\n", 20);
	sentences_keep(&ui->sentences);
	type("\r");
	assert_non_null(strstr(terminal_text(&terminal),
	                       "nobody is connected. To leave it for a contact, begin it with /to "
	                       "NAME.\nnobody here> for bob\n"));
	show((struct event){ .kind = EVENT_CONNECTED, .peer = "carol", .conv = 2 });
	type(" yes\r"); /* in the terminal before carol came */
	assert_nothing_wanted();
	const char *asked =
	    strstr(terminal_text(&terminal),
	           "schat: not sent: you started this line for bob. To send it to carol, wait "
	           "two seconds and press Enter again.\nyou> for bob yes\n");
	assert_non_null(asked);
	type("\r");
	conv = 2;
	type("\r");
	assert_nothing_wanted();
	asked = strstr(terminal_text(&terminal), "you started this line for bob");
	assert_non_null(asked);
	assert_null(strstr(asked + 1, "you started this line")); /* it is asked once */
	now += CONV_READ_US;
	type("\r");
	take("for bob yes", 1);
	conv = 0;
	type("x");
	conv = 2;
	type("y\r");
	assert_nothing_wanted();
	assert_non_null(strstr(terminal_text(&terminal),
	                       "you started this line before you were talking to carol"));
	type("\x03new\r");
	take("new", 2);
	conv = 1;
	stop();
}

/* Where lines are kept for a contact while nobody is here, one that was begun for it is, and one
 * that was begun for somebody else is asked about; nor does one that was begun for the contact go
 * to whoever comes next. */
static void test_console_line_for_who_is_awaited(void **state)
{
	(void)state;
	start(120);
	sentences_keep_for(&ui->sentences, "bob");
	type("for bob");
	show((struct event){ .kind = EVENT_OVER });
	conv = 2; /* the next, with bob */
	type("\r");
	take("for bob", 1);
	type("more");
	assert_non_null(strstr(terminal_text(&terminal), "waiting for bob> more\n"));
	show((struct event){ .kind = EVENT_CONNECTED, .peer = "eve", .conv = 2 });
	type("\r");
	assert_nothing_wanted();
	assert_non_null(strstr(terminal_text(&terminal),
	                       "you started this line for bob. To send it "
	                       "to eve, wait two seconds"));
	type("\x03to eve");
	show((struct event){ .kind = EVENT_OVER, .conv = 2 });
	conv = 3;
	type("\r");
	assert_nothing_wanted();
	assert_non_null(strstr(terminal_text(&terminal),
	                       "you started this line for eve. To send it "
	                       "to bob, wait two seconds"));
	type("\x03"
	     "again");
	show((struct event){ .kind = EVENT_CONNECTED, .peer = "bob", .conv = 3 });
	type("\r");
	take("again", 2);
	conv = 1;
	stop();
}

/* The Enter that sends a line to another counts when the sentence that asks for it can have been
 * read: not the second of two quick ones, not a key that is held down, and the time begins when the
 * sentence is on the screen. A third peer is asked about anew. */
static void test_console_quick_second_enter_sends_nothing(void **state)
{
	(void)state;
	start(100);
	type("for bob");
	show((struct event){ .kind = EVENT_CONNECTED, .peer = "carol" });
	conv = 2;
	type("\r\r");
	assert_nothing_wanted();
	for (uint64_t held = 0; held < 2 * CONV_READ_US; held += 30 * MS) {
		now += 30 * MS;
		type("\r");
		assert_nothing_wanted();
	}
	show((struct event){ .kind = EVENT_CONNECTED, .peer = "dora" });
	conv = 3;
	now += CONV_READ_US;
	struct span enter = span_text("\r");
	interactor_input(ui, enter, conv, now);
	now += 10 * CONV_READ_US; /* the terminal stands still */
	interactor_input(ui, enter, conv, now);
	assert_nothing_wanted();
	draw();
	assert_non_null(strstr(terminal_text(&terminal), "To send it to dora, wait two"));
	now += CONV_READ_US - 1;
	interactor_timer(ui, now);
	type("\r");
	assert_nothing_wanted();
	now += CONV_READ_US;
	type("\r");
	take("for bob", 1);
	conv = 1;
	stop();
}

/* What is refused for good is no longer there, and does not hold up what comes after it. */
static void test_console_refused_messages(void **state)
{
	(void)state;
	struct command command;
	start(60);
	type("a\rb\r");
	for (int i = 0; i < 2; i++) {
		assert_int_equal(interactor_unsent(ui), 2 - i);
		assert_true(interactor_take(ui, &command));
		assert_int_equal(command.conv, 1);
		interactor_answer(ui, ANSWER_OVER, 0);
	}
	assert_nothing_wanted();
	conv = 2;
	type("c\r");
	take("c", 1);
	conv = 1;
	stop();
}

/* Commands are done here and never sent; // sends /; what is no command is refused. */
static void test_console_commands(void **state)
{
	(void)state;
	start(140);
	type("/who\r");
	assert_command(COMMAND_WHO);
	assert_nothing_wanted();
	type("/who\r/who\r\x1a"); /* each once, however often */
	assert_command(COMMAND_WHO);
	assert_command(COMMAND_SUSPEND);
	assert_nothing_wanted();
	type("/verify\r");
	assert_command(COMMAND_VERIFY);
	type("/verify  k3v7-6xqa \r");
	struct command command;
	assert_true(interactor_take(ui, &command));
	assert_int_equal(command.kind, COMMAND_VERIFY);
	assert_span_text(command.text, "k3v7-6xqa");
	assert_nothing_wanted();
	type("//path\r");
	take("/path", 1);
	type("/nosuch\r");
	assert_nothing_wanted();
	assert_screen("12:01 you> /path ✓\nschat: /nosuch is not a command; nothing was sent. "
	              "/help lists the commands. To send a line that starts with /, start it with "
	              "//.\nyou>\n",
	              5);
	terminal_begin(&terminal, 200);
	type("/quit now\r");
	assert_nothing_wanted();
	assert_screen(
	    "schat: /quit takes no argument; nothing was done. /help lists the commands. To "
	    "send a line that starts with /, start it with //.\nyou>\n",
	    5);
	type("/f\x1b[2J\x15");
	type("/v\t");
	assert_non_null(strstr(terminal_text(&terminal), "you> /verify\n"));
	type("\x15/\tq\t\r"); /* one of several: a list of them */
	assert_command(COMMAND_QUIT);
	stop();
	start(200);
	type("/help\r");
	assert_nothing_wanted();
	assert_non_null(strstr(terminal_text(&terminal), "/quit                 leave"));
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
	assert_nothing_wanted();
	type("\x03");
	assert_command(COMMAND_STOP);
	assert_true(terminal.pasting);
	type("x\x1a");
	assert_false(terminal.pasting);
	assert_command(COMMAND_SUSPEND);
	interactor_resize(ui, 40, 24);
	draw();
	assert_true(terminal.pasting);
	assert_non_null(strstr(terminal_text(&terminal), "\nyou> x\n"));
	type("\x15\x04");
	assert_command(COMMAND_QUIT);
	stop();
}

/* In a conversation a second Ctrl-C leaves, if it follows the first at once; else it only says how
 * to. */
static void test_console_stop_needs_a_second(void **state)
{
	(void)state;
	static const char told[] =
	    "schat: press Ctrl-C again to leave at once; Ctrl-D says goodbye first\n";
	start(80);
	type("half\x03\x03"); /* drops the line, and makes sure */
	assert_nothing_wanted();
	now += 2 * SECOND;
	type("\x03");
	assert_nothing_wanted();
	type("y\x7f\x03"); /* another key between */
	assert_nothing_wanted();
	now += 2 * SECOND - 1;
	type("\x03");
	assert_command(COMMAND_STOP);
	const char *rows = terminal_text(&terminal);
	for (int i = 0; i < 3; i++) {
		rows = strstr(rows, told);
		assert_non_null(rows);
		rows += sizeof told - 1;
	}
	assert_string_equal(rows, "you>\n");
	stop();
}

/* When nobody is here, or the user leaves already, the first Ctrl-C leaves at once. */
static void test_console_stop_at_once(void **state)
{
	(void)state;
	start_with((struct interactor_config){ .columns = 80, .utf8 = true });
	type("\x03");
	assert_command(COMMAND_STOP);
	stop();
	start(80);
	show((struct event){ .kind = EVENT_OVER });
	type("\x03");
	assert_command(COMMAND_STOP);
	stop();
	start(80);
	type("bye\r");
	take("bye", 1);
	type("\x04\x03");
	assert_command(COMMAND_STOP);
	stop();
}

/* A line stays, and is sent without a question, when the same peer comes again; for the only peer
 * also before it comes. */
static void test_console_line_for_the_same_peer(void **state)
{
	(void)state;
	start(120);
	type("for bob");
	show((struct event){ .kind = EVENT_OVER });
	conv = 0;
	type("!");
	show((struct event){ .kind = EVENT_CONNECTED, .conv = 2, .peer = "bob", .again = 1 });
	conv = 2;
	type("\r");
	take("for bob!", 1);
	show((struct event){ .kind = EVENT_OVER });
	conv = 0;
	type("for nobody");
	show((struct event){ .kind = EVENT_CONNECTED, .conv = 3, .peer = "bob", .again = 2 });
	conv = 3;
	type("\r");
	assert_nothing_wanted();
	stop();
	start_with((struct interactor_config){ .columns = 80, .utf8 = true, .whom = "bob" });
	conv = 1;
	show((struct event){ .kind = EVENT_CONNECTED, .conv = 1, .peer = "bob" });
	type("for bob");
	show((struct event){ .kind = EVENT_OVER });
	conv = 2;
	type("\r");
	take("for bob", 1);
	conv = 1;
	stop();
}

/* Ctrl-D at the end of a line says why it does not leave, once. */
static void test_console_leave_on_an_empty_line_only(void **state)
{
	(void)state;
	start(80);
	type("abc\x04\x04");
	assert_nothing_wanted();
	assert_screen("schat: Ctrl-D leaves on an empty line; Ctrl-C clears this one\nyou> abc\n",
	              8);
	type("\x01\x04"); /* deletes */
	assert_screen("schat: Ctrl-D leaves on an empty line; Ctrl-C clears this one\nyou> bc\n",
	              5);
	type("\x03\x04");
	assert_command(COMMAND_QUIT);
	stop();
}

/* With messages that wait for somebody to come it says so; with those of a conversation that is
 * over it does not. */
static void test_console_leaving_with_messages_that_wait(void **state)
{
	(void)state;
	struct command command;
	start_with((struct interactor_config){ .columns = 100, .utf8 = true, .quiet = true });
	type("hello\r");
	assert_true(interactor_take(ui, &command));
	interactor_answer(ui, ANSWER_LATER, 0);
	type("\x04");
	assert_non_null(strstr(terminal_text(&terminal),
	                       "schat: messages are waiting; leaving when they have arrived. "
	                       "Ctrl-C leaves at once, without them\n"));
	type("\x03");
	assert_command(COMMAND_STOP);
	stop();
	start(80);
	type("hello\r");
	take("hello", 1);
	show((struct event){ .kind = EVENT_OVER, .err = ERR_CUT, .text = span_text("cut off") });
	type("\x04");
	assert_command(COMMAND_QUIT);
	assert_screen("12:01 you> hello ✓\nschat: cut off\nnobody here>\n", 13);
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
	assert_screen("schat: leaving when everything is confirmed; Ctrl-C leaves at "
	              "once\n12:01 you> bye ✓\n"
	              "schat: not sent: you are leaving\nyou> late\n",
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
	assert_screen("not found: 'thingQ'> first thing\n", 32);
	type("\x7f");
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
	assert_int_equal(interactor_deadline(ui), now + SECOND / 2);
	interactor_timer(ui, now + SECOND / 2);
	draw();
	assert_screen("you> half\n", 9);
	assert_true(interactor_deadline(ui) == NEVER);
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

/* The prompt is drawn as if it had not been there before, and takes nothing else with it. */
static void assert_drawn_right(void)
{
	unsigned row = terminal.row, column = terminal.column;
	char *before = strdup(terminal_text(&terminal));
	interactor_resize(ui, terminal.columns, terminal.height);
	draw();
	assert_string_equal(terminal_text(&terminal), before);
	assert_true(terminal.row == row && terminal.column == column);
	free(before);
}

/* Whatever is typed and whatever comes in, the prompt stays below, and the screen's rows are those
 * said. */
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
	for (uint64_t seed = 1; seed <= rounds(100); seed++) {
		struct test_random r = test_random(seed);
		unsigned columns = 10 + (unsigned)random_below(&r.random, 60);
		uint64_t n = 0;
		start(columns);
		for (int i = 0; i < 60; i++) {
			struct command command;
			type(keys[random_below(&r.random, sizeof keys / sizeof keys[0])]);
			while (interactor_take(ui, &command)) {
				if (command.kind != COMMAND_TEXT)
					continue;
				interactor_answer(ui, ANSWER_TAKEN, command.text.len);
				show((struct event){ .kind = EVENT_SENT, .number = ++n });
			}
			if (random_below(&r.random, 4) == 0)
				hear("incoming 你 \U0001f600 text that is long enough to wrap at "
				     "times");
			if (random_below(&r.random, 4) == 0 && n > 0)
				delivered(n);
			assert_true(terminal.column < columns);
			assert_false(terminal.wrapped[terminal.last]);
			assert_drawn_right();
			const char *rows = terminal_text(&terminal);
			assert_true(strchr(rows, '>') || columns == 10);
		}
		stop();
	}
}

/* More than can wait is not taken from the line, and said so. */
static void test_console_outbox_is_bounded(void **state)
{
	(void)state;
	start(60);
	for (int message = 0; message < 3; message++) {
		type("\x1b[200~");
		for (int i = 0; i < 1500; i++)
			type("0123456789");
		type("\x1b[201~\r");
	}
	const char *rows = terminal_text(&terminal);
	assert_non_null(strstr(rows, "schat: not sent: too many messages are waiting; press Enter\n"
	                             "to try again\nyou><"));
	assert_null(strchr(strstr(rows, "try again"), 0x2713));
	stop();
}

/* Ctrl-D says what it waits for only when there is something, and once. */
static void test_console_leaves_in_silence(void **state)
{
	(void)state;
	start(80);
	type("\x04\x04");
	assert_command(COMMAND_QUIT);
	assert_nothing_wanted();
	show((struct event){ .kind = EVENT_PEER_LEFT });
	assert_screen("you>\n", 5);
	stop();
	start(80);
	type("x\r");
	take("x", 1);
	type("\x04\x04");
	assert_screen("12:01 you> x ✓\nschat: leaving when everything is confirmed; Ctrl-C leaves "
	              "at once\nyou>\n",
	              5);
	stop();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_console_leaves_in_silence),
		cmocka_unit_test(test_console_line_too_long),
		cmocka_unit_test(test_console_line_for_who_is_awaited),
		cmocka_unit_test(test_console_line_for_another),
		cmocka_unit_test(test_console_quick_second_enter_sends_nothing),
		cmocka_unit_test(test_console_refused_messages),
		cmocka_unit_test(test_console_outbox_is_bounded),
		cmocka_unit_test(test_console_wide_line_stays),
		cmocka_unit_test(test_console_long_line_wraps),
		cmocka_unit_test(test_console_wide_at_the_edge),
		cmocka_unit_test(test_console_mark_above_rows),
		cmocka_unit_test(test_console_more_rows_than_the_screen),
		cmocka_unit_test(test_console_paste),
		cmocka_unit_test(test_console_paste_is_safe),
		cmocka_unit_test(test_console_paste_too_long),
		cmocka_unit_test(test_console_commands),
		cmocka_unit_test(test_console_control_keys),
		cmocka_unit_test(test_console_stop_needs_a_second),
		cmocka_unit_test(test_console_stop_at_once),
		cmocka_unit_test(test_console_line_for_the_same_peer),
		cmocka_unit_test(test_console_leaving),
		cmocka_unit_test(test_console_leave_on_an_empty_line_only),
		cmocka_unit_test(test_console_leaving_with_messages_that_wait),
		cmocka_unit_test(test_console_search),
		cmocka_unit_test(test_console_clear),
		cmocka_unit_test(test_console_any_input),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
