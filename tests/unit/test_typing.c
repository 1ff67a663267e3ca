/* typing: what keys do to the line, and what they leave to who owns it. */
#include "ui/typing.h"

#include "base/utf8.h"
#include "tests/unit/support.h"

static struct typing t;

static enum typed key(enum key_kind kind, uint32_t rune)
{
	return typing_key(&t, (struct key){ kind, rune });
}

static enum typed type(const char *text)
{
	enum typed last = TYPED_SOMETHING;
	for (struct span s = span_text(text); s.len > 0;)
		last = key(KEY_RUNE, utf8_take(&s));
	return last;
}

static void start(void)
{
	memset(&t, 0, sizeof t);
}

static void test_typing_keys_of_the_owner(void **state)
{
	(void)state;
	start();
	assert_int_equal(key(KEY_CTRL, 'd'), TYPED_LEAVE);
	assert_int_equal(key(KEY_CTRL, 'c'), TYPED_STOP);
	assert_int_equal(key(KEY_CTRL, 'z'), TYPED_SUSPEND);
	assert_int_equal(key(KEY_CTRL, 'l'), TYPED_CLEAR);
	assert_int_equal(type("ab"), TYPED_SOMETHING);
	assert_int_equal(key(KEY_HOME, 0), TYPED_SOMETHING);
	assert_int_equal(key(KEY_CTRL, 'd'), TYPED_SOMETHING); /* deletes */
	assert_span_text(edit_text(&t.line), "b");
	assert_int_equal(key(KEY_ENTER, 0), TYPED_ENTER);
	assert_span_text(edit_text(&t.line), "b"); /* what becomes of it is the owner's affair */
	assert_int_equal(key(KEY_CTRL, 'c'), TYPED_SOMETHING);
	assert_int_equal(edit_text(&t.line).len, 0);
	assert_int_equal(key(KEY_CTRL, 'y'), TYPED_SOMETHING);
	assert_span_text(edit_text(&t.line), "b");
}

/* A search shows the newest line with the pattern; Enter keeps it, Escape brings back what was
 * typed. */
static void test_typing_searches_history(void **state)
{
	(void)state;
	start();
	type("one fish");
	edit_commit(&t.line);
	type("two fish");
	edit_commit(&t.line);
	type("draft");
	assert_false(t.searching);
	key(KEY_CTRL, 'r');
	type("fish");
	assert_true(t.searching);
	assert_span_text(span_of(t.pattern, t.pattern_len), "fish");
	assert_span_text(edit_text(&t.line), "two fish");
	key(KEY_CTRL, 'r');
	assert_span_text(edit_text(&t.line), "one fish");
	assert_false(t.missed);
	key(KEY_CTRL, 's'); /* and back */
	assert_span_text(edit_text(&t.line), "two fish");
	key(KEY_CTRL, 'r');
	assert_span_text(edit_text(&t.line), "one fish");
	key(KEY_CTRL, 'r'); /* none further back */
	assert_true(t.missed);
	assert_span_text(edit_text(&t.line), "one fish");
	type("x"); /* nothing has that */
	assert_true(t.missed);
	assert_span_text(span_of(t.pattern, t.pattern_len), "fishx");
	assert_span_text(edit_text(&t.line), "one fish");
	key(KEY_BACKSPACE, 0);
	assert_false(t.missed);
	assert_span_text(span_of(t.pattern, t.pattern_len), "fish");
	assert_int_equal(key(KEY_ESCAPE, 0), TYPED_SOMETHING);
	assert_false(t.searching);
	assert_span_text(edit_text(&t.line), "draft");
	key(KEY_CTRL, 'r');
	type("one");
	assert_int_equal(key(KEY_ENTER, 0), TYPED_SOMETHING); /* takes it; the next one sends it */
	assert_span_text(edit_text(&t.line), "one fish");
	assert_int_equal(key(KEY_ENTER, 0), TYPED_ENTER);
}

/* Alt-Enter begins a line in the message; Tab types nothing and is the owner's affair. */
static void test_typing_newline_and_tab(void **state)
{
	(void)state;
	start();
	type("a");
	assert_int_equal(key(KEY_ALT, '\r'), TYPED_SOMETHING);
	type("b");
	assert_int_equal(key(KEY_TAB, 0), TYPED_COMPLETE);
	assert_span_text(edit_text(&t.line), "a\nb");
	assert_int_equal(key(KEY_CTRL, '_'), TYPED_SOMETHING);
	assert_span_text(edit_text(&t.line), "a\n");
	assert_int_equal(key(KEY_CTRL, '_'), TYPED_SOMETHING);
	assert_span_text(edit_text(&t.line), "");
}

/* A paste goes in where the cursor is, newlines and all. */
static void test_typing_pastes(void **state)
{
	(void)state;
	start();
	type("[]");
	key(KEY_LEFT, 0);
	key(KEY_PASTE_BEGIN, 0);
	type("a\nb");
	assert_span_text(edit_text(&t.line), "[]");
	type("c");
	assert_int_equal(key(KEY_PASTE_END, 0), TYPED_SOMETHING);
	assert_span_text(edit_text(&t.line), "[a\nbc]");
	type("d");
	assert_span_text(edit_text(&t.line), "[a\nbcd]");
}

/* A line has begun with the first key of a paste, and not if the paste is refused. */
static void test_typing_begins_with_a_paste(void **state)
{
	(void)state;
	start();
	assert_false(typing_has_begun(&t));
	key(KEY_PASTE_BEGIN, 0);
	assert_true(typing_has_begun(&t));
	for (unsigned i = 0; i < LIMIT_TEXT + 1; i++)
		type("x");
	assert_int_equal(key(KEY_PASTE_END, 0), TYPED_REFUSED);
	assert_false(typing_has_begun(&t));
	key(KEY_PASTE_BEGIN, 0);
	type("x");
	key(KEY_PASTE_END, 0);
	assert_true(typing_has_begun(&t));
}

/* One that has no room is refused whole, and the line is as it was. */
static void test_typing_refuses_a_long_paste_whole(void **state)
{
	(void)state;
	start();
	type("ab");
	key(KEY_LEFT, 0);
	key(KEY_PASTE_BEGIN, 0);
	for (unsigned i = 0; i < LIMIT_TEXT; i++)
		type("x");
	assert_int_equal(key(KEY_PASTE_END, 0), TYPED_REFUSED);
	assert_int_equal(t.paste_bytes, LIMIT_TEXT);
	assert_span_text(edit_text(&t.line), "ab");
	assert_int_equal(t.line.cursor, 1);
}

/* A line that is full takes no more, and says so. */
static void test_typing_full_line(void **state)
{
	(void)state;
	start();
	for (unsigned i = 0; i < LIMIT_TEXT - 1; i++)
		assert_int_equal(type("x"), TYPED_SOMETHING);
	assert_int_equal(type("\xc3\xa9"), TYPED_FULL);
	assert_int_equal(type("y"), TYPED_SOMETHING);
	assert_int_equal(type("z"), TYPED_FULL);
	assert_int_equal(edit_text(&t.line).len, LIMIT_TEXT);
}

/* What was killed comes back whole, or not at all. */
static void test_typing_brings_back_all_or_nothing(void **state)
{
	(void)state;
	start();
	for (unsigned i = 0; i < LIMIT_TEXT / 2 + 1; i++)
		type("x");
	key(KEY_CTRL, 'u');
	assert_int_equal(key(KEY_CTRL, 'y'), TYPED_SOMETHING);
	assert_int_equal(key(KEY_CTRL, 'y'), TYPED_FULL);
	assert_int_equal(edit_text(&t.line).len, LIMIT_TEXT / 2 + 1);
	key(KEY_BACKSPACE, 0);
	key(KEY_BACKSPACE, 0);
	assert_int_equal(key(KEY_CTRL, 'y'), TYPED_SOMETHING);
	assert_int_equal(edit_text(&t.line).len, LIMIT_TEXT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_typing_keys_of_the_owner),
		cmocka_unit_test(test_typing_searches_history),
		cmocka_unit_test(test_typing_newline_and_tab),
		cmocka_unit_test(test_typing_pastes),
		cmocka_unit_test(test_typing_begins_with_a_paste),
		cmocka_unit_test(test_typing_refuses_a_long_paste_whole),
		cmocka_unit_test(test_typing_full_line),
		cmocka_unit_test(test_typing_brings_back_all_or_nothing),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
