/* orders: commands of the console, by what the screen shows and what the program is asked. */
#include "ui/orders.h"

#include "tests/unit/console_world.h"

static void assert_wish(enum command_kind kind, const char *text)
{
	struct command command;
	assert_true(interactor_take(ui, &command));
	assert_int_equal(command.kind, kind);
	assert_span_text(command.text, text);
}

/* What the program is asked to do comes in the order it was asked for, with its words. */
static void test_orders_for_the_program(void **state)
{
	(void)state;
	start(100);
	type("/nick  Eve Adams \r/log on\r/log off\r/log off\r/paste ~/a b\r/verify\r");
	assert_wish(COMMAND_NICK, "Eve Adams");
	assert_wish(COMMAND_LOG, "on");
	assert_wish(COMMAND_LOG, "off");
	assert_wish(COMMAND_FILE, "~/a b");
	assert_wish(COMMAND_VERIFY, "");
	assert_nothing_wanted();
	type("/log\r/nick\r/search\r/history x\r/accept foo\r/reject 1 2\r/cancel -1\r");
	assert_nothing_wanted();
	const char *rows = terminal_text(&terminal);
	assert_non_null(strstr(rows, "schat: /log takes on|off; nothing was done."));
	assert_non_null(strstr(rows, "schat: /nick takes NAME; nothing was done."));
	assert_non_null(strstr(rows, "schat: /search takes TEXT; nothing was done."));
	assert_non_null(strstr(rows, "schat: /history takes [N]; nothing was done."));
	assert_non_null(strstr(rows, "schat: /accept takes [N]; nothing was done."));
	assert_non_null(strstr(rows, "schat: /reject takes [N]; nothing was done."));
	assert_non_null(strstr(rows, "schat: /cancel takes N; nothing was done."));
	type("/send ~/a b\r/accept\r/accept 2\r/reject 1\r/files\r/invite\r");
	assert_wish(COMMAND_SEND, "~/a b");
	assert_wish(COMMAND_ACCEPT, "");
	assert_wish(COMMAND_ACCEPT, "2");
	assert_wish(COMMAND_REJECT, "1");
	assert_wish(COMMAND_FILES, "");
	assert_wish(COMMAND_INVITE, "");
	stop();
}

/* As a shell would take them; what they are not around stays as it is. */
static void test_orders_take_quotes_off_a_path(void **state)
{
	(void)state;
	static const char *const paths[][2] = {
		{ "'my photo.jpg'", "my photo.jpg" },
		{ "\"Bob's photo.jpg\"", "Bob's photo.jpg" },
		{ "'a' 'b'", "'a' 'b'" },
		{ "'a", "'a" },
		{ "''", "''" },
	};
	start(100);
	for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
		char line[64];
		snprintf(line, sizeof line, "/send %s\r", paths[i][0]);
		type(line);
		assert_wish(COMMAND_SEND, paths[i][1]);
	}
	type("/paste 'my text'\r");
	assert_wish(COMMAND_FILE, "my text");
	stop();
}

/* /to NAME TEXT, where nobody of that name is here: the program keeps it. It is shown when it was
 * kept. */
static void test_orders_keep_what_is_for_the_absent(void **state)
{
	(void)state;
	struct command command;
	static char text[2 * LIMIT_TEXT];
	start(100);
	type("/to anna  see  you \r");
	for (int kept = 0; kept < 2; kept++) {
		assert_true(interactor_take(ui, &command));
		assert_int_equal(command.kind, COMMAND_TEXT);
		assert_span_text(command.peer, "anna");
		assert_span_text(command.text, "see  you");
		assert_int_equal(command.conv, CONV_NOBODY);
		interactor_answer(ui, kept ? ANSWER_KEPT : ANSWER_NOBODY, command.text.len);
		type(kept ? "x\x15" : "/to anna see  you\r");
		const char *shown = strstr(terminal_text(&terminal), "you to anna> see  you");
		assert_true((shown != NULL) == (kept == 1));
	}
	assert_nothing_wanted();
	type("/to anna /send  '~/a b'\r");
	assert_true(interactor_take(ui, &command));
	assert_int_equal(command.kind, COMMAND_SEND);
	assert_span_text(command.peer, "anna");
	assert_span_text(command.text, "~/a b");
	assert_nothing_wanted();
	memset(text, 'x', sizeof text - 1);
	memcpy(text, "/to anna ", 9);
	type(text); /* the line takes no more than a message has */
	type("\r");
	assert_true(interactor_take(ui, &command));
	assert_true(command.text.len <= LIMIT_TEXT);
	interactor_answer(ui, ANSWER_NOBODY, command.text.len);
	type("/cancel\r/cancel 3\r");
	assert_wish(COMMAND_REJECT, "3");
	assert_nothing_wanted();
	stop();
}

/* Each part of the help fits a screen of 24 rows of 80 columns, with the prompt below it. */
static void test_orders_help_fits_a_screen(void **state)
{
	(void)state;
	for (int keys = 0; keys < 2; keys++) {
		start(80);
		type(keys ? "/help k\t\r" : "/help\r");
		assert_nothing_wanted();
		const char *rows = terminal_text(&terminal);
		assert_non_null(strstr(rows, keys ? "Ctrl-R " : "/help [keys] "));
		unsigned count = 0;
		for (; *rows; rows++)
			count += *rows == '\n';
		assert_true(count <= 24);
		stop();
	}
	start(80);
	type("/help me\r");
	assert_non_null(strstr(terminal_text(&terminal), "/help takes [keys]"));
	stop();
}

/* Tab adds what is certain, and shows what there is where nothing is. */
static void test_orders_complete(void **state)
{
	(void)state;
	start(100);
	type("/he\t");
	assert_screen("you> /help\n", 11); /* with a blank, for it takes words */
	type("\x15/sea\t");
	assert_screen("you> /search\n", 13);
	type("\x15/h\t");
	assert_screen("schat: /help   /history\nyou> /h\n", 7);
	type("\x15/log o\tn\t");
	assert_screen("schat: /help   /history\nschat: on  off\nyou> /log on\n", 12);
	type("\x15one /h\t"); /* not a command */
	type("\x15/\x01\t");
	assert_screen("schat: /help   /history\nschat: on  off\nyou> /\n", 5);
	type("\x15\x0b/who x\t/");
	assert_nothing_wanted();
	stop();
}

static void names(const char *typed, struct span names)
{
	show((struct event){ .kind = EVENT_NAMES, .id = span_text(typed), .text = names });
}

/* Names of files come from the program; meanwhile, the line may have changed. */
static void test_orders_complete_files(void **state)
{
	(void)state;
	start(100);
	type("/paste no\t");
	assert_wish(COMMAND_NAMES, "no");
	names("no", span_of("notes/\0notes.txt\0no\xff\0", 21));
	assert_screen("you> /paste notes\n", 17);
	type("\t");
	assert_wish(COMMAND_NAMES, "notes");
	names("notes", span_of("notes.txt\0notes/\0", 17));
	assert_screen("schat: notes.txt  notes/\nyou> /paste notes\n", 17);
	type("/\t");
	assert_wish(COMMAND_NAMES, "notes/");
	type("x");
	names("notes/", span_of("notes/b\0", 8));
	assert_screen("schat: notes.txt  notes/\nyou> /paste notes/x\n", 19);
	type("\t");
	assert_wish(COMMAND_NAMES, "notes/x");
	names("notes/x", span_of("notes/xa\n\0notes/xb\x1b\0notes/x\u202e\0notes/xc\0", 40));
	assert_screen("schat: notes.txt  notes/\n"
	              "schat: notes/x\\u{202e}  notes/xc\nyou> /paste notes/x\n",
	              19);
	stop();
}

/* Behind a quote, names are those without it; at the end of one there is another quote. */
static void test_orders_complete_quoted_paths(void **state)
{
	(void)state;
	static const struct {
		const char *typed, *wish, *found, *line;
	} cases[] = {
		{ "/send 'my fi", "my fi", "my file", "/send 'my file'" },
		{ "/send \"my fi", "my fi", "my file", "/send \"my file\"" },
		{ "/paste  '", "", "x", "/paste  'x'" },
		{ "/send 'my file", "my file", "my file", "/send 'my file'" },
		{ "/send 'my fo", "my fo", "my folder/", "/send 'my folder/" },
		{ "/send my fi", "my fi", "my file", "/send my file" },
		{ "/send \"Bob", "Bob", "Bob's", "/send \"Bob's\"" },
		{ "/send 'Bob", "Bob", "Bob's", "/send 'Bob" }, /* /send takes no such thing */
		{ "/send 'x'", "'x'", "'x'y", "/send 'x'y" },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		char screen[64];
		start(100);
		type(cases[i].typed);
		type("\t");
		assert_wish(COMMAND_NAMES, cases[i].wish);
		names(cases[i].wish, span_of(cases[i].found, strlen(cases[i].found) + 1));
		snprintf(screen, sizeof screen, "you> %s\n", cases[i].line);
		assert_screen(screen, (unsigned)strlen(cases[i].line) + 5);
		stop();
	}
	start(100);
	type("/send 'a\t");
	assert_wish(COMMAND_NAMES, "a");
	names("a", span_of("a b\0a bc\0", 9));
	assert_screen("you> /send 'a b\n", 15); /* which goes on, or not */
	type("\t");
	assert_wish(COMMAND_NAMES, "a b");
	type("\x7f\x7f\x7f\x7f a b"); /* another line meanwhile: no quote */
	names("a b", span_of("a b\0", 4));
	assert_screen("you> /send  a b\n", 15);
	stop();
}

/* What was said is shown again, the oldest first, with its day; and found. */
static void test_orders_show_the_past(void **state)
{
	(void)state;
	start(60);
	type("/history\r");
	assert_screen("schat: nothing has been said yet\nyou>\n", 5);
	static const char *const said[] = { "one fish", "two FISH", "red", "blue\nfish" };
	for (uint32_t i = 0; i < 4; i++)
		show((struct event){ .kind = EVENT_TEXT,
		                     .text = span_text(said[i]),
		                     .date = 20261231 + i / 2 * 8870 });
	type("mine\r");
	take("mine", 1);
	terminal_begin(&terminal, 60);
	type("/history 2\r");
	assert_screen("schat: 2 messages:\n12:01 bob> blue\n      fish\n12:01 you> mine\nyou>\n",
	              5);
	terminal_begin(&terminal, 60);
	type("/search fish\r");
	assert_screen("schat: 3 messages with 'fish':\nschat: 2026-12-31\n12:01 bob> one fish\n"
	              "12:01 bob> two FISH\nschat: 2027-01-01\n12:01 bob> blue\n      fish\nyou>\n",
	              5);
	terminal_begin(&terminal, 60);
	type("/search \x1b[200~\u202e\x1b[201~\r");
	assert_screen("schat: 0 messages with '\\u{202e}'\nyou>\n", 5);
	stop();
}

/* However long the past is, it is shown whole and the prompt after it. */
static void test_orders_show_a_long_past(void **state)
{
	(void)state;
	static char text[SHELF / 3 - 20];
	memset(text, 'a', sizeof text - 1);
	start(150);
	for (int i = 0; i < 3; i++) {
		text[0] = (char)('0' + i);
		hear(text);
	}
	terminal_begin(&terminal, 150);
	type("/history\r");
	const char *rows = terminal_text(&terminal);
	for (int i = 0; i < 3; i++) {
		char want[] = "12:01 bob> 0aaa";
		want[11] = (char)('0' + i);
		assert_non_null(strstr(rows, want));
	}
	assert_non_null(strstr(rows, "a\nyou>\n"));
	stop();
}

/* A line says which day it is when that has changed. */
static void test_orders_day_changes(void **state)
{
	(void)state;
	start(60);
	static const uint32_t dates[] = { 20261231, 20261231, 20270101, 20270101 };
	for (int i = 0; i < 4; i++)
		show((struct event){
		    .kind = EVENT_TEXT, .text = span_text("hi"), .date = dates[i] });
	assert_screen("12:01 bob> hi\n12:01 bob> hi\nschat: 2027-01-01\n12:01 bob> hi\n"
	              "12:01 bob> hi\nyou>\n",
	              5);
	stop();
}

/* /paste without a file: Enter begins a line, Ctrl-D sends; a message may begin with /. */
static void test_orders_write(void **state)
{
	(void)state;
	start(60);
	type("/paste\r");
	assert_screen("Ctrl-D sends>\n", 14);
	type("/one\rtwo\r");
	assert_nothing_wanted();
	type("\x04");
	take("/one\ntwo", 1);
	assert_screen("12:01 you> /one\n      two ✓\nyou>\n", 5);
	type("/paste\r\x03"); /* given up */
	assert_screen("12:01 you> /one\n      two ✓\nyou>\n", 5);
	type("/paste\rx\x03");
	assert_screen("12:01 you> /one\n      two ✓\nyou>\n", 5);
	type("y\r");
	take("y", 2);
	stop();
}

/* A long paste is asked about; its file, always. */
static void test_orders_paste(void **state)
{
	(void)state;
	start(60);
	type("re: \x1b[200~1\r2\r3\r4\r5\r6\r7\r8\r9\x1b[201~");
	assert_screen("[paste: 9 lines, 17 bytes] Enter sends, Esc drops> re:\n", 55);
	assert_nothing_wanted();
	type("\x07"); /* drops it, as Escape does */
	assert_screen("you> re:\n", 9);
	type("\x1b[200~1\r2\r3\r4\r5\r6\r7\r8\r9\x1b[201~!"); /* any other key edits */
	assert_non_null(strstr(terminal_text(&terminal), "you> re: 1↵\n     2↵\n"));
	type("\r");
	take("re: 1\n2\n3\n4\n5\n6\n7\n8\n9!", 1);
	type("\x1b[200~1\r2\r3\r4\r5\r6\r7\r8\r9\r\x1b[201~\r");
	take("1\n2\n3\n4\n5\n6\n7\n8\n9", 2);
	terminal_begin(&terminal, 60);
	show((struct event){ .kind = EVENT_FILE, .text = span_text("a\r\n\x1b\xff\tz") });
	assert_screen("[paste: 2 lines, 7 bytes] Enter sends, Esc drops>\n", 50);
	type("\r");
	take("a\n\ufffd\tz", 3);
	stop();
}

/* What is in a file is text, whatever it looks like, even if somebody else has come meanwhile and a
 * second Enter is needed; but a line that our user has begun, or gone on with, is a line. */
static void test_orders_paste_of_a_command(void **state)
{
	(void)state;
	start(60);
	type("/paste f\r");
	assert_wish(COMMAND_FILE, "f");
	show((struct event){ .kind = EVENT_FILE, .text = span_text("/quit\n") });
	type("\r");
	take("/quit", 1);
	show((struct event){ .kind = EVENT_FILE, .text = span_text("//x") });
	type("\r");
	take("//x", 2);
	show((struct event){ .kind = EVENT_FILE, .text = span_text("/nick a") });
	type("b\r");
	assert_wish(COMMAND_NICK, "ab");
	type("/nick ");
	show((struct event){ .kind = EVENT_FILE, .text = span_text("c") });
	type("\r");
	assert_wish(COMMAND_NICK, "c");
	show((struct event){ .kind = EVENT_FILE, .text = span_text("/quit") });
	show((struct event){ .kind = EVENT_OVER, .peer = "bob" });
	conv = CONV_NOBODY;
	type("\r"); /* nobody is here */
	assert_nothing_wanted();
	type("\r");
	assert_nothing_wanted();
	assert_non_null(strstr(terminal_text(&terminal), "> /quit"));
	conv = 1;
	stop();
}

static void test_orders_paste_of_nothing(void **state)
{
	(void)state;
	start(60);
	type("x");
	for (unsigned i = 0; i < 2; i++) {
		terminal_begin(&terminal, 60);
		show((struct event){ .kind = EVENT_FILE, .text = span_text(i ? "\x1b\x01" : "") });
		assert_screen("schat: there is no text in this file\nyou> x\n", 6);
	}
	type("\r");
	take("x", 1);
	stop();
}

static size_t rings(const char *text, uint64_t unix_ms)
{
	int where;
	struct event e = { .kind = EVENT_TEXT, .text = span_text(text), .unix_ms = unix_ms };
	assert_true(interactor_show(ui, &e));
	struct span out = interactor_output(ui, &where);
	size_t count = 0;
	for (size_t i = 0; i < out.len; i++)
		count += out.at[i] == '\a';
	interactor_written(ui, out.len);
	return count;
}

/* The bell is rung if that is wanted, for what the peer says, and not without end. */
static void test_orders_bell(void **state)
{
	(void)state;
	for (int bell = 0; bell < 2; bell++) {
		start_with((struct interactor_config){ .columns = 60, .utf8 = true, .bell = bell });
		assert_int_equal(rings("hi", 10000), bell);
		assert_int_equal(rings("hi", 11999), 0);
		assert_int_equal(rings("\a", 12000), bell);
		assert_int_equal(rings("hi", 12000), 0);
		stop();
	}
}

/* What is said goes to a file, one line each and safe, while that is wanted. */
static void test_orders_keep(void **state)
{
	(void)state;
	struct command command;
	int where;
	start_with((struct interactor_config){ .columns = 60 });
	struct event events[] = {
		{ .kind = EVENT_CONNECTED, .peer = "bob" },
		{ .kind = EVENT_TEXT, .text = span_text("ä\x1b\nb") },
		{ .kind = EVENT_SENT, .number = 1 },
	};
	char kept[200];
	struct text t = text_of(kept, sizeof kept);
	for (int i = 0; i < 4; i++) {
		struct event *e = &events[i % 3];
		interactor_keep(ui, i < 3);
		interactor_input(ui, span_text(i == 2 ? "yes\r" : ""), conv, now);
		if (i == 2) {
			assert_true(interactor_take(ui, &command));
			interactor_answer(ui, ANSWER_TAKEN, command.text.len);
		}
		e->date = 20260102;
		e->clock_s = 3600 * 9 + 60;
		assert_true(interactor_show(ui, e));
		for (struct span out; (out = interactor_output(ui, &where)).len > 0;) {
			if (where == UI_KEPT)
				text_add_span(&t, out);
			interactor_written(ui, out.len);
		}
	}
	interactor_keep(ui, false);
	assert_string_equal(kept, "2026-01-02 09:01 bob> ä\\x1b\\nb\n2026-01-02 09:01 you> yes\n");
	stop();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_orders_for_the_program),
		cmocka_unit_test(test_orders_take_quotes_off_a_path),
		cmocka_unit_test(test_orders_keep_what_is_for_the_absent),
		cmocka_unit_test(test_orders_help_fits_a_screen),
		cmocka_unit_test(test_orders_complete),
		cmocka_unit_test(test_orders_complete_files),
		cmocka_unit_test(test_orders_complete_quoted_paths),
		cmocka_unit_test(test_orders_show_the_past),
		cmocka_unit_test(test_orders_show_a_long_past),
		cmocka_unit_test(test_orders_day_changes),
		cmocka_unit_test(test_orders_write),
		cmocka_unit_test(test_orders_paste),
		cmocka_unit_test(test_orders_paste_of_a_command),
		cmocka_unit_test(test_orders_paste_of_nothing),
		cmocka_unit_test(test_orders_bell),
		cmocka_unit_test(test_orders_keep),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
