/* Tests of ui/view.c: whatever the line, the rows hold it, and the cursor is at its character. */
#include "tests/unit/rounds.h"
#include "tests/unit/support.h"
#include "ui/safe.h"
#include "ui/view.h"
#include "ui/width.h"

static struct edit e;
static struct view v;

/* All rows of the text, each with its newline, one after the other; where the cursor is. */
static struct {
	char text[1 << 16];
	size_t row[4096];
	unsigned count, cursor_row, cursor_column;
} all;

static bool is_blank(uint8_t c)
{
	return c == ' ' || c == '\n';
}

static unsigned word_at(struct span text, size_t at)
{
	size_t end = at;
	while (end < text.len && !is_blank(text.at[end]))
		end++;
	return width_text(span_of(text.at + at, end - at));
}

static void wrap(unsigned room)
{
	struct span text = edit_text(&e);
	struct writer w = writer_of(all.text, sizeof all.text);
	unsigned column = 0, columns;
	memset(all.row, 0, sizeof all.row);
	all.count = 1;
	for (size_t at = 0; at <= text.len;) {
		size_t size = width_cluster(span_of(text.at + at, text.len - at), &columns);
		bool newline = at < text.len && text.at[at] == '\n';
		unsigned word = at > 0 && is_blank(text.at[at - 1]) ? word_at(text, at) : 0;
		bool hangs = at < text.len && text.at[at] == ' ' && column == room;
		if ((at < text.len && !hangs && column + (newline ? 1 : columns) > room) ||
		    (at < text.len && column + word > room && word <= room)) {
			all.row[all.count++] = w.len;
			column = 0;
		}
		if (at == e.cursor) {
			all.cursor_row = all.count - 1;
			all.cursor_column = column < room ? column : room;
		}
		if (at == text.len)
			break;
		if (!hangs)
			view_text(span_of(text.at + at, size), true, &w);
		column += newline ? 1 : columns;
		at += size;
		if (newline) {
			all.row[all.count++] = w.len;
			column = 0;
		}
	}
	all.row[all.count] = w.len;
	assert_false(w.full);
}

static void check(unsigned room, unsigned rows)
{
	static uint8_t got[VIEW_ROOM(2000, 200)], want[sizeof got];
	struct writer w = writer_of(got, sizeof got), x = writer_of(want, sizeof want);
	view_lay(&v, &e, 3, room, rows, true);
	view_write(&v, &e, true, &w);
	wrap(room);
	if (all.count > rows)
		wrap(room - 1);
	assert_int_equal(v.count, all.count < rows ? all.count : rows);
	assert_int_equal(v.first + v.count + v.more, all.count);
	assert_true(v.row < v.count);
	assert_int_equal(v.first + v.row, all.cursor_row);
	assert_int_equal(v.column, 3 + all.cursor_column);
	for (unsigned i = v.first; i < v.first + v.count; i++) {
		struct span row = span_of(all.text + all.row[i], all.row[i + 1] - all.row[i]);
		write_text(&x, i > v.first ? "\x1b[K\r\n   " : "");
		write_span(&x, row);
		bool marked = v.more > 0 && i + 1 == v.first + v.count;
		assert_int_equal(v.columns[i - v.first], 3 + width_text(row) + marked);
		assert_true(v.columns[i - v.first] <= 3 + room);
	}
	write_text(&x, v.more > 0 ? ">" : "");
	assert_int_equal(w.len, x.len);
	assert_memory_equal(got, want, x.len);
}

static void test_view_shows_rows(void **state)
{
	(void)state;
	static const char *const parts[] = { "a",       "b",          " ", "你",           "好",
		                             "e\u0301", "\U0001f600", "z", "longer text ", "\n" };
	for (uint64_t seed = 1; seed <= rounds(100); seed++) {
		struct test_random r = test_random(seed);
		unsigned room = 7 + (unsigned)random_below(&r.random, 30);
		unsigned rows = 1 + (unsigned)random_below(&r.random, 6);
		memset(&e, 0, sizeof e);
		memset(&v, 0, sizeof v);
		for (int i = 0; i < 150; i++) {
			static const enum edit_act acts[] = { EDIT_LEFT,      EDIT_LEFT,
				                              EDIT_RIGHT,     EDIT_HOME,
				                              EDIT_END,       EDIT_BACKSPACE,
				                              EDIT_WORD_LEFT, EDIT_UP };
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
			check(room, rows);
		}
	}
}

/* Where terminals differ in the columns of an emoji, the row ends so early that none wraps it; and
 * what no row has room for is a question mark. */
static void test_view_never_fills_a_row(void **state)
{
	(void)state;
	static const char family[] = "\U0001f468\u200d\U0001f469\u200d\U0001f467";
	static uint8_t row[VIEW_ROOM(200, 20)];
	memset(&e, 0, sizeof e);
	memset(&v, 0, sizeof v);
	for (int i = 0; i < 4; i++)
		edit_insert(&e, span_text(family));
	for (unsigned room = 7; room < 30; room++) {
		struct writer w = writer_of(row, sizeof row);
		view_lay(&v, &e, 0, room, 10, true);
		view_write(&v, &e, true, &w);
		unsigned a_row = room / 10; /* three pictures of two columns, two joiners */
		assert_int_equal(v.count, room < 10 ? 1 : (4 + a_row - 1) / a_row);
		if (room < 10)
			assert_span_text(written(&w), "????");
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
		{ "\u06cc\u200c\u062e\u200d", "\u06cc\u200c\u062e\u200d",
		  "\\u{6cc}\\u{200c}\\u{62e}\\u{200d}" },
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
		cmocka_unit_test(test_view_shows_rows),
		cmocka_unit_test(test_view_never_fills_a_row),
		cmocka_unit_test(test_view_text),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
