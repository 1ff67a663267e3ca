/* screen: see screen.h. Control sequences are those of ECMA-48 that every terminal has: CR, LF,
 * cursor up and forward, erase to the end of the row or of the screen, colours. */
#include "ui/screen.h"

#include <string.h>

#include "base/assert.h"
#include "base/text.h"
#include "ui/safe.h"
#include "ui/width.h"
#include "ui/wrap.h"

enum {
	TYPE_ROOM = 8, /* columns that a prompt must leave for typing */
	MARK_ROOM = 3
}; /* a blank and a mark of two columns */

_Static_assert(WRAP_ROOM(LIMIT_TEXT) + 1024 <= OUT_SIZE, "an empty output takes any message");
_Static_assert(SCREEN_ROOM <= OUT_SIZE, "and any prompt");

static unsigned clamp(unsigned columns)
{
	if (columns < SCREEN_COLUMNS_MIN)
		return SCREEN_COLUMNS_MIN;
	return columns > SCREEN_COLUMNS_MAX ? SCREEN_COLUMNS_MAX : columns;
}

void screen_begin(struct screen *s, const struct interactor_config *config, struct out *out)
{
	s->out = out;
	s->columns = config->columns == 0 ? 80 : clamp(config->columns);
	s->utf8 = config->utf8;
	s->colour = config->colour && !config->dumb;
	s->dumb = config->dumb;
}

static void add(struct writer *w, const char *s)
{
	write_span(w, span_text(s));
}

/* ESC [ count letter; nothing for a count of 0. */
static void add_move(struct writer *w, unsigned count, char letter)
{
	char digits[16];
	struct text t = text_of(digits, sizeof digits);
	if (count == 0)
		return;
	text_add_u64(&t, count);
	add(w, "\x1b[");
	add(w, digits);
	write_u8(w, (uint8_t)letter);
}

/* ---- what is said ---- */

static void colour(const struct screen *s, struct wrap *w, const char *sequence)
{
	if (s->colour)
		wrap_raw(w, sequence);
}

static void add_prefix(const struct screen *s, struct wrap *w, const struct screen_line *line)
{
	if (line->time) {
		colour(s, w, "\x1b[2m");
		wrap_text(w, span_text(line->time));
		colour(s, w, "\x1b[m");
		wrap_text(w, span_text(" "));
	}
	if (line->name) {
		colour(s, w, line->own ? "\x1b[32m" : "\x1b[1m");
		wrap_text(w, span_text(line->name));
		wrap_text(w, span_text(">"));
		colour(s, w, "\x1b[m");
		wrap_text(w, span_text(" "));
	}
}

/* True when it can be changed, should nothing be printed below. */
static bool add_mark(const struct screen *s, struct wrap *w, const char *mark)
{
	wrap_fit(w, MARK_ROOM);
	wrap_raw(w, " ");
	colour(s, w, "\x1b[2m");
	wrap_raw(w, mark);
	colour(s, w, "\x1b[m");
	return !s->dumb && w->sure;
}

bool screen_print(struct screen *s, const struct screen_line *line)
{
	if (out_room(s->out) < SCREEN_ROW)
		return false;
	screen_hide(s);
	struct writer out = out_begin(s->out);
	bool breaks = !s->dumb && !line->whole;
	struct wrap w =
	    wrap_of(&out, breaks ? s->columns : WRAP_NEVER, line->time ? SCREEN_INDENT : 0);
	add_prefix(s, &w, line);
	if (line->alarm)
		colour(s, &w, "\x1b[1;31m");
	wrap_text(&w, line->text);
	if (line->alarm)
		colour(s, &w, "\x1b[m");
	bool live = line->mark && add_mark(s, &w, line->mark);
	add(&out, "\r\n");
	if (out.full)
		return false;
	s->mark_live = live;
	s->mark_column = w.column + 1;
	out_done(s->out, UI_OUT, &out);
	return true;
}

bool screen_remark(struct screen *s, const char *mark)
{
	if (!s->mark_live)
		return false;
	struct writer w = out_begin(s->out);
	add(&w, "\r\x1b[A");
	add_move(&w, s->mark_column, 'C');
	add(&w, s->colour ? "\x1b[2m" : "");
	add(&w, mark);
	add(&w, s->colour ? "\x1b[m" : "");
	add(&w, "\r\n");
	add_move(&w, s->prompt_drawn ? s->cursor : 0, 'C');
	out_done(s->out, UI_OUT, &w);
	return true;
}

/* ---- the prompt ---- */

static const char *choose(const struct screen *s, const char *const prompts[3])
{
	bool sure;
	unsigned i = 0;
	while (i < 2 && width_text(span_text(prompts[i]), &sure) + TYPE_ROOM > s->columns)
		i++;
	return prompts[i];
}

static void add_colour_prompt(const struct screen *s, struct writer *w, const char *prompt,
                              bool alarm)
{
	add(w, s->colour ? alarm ? "\x1b[1;31m" : "\x1b[32m" : "");
	add(w, prompt);
	add(w, s->colour ? "\x1b[m" : "");
}

/* What was added at the end is printed; after any other change all of it, on a new row. */
static void dumb_prompt(struct screen *s, const char *prompt, const struct edit *e)
{
	struct span text = edit_text(e);
	struct writer w = out_begin(s->out);
	bool goes_on = s->prompt_drawn && text.len >= s->typed_len &&
	               (s->typed_len == 0 || memcmp(text.at, s->typed, s->typed_len) == 0);
	if (!goes_on) {
		add(&w, s->prompt_drawn ? "\r\n" : "");
		add(&w, prompt);
		s->typed_len = 0;
	}
	view_text(span_of(text.at + s->typed_len, text.len - s->typed_len), s->utf8, &w);
	memcpy(s->typed, text.at, text.len);
	s->typed_len = text.len;
	s->prompt_drawn = true;
	out_done(s->out, UI_OUT, &w);
}

/* The last column stays free: a character in it would leave the cursor in doubt. */
void screen_prompt(struct screen *s, const char *const prompts[3], bool alarm, const struct edit *e)
{
	bool sure;
	unsigned cursor;
	const char *prompt = s->dumb ? prompts[0] : choose(s, prompts);
	if (s->dumb) {
		dumb_prompt(s, prompt, e);
		return;
	}
	unsigned width = width_text(span_text(prompt), &sure);
	assert(width < s->columns);
	struct writer w = out_begin(s->out);
	add(&w, "\r");
	add_colour_prompt(s, &w, prompt, alarm);
	view_write(&s->view, e, s->columns - 1 - width, s->utf8, &w, &cursor);
	add(&w, "\x1b[K\r");
	s->cursor = width + cursor;
	add_move(&w, s->cursor, 'C');
	s->prompt_drawn = true;
	out_done(s->out, UI_OUT, &w);
}

void screen_hide(struct screen *s)
{
	if (!s->prompt_drawn)
		return;
	out_add(s->out, UI_OUT, span_text(s->dumb ? "\r\n" : "\r\x1b[K"));
	s->prompt_drawn = false;
	s->cursor = 0;
	s->typed_len = 0;
}

void screen_clear(struct screen *s)
{
	if (!s->dumb)
		out_add(s->out, UI_OUT, span_text("\x1b[H\x1b[2J"));
	s->prompt_drawn = s->mark_live = false;
	s->cursor = 0;
}

/* Terminals that wrap old rows anew have put the prompt's on several when they became narrower,
 * with the cursor in the row its column now falls into; from the first of them everything is
 * erased. */
void screen_resize(struct screen *s, unsigned columns)
{
	columns = clamp(columns);
	if (s->prompt_drawn && !s->dumb) {
		struct writer w = out_begin(s->out);
		add_move(&w, columns < s->columns ? s->cursor / columns : 0, 'A');
		add(&w, "\r\x1b[J");
		out_done(s->out, UI_OUT, &w);
		s->prompt_drawn = false;
		s->cursor = 0;
	}
	s->columns = columns;
	s->mark_live = false;
}
