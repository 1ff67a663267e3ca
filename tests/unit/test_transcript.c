/* transcript: our messages have the mark of what became of them, each is shown once, and a mark
 * that cannot change any more is made good by a line. */
#include "ui/transcript.h"

#include "tests/unit/support.h"
#include "tests/unit/terminal.h"

static struct transcript t;
static struct display display;
static struct sentences sentences;
static struct outbox outbox;
static uint8_t bytes[OUT_SIZE];
static struct queue out;
static struct terminal terminal;

static void start(void)
{
	struct interactor_config config = { .columns = 60 };
	memset(&t, 0, sizeof t);
	memset(&display, 0, sizeof display);
	memset(&outbox, 0, sizeof outbox);
	out = queue_of(bytes, sizeof bytes);
	terminal_begin(&terminal, config.columns);
	display_init(&display, &config, &out);
	sentences_init(&sentences, false, false);
	transcript_init(&t, &display, &sentences, &outbox);
}

static const char *drawn(void)
{
	struct span new = queue_waiting(&out);
	terminal_write(&terminal, new);
	queue_use(&out, new.len);
	return terminal_text(&terminal);
}

static void show(struct event event)
{
	sentences_note(&sentences, &event);
	assert_true(transcript_show(&t, &event));
}

static void sent(uint64_t n, const char *text)
{
	show((struct event){ .kind = EVENT_SENT, .number = n, .text = span_text(text) });
}

static void test_transcript_marks_what_became_of_a_message(void **state)
{
	(void)state;
	start();
	assert_true(outbox_add(&outbox, span_text("one"), 1));
	transcript_answer(&t, ANSWER_TAKEN);
	assert_int_equal(outbox_count(&outbox), 0);
	sent(1, "one");
	assert_string_equal(drawn(), "00:00 you> one +\n\n");
	assert_false(transcript_all_delivered(&t));
	show((struct event){ .kind = EVENT_DELIVERED, .number = 1 });
	assert_string_equal(drawn(), "00:00 you> one ++\n\n");
	assert_true(transcript_all_delivered(&t));
	sent(2, "two");
	show((struct event){ .kind = EVENT_TEXT, .text = span_text("hi"), .more = true });
	show((struct event){ .kind = EVENT_DELIVERED, .number = 2 });
	assert_string_equal(drawn(), "00:00 you> one ++\n00:00 you> two +\n"
	                             "00:00 the other side> hi...\n00:00 ++ two\n\n");
}

/* What has to wait is shown once, and gets its mark when it was sent after all. */
static void test_transcript_shows_what_waits_once(void **state)
{
	(void)state;
	start();
	assert_true(outbox_add(&outbox, span_text("one"), 1));
	transcript_show_waiting(&t); /* it may go at once */
	assert_string_equal(drawn(), "\n");
	transcript_answer(&t, ANSWER_LATER);
	transcript_answer(&t, ANSWER_LATER);
	assert_string_equal(drawn(), "you> one .\n\n");
	transcript_answer(&t, ANSWER_TAKEN);
	sent(1, "one");
	assert_string_equal(drawn(), "you> one +\n\n");
}

/* What will never be sent leaves the outbox, and what was being typed is shown at the end. */
static void test_transcript_of_what_was_not_sent(void **state)
{
	(void)state;
	start();
	assert_true(outbox_add(&outbox, span_text("one"), 1));
	transcript_answer(&t, ANSWER_OVER);
	assert_int_equal(outbox_count(&outbox), 0);
	transcript_say(&t, "schat: a remark\n");
	transcript_close(&t, span_text("half \x1b"));
	assert_string_equal(drawn(), "schat: a remark\nschat: not sent: half \\x1b\n\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_transcript_marks_what_became_of_a_message),
		cmocka_unit_test(test_transcript_shows_what_waits_once),
		cmocka_unit_test(test_transcript_of_what_was_not_sent),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
