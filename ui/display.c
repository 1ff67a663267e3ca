/* display: see display.h. Control sequences are those of ECMA-48 that every terminal has: CR, LF,
 * cursor up, down and forward, erase to the end of the row or of the screen, colours. */
#include "ui/display.h"

#include <string.h>

#include "base/assert.h"
#include "base/min_max.h"
#include "base/text.h"
#include "ui/safe.h"
#include "ui/width.h"
#include "ui/wrap.h"

enum {
	COLUMNS_MIN = 10,
	COLUMNS_MAX = 1000,
	INDENT = 6,
	TYPE_ROOM = 8, /* columns that a prompt must leave for typing */
	MARK_ROOM = 3  /* a blank and a mark of two columns */
};

_Static_assert(WRAP_ROOM(LIMIT_TEXT) + 1024 <= OUT_SIZE, "an empty output takes any message");
_Static_assert(VIEW_ROOM(LIMIT_TEXT, COLUMNS_MAX) + 1024 <= OUT_SIZE, "and any prompt");

static unsigned clamp(unsigned columns)
{
	if (columns < COLUMNS_MIN)
		return COLUMNS_MIN;
	return columns > COLUMNS_MAX ? COLUMNS_MAX : columns;
}

void display_init(struct display *d, const struct interactor_config *config, struct queue *out)
{
	d->out = out;
	d->columns = config->columns == 0 ? 80 : clamp(config->columns);
	d->rows = config->rows == 0 ? 24 : config->rows;
	d->utf8 = config->utf8;
	d->colour = config->colour && !config->dumb;
	d->dumb = config->dumb;
}

/* ESC [ count letter; nothing for a count of 0. */
static void add_move(struct writer *w, unsigned count, const char *letter)
{
	if (count > 0)
		text_write(w, "\x1b[%u%s", count, letter);
}

void display_pasting(struct display *d, bool on)
{
	if (!d->dumb)
		queue_add(d->out, UI_OUT, span_text(on ? "\x1b[?2004h" : "\x1b[?2004l"));
}

/* ---- what is said ---- */

static void colour(const struct display *d, struct wrap *w, const char *sequence)
{
	if (d->colour)
		wrap_raw(w, sequence);
}

/* A colour that stays with a name: few, all to be read on light and on dark. */
static const char *hue_of(const char *name)
{
	static const char *const hues[] = { "\x1b[1;35m", "\x1b[1;36m", "\x1b[1;34m", "\x1b[1m" };
	uint32_t hash = 2166136261; /* FNV-1a */
	for (; *name != 0; name++)
		hash = (hash ^ (uint8_t)*name) * 16777619;
	return hues[(hash >> 16) % 4];
}

static void add_prefix(const struct display *d, struct wrap *w, const struct display_line *line)
{
	if (line->time != NULL) {
		colour(d, w, "\x1b[2m");
		wrap_text(w, span_text(line->time));
		colour(d, w, "\x1b[m");
		wrap_text(w, span_text(" "));
	}
	if (line->name != NULL) {
		colour(d, w, line->own ? "\x1b[32m" : line->hue ? hue_of(line->name) : "\x1b[1m");
		wrap_text(w, span_text(line->name));
		wrap_text(w, span_text(">"));
		colour(d, w, "\x1b[m");
		wrap_text(w, span_text(" "));
	}
}

/* Where terminals differ in the columns of a text, a mark behind it can be changed if all of them
 * have it in one row. */
static bool keep_row(struct display *d, const struct wrap *w)
{
	struct span row = written(w->out);
	if (w->most + MARK_ROOM > d->columns || row.len > sizeof d->row)
		return false;
	memcpy(d->row, row.at, row.len);
	d->row_len = row.len;
	return true;
}

/* True: it can be changed later, as long as nothing is printed below. */
static bool add_mark(struct display *d, struct wrap *w, const char *mark)
{
	bool live = !d->dumb && (w->sure || keep_row(d, w));
	wrap_fit(w, MARK_ROOM);
	wrap_raw(w, " ");
	colour(d, w, "\x1b[2m");
	wrap_raw(w, mark);
	colour(d, w, "\x1b[m");
	return live;
}

bool display_print(struct display *d, const struct display_line *line)
{
	if (queue_room_apart(d->out) < DISPLAY_ROW)
		return false;
	display_hide(d);
	struct writer out = queue_begin(d->out);
	bool breaks = !d->dumb && !line->whole;
	struct wrap w =
	    wrap_of(&out, breaks ? d->columns : WRAP_NEVER, line->time != NULL ? INDENT : 0);
	add_prefix(d, &w, line);
	if (line->alarm || line->aside)
		colour(d, &w, line->alarm ? "\x1b[1;31m" : "\x1b[2m");
	wrap_text(&w, line->text);
	if (line->alarm || line->aside)
		colour(d, &w, "\x1b[m");
	d->row_len = 0;
	bool live = line->mark != NULL && add_mark(d, &w, line->mark);
	write_text(&out, "\r\n");
	if (out.full)
		return false;
	d->mark_live = live;
	d->mark_column = w.column + 1;
	queue_done(d->out, UI_OUT, &out);
	return true;
}

bool display_remark(struct display *d, const char *mark)
{
	if (!d->mark_live)
		return false;
	struct writer w = queue_begin(d->out);
	unsigned row = d->prompt_drawn ? d->view.row : 0;
	add_move(&w, row + 1, "A");
	write_u8(&w, '\r');
	write_span(&w, span_of(d->row, d->row_len));
	if (d->row_len > 0)
		write_u8(&w, ' ');
	else
		add_move(&w, d->mark_column, "C");
	text_write(&w, "%s%s%s\r\n", d->colour ? "\x1b[2m" : "", mark, d->colour ? "\x1b[m" : "");
	add_move(&w, row, "B");
	add_move(&w, d->prompt_drawn ? d->view.column : 0, "C");
	queue_done(d->out, UI_OUT, &w);
	return true;
}

/* ---- the prompt ---- */

static const char *choose(const struct display *d, const char *const prompts[3])
{
	unsigned i = 0;
	while (i < 2 && width_text(span_text(prompts[i])) + TYPE_ROOM > d->columns)
		i++;
	return prompts[i];
}

/* Prints what was added at the end; after any other change prints all of it, on a new row. A prompt
 * alone is not said again: a screen reader would read it out after every message. */
static void dumb_prompt(struct display *d, const char *prompt, const struct edit *e)
{
	struct span text = edit_text(e);
	bool same = strcmp(prompt, d->prompt) == 0;
	if (same && !d->prompt_drawn && text.len == 0)
		return;
	text_copy(d->prompt, sizeof d->prompt, prompt);
	struct writer w = queue_begin(d->out);
	bool goes_on = d->prompt_drawn && same && text.len >= d->typed_len &&
	               (d->typed_len == 0 || memcmp(text.at, d->typed, d->typed_len) == 0);
	if (!goes_on) {
		write_text(&w, d->prompt_drawn ? "\r\n" : "");
		write_text(&w, prompt);
		d->typed_len = 0;
	}
	view_text(span_after(text, d->typed_len), d->utf8, &w);
	memcpy(d->typed, text.at, text.len);
	d->typed_len = text.len;
	d->prompt_drawn = true;
	queue_done(d->out, UI_OUT, &w);
}

/* To the prompt's first column. */
static void go_to_prompt(const struct display *d, struct writer *w)
{
	add_move(w, d->prompt_drawn ? d->view.row : 0, "A");
	write_u8(w, '\r');
}

/* < at its end instead of a blank: there is more above. */
static void write_prompt(const struct display *d, const char *prompt, bool alarm, struct writer *w)
{
	struct span s = span_text(prompt);
	bool cut = d->view.first > 0 && s.len > 0;
	write_text(w, d->colour ? alarm ? "\x1b[1;31m" : "\x1b[32m" : "");
	write_span(w, span_of(s.at, s.len - cut));
	write_text(w, cut ? "<" : "");
	write_text(w, d->colour ? "\x1b[m" : "");
}

/* Leaves out the rows at the beginning, behind begin in w, that are on the screen already. */
static void skip_rows(struct display *d, struct writer *w, size_t begin)
{
	uint8_t *rows = w->at + begin;
	size_t len = w->len - begin, same = 0;
	unsigned skipped = 0;
	for (size_t i = 0; d->prompt_drawn && i < len && i < d->drawn_len; i++) {
		if (rows[i] != d->drawn[i])
			break;
		if (rows[i] == '\n') {
			same = i + 1;
			skipped++;
		}
	}
	d->drawn_len = len <= sizeof d->drawn ? len : 0;
	memcpy(d->drawn, rows, d->drawn_len);
	w->len = begin;
	add_move(w, skipped, "B"); /* shorter than the rows it stands for */
	memmove(w->at + w->len, rows + same, len - same);
	w->len += len - same;
}

/* A quarter of the screen is left for what was said, and a row for a mark that can still change. */
static unsigned rows_for_prompt(const struct display *d)
{
	unsigned rest = (unsigned)max_of(d->rows / 4, 1);
	return (unsigned)min_of(max_of(d->rows, rest + 1) - rest, VIEW_ROWS);
}

/* The last column stays empty: terminals differ in where the cursor is after a character there. */
void display_prompt(struct display *d, const char *const prompts[3], bool alarm,
                    const struct edit *e)
{
	const char *prompt = d->dumb ? prompts[0] : choose(d, prompts);
	if (d->dumb) {
		dumb_prompt(d, prompt, e);
		return;
	}
	unsigned width = width_text(span_text(prompt));
	assert(width < d->columns);
	struct writer w = queue_begin(d->out);
	go_to_prompt(d, &w);
	view_lay(&d->view, e, width, d->columns - 1 - width, rows_for_prompt(d), d->utf8);
	size_t begin = w.len;
	write_prompt(d, prompt, alarm, &w);
	view_write(&d->view, e, d->utf8, &w);
	skip_rows(d, &w, begin);
	write_text(&w, "\x1b[J\r");
	add_move(&w, d->view.count - 1 - d->view.row, "A");
	add_move(&w, d->view.column, "C");
	d->prompt_drawn = true;
	queue_done(d->out, UI_OUT, &w);
}

/* From the second column: tmux takes the erasure of a whole screen for an order to keep what was
 * on it, and the prompt would come up again when one scrolls back. */
static void erase_prompt(struct display *d)
{
	struct writer w = queue_begin(d->out);
	go_to_prompt(d, &w);
	write_text(&w, " \x1b[J\r");
	queue_done(d->out, UI_OUT, &w);
}

void display_hide(struct display *d)
{
	if (!d->prompt_drawn)
		return;
	if (d->dumb)
		queue_add(d->out, UI_OUT, span_text("\r\n"));
	else
		erase_prompt(d);
	d->prompt_drawn = false;
}

void display_clear(struct display *d)
{
	if (!d->dumb)
		queue_add(d->out, UI_OUT, span_text("\x1b[H\x1b[2J"));
	d->prompt_drawn = d->mark_live = false;
}

/* A terminal that became narrower may have wrapped each of the prompt's rows into several, with the
 * cursor in the one its column falls into. Erases everything from the first of them. */
void display_resize(struct display *d, unsigned columns, unsigned rows)
{
	columns = clamp(columns);
	if (d->prompt_drawn && !d->dumb && columns < d->columns) {
		unsigned above = d->view.row + d->view.column / columns;
		for (unsigned i = 0; i < d->view.row; i++)
			above += d->view.columns[i] > 0 ? (d->view.columns[i] - 1) / columns : 0;
		d->view.row = above;
	}
	if (!d->dumb)
		display_hide(d);
	d->columns = columns;
	d->rows = rows;
	d->mark_live = false;
}
