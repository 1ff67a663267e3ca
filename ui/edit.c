#include "ui/edit.h"

#include <string.h>

#include "base/min_max.h"
#include "base/split.h"
#include "base/utf8.h"
#include "ui/letters.h"
#include "ui/width.h"

struct span edit_text(const struct edit *e)
{
	return span_of(e->at, e->len);
}

/* ---- places ---- */

static size_t right_of(const struct edit *e, size_t at)
{
	unsigned columns;
	return at + width_cluster(span_after(edit_text(e), at), &columns);
}

static size_t left_of(const struct edit *e, size_t at)
{
	return width_left(edit_text(e), at);
}

static bool is_word(uint8_t c)
{
	return c >= 0x80 || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
	       (c >= 'A' && c <= 'Z') || c == '_';
}

static bool is_not_blank(uint8_t c)
{
	return !split_is_blank(c);
}

static size_t word_left(const struct edit *e, size_t from, bool (*inside)(uint8_t c))
{
	size_t at = from;
	while (at > 0 && !inside(e->at[at - 1]))
		at--;
	while (at > 0 && inside(e->at[at - 1]))
		at--;
	return at == from ? at : left_of(e, at + 1); /* not within a cluster */
}

static size_t word_right(const struct edit *e, size_t at)
{
	while (at < e->len && !is_word(e->at[at]))
		at++;
	while (at < e->len && is_word(e->at[at]))
		at++;
	return width_settle(edit_text(e), at);
}

static size_t line_start(const struct edit *e, size_t at)
{
	while (at > 0 && e->at[at - 1] != '\n')
		at--;
	return at;
}

static size_t line_end(const struct edit *e, size_t at)
{
	while (at < e->len && e->at[at] != '\n')
		at++;
	return at;
}

/* To the line above or below, as many columns from its start. False: there is none. */
static bool change_line(struct edit *e, bool down)
{
	size_t begin = line_start(e, e->cursor), end = line_end(e, e->cursor);
	if (down ? end == e->len : begin == 0)
		return false;
	size_t at = down ? end + 1 : line_start(e, begin - 1), last = line_end(e, at);
	unsigned left = width_text(span_of(e->at + begin, e->cursor - begin)), columns;
	while (at < last && left > 0) {
		at += width_cluster(span_of(e->at + at, last - at), &columns);
		left -= (unsigned)min_of(left, columns);
	}
	e->cursor = at;
	return true;
}

/* After a change, the cursor may be inside a cluster. */
static void settle(struct edit *e)
{
	e->cursor = width_settle(edit_text(e), e->cursor);
}

/* ---- changes ---- */

/* The line as it is now is what EDIT_UNDO goes back to. */
static void remember(struct edit *e)
{
	uint8_t cursor[2];
	store_be16(cursor, (uint16_t)e->cursor);
	shelf_add(&e->steps, edit_text(e));
	shelf_join(&e->steps, span_of(cursor, sizeof cursor), false);
}

static void set(struct edit *e, struct span text, size_t cursor)
{
	memcpy(e->at, text.at, text.len);
	if (e->len > text.len)
		bytes_wipe(e->at + text.len, e->len - text.len);
	e->len = text.len;
	e->cursor = cursor;
}

static void undo(struct edit *e)
{
	if (e->steps.count == 0)
		return;
	struct span step = shelf_at(&e->steps, 1);
	step.len -= 2;
	set(e, step, load_be16(step.at + step.len));
	shelf_drop(&e->steps, 1);
}

/* Typing in a row: a word is one step, and so is anything longer than a character. */
static bool begins_step(const struct edit *e, struct span utf8)
{
	bool blank = e->cursor == 0 || split_is_blank(e->at[e->cursor - 1]);
	return e->last != EDIT_TYPED || utf8.len > 4 || (blank && !split_is_blank(utf8.at[0]));
}

size_t edit_insert(struct edit *e, struct span utf8)
{
	size_t len = (size_t)min_of(utf8.len, LIMIT_TEXT - e->len);
	while (len > 0 && len < utf8.len && utf8_continues(utf8.at[len]))
		len--;
	if (len == 0)
		return 0;
	if (begins_step(e, utf8))
		remember(e);
	e->last = len > 4 ? EDIT_NOTHING : EDIT_TYPED;
	memmove(e->at + e->cursor + len, e->at + e->cursor, e->len - e->cursor);
	memcpy(e->at + e->cursor, utf8.at, len);
	e->len += len;
	e->cursor += len;
	settle(e);
	return len;
}

static void cut(struct edit *e, size_t from, size_t to)
{
	memmove(e->at + from, e->at + to, e->len - to);
	bytes_wipe(e->at + e->len - (to - from), to - from);
	e->len -= to - from;
	e->cursor = from;
	settle(e);
}

/* Deleting in a row is one step. */
static void erase(struct edit *e, enum edit_act act, size_t from, size_t to)
{
	if (from == to)
		return;
	if (e->last != act)
		remember(e);
	cut(e, from, to);
}

static bool is_kill(enum edit_act act)
{
	return act >= EDIT_KILL_END && act <= EDIT_KILL_BLANK_LEFT;
}

/* Consecutive kills add up, each on its own side. */
static void kill(struct edit *e, size_t from, size_t to)
{
	struct span killed = span_of(e->at + from, to - from);
	if (from == to)
		return;
	remember(e);
	if (!is_kill(e->last) || e->kills.count == 0 ||
	    !shelf_join(&e->kills, killed, from < e->cursor))
		shelf_add(&e->kills, killed);
	cut(e, from, to);
}

static bool yank(struct edit *e, unsigned depth)
{
	struct span text = shelf_at(&e->kills, depth);
	if (text.len > LIMIT_TEXT - e->len)
		return false;
	e->last = EDIT_YANK; /* a step of its own */
	e->yanked = text.len;
	e->yanked_depth = depth;
	edit_insert(e, text);
	return true;
}

static bool yank_older(struct edit *e)
{
	unsigned depth = e->yanked_depth % e->kills.count + 1;
	if (shelf_at(&e->kills, depth).len > LIMIT_TEXT - e->len + e->yanked)
		return false;
	undo(e);
	return yank(e, depth);
}

static void reverse(uint8_t *at, size_t len)
{
	for (size_t i = 0; i < len / 2; i++) {
		uint8_t swapped = at[i];
		at[i] = at[len - 1 - i];
		at[len - 1 - i] = swapped;
	}
}

/* Swaps the parts from a to a_end and from b to b_end; the cursor comes behind them. */
static void swap(struct edit *e, size_t a, size_t a_end, size_t b, size_t b_end)
{
	if (a_end > b || a == a_end || b == b_end)
		return;
	remember(e);
	reverse(e->at + a, b_end - a);
	reverse(e->at + a, b_end - b);
	reverse(e->at + a + b_end - b, b - a_end);
	reverse(e->at + b_end - (a_end - a), a_end - a);
	e->cursor = b_end;
	settle(e);
}

/* The clusters on both sides of the cursor; at the end of the line, the last two. */
static void transpose(struct edit *e)
{
	size_t middle = e->cursor == e->len ? left_of(e, e->cursor) : e->cursor;
	swap(e, left_of(e, middle), middle, middle, right_of(e, middle));
}

/* The word before the cursor and the one at it or behind it; at the end, the last two. */
static void transpose_words(struct edit *e)
{
	size_t second = word_left(e, word_right(e, e->cursor), is_word);
	size_t first = word_left(e, second, is_word);
	if (first < second)
		swap(e, first, word_right(e, first), second, word_right(e, second));
}

static void change_case(struct edit *e, enum edit_act act)
{
	size_t end = word_right(e, e->cursor);
	bool capital = act != EDIT_SMALL;
	remember(e);
	while (e->cursor < end) {
		uint32_t rune;
		uint8_t *at = e->at + e->cursor;
		size_t size = (size_t)utf8_decode(span_of(at, e->len - e->cursor), &rune);
		bool word = is_word(*at);
		(void)utf8_encode(letters_turn(rune, capital), at);
		capital = capital && !(word && act == EDIT_CAPITAL);
		e->cursor += size;
	}
}

void edit_clear(struct edit *e, bool kill_it)
{
	e->last = EDIT_NOTHING;
	e->cursor = 0;
	if (kill_it)
		kill(e, 0, e->len);
	bytes_wipe(e->at, e->len);
	shelf_wipe(&e->steps);
	e->len = 0;
	e->depth = 0;
}

/* ---- history ---- */

static void look(struct edit *e, unsigned depth)
{
	if (e->depth == 0) {
		memcpy(e->kept, e->at, e->len);
		e->kept_len = e->len;
	} else if (e->len > 0 && !span_equal(shelf_at(&e->history, e->depth), edit_text(e))) {
		(void)shelf_change(&e->history, e->depth, edit_text(e));
	}
	depth = (unsigned)min_of(depth, e->history.count); /* what was older may have gone */
	struct span line =
	    depth == 0 ? span_of(e->kept, e->kept_len) : shelf_at(&e->history, depth);
	set(e, line, line.len);
	e->depth = depth;
	shelf_wipe(&e->steps);
}

void edit_commit(struct edit *e)
{
	bool repeats = e->history.count > 0 && span_equal(shelf_at(&e->history, 1), edit_text(e));
	if (e->len > 0 && !repeats)
		shelf_add(&e->history, edit_text(e));
	edit_clear(e, false);
}

static bool contains(struct span text, struct span what)
{
	for (size_t i = 0; i + what.len <= text.len; i++) {
		if (memcmp(text.at + i, what.at, what.len) == 0)
			return true;
	}
	return false;
}

bool edit_find(struct edit *e, struct span what, int step)
{
	unsigned depth = e->depth == 0 ? 1 : e->depth + (unsigned)step, on = step < 0 ? -1u : 1;
	for (; what.len > 0 && depth > 0 && depth <= e->history.count; depth += on) {
		if (contains(shelf_at(&e->history, depth), what)) {
			look(e, depth);
			return true;
		}
	}
	return false;
}

void edit_leave_history(struct edit *e)
{
	if (e->depth > 0)
		look(e, 0);
}

/* ---- acts ---- */

static void move(struct edit *e, enum edit_act act)
{
	switch (act) {
	case EDIT_LEFT: e->cursor = left_of(e, e->cursor); break;
	case EDIT_RIGHT: e->cursor = right_of(e, e->cursor); break;
	case EDIT_WORD_LEFT: e->cursor = word_left(e, e->cursor, is_word); break;
	case EDIT_WORD_RIGHT: e->cursor = word_right(e, e->cursor); break;
	case EDIT_HOME: e->cursor = line_start(e, e->cursor); break;
	case EDIT_END: e->cursor = line_end(e, e->cursor); break;
	case EDIT_FIRST: e->cursor = 0; break;
	case EDIT_LAST: e->cursor = e->len; break;
	case EDIT_UP:
		if (change_line(e, false))
			break;
		/* fall through */
	case EDIT_OLDER:
		if (e->depth < e->history.count)
			look(e, e->depth + 1);
		break;
	case EDIT_DOWN:
		if (change_line(e, true))
			break;
		/* fall through */
	case EDIT_NEWER:
		if (e->depth > 0)
			look(e, e->depth - 1);
		break;
	default: break;
	}
}

bool edit_do(struct edit *e, enum edit_act act)
{
	size_t here = e->cursor;
	bool yanked = e->last == EDIT_YANK && e->kills.count > 0, fits = true;
	switch (act) {
	case EDIT_BACKSPACE: erase(e, act, left_of(e, here), here); break;
	case EDIT_DELETE: erase(e, act, here, right_of(e, here)); break;
	case EDIT_KILL_END: kill(e, here, line_end(e, here)); break;
	case EDIT_KILL_START: kill(e, 0, here); break;
	case EDIT_KILL_WORD_LEFT: kill(e, word_left(e, here, is_word), here); break;
	case EDIT_KILL_WORD_RIGHT: kill(e, here, word_right(e, here)); break;
	case EDIT_KILL_BLANK_LEFT: kill(e, word_left(e, here, is_not_blank), here); break;
	case EDIT_YANK: fits = e->kills.count == 0 || yank(e, 1); break;
	case EDIT_YANK_OLDER: fits = !yanked || yank_older(e); break;
	case EDIT_TRANSPOSE: transpose(e); break;
	case EDIT_TRANSPOSE_WORDS: transpose_words(e); break;
	case EDIT_CAPITALS:
	case EDIT_SMALL:
	case EDIT_CAPITAL: change_case(e, act); break;
	case EDIT_UNDO: undo(e); break;
	default: move(e, act); break;
	}
	e->last = act == EDIT_YANK_OLDER && yanked ? EDIT_YANK : fits ? act : EDIT_NOTHING;
	return fits;
}
