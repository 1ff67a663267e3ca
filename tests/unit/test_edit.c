/* Tests of ui/edit.c. A line is written with | where the cursor stands. */
#include "tests/unit/support.h"

#include <stdio.h>

#include "base/utf8.h"
#include "ui/edit.h"

static struct edit e;

static void set(const char *line)
{
	const char *cursor = strchr(line, '|');
	memset(&e, 0, sizeof e);
	edit_insert(&e, span_text(line));
	e.cursor = (size_t)(cursor - line);
	memmove(e.at + e.cursor, e.at + e.cursor + 1, e.len - e.cursor - 1);
	e.len--;
}

static void assert_line(const char *want)
{
	char got[200];
	memcpy(got, e.at, e.cursor);
	got[e.cursor] = '|';
	memcpy(got + e.cursor + 1, e.at + e.cursor, e.len - e.cursor);
	assert_span_text(span_of(got, e.len + 1), want);
}

/* One act at a time. */
static void test_edit_acts(void **state)
{
	(void)state;
	static const struct {
		enum edit_act act;
		const char *before, *after;
	} cases[] = {
		{ EDIT_LEFT, "ab|c", "a|bc" },
		{ EDIT_LEFT, "|abc", "|abc" },
		{ EDIT_LEFT, "e\u0301|", "|e\u0301" },
		{ EDIT_LEFT, "a\U0001f468\u200d\U0001f469|", "a|\U0001f468\u200d\U0001f469" },
		{ EDIT_RIGHT, "|你好", "你|好" },
		{ EDIT_RIGHT, "abc|", "abc|" },
		{ EDIT_WORD_LEFT, "one two-three|", "one two-|three" },
		{ EDIT_WORD_LEFT, "one two  |", "one |two  " },
		{ EDIT_WORD_LEFT, "grüße|", "|grüße" },
		{ EDIT_WORD_LEFT, "|x", "|x" },
		{ EDIT_WORD_RIGHT, "|one two", "one| two" },
		{ EDIT_WORD_RIGHT, "one| two", "one two|" },
		{ EDIT_WORD_RIGHT, "x|", "x|" },
		{ EDIT_HOME, "ab|c", "|abc" },
		{ EDIT_END, "ab|c", "abc|" },
		{ EDIT_BACKSPACE, "ab|c", "a|c" },
		{ EDIT_BACKSPACE, "|c", "|c" },
		{ EDIT_BACKSPACE, "x你|", "x|" },
		{ EDIT_BACKSPACE, "xe\u0301|", "x|" },
		{ EDIT_DELETE, "a|bc", "a|c" },
		{ EDIT_DELETE, "abc|", "abc|" },
		{ EDIT_DELETE, "|你好", "|好" },
		{ EDIT_KILL_END, "ab|cd", "ab|" },
		{ EDIT_KILL_START, "ab|cd", "|cd" },
		{ EDIT_KILL_WORD_LEFT, "one two-three|", "one two-|" },
		{ EDIT_KILL_BLANK_LEFT, "one two-three |x", "one |x" },
		{ EDIT_KILL_BLANK_LEFT, "one\ntwo|", "one\n|" },
		{ EDIT_KILL_WORD_RIGHT, "a|b cd", "a| cd" },
		{ EDIT_TRANSPOSE, "ab|", "ba|" },
		{ EDIT_TRANSPOSE, "a|bc", "ba|c" },
		{ EDIT_TRANSPOSE, "|ab", "|ab" },
		{ EDIT_TRANSPOSE, "a|", "a|" },
		{ EDIT_TRANSPOSE, "你|e\u0301", "e\u0301你|" },
		{ EDIT_TRANSPOSE, "a|\u4f60b", "\u4f60a|b" },
		{ EDIT_TRANSPOSE_WORDS, "one  two|", "two  one|" },
		{ EDIT_TRANSPOSE_WORDS, "one, t|wo three", "two, one| three" },
		{ EDIT_TRANSPOSE_WORDS, "one |two", "two one|" },
		{ EDIT_TRANSPOSE_WORDS, "one two |", "two one| " },
		{ EDIT_TRANSPOSE_WORDS, "on|e", "on|e" },
		{ EDIT_TRANSPOSE_WORDS, "|", "|" },
		{ EDIT_CAPITALS, "|stra\u00dfe \u03b1\u0436 x", "STRA\u00dfE| \u03b1\u0436 x" },
		{ EDIT_CAPITALS, "x| \u03b1\u0436\u00e9 x", "x \u0391\u0416\u00c9| x" },
		{ EDIT_SMALL, "|\u00c9TE 1", "\u00e9te| 1" },
		{ EDIT_CAPITAL, "| -oNE two", " -One| two" },
		{ EDIT_CAPITAL, "x|", "x|" },
		{ EDIT_HOME, "one\ntw|o\nx", "one\n|two\nx" },
		{ EDIT_END, "one\nt|wo\nx", "one\ntwo|\nx" },
		{ EDIT_KILL_END, "one\nt|wo\nx", "one\nt|\nx" },
		{ EDIT_FIRST, "one\ntwo|", "|one\ntwo" },
		{ EDIT_LAST, "o|ne\ntwo", "one\ntwo|" },
		{ EDIT_UP, "one\nt|wo", "o|ne\ntwo" },
		{ EDIT_UP, "a\ntwo|", "a|\ntwo" },
		{ EDIT_UP, "\u4f60\u597d\nabc|", "\u4f60\u597d|\nabc" },
		{ EDIT_UP, "o|ne\ntwo", "o|ne\ntwo" },
		{ EDIT_DOWN, "one|\n\nx", "one\n|\nx" },
		{ EDIT_DOWN, "a\nt|wo", "a\nt|wo" },
		{ EDIT_OLDER, "a|", "a|" },
		{ EDIT_NEWER, "a|", "a|" },
		{ EDIT_YANK, "a|", "a|" },
	};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		set(cases[i].before);
		edit_do(&e, cases[i].act);
		assert_line(cases[i].after);
	}
}

/* What was killed comes back; kills in a row come back together, in the order they stood in. */
static void test_edit_yank(void **state)
{
	(void)state;
	set("one two |three four");
	edit_do(&e, EDIT_KILL_END);
	edit_do(&e, EDIT_KILL_BLANK_LEFT);
	edit_do(&e, EDIT_KILL_BLANK_LEFT);
	assert_line("|");
	edit_do(&e, EDIT_YANK);
	assert_line("one two three four|");
	edit_do(&e, EDIT_KILL_BLANK_LEFT);
	edit_do(&e, EDIT_YANK);
	edit_do(&e, EDIT_YANK);
	assert_line("one two three fourfour|");
	edit_clear(&e, true);
	assert_line("|");
	edit_do(&e, EDIT_YANK);
	assert_line("one two three fourfour|");
}

/* Alt-Y after Ctrl-Y: what was killed before takes its place, round and round. */
static void test_edit_yank_older(void **state)
{
	(void)state;
	set("[|]");
	edit_do(&e, EDIT_YANK_OLDER);
	edit_do(&e, EDIT_YANK);
	edit_do(&e, EDIT_YANK_OLDER); /* nothing was killed */
	assert_line("[|]");
	for (const char *word = "123"; *word; word++) {
		edit_insert(&e, span_of(word, 1));
		edit_do(&e, EDIT_KILL_WORD_LEFT);
		edit_do(&e, EDIT_HOME);
		edit_do(&e, EDIT_RIGHT);
	}
	edit_do(&e, EDIT_YANK_OLDER); /* no yank came before */
	assert_line("[|]");
	edit_do(&e, EDIT_YANK);
	assert_line("[3|]");
	edit_do(&e, EDIT_YANK_OLDER);
	edit_do(&e, EDIT_YANK_OLDER);
	assert_line("[1|]");
	edit_do(&e, EDIT_YANK_OLDER);
	assert_line("[3|]");
	edit_do(&e, EDIT_UNDO); /* of all that */
	assert_line("[|]");
	edit_do(&e, EDIT_YANK_OLDER);
	assert_line("[|]");
}

static void say(const char *line)
{
	edit_insert(&e, span_text(line));
	edit_commit(&e);
}

/* Up and down through what was said; the line being typed comes back at the end. */
static void test_edit_history(void **state)
{
	(void)state;
	memset(&e, 0, sizeof e);
	say("one");
	say("two");
	say("two");
	say("");
	edit_insert(&e, span_text("half"));
	edit_do(&e, EDIT_OLDER);
	assert_line("two|");
	edit_do(&e, EDIT_OLDER);
	edit_do(&e, EDIT_OLDER);
	assert_line("one|");
	edit_insert(&e, span_text("!"));
	edit_do(&e, EDIT_NEWER);
	assert_line("two|");
	edit_do(&e, EDIT_NEWER);
	edit_do(&e, EDIT_NEWER);
	assert_line("half|");
	edit_do(&e, EDIT_OLDER);
	edit_commit(&e);
	edit_do(&e, EDIT_OLDER);
	assert_line("two|");
}

/* What is old goes when there is no room. */
static void test_edit_keeps_what_history_was_changed_to(void **state)
{
	(void)state;
	set("|");
	say("one");
	say("two");
	say("three");
	edit_insert(&e, span_text("draft"));
	edit_do(&e, EDIT_OLDER);
	edit_do(&e, EDIT_OLDER);
	assert_line("two|");
	edit_insert(&e, span_text(" and a half"));
	edit_do(&e, EDIT_OLDER);
	assert_line("one|");
	edit_do(&e, EDIT_BACKSPACE);
	edit_do(&e, EDIT_NEWER);
	assert_line("two and a half|");
	edit_do(&e, EDIT_NEWER);
	assert_line("three|");
	edit_do(&e, EDIT_KILL_START); /* an empty line is no change of it */
	edit_do(&e, EDIT_NEWER);
	assert_line("draft|");
	edit_do(&e, EDIT_OLDER);
	assert_line("three|");
	edit_do(&e, EDIT_OLDER);
	edit_do(&e, EDIT_OLDER);
	assert_line("on|");
	edit_insert(&e, span_text("!")); /* what is said is new, and the line stays */
	edit_commit(&e);
	edit_do(&e, EDIT_OLDER);
	assert_line("on!|");
	for (int i = 0; i < 3; i++)
		edit_do(&e, EDIT_OLDER);
	assert_line("on|");
}

/* A change for which the history has no room pushes the oldest out, or is lost. */
static void test_edit_changed_history_is_bounded(void **state)
{
	(void)state;
	static char line[LIMIT_TEXT - 10];
	set("|");
	for (char c = 'a'; c <= 'z'; c++) {
		memset(line, c, 3000);
		edit_insert(&e, span_of(line, 3000));
		edit_commit(&e);
	}
	unsigned count = e.history.count;
	edit_do(&e, EDIT_OLDER);
	memset(line, '!', sizeof line);
	edit_insert(&e, span_of(line, sizeof line));
	edit_do(&e, EDIT_OLDER);
	assert_true(e.history.count < count && e.history.count > 1);
	assert_int_equal(e.at[0], 'y');
	edit_do(&e, EDIT_NEWER);
	assert_int_equal(e.len, LIMIT_TEXT);
	for (unsigned i = 0; i < count; i++)
		edit_do(&e, EDIT_OLDER);
	edit_insert(&e, span_of(line, sizeof line));
	edit_do(&e, EDIT_NEWER);
	assert_true(e.history.len <= SHELF);
}

static void type(const char *text)
{
	for (; *text; text++)
		edit_insert(&e, span_of(text, 1));
}

/* Undo takes back one change after the other: words typed, what was deleted in a row, a paste. */
static void test_edit_undo(void **state)
{
	(void)state;
	set("|");
	shelf_wipe(&e.steps);
	type("one  two");
	edit_do(&e, EDIT_KILL_WORD_LEFT);
	edit_do(&e, EDIT_BACKSPACE);
	edit_do(&e, EDIT_BACKSPACE);
	assert_line("one|");
	edit_insert(&e, span_text(" pasted text"));
	type("!");
	edit_do(&e, EDIT_HOME);
	edit_do(&e, EDIT_CAPITALS);
	edit_do(&e, EDIT_TRANSPOSE_WORDS);
	assert_line("pasted ONE| text!");
	static const char *const before[] = { "ONE| pasted text!",
		                              "|one pasted text!",
		                              "one pasted text|",
		                              "one|",
		                              "one  |",
		                              "one  two|",
		                              "one  |",
		                              "|",
		                              "|" };
	for (size_t i = 0; i < sizeof before / sizeof *before; i++) {
		edit_do(&e, EDIT_UNDO);
		assert_line(before[i]);
	}
	type("x");
	edit_clear(&e, false);
	edit_do(&e, EDIT_UNDO); /* what was sent does not come back */
	assert_line("|");
}

/* Of long lines there are fewer steps. */
static void test_edit_undo_is_bounded(void **state)
{
	(void)state;
	static char text[LIMIT_TEXT - 100];
	set("|");
	memset(text, 'a', sizeof text);
	edit_insert(&e, span_of(text, sizeof text));
	for (int i = 0; i < 20; i++) {
		edit_do(&e, i % 2 ? EDIT_BACKSPACE : EDIT_KILL_BLANK_LEFT);
		edit_insert(&e, span_of(text, sizeof text));
		assert_true(e.steps.len <= SHELF && e.steps.count > 0 && e.kills.len <= SHELF);
	}
	edit_do(&e, EDIT_UNDO);
	assert_int_equal(e.len, sizeof text - 1);
}

static void test_edit_history_is_bounded(void **state)
{
	(void)state;
	char line[1000];
	memset(&e, 0, sizeof e);
	for (unsigned i = 0; i < 200; i++) {
		snprintf(line, sizeof line, "%0900u", i);
		say(line);
		assert_true(e.history.len <= SHELF);
	}
	for (unsigned i = 0; i < 300; i++)
		edit_do(&e, EDIT_OLDER);
	assert_int_equal(e.depth, SHELF / 902);
	snprintf(line, sizeof line, "%0900u", 200 - SHELF / 902);
	assert_span_text(edit_text(&e), line);
}

/* The newest line that contains a text, then older ones. */
static void test_edit_find(void **state)
{
	(void)state;
	memset(&e, 0, sizeof e);
	say("alpha one");
	say("beta");
	say("alpha two");
	edit_insert(&e, span_text("half"));
	assert_true(edit_find(&e, span_text("alpha"), false));
	assert_line("alpha two|");
	assert_true(edit_find(&e, span_text("alpha "), false));
	assert_line("alpha two|");
	assert_true(edit_find(&e, span_text("alpha"), true));
	assert_line("alpha one|");
	assert_false(edit_find(&e, span_text("alpha"), true));
	assert_line("alpha one|");
	assert_true(edit_find(&e, span_text("alpha"), -1));
	assert_line("alpha two|");
	assert_false(edit_find(&e, span_text("alpha"), -1));
	assert_line("alpha two|");
	assert_true(edit_find(&e, span_text("one"), 0));
	assert_line("alpha one|");
	assert_false(edit_find(&e, span_text(""), false));
	edit_do(&e, EDIT_NEWER);
	edit_do(&e, EDIT_NEWER);
	edit_do(&e, EDIT_NEWER);
	assert_line("half|");
}

/* A full line takes whole characters only, and says how much. */
static void test_edit_limit(void **state)
{
	(void)state;
	static char text[LIMIT_TEXT];
	memset(&e, 0, sizeof e);
	memset(text, 'a', sizeof text);
	assert_int_equal(edit_insert(&e, span_of(text, LIMIT_TEXT - 4)), LIMIT_TEXT - 4);
	assert_int_equal(edit_insert(&e, span_text("你好")), 3);
	assert_int_equal(edit_insert(&e, span_text("你好")), 0);
	assert_int_equal(e.len, LIMIT_TEXT - 1);
	assert_int_equal(edit_insert(&e, span_text("ab")), 1);
}

/* Whatever is done, the text is UTF-8 and the cursor stands between clusters. */
static void test_edit_any_acts(void **state)
{
	(void)state;
	static const char *const parts[] = { "a",          " ",          "-",      "你",
		                             "\u0301",     "\U0001f468", "\u200d", "\U0001f3fd",
		                             "\U0001f1e9", "\n",         "\ufe0f" };
	for (uint64_t seed = 1; seed <= 500; seed++) {
		struct test_random r = test_random(seed);
		memset(&e, 0, sizeof e);
		for (int i = 0; i < 200; i++) {
			uint64_t what = random_below(&r.random, 60);
			if (what <= EDIT_NEWER)
				edit_do(&e, (enum edit_act)what);
			else if (what == 58)
				edit_commit(&e);
			else if (what == 59)
				edit_clear(&e, true);
			else
				edit_insert(&e, span_text(parts[random_below(
						    &r.random, sizeof parts / sizeof parts[0])]));
			assert_true(e.cursor <= e.len && e.len <= LIMIT_TEXT);
			assert_true(utf8_valid(edit_text(&e)));
			if (e.kills.count > 0)
				assert_true(utf8_valid(shelf_at(&e.kills, 1)));
			size_t cursor = e.cursor;
			if (e.last == EDIT_YANK)
				continue;
			edit_do(&e, EDIT_LEFT);
			if (cursor > 0) {
				edit_do(&e, EDIT_RIGHT);
				assert_int_equal(e.cursor, cursor);
			}
		}
	}
}

/* A kill of nothing leaves what was killed before. */
static void test_edit_kill_of_nothing(void **state)
{
	(void)state;
	set("one two9|");
	edit_do(&e, EDIT_KILL_WORD_LEFT);
	edit_do(&e, EDIT_LEFT);
	edit_do(&e, EDIT_END);
	edit_do(&e, EDIT_KILL_END);
	edit_do(&e, EDIT_YANK);
	assert_line("one two9|");
}

/* Letters, digits, _ and everything beyond ASCII make a word. */
static void test_edit_words(void **state)
{
	(void)state;
	set("x AZaz_09é你|");
	edit_do(&e, EDIT_WORD_LEFT);
	assert_line("x |AZaz_09é你");
	set("AZaz09@[`{/:|");
	edit_do(&e, EDIT_WORD_LEFT);
	assert_line("|AZaz09@[`{/:");
	set("a@b|");
	edit_do(&e, EDIT_WORD_LEFT);
	assert_line("a@|b");
	set("one two |three");
	edit_do(&e, EDIT_KILL_BLANK_LEFT);
	edit_do(&e, EDIT_KILL_END);
	edit_do(&e, EDIT_YANK);
	assert_line("one two three|");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_edit_words),
		cmocka_unit_test(test_edit_kill_of_nothing),
		cmocka_unit_test(test_edit_acts),
		cmocka_unit_test(test_edit_yank),
		cmocka_unit_test(test_edit_yank_older),
		cmocka_unit_test(test_edit_undo_is_bounded),
		cmocka_unit_test(test_edit_history),
		cmocka_unit_test(test_edit_history_is_bounded),
		cmocka_unit_test(test_edit_keeps_what_history_was_changed_to),
		cmocka_unit_test(test_edit_changed_history_is_bounded),
		cmocka_unit_test(test_edit_undo),
		cmocka_unit_test(test_edit_find),
		cmocka_unit_test(test_edit_limit),
		cmocka_unit_test(test_edit_any_acts),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
