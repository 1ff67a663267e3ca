/* display: what is printed stands above the prompt, the prompt on the last row, and a mark changes
 * only while it can be reached. */
#include "ui/display.h"

#include "tests/unit/support.h"
#include "tests/unit/terminal.h"

static struct display d;
static uint8_t bytes[OUT_SIZE];
static struct queue out;
static struct edit line;
static struct terminal terminal;

static void start(unsigned columns, bool dumb)
{
	memset(&d, 0, sizeof d);
	out = queue_of(bytes, sizeof bytes);
	memset(&line, 0, sizeof line);
	terminal_begin(&terminal, columns);
	display_init(&d,
	             &(struct interactor_config){ .columns = columns, .utf8 = true, .dumb = dumb },
	             &out);
}

static const char *drawn(void)
{
	struct span new = queue_waiting(&out);
	terminal_write(&terminal, new);
	queue_use(&out, new.len);
	return terminal_text(&terminal);
}

static void prompt(const char *typed)
{
	static const char *const prompts[3] = { "you> ", "> ", "" };
	edit_clear(&line, false);
	edit_insert(&line, span_text(typed));
	display_prompt(&d, prompts, false, &line);
}

static void print(const char *text, const char *mark)
{
	struct display_line l = {
		.time = "12:01", .name = "bob", .text = span_text(text), .mark = mark
	};
	assert_true(display_print(&d, &l));
}

static void test_display_prints_above_the_prompt(void **state)
{
	(void)state;
	start(40, false);
	prompt("hel");
	assert_true(d.prompt_drawn);
	print("one", NULL);
	assert_false(d.prompt_drawn); /* it is to be drawn again */
	prompt("hell");
	assert_string_equal(drawn(), "12:01 bob> one\nyou> hell\n");
	display_hide(&d);
	assert_string_equal(drawn(), "12:01 bob> one\n\n");
}

static void test_display_changes_the_last_mark(void **state)
{
	(void)state;
	start(40, false);
	assert_false(display_remark(&d, "+"));
	print("one", ".");
	prompt("x");
	assert_true(display_remark(&d, "+"));
	assert_string_equal(drawn(), "12:01 bob> one +\nyou> x\n");
	print("two", NULL);
	assert_false(display_remark(&d, "+")); /* something stands below it */
	print("three", ".");
	display_resize(&d, 30, 24);
	assert_false(display_remark(&d, "+")); /* rows may have moved */
}

/* Of a prompt of several rows, only those are drawn that have changed, and what is below. */
static void test_display_draws_what_has_changed(void **state)
{
	(void)state;
	start(20, false);
	prompt("one two three four five six seven");
	assert_string_equal(drawn(), "you> one two three\n     four five six\n     seven\n");
	prompt("one two three four five six seveN!");
	assert_true(queue_waiting(&out).len < 40);
	assert_string_equal(drawn(), "you> one two three\n     four five six\n     seveN!\n");
	prompt("one two THREE four five six seveN!");
	assert_string_equal(drawn(), "you> one two THREE\n     four five six\n     seveN!\n");
	print("x", NULL);
	prompt("one two THREE four five six seveN!");
	assert_string_equal(drawn(),
	                    "12:01 bob> x\nyou> one two THREE\n     four five six\n     seveN!\n");
}

/* Where there is little room, the prompt is short; where a terminal is dumb, nothing moves. */
static void test_display_prompts_that_fit(void **state)
{
	(void)state;
	start(12, false);
	prompt("x");
	assert_string_equal(drawn(), "> x\n");
	start(40, true);
	assert_true(d.dumb);
	prompt("he");
	prompt("hel");
	assert_string_equal(drawn(), "you> hel\n");
	print("one", ".");
	assert_false(display_remark(&d, "+"));
	prompt("hel");
	assert_string_equal(drawn(), "you> hel\n12:01 bob> one .\nyou> hel\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_display_prints_above_the_prompt),
		cmocka_unit_test(test_display_changes_the_last_mark),
		cmocka_unit_test(test_display_draws_what_has_changed),
		cmocka_unit_test(test_display_prompts_that_fit),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
