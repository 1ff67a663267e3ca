/* transcript: our messages have the mark of what became of them, each is shown once, and a mark
 * that cannot change any more is made good by a line. */
#include "ui/transcript.h"

#include "tests/unit/support.h"
#include "tests/unit/terminal.h"

static struct transcript t;
static struct display display;
static struct interactor ui;
static struct terminal terminal;

static void start(void)
{
	struct interactor_config config = { .columns = 60 };
	memset(&t, 0, sizeof t);
	memset(&display, 0, sizeof display);
	memset(&ui, 0, sizeof ui);
	ui.out = queue_of(ui.out_bytes, sizeof ui.out_bytes);
	terminal_begin(&terminal, config.columns);
	display_init(&display, &config, &ui.out);
	sentences_init(&ui.sentences, false, false);
	transcript_init(&t, &display, &ui);
}

static const char *drawn(void)
{
	struct span new = queue_waiting(&ui.out);
	terminal_write(&terminal, new);
	queue_use(&ui.out, new.len);
	return terminal_text(&terminal);
}

static void show(struct event event)
{
	sentences_note(&ui.sentences, &event);
	assert_true(transcript_show(&t, &event));
}

static void sent(uint64_t n)
{
	show((struct event){ .kind = EVENT_SENT, .number = n });
}

/* Of the next that waits; in the next round if there is none in this. */
static void answer(enum answer what)
{
	struct command c;
	assert_true(transcript_next(&t, &c) || transcript_next(&t, &c));
	transcript_answer(&t, what);
}

static void take(const char *text)
{
	assert_true(transcript_add(&t, span_text(text), 1));
	answer(ANSWER_TAKEN);
}

static void test_transcript_marks_what_became_of_a_message(void **state)
{
	(void)state;
	start();
	take("one");
	assert_int_equal(t.kept.waiting, 0);
	sent(1);
	assert_string_equal(drawn(), "00:00 you> one +\n\n");
	assert_false(transcript_all_delivered(&t));
	show((struct event){ .kind = EVENT_DELIVERED, .number = 1 });
	assert_string_equal(drawn(), "00:00 you> one ++\n\n");
	assert_true(transcript_all_delivered(&t));
	take("two");
	sent(2);
	show((struct event){ .kind = EVENT_TEXT, .text = span_text("hi"), .more = true });
	show((struct event){ .kind = EVENT_DELIVERED, .number = 2 });
	assert_string_equal(drawn(), "00:00 you> one ++\n00:00 you> two +\n"
	                             "00:00 the peer> hi...\n00:00 ++ two\n\n");
}

/* What has to wait is shown once, and gets its mark when it was sent after all. */
static void test_transcript_shows_what_waits_once(void **state)
{
	(void)state;
	start();
	assert_true(transcript_add(&t, span_text("one"), 1));
	assert_string_equal(drawn(), "\n"); /* it may go at once */
	answer(ANSWER_LATER);
	answer(ANSWER_LATER);
	assert_string_equal(drawn(), "you> one .\n\n");
	answer(ANSWER_TAKEN);
	sent(1);
	assert_string_equal(drawn(), "you> one +\n\n");
}

/* It has the time when it was typed, also long after the last event. */
static void test_transcript_says_when_what_waits_was_typed(void **state)
{
	(void)state;
	start();
	show((struct event){ .kind = EVENT_TEXT, .text = span_text("hi"), .clock_s = 60 });
	assert_string_equal(drawn(), "00:01 the peer> hi\n\n");
	interactor_clock(&ui, 1798761600000, 20261231, 3 * 3600);
	assert_true(transcript_add(&t, span_text("one"), 1));
	answer(ANSWER_LATER);
	answer(ANSWER_LATER);
	assert_string_equal(drawn(), "00:01 the peer> hi\n03:00 you> one .\n\n");
}

/* What was said after it is shown as it waits, each once. */
static void test_transcript_shows_what_waits_behind(void **state)
{
	(void)state;
	start();
	assert_true(transcript_add(&t, span_text("one"), 1));
	answer(ANSWER_LATER);
	assert_true(transcript_add(&t, span_text("two"), 1));
	assert_string_equal(drawn(), "you> one .\nyou> two .\n\n");
	answer(ANSWER_TAKEN);
	assert_true(transcript_add(&t, span_text("three"), 1)); /* the next may go at once */
	assert_string_equal(drawn(), "you> one .\nyou> two .\n\n");
	answer(ANSWER_TAKEN);
	answer(ANSWER_TAKEN);
	sent(1);
	sent(2);
	sent(3);
	assert_string_equal(drawn(), "you> one .\nyou> two +\n00:00 you> three +\n\n");
}

/* Lines leave in the order they came, each with its conversation. */
static void test_transcript_keeps_what_waits_in_order(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		uint64_t conv;
	} lines[] = { { "one", 1 }, { "", 2 }, { "three", UINT64_MAX } };
	struct command next;
	start();
	assert_panics(transcript_answer(&t, ANSWER_OVER));
	for (unsigned i = 0; i < 3; i++)
		assert_true(transcript_add(&t, span_text(lines[i].text), lines[i].conv));
	for (unsigned i = 0; i < 3; i++) {
		assert_int_equal(t.kept.waiting, 3 - i);
		assert_true(transcript_next(&t, &next));
		assert_span_text(next.text, lines[i].text);
		assert_true(next.conv == lines[i].conv);
		transcript_answer(&t, ANSWER_OVER);
	}
	assert_int_equal(t.kept.waiting, 0);
}

/* Two of the longest are kept, and nothing more until one is gone; what is gone is wiped. What was
 * taken is kept until it was sent, or until another conversation begins. */
static void test_transcript_bounds_what_waits(void **state)
{
	(void)state;
	static uint8_t big[LIMIT_TEXT];
	start();
	memset(big, 'x', sizeof big);
	assert_true(transcript_add(&t, span_of(big, sizeof big), 1));
	assert_true(transcript_add(&t, span_of(big, sizeof big), 1));
	assert_false(transcript_add(&t, span_text(""), 1));
	answer(ANSWER_TAKEN);
	assert_false(transcript_add(&t, span_text(""), 1));
	sent(1);
	assert_true(transcript_add(&t, span_text("y"), 1));
	answer(ANSWER_OVER);
	answer(ANSWER_TAKEN);
	show((struct event){ .kind = EVENT_CONNECTED, .peer = "bob" });
	assert_true(bytes_zero(t.kept.bytes, sizeof t.kept.bytes));
}

/* With several peers: one that has to wait keeps back what is for the same one, and each mark is of
 * its own conversation. */
static void test_transcript_of_several(void **state)
{
	(void)state;
	struct command c;
	start();
	show((struct event){ .kind = EVENT_CONNECTED, .conv = 1, .peer = "bob" });
	show((struct event){ .kind = EVENT_CONNECTED, .conv = 2, .peer = "eve" });
	(void)drawn();
	display_clear(&display);
	(void)drawn();
	assert_true(transcript_add(&t, span_text("a"), 1));
	assert_true(transcript_add(&t, span_text("b"), 2));
	assert_true(transcript_add(&t, span_text("c"), 1));
	answer(ANSWER_LATER);
	assert_true(transcript_next(&t, &c));
	assert_span_text(c.text, "b");
	transcript_answer(&t, ANSWER_TAKEN);
	assert_false(transcript_next(&t, &c)); /* c would be before a */
	show((struct event){ .kind = EVENT_SENT, .number = 1, .conv = 2 });
	assert_true(transcript_next(&t, &c));
	assert_span_text(c.text, "a");
	transcript_answer(&t, ANSWER_TAKEN);
	answer(ANSWER_TAKEN);
	show((struct event){ .kind = EVENT_SENT, .number = 1, .conv = 1 });
	show((struct event){ .kind = EVENT_SENT, .number = 2, .conv = 1 });
	show((struct event){ .kind = EVENT_DELIVERED, .number = 1, .conv = 2 });
	assert_false(transcript_all_delivered(&t));
	show((struct event){ .kind = EVENT_DELIVERED, .number = 2, .conv = 1 });
	assert_true(transcript_all_delivered(&t));
	show(
	    (struct event){ .kind = EVENT_TEXT, .conv = 2, .peer = "eve", .text = span_text("x") });
	assert_non_null(strstr(drawn(), "you to bob> a"));
	assert_non_null(strstr(drawn(), "you to eve> b"));
	assert_non_null(strstr(drawn(), "++ b"));
	assert_non_null(strstr(drawn(), "++ c"));
	assert_non_null(strstr(drawn(), "eve> x"));
}

/* What will never be sent waits no more, and what was being typed is shown at the end. */
static void test_transcript_of_what_was_not_sent(void **state)
{
	(void)state;
	start();
	assert_true(transcript_add(&t, span_text("one"), 1));
	answer(ANSWER_OVER);
	assert_int_equal(t.kept.waiting, 0);
	transcript_say(&t, "schat: a remark\n");
	transcript_close(&t, span_text("half \x1b"));
	assert_string_equal(drawn(), "schat: a remark\nschat: not sent: half \\x1b\n\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_transcript_marks_what_became_of_a_message),
		cmocka_unit_test(test_transcript_shows_what_waits_once),
		cmocka_unit_test(test_transcript_says_when_what_waits_was_typed),
		cmocka_unit_test(test_transcript_shows_what_waits_behind),
		cmocka_unit_test(test_transcript_keeps_what_waits_in_order),
		cmocka_unit_test(test_transcript_bounds_what_waits),
		cmocka_unit_test(test_transcript_of_several),
		cmocka_unit_test(test_transcript_of_what_was_not_sent),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
