#include "ui/edit.h"

#include <string.h>

#include "base/assert.h"
#include "base/min_max.h"
#include "base/split.h"
#include "base/utf8.h"
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

static size_t word_left(const struct edit *e, bool (*inside)(uint8_t c))
{
	size_t at = e->cursor;
	while (at > 0 && !inside(e->at[at - 1]))
		at--;
	while (at > 0 && inside(e->at[at - 1]))
		at--;
	return at == e->cursor ? at : left_of(e, at + 1); /* not within a cluster */
}

static size_t word_right(const struct edit *e)
{
	size_t at = e->cursor;
	while (at < e->len && !is_word(e->at[at]))
		at++;
	while (at < e->len && is_word(e->at[at]))
		at++;
	return width_settle(edit_text(e), at);
}

/* After a change, the cursor may be inside a cluster. */
static void settle(struct edit *e)
{
	e->cursor = width_settle(edit_text(e), e->cursor);
}

/* ---- changes ---- */

static void remember(struct edit *e)
{
	memcpy(e->before, e->at, e->len);
	e->before_len = e->len;
	e->before_cursor = e->cursor;
}

static void undo(struct edit *e)
{
	size_t len = e->len, cursor = e->cursor;
	for (size_t i = 0; i < max_of(len, e->before_len); i++) {
		uint8_t swapped = e->at[i];
		e->at[i] = e->before[i];
		e->before[i] = swapped;
	}
	e->len = e->before_len;
	e->cursor = e->before_cursor;
	e->before_len = len;
	e->before_cursor = cursor;
}

size_t edit_insert(struct edit *e, struct span utf8)
{
	size_t len = (size_t)min_of(utf8.len, LIMIT_TEXT - e->len);
	while (len > 0 && len < utf8.len && utf8_continues(utf8.at[len]))
		len--;
	e->killing = false;
	if (len == 0)
		return 0;
	if (!e->inserting)
		remember(e);
	e->inserting = true;
	memmove(e->at + e->cursor + len, e->at + e->cursor, e->len - e->cursor);
	memcpy(e->at + e->cursor, utf8.at, len);
	e->len += len;
	e->cursor += len;
	settle(e);
	return len;
}

static void cut(struct edit *e, size_t from, size_t to)
{
	if (from == to)
		return;
	remember(e);
	memmove(e->at + from, e->at + to, e->len - to);
	bytes_wipe(e->at + e->len - (to - from), to - from);
	e->len -= to - from;
	e->cursor = from;
	settle(e);
}

/* Consecutive kills add up, each on its own side. */
static void kill(struct edit *e, size_t from, size_t to)
{
	size_t len = to - from, old = e->killing ? e->killed_len : 0;
	if (len == 0)
		return;
	assert(old + len <= LIMIT_TEXT); /* all of it was in one line */
	if (from < e->cursor)
		memmove(e->killed + len, e->killed, old);
	memcpy(e->killed + (from < e->cursor ? 0 : old), e->at + from, len);
	e->killed_len = old + len;
	e->killing = true;
	cut(e, from, to);
}

/* Swaps the clusters on both sides of the cursor; at the end of the line, the last two. */
static void transpose(struct edit *e)
{
	uint8_t left[WIDTH_CLUSTER];
	size_t middle = e->cursor == e->len ? left_of(e, e->cursor) : e->cursor;
	if (middle == 0)
		return;
	size_t from = left_of(e, middle), to = right_of(e, middle), len = middle - from;
	assert(len <= sizeof left);
	remember(e);
	memcpy(left, e->at + from, len);
	memmove(e->at + from, e->at + middle, to - middle);
	memcpy(e->at + to - len, left, len);
	e->cursor = to;
	settle(e);
}

void edit_clear(struct edit *e, bool kill_it)
{
	if (kill_it) {
		e->killing = false;
		e->cursor = 0;
		kill(e, 0, e->len);
	}
	bytes_wipe(e->at, e->len);
	bytes_wipe(e->before, e->before_len);
	e->len = e->cursor = e->before_len = e->before_cursor = 0;
	e->depth = 0;
	e->killing = e->inserting = false;
}

/* ---- history ---- */

/* The line of the given depth: 1 is the newest. */
static struct span remembered(const struct edit *e, unsigned depth)
{
	size_t at = 0;
	for (unsigned i = e->history_count; i > depth; i--)
		at += 2 + (size_t)load_be16(e->history + at);
	return span_of(e->history + at + 2, load_be16(e->history + at));
}

static void forget_oldest(struct edit *e)
{
	size_t size = 2 + (size_t)load_be16(e->history);
	memmove(e->history, e->history + size, e->history_len - size);
	e->history_len -= size;
	e->history_count--;
}

/* What a line of history was changed to takes its place, if there is room. */
static void keep_change(struct edit *e)
{
	struct span old = remembered(e, e->depth);
	if (e->len == 0 || span_equal(old, edit_text(e)))
		return;
	while (e->history_len - old.len + e->len > EDIT_HISTORY && e->history_count > e->depth)
		forget_oldest(e);
	if (e->history_len - old.len + e->len > EDIT_HISTORY)
		return;
	old = remembered(e, e->depth);
	uint8_t *at = e->history + (old.at - e->history), *end = e->history + e->history_len;
	memmove(at + e->len, at + old.len, (size_t)(end - at) - old.len);
	memcpy(at, e->at, e->len);
	store_be16(at - 2, (uint16_t)e->len);
	e->history_len = e->history_len - old.len + e->len;
	if (old.len > e->len)
		bytes_wipe(e->history + e->history_len, old.len - e->len);
}

static void look(struct edit *e, unsigned depth)
{
	if (e->depth > 0) {
		keep_change(e);
	} else {
		memcpy(e->kept, e->at, e->len);
		e->kept_len = e->len;
	}
	struct span line = depth == 0 ? span_of(e->kept, e->kept_len) : remembered(e, depth);
	memcpy(e->at, line.at, line.len);
	e->len = e->cursor = line.len;
	e->depth = depth;
	remember(e);
}

void edit_commit(struct edit *e)
{
	bool repeats = e->history_count > 0 && span_equal(remembered(e, 1), edit_text(e));
	if (e->len > 0 && !repeats) {
		while (EDIT_HISTORY - e->history_len < e->len + 2)
			forget_oldest(e);
		store_be16(e->history + e->history_len, (uint16_t)e->len);
		memcpy(e->history + e->history_len + 2, e->at, e->len);
		e->history_len += 2 + e->len;
		e->history_count++;
	}
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

bool edit_find(struct edit *e, struct span what, bool again)
{
	unsigned from = e->depth == 0 ? 1 : e->depth + again;
	for (unsigned depth = from; what.len > 0 && depth <= e->history_count; depth++) {
		if (contains(remembered(e, depth), what)) {
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

static bool yank(struct edit *e)
{
	bool fits = e->killed_len <= LIMIT_TEXT - e->len;
	if (fits)
		edit_insert(e, span_of(e->killed, e->killed_len));
	return fits;
}

bool edit_do(struct edit *e, enum edit_act act)
{
	bool kills = act >= EDIT_KILL_END && act <= EDIT_KILL_BLANK_LEFT;
	e->killing = e->killing && kills;
	e->inserting = false;
	switch (act) {
	case EDIT_LEFT: e->cursor = left_of(e, e->cursor); break;
	case EDIT_RIGHT: e->cursor = right_of(e, e->cursor); break;
	case EDIT_WORD_LEFT: e->cursor = word_left(e, is_word); break;
	case EDIT_WORD_RIGHT: e->cursor = word_right(e); break;
	case EDIT_HOME: e->cursor = 0; break;
	case EDIT_END: e->cursor = e->len; break;
	case EDIT_BACKSPACE: cut(e, left_of(e, e->cursor), e->cursor); break;
	case EDIT_DELETE: cut(e, e->cursor, right_of(e, e->cursor)); break;
	case EDIT_KILL_END: kill(e, e->cursor, e->len); break;
	case EDIT_KILL_START: kill(e, 0, e->cursor); break;
	case EDIT_KILL_WORD_LEFT: kill(e, word_left(e, is_word), e->cursor); break;
	case EDIT_KILL_WORD_RIGHT: kill(e, e->cursor, word_right(e)); break;
	case EDIT_KILL_BLANK_LEFT: kill(e, word_left(e, is_not_blank), e->cursor); break;
	case EDIT_YANK: return yank(e);
	case EDIT_TRANSPOSE: transpose(e); break;
	case EDIT_UNDO: undo(e); break;
	case EDIT_OLDER:
		if (e->depth < e->history_count)
			look(e, e->depth + 1);
		break;
	case EDIT_NEWER:
		if (e->depth > 0)
			look(e, e->depth - 1);
		break;
	}
	return true;
}
