#include "ui/wrap.h"

#include "base/utf8.h"
#include "ui/width.h"

struct wrap wrap_of(struct writer *out, unsigned columns, unsigned indent)
{
	return (struct wrap){ .out = out,
		              .columns = columns,
		              .indent = columns >= 4 * indent ? indent : 0,
		              .sure = true };
}

void wrap_raw(struct wrap *w, const char *bytes)
{
	write_text(w->out, bytes);
}

static void begin_row(struct wrap *w)
{
	write_text(w->out, "\r\n");
	w->column = w->blanks = 0;
	w->alone = false;
	/*@ loop invariant is_wrap(w);
	    loop assigns w->column, w->out->len, w->out->full, w->out->at[0 .. WHATEVER];
	    loop variant w->indent - w->column; */
	for (; w->column < w->indent; w->column++)
		write_u8(w->out, ' ');
}

void wrap_fit(struct wrap *w, unsigned columns)
{
	if (w->column + columns > w->columns)
		begin_row(w);
	w->blanks = 0;
}

static void put(struct wrap *w, struct span word, unsigned columns)
{
	/*@ loop invariant is_wrap(w) && can_stand(word, w);
	    loop assigns w->blanks, w->column, w->out->len, w->out->full,
	      w->out->at[0 .. WHATEVER];
	    loop variant w->blanks; */
	for (; w->blanks > 0; w->blanks--, w->column++)
		write_u8(w->out, ' ');
	write_span(w->out, word);
	w->column += columns;
}

static void add_word(struct wrap *w, struct span word, unsigned columns)
{
	bool fits = w->column + w->blanks + columns <= w->columns;
	bool fits_alone = w->indent + columns <= w->columns;
	if (w->alone || (!fits && (fits_alone || w->column + w->blanks >= w->columns)))
		begin_row(w);
	put(w, word, columns);
	if (w->column > w->columns) { /* the terminal wraps it */
		w->column = (w->column - 1) % w->columns + 1;
		w->alone = true;
	}
}

static void add_tab(struct wrap *w)
{
	w->blanks += 8 - (w->column + w->blanks) % 8;
}

/* Blanks that are not ASCII: a row may break before and after them. */
static bool is_wide_blank(struct span cluster)
{
	uint32_t rune = 0;
	utf8_decode(cluster, &rune);
	return rune == 0xa0 || rune == 0x1680 || (rune >= 0x2000 && rune <= 0x200a) ||
	       rune == 0x202f || rune == 0x205f || rune == 0x3000;
}

/* The bytes at the front of s up to the next place where a row may break; at least one cluster. */
static size_t word_len(struct span s, unsigned *columns)
{
	size_t len = 0;
	*columns = 0;
	/*@ loop invariant len <= s.len;
	    loop assigns len, *columns;
	    loop variant s.len - len; */
	while (len < s.len && s.at[len] != ' ' && s.at[len] != '\t' && s.at[len] != '\n') {
		unsigned more;
		size_t size = width_cluster(span_after(s, len), &more);
		bool breaks = more > 1 || is_wide_blank(span_of(s.at + len, size));
		if (breaks && len > 0)
			break;
		len += size;
		*columns += more;
		if (breaks)
			break;
	}
	return len;
}

void wrap_text(struct wrap *w, struct span safe)
{
	w->sure = w->sure && width_is_sure(safe);
	w->most += width_most(safe);
	/*@ loop invariant is_wrap(w) && can_stand(safe, w);
	    loop assigns safe, w->column, w->blanks, w->alone, w->out->len, w->out->full,
	      w->out->at[0 .. WHATEVER];
	    loop variant safe.len; */
	while (safe.len > 0) {
		size_t len = 1;
		unsigned columns;
		if (safe.at[0] == '\n') {
			begin_row(w);
		} else if (safe.at[0] == ' ') {
			w->blanks++;
		} else if (safe.at[0] == '\t') {
			add_tab(w);
		} else {
			len = word_len(safe, &columns);
			add_word(w, span_of(safe.at, len), columns);
		}
		safe = span_after(safe, len);
		if (w->column + w->blanks > w->columns)
			w->blanks = w->columns - w->column;
	}
}
