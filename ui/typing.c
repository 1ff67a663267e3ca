#include "ui/typing.h"

#include <string.h>

#include "base/utf8.h"

static const struct {
	uint8_t kind, rune, act;
} bindings[] = {
	{ KEY_LEFT, 0, EDIT_LEFT },
	{ KEY_CTRL, 'b', EDIT_LEFT },
	{ KEY_RIGHT, 0, EDIT_RIGHT },
	{ KEY_CTRL, 'f', EDIT_RIGHT },
	{ KEY_WORD_LEFT, 0, EDIT_WORD_LEFT },
	{ KEY_ALT, 'b', EDIT_WORD_LEFT },
	{ KEY_WORD_RIGHT, 0, EDIT_WORD_RIGHT },
	{ KEY_ALT, 'f', EDIT_WORD_RIGHT },
	{ KEY_HOME, 0, EDIT_HOME },
	{ KEY_CTRL, 'a', EDIT_HOME },
	{ KEY_END, 0, EDIT_END },
	{ KEY_CTRL, 'e', EDIT_END },
	{ KEY_BACKSPACE, 0, EDIT_BACKSPACE },
	{ KEY_DELETE, 0, EDIT_DELETE },
	{ KEY_CTRL, 'd', EDIT_DELETE },
	{ KEY_CTRL, 'k', EDIT_KILL_END },
	{ KEY_CTRL, 'u', EDIT_KILL_START },
	{ KEY_CTRL, 'w', EDIT_KILL_BLANK_LEFT },
	{ KEY_ALT, 0x7f, EDIT_KILL_WORD_LEFT },
	{ KEY_ALT, 'd', EDIT_KILL_WORD_RIGHT },
	{ KEY_CTRL, 'y', EDIT_YANK },
	{ KEY_ALT, 'y', EDIT_YANK_OLDER },
	{ KEY_CTRL, 't', EDIT_TRANSPOSE },
	{ KEY_ALT, 't', EDIT_TRANSPOSE_WORDS },
	{ KEY_ALT, 'u', EDIT_CAPITALS },
	{ KEY_ALT, 'l', EDIT_SMALL },
	{ KEY_ALT, 'c', EDIT_CAPITAL },
	{ KEY_CTRL, '_', EDIT_UNDO },
	{ KEY_ALT, '<', EDIT_FIRST },
	{ KEY_ALT, '>', EDIT_LAST },
	{ KEY_UP, 0, EDIT_UP },
	{ KEY_CTRL, 'p', EDIT_OLDER },
	{ KEY_DOWN, 0, EDIT_DOWN },
	{ KEY_CTRL, 'n', EDIT_NEWER },
};

bool typing_has_begun(const struct typing *t)
{
	return t->pasting || t->asking || edit_text(&t->line).len > 0;
}

static bool is_ctrl(struct key key, char letter)
{
	return key.kind == KEY_CTRL && key.rune == (uint32_t)letter;
}

static enum typed edit_key(struct typing *t, struct key key)
{
	uint8_t utf8[4];
	if (key.kind == KEY_ALT && key.rune == '\r')
		key = (struct key){ KEY_RUNE, '\n' };
	if (key.kind == KEY_RUNE) {
		size_t len = utf8_encode(key.rune, utf8);
		return edit_insert(&t->line, span_of(utf8, len)) < len ? TYPED_FULL
		                                                       : TYPED_SOMETHING;
	}
	for (size_t i = 0; i < sizeof bindings / sizeof bindings[0]; i++) {
		if (key.kind == bindings[i].kind && key.rune == bindings[i].rune &&
		    !edit_do(&t->line, (enum edit_act)bindings[i].act))
			return TYPED_FULL;
	}
	return TYPED_SOMETHING;
}

/* ---- searching history ---- */

static void find(struct typing *t, int step)
{
	bool found = edit_find(&t->line, span_of(t->pattern, t->pattern_len), step);
	t->missed = !found && t->pattern_len > 0;
}

static void widen(struct typing *t, uint32_t rune)
{
	if (t->pattern_len + 4 > sizeof t->pattern)
		return;
	t->pattern_len += utf8_encode(rune, t->pattern + t->pattern_len);
	find(t, 0);
}

static void narrow(struct typing *t)
{
	while (t->pattern_len > 0 && utf8_continues(t->pattern[--t->pattern_len]))
		continue;
	find(t, 0);
}

/* Ctrl-R and the keys after it, Ctrl-S among them. True: the key was for the search. */
static bool search_key(struct typing *t, struct key key)
{
	bool older = is_ctrl(key, 'r');
	if (older || (t->searching && is_ctrl(key, 's'))) {
		if (!t->searching)
			t->pattern_len = 0;
		find(t, !t->searching ? 0 : older ? 1 : -1);
		t->searching = true;
		return true;
	}
	if (!t->searching)
		return false;
	if (key.kind == KEY_RUNE) {
		widen(t, key.rune);
		return true;
	}
	if (key.kind == KEY_BACKSPACE) {
		narrow(t);
		return true;
	}
	t->searching = false;
	bool cancels = key.kind == KEY_ESCAPE || is_ctrl(key, 'g') || is_ctrl(key, 'c');
	if (cancels)
		edit_leave_history(&t->line);
	return cancels || key.kind == KEY_ENTER; /* Enter takes the line; the next one sends it */
}

/* ---- pasting ---- */

static void paste_in(struct typing *t)
{
	edit_insert(&t->line, span_of(t->paste, (size_t)t->paste_bytes));
	bytes_wipe(t->paste, sizeof t->paste);
	t->asking = false;
}

static void paste_begin(struct typing *t)
{
	t->pasting = true;
	t->searching = false;
	t->paste_bytes = t->paste_lines = 0;
}

static void paste_rune(struct typing *t, uint32_t rune)
{
	uint8_t utf8[4];
	size_t len = utf8_encode(rune, utf8);
	if (t->paste_bytes + len <= sizeof t->paste)
		memcpy(t->paste + t->paste_bytes, utf8, len);
	t->paste_bytes += len;
	t->paste_lines += rune == '\n';
}

/* A paste that does not fit is refused whole: half of a text is not what the user wanted to say. */
static enum typed paste_end(struct typing *t, bool ask)
{
	bool fits = t->paste_bytes <= LIMIT_TEXT - edit_text(&t->line).len;
	t->pasting = false;
	if (fits && t->paste_bytes > 0 && t->paste[t->paste_bytes - 1] != '\n')
		t->paste_lines++;
	if (!fits)
		bytes_wipe(t->paste, sizeof t->paste);
	else if (ask || t->paste_lines > TYPING_LINES || t->paste_bytes > TYPING_BYTES)
		t->asking = t->paste_bytes > 0;
	else
		paste_in(t);
	return fits ? TYPED_SOMETHING : TYPED_REFUSED;
}

bool typing_paste(struct typing *t, struct span text)
{
	if (t->pasting)
		(void)paste_end(t, false);
	if (t->asking)
		paste_in(t);
	paste_begin(t);
	while (text.len > 0) {
		uint32_t rune = utf8_take(&text);
		if (rune == '\n' || rune == '\t' || (rune >= 0x20 && (rune < 0x7f || rune >= 0xa0)))
			paste_rune(t, rune);
	}
	return paste_end(t, true) != TYPED_REFUSED && t->asking;
}

/* Whatever is pasted is text. */
static enum typed paste_key(struct typing *t, struct key key)
{
	if (key.kind != KEY_RUNE)
		return paste_end(t, false);
	paste_rune(t, key.rune);
	return TYPED_SOMETHING;
}

/* The answer to the question about a paste. True: that was all the key was for. */
static bool answer_key(struct typing *t, struct key key)
{
	bool drop = key.kind == KEY_ESCAPE || is_ctrl(key, 'g') || is_ctrl(key, 'c');
	if (!t->asking)
		return false;
	t->all_pasted = key.kind == KEY_ENTER && t->line.len == 0;
	if (drop)
		bytes_wipe(t->paste, sizeof t->paste);
	else
		paste_in(t);
	t->asking = false;
	return drop;
}

/* ---- keys ---- */

static enum typed control_key(struct typing *t, struct key key)
{
	bool empty = edit_text(&t->line).len == 0, wrote = t->writing;
	switch (key.rune) {
	case 'c':
		t->writing = false;
		if (empty && wrote)
			return TYPED_SOMETHING;
		if (empty)
			return TYPED_STOP;
		edit_clear(&t->line, true);
		return TYPED_SOMETHING;
	case 'd':
		if (t->line.cursor < t->line.len)
			return edit_key(t, key);
		t->writing = false;
		return wrote ? TYPED_ENTER : empty ? TYPED_LEAVE : TYPED_AT_END;
	case 'z': return TYPED_SUSPEND;
	case 'l': return TYPED_CLEAR;
	default: return edit_key(t, key);
	}
}

enum typed typing_key(struct typing *t, struct key key)
{
	t->all_pasted = t->all_pasted && key.kind == KEY_ENTER;
	if (t->pasting)
		return paste_key(t, key);
	if (answer_key(t, key))
		return TYPED_SOMETHING;
	if (key.kind == KEY_PASTE_BEGIN) {
		paste_begin(t);
		return TYPED_SOMETHING;
	}
	if (search_key(t, key))
		return TYPED_SOMETHING;
	if (key.kind == KEY_ENTER && t->writing)
		key = (struct key){ KEY_RUNE, '\n' };
	if (key.kind == KEY_ENTER)
		return TYPED_ENTER;
	if (key.kind == KEY_TAB)
		return TYPED_COMPLETE;
	return key.kind == KEY_CTRL ? control_key(t, key) : edit_key(t, key);
}

void typing_write(struct typing *t)
{
	t->writing = true;
}
