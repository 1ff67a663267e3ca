/* Tests of ui/view.c: whatever the line and the row, the cursor is on it, at its character. */
#include "tests/unit/support.h"
#include "ui/safe.h"
#include "ui/view.h"
#include "ui/width.h"

static struct edit e;
static size_t first;

static unsigned columns_of(struct span s)
{
	return width_text(s);
}

/* The row: [<] a part of the text [>], where < and > mean that there is more. */
static void check(unsigned room)
{
	static uint8_t row[VIEW_ROOM(200)];
	struct writer w = writer_of(row, VIEW_ROOM(room));
	struct span text = edit_text(&e);
	unsigned under = 0, cursor = view_write(&first, &e, room, true, &w);
	assert_false(w.full);
	assert_true(columns_of(written(&w)) <= room);

	size_t left = first > 0, len = w.len - left, shown = text.len - first;
	assert_true(left == 0 || row[0] == '<');
	if (len != shown || memcmp(row + left, text.at + first, shown) != 0) {
		assert_int_equal(row[w.len - 1], '>');
		shown = len - 1;
	}
	assert_memory_equal(row + left, text.at + first, shown);
	assert_in_range(e.cursor, first, first + shown);
	if (e.cursor < text.len) {
		size_t size =
		    width_cluster(span_of(text.at + e.cursor, text.len - e.cursor), &under);
		assert_true(e.cursor + size <= first + shown);
	}
	assert_int_equal(cursor, left + columns_of(span_of(text.at + first, e.cursor - first)));
	assert_true(cursor + under <= room);
	if (e.cursor > 0 && e.cursor == text.len && room > 4)
		assert_true(first < e.cursor); /* what was just typed can be seen */
	if (columns_of(text) <= room)
		assert_int_equal(first, 0);
}

static void test_view_shows_the_cursor(void **state)
{
	(void)state;
	static const char *const parts[] = { "a",       "b",          " ", "你",          "好",
		                             "e\u0301", "\U0001f600", "z", "longer text " };
	for (uint64_t seed = 1; seed <= 400; seed++) {
		struct test_random r = test_random(seed);
		unsigned room = 7 + (unsigned)random_below(&r.random, 60);
		memset(&e, 0, sizeof e);
		first = 0;
		for (int i = 0; i < 150; i++) {
			static const enum edit_act acts[] = { EDIT_LEFT,      EDIT_LEFT,
				                              EDIT_RIGHT,     EDIT_HOME,
				                              EDIT_END,       EDIT_BACKSPACE,
				                              EDIT_WORD_LEFT, EDIT_DELETE };
			uint64_t what = random_below(&r.random, 20);
			if (what < 8)
				edit_do(&e, acts[what]);
			else if (what == 8 && random_below(&r.random, 10) == 0)
				edit_clear(&e, false);
			else if (what == 9)
				room = 7 + (unsigned)random_below(&r.random, 60);
			else
				edit_insert(&e, span_text(parts[random_below(
						    &r.random, sizeof parts / sizeof parts[0])]));
			check(room);
		}
	}
}

/* What has no shape gets one; the rest stays as it is. */
static void test_view_text(void **state)
{
	(void)state;
	static const struct {
		const char *text, *utf8, *ascii;
	} cases[] = {
		{ "a\nb\tc", "a\u21b5b    c", "a\\nb    c" },
		{ "\x1b[2J", "\\x1b[2J", "\\x1b[2J" },
		{ "\u202e\u200b", "\\u{202e}\\u{200b}", "\\u{202e}\\u{200b}" },
		{ "\u2764\ufe0f\u2764\ufe0e", "\u2764\u2764",
		  "\\u{2764}\\u{fe0f}\\u{2764}\\u{fe0e}" },
		{ "1\ufe0f\u20e3", "1\u20e3", "1\\u{fe0f}\\u{20e3}" },
		{ "\U0001f468\u200d\U0001f469", "\U0001f468\u200d\U0001f469",
		  "\\u{1f468}\\u{200d}\\u{1f469}" },
		{ "\ufb8f\ufb8e ﺏﺏ", "\ufb8f\ufb8e ﺏﺏ", "\\u{fb8f}\\u{fb8e} \\u{fe8f}\\u{fe8f}" },
		{ "a\u200db", "a\\u{200d}b", "a\\u{200d}b" },
	};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		uint8_t out[400];
		for (int utf8 = 0; utf8 < 2; utf8++) {
			struct writer w = writer_of(out, SAFE_ROOM(strlen(cases[i].text)));
			view_text(span_text(cases[i].text), utf8, &w);
			assert_span_text(written(&w), utf8 ? cases[i].utf8 : cases[i].ascii);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_view_shows_the_cursor),
		cmocka_unit_test(test_view_text),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
