#include "ui/view.h"

#include <string.h>

#include "base/min_max.h"
#include "base/split.h"
#include "base/utf8.h"
#include "ui/safe.h"
#include "ui/width.h"

enum { SHOWN = SAFE_ROOM(WIDTH_CLUSTER) };

/* What is drawn for one cluster. Leaves out variation selectors: terminals do not agree on how wide
 * they make things. */
static struct span show_cluster(struct span text, size_t size, bool utf8, uint8_t out[static SHOWN])
{
	struct span cluster = span_of(text.at, size);
	uint32_t next = 0;
	(void)utf8_decode(span_after(text, size), &next);
	struct writer w = writer_of(out, SHOWN);
	if (cluster.at[0] == '\n')
		write_text(&w, utf8 ? "\u21b5" : "\\n");
	else if (cluster.at[0] == '\t')
		write_text(&w, "    ");
	else
		safe_part(cluster, next, utf8 ? 0 : SAFE_ASCII, &w);
	for (size_t i = 0; i + 3 <= w.len;) {
		if (out[i] == 0xef && out[i + 1] == 0xb8 && (out[i + 2] | 1) == 0x8f) {
			w.len -= 3;
			memmove(out + i, out + i + 3, w.len - i);
		} else {
			i++;
		}
	}
	return written(&w);
}

/* A place in the rows, and what is drawn there. */
struct pen {
	unsigned row, column, most; /* columns that we, and some terminals, think are taken */
	struct writer *out;         /* or NULL: nothing is drawn */
};

static bool is_shown(const struct view *v, unsigned row)
{
	return row >= v->first && row - v->first < v->count;
}

static void begin_row(struct view *v, struct pen *pen)
{
	pen->row++;
	pen->column = pen->most = 0;
	if (pen->out == NULL || !is_shown(v, pen->row) || pen->row == v->first)
		return;
	write_text(pen->out, "\x1b[K\r\n");
	for (unsigned i = 0; i < v->indent; i++)
		write_u8(pen->out, ' ');
	v->columns[pen->row - v->first] = v->indent;
}

/* The cluster at the front of text as it is drawn: so many columns, on some terminals most. */
struct piece {
	struct span shown;
	unsigned columns, most;
};

static struct piece measure(const struct view *v, struct span text, size_t size, bool utf8,
                            uint8_t shown[static SHOWN])
{
	struct piece p = { span_of(text.at, size), 1, 1 };
	if (size == 1 && text.at[0] >= 0x20 && text.at[0] < 0x7f)
		return p;
	p.shown = show_cluster(text, size, utf8, shown);
	p.columns = width_text(p.shown);
	p.most = width_most(p.shown);
	if (p.most > v->room) /* no row has room for it */
		p = (struct piece){ span_text("?"), 1, 1 };
	return p;
}

/* The columns of the word at the front of text; more than a row has where it is longer. */
static unsigned word_most(const struct view *v, struct span text, bool utf8)
{
	uint8_t shown[SHOWN];
	unsigned sum = 0, columns;
	while (text.len > 0 && !split_is_blank(text.at[0]) && sum <= v->room) {
		size_t size = width_cluster(text, &columns);
		sum += measure(v, text, size, utf8, shown).most;
		text = span_after(text, size);
	}
	return sum;
}

/* Returns the columns it takes, which end at the pen's. */
static unsigned put(struct view *v, struct pen *pen, struct span text, size_t size, bool utf8)
{
	uint8_t shown[SHOWN];
	struct piece p = measure(v, text, size, utf8, shown);
	if (text.at[0] == ' ' && pen->most == v->room) { /* one blank needs no room there */
		pen->most++;
		return 0;
	}
	if (pen->most + p.most > v->room)
		begin_row(v, pen);
	pen->column += p.columns;
	pen->most += p.most;
	if (pen->out == NULL || !is_shown(v, pen->row))
		return p.columns;
	write_span(pen->out, p.shown);
	v->columns[pen->row - v->first] = v->indent + pen->column;
	return p.columns;
}

static void keep_cursor(struct view *v, const struct pen *pen, unsigned columns)
{
	if (pen->out != NULL)
		return;
	v->row = pen->row;
	v->column = v->indent + pen->column - columns;
}

/* Goes through the text; returns in which row it ends. Without out: finds the cursor. */
static unsigned walk(struct view *v, const struct edit *e, bool utf8, struct writer *out)
{
	struct span text = edit_text(e);
	struct pen pen = { .out = out };
	for (size_t at = 0, size; at < text.len; at += size) {
		struct span rest = span_after(text, at);
		unsigned columns, word = 0;
		if (at > 0 && split_is_blank(text.at[at - 1]))
			word = word_most(v, rest, utf8);
		if (pen.most + word > v->room && word <= v->room)
			begin_row(v, &pen); /* rows break between words, as far as possible */
		size = width_cluster(rest, &columns);
		columns = put(v, &pen, rest, size, utf8);
		if (at == e->cursor)
			keep_cursor(v, &pen, columns);
		if (text.at[at] == '\n')
			begin_row(v, &pen);
	}
	if (e->cursor == text.len)
		keep_cursor(v, &pen, 0);
	return pen.row;
}

void view_lay(struct view *v, const struct edit *e, unsigned indent, unsigned room, unsigned rows,
              bool utf8)
{
	v->indent = indent;
	v->room = room;
	unsigned last = walk(v, e, utf8, NULL);
	if (last >= rows) { /* > needs a column */
		v->room--;
		last = walk(v, e, utf8, NULL);
	}
	v->count = (unsigned)min_of(last + 1, rows);
	v->first = (unsigned)min_of(v->first, min_of(v->row, last + 1 - v->count));
	if (v->row >= v->first + v->count)
		v->first = v->row - v->count + 1;
	v->more = last + 1 - v->count - v->first;
	v->row -= v->first;
}

void view_write(struct view *v, const struct edit *e, bool utf8, struct writer *out)
{
	v->columns[0] = v->indent;
	(void)walk(v, e, utf8, out);
	if (v->more > 0) {
		write_u8(out, '>');
		v->columns[v->count - 1]++;
	}
}

void view_text(struct span text, bool utf8, struct writer *out)
{
	uint8_t shown[SHOWN];
	while (text.len > 0) {
		unsigned columns;
		size_t size = width_cluster(text, &columns);
		write_span(out, show_cluster(text, size, utf8, shown));
		text = span_after(text, size);
	}
}
