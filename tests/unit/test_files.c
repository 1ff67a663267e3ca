/* The interactor of send and receive: one row that is written over, one question, and a peer that
 * wants to draw on the terminal. */
#include "ui/files.h"

#include "tests/unit/fetch.h"
#include "tests/unit/support.h"

static struct interactor *ui;
static char said[1 << 18];
static size_t said_len;

static void start(unsigned columns, bool quiet)
{
	struct interactor_config config = { .columns = columns, .utf8 = true, .quiet = quiet };
	ui = interactor_new(&files_class, &config);
	assert_non_null(ui);
}

static int teardown(void **state)
{
	(void)state;
	interactor_free(ui);
	ui = NULL;
	return 0;
}

/* What is written until nothing more is; all of it is talk. */
static const char *collect(void)
{
	int where = 0;
	size_t len;
	said_len = 0;
	while ((len = fetch(ui, &where, said + said_len, sizeof said - 1 - said_len)) > 0) {
		assert_int_equal(where, UI_ERR);
		said_len += len;
	}
	said[said_len] = 0;
	return said;
}

static const char *show(struct event event)
{
	assert_true(interactor_show(ui, &event));
	return collect();
}

static const char *progress(uint64_t bytes, uint64_t rate, uint64_t at_ms)
{
	struct event_files f = {
		.number = 1, .bytes = bytes, .all_bytes = 1000000, .rate = rate, .left_s = 7
	};
	return show((struct event){ .kind = EVENT_PROGRESS, .files = &f, .unix_ms = at_ms });
}

static const char *ask(unsigned number)
{
	struct event_files f = { .number = number, .asks = true };
	return show((struct event){
	    .kind = EVENT_OFFER, .files = &f, .text = span_text("bob offers x (1 byte)") });
}

static void type(const char *keys)
{
	assert_true(interactor_room(ui) >= strlen(keys));
	interactor_input(ui, span_text(keys), 1, 1);
}

static void assert_wants_nothing(void)
{
	struct command c;
	assert_false(interactor_take(ui, &c));
}

static void assert_answers(enum command_kind kind, const char *number)
{
	struct command c;
	assert_true(interactor_take(ui, &c));
	assert_int_equal(c.kind, kind);
	assert_span_text(c.text, number);
	assert_wants_nothing();
}

static void test_a_row_is_written_over(void **state)
{
	(void)state;
	start(80, false);
	assert_string_equal(progress(500000, 0, 1),
	                    "\r 50 % [#############............]  500 KB of "
	                    "1.0 MB\x1b[K");
	assert_string_equal(progress(500000, 0, 2), ""); /* nothing new: nothing flickers */
	assert_non_null(strstr(progress(510000, 9000, 3), "\r 51 % ["));
	assert_string_equal(show((struct event){ .kind = EVENT_NOTICE, .text = span_text("news") }),
	                    "\r\x1b[Kschat: news\n");
	assert_string_equal(collect(), ""); /* the row comes again with what is new */
	assert_non_null(strstr(progress(520000, 9000, 4), "\r 52 % ["));
	interactor_resize(ui, 20, 5);
	assert_string_equal(collect(), "\r\x1b[K\r 52 % \x1b[K");
	interactor_end(ui);
	assert_string_equal(collect(), "\r\x1b[K");
}

static void test_without_a_terminal_there_is_a_line_now_and_then(void **state)
{
	(void)state;
	start(0, false);
	assert_string_equal(progress(1000, 10, 101000), "");
	assert_string_equal(progress(2000, 10, 109000), "");
	assert_string_equal(progress(500000, 100000, 111000),
	                    "schat: 50 %, 500 KB of 1.0 MB, 100 KB/s, 0:07 left\n");
	assert_string_equal(progress(600000, 100000, 112000), "");
	interactor_resize(ui, 0, 0);
	interactor_end(ui);
	assert_string_equal(collect(), "");
}

static void test_quiet_means_errors_and_questions(void **state)
{
	(void)state;
	start(80, true);
	assert_string_equal(progress(500000, 1, 1), "");
	assert_string_equal(progress(600000, 1, 100000), "");
	struct event_files f = { .number = 1 };
	struct event e = { .kind = EVENT_ITEM, .files = &f, .text = span_text("x has arrived") };
	assert_string_equal(show(e), "");
	e.err = ERR_LOCAL;
	e.text = span_text("x is incomplete");
	assert_string_equal(show(e), "schat: x is incomplete\n");
	assert_non_null(strstr(ask(1), "schat: bob offers x (1 byte)\nschat: accept? y or n: "));
}

/* Nothing that was typed before is an answer. */
static void test_a_question_has_two_answers(void **state)
{
	(void)state;
	start(80, false);
	assert_int_equal(interactor_room(ui), 0);
	assert_non_null(strstr(ask(7), "accept? y or n: "));
	assert_wants_nothing();
	type("\n");
	type("maybe\n");
	type("a long li");
	type("ne of w");
	type("ords\n");
	assert_wants_nothing();
	assert_non_null(strstr(collect(), "y or n: "));
	assert_string_equal(show((struct event){ .kind = EVENT_NOTICE, .text = span_text("news") }),
	                    "\r\x1b[Kschat: news\nschat: accept? y or n: ");
	type("y");
	assert_wants_nothing();
	type("es\n");
	assert_answers(COMMAND_ACCEPT, "7");
	assert_int_equal(interactor_room(ui), 0);
	(void)ask(123456789);
	type("No\n");
	assert_answers(COMMAND_REJECT, "123456789");
	(void)ask(8);
	interactor_input_end(ui); /* Ctrl-D */
	assert_answers(COMMAND_REJECT, "8");
	interactor_input_end(ui);
	assert_wants_nothing();
}

/* Nobody says yes to an offer that took the place of another while they typed. */
static void test_an_answer_is_about_the_offer_that_was_seen(void **state)
{
	(void)state;
	start(80, false);
	(void)ask(1);
	type("y");
	(void)ask(2);
	type("\n");
	assert_wants_nothing();
	assert_non_null(strstr(collect(), "the offer has changed. Accept the latest? y or n: "));
	type("y\n");
	(void)ask(3); /* before the answer was taken */
	assert_wants_nothing();
	type("y\n");
	assert_wants_nothing();
	type("y\n");
	assert_answers(COMMAND_ACCEPT, "3");
	assert_non_null(strstr(ask(4), "schat: accept? y or n: "));
	interactor_end(ui);
	(void)ask(5); /* in the next conversation */
	type("y\n");
	assert_wants_nothing();
	type("n\n");
	assert_answers(COMMAND_REJECT, "5");
}

static void test_what_the_peer_says_is_a_line_of_its_name(void **state)
{
	(void)state;
	start(80, false);
	(void)progress(500000, 0, 1);
	assert_string_equal(show((struct event){ .kind = EVENT_TEXT,
	                                         .peer = "bob",
	                                         .text = span_text("a\r\n\x1b[2Jschat: b") }),
	                    "\r\x1b[Kbob> a\\r\\n\\x1b[2Jschat: b\n");
	assert_string_equal(show((struct event){ .kind = EVENT_PEER_LEFT, .peer = "bob" }), "");
	assert_string_equal(show((struct event){ .kind = EVENT_OVER, .text = span_text("o") }), "");
	assert_string_equal(
	    show((struct event){ .kind = EVENT_OVER, .err = ERR_CUT, .text = span_text("cut") }),
	    "schat: cut\n");
}

/* Nobody reads: some events are not taken, and none is cut. */
static void test_it_may_be_full(void **state)
{
	(void)state;
	static char text[LIMIT_TEXT];
	unsigned shown = 0;
	start(80, false);
	memset(text, 'x', sizeof text);
	struct event e = { .kind = EVENT_TEXT, .peer = "bob", .text = span_of(text, sizeof text) };
	struct event_files f = { .number = 1, .bytes = 1, .all_bytes = 2 };
	struct event p = { .kind = EVENT_PROGRESS, .files = &f };
	while (interactor_show(ui, &e))
		shown++;
	assert_true(shown > 0);
	(void)interactor_show(ui, &p);
	assert_int_equal(strlen(collect()) / (sizeof text + 6), shown);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_teardown(name, teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_a_row_is_written_over),
		TEST(test_without_a_terminal_there_is_a_line_now_and_then),
		TEST(test_quiet_means_errors_and_questions),
		TEST(test_a_question_has_two_answers),
		TEST(test_an_answer_is_about_the_offer_that_was_seen),
		TEST(test_what_the_peer_says_is_a_line_of_its_name),
		TEST(test_it_may_be_full),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
