#include "ui/view.h"

#include <string.h>

#include "ui/safe.h"
#include "ui/width.h"

enum { SHOWN = SAFE_ROOM(WIDTH_CLUSTER) };

/* What is drawn for one cluster. Leaves out variation selectors: terminals do not agree on how wide
 * they make things. */
static struct span show_cluster(struct span cluster, bool utf8, uint8_t out[static SHOWN])
{
	struct writer w = writer_of(out, SHOWN);
	if (cluster.at[0] == '\n')
		write_text(&w, utf8 ? "\u21b5" : "\\n");
	else if (cluster.at[0] == '\t')
		write_text(&w, "    ");
	else
		safe_text(cluster, utf8 ? 0 : SAFE_ASCII, &w);
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

/* The size of the cluster at the front of s, and how many columns it takes as it is drawn. */
static size_t measure(struct span s, bool utf8, unsigned *columns)
{
	uint8_t shown[SHOWN];
	size_t size = width_cluster(s, columns);
	if (size > 1 || s.at[0] < 0x20 || s.at[0] >= 0x7f)
		*columns = width_text(show_cluster(span_of(s.at, size), utf8, shown));
	return size;
}

static unsigned columns_between(struct span text, size_t from, size_t to, bool utf8)
{
	unsigned sum = 0;
	while (from < to) {
		unsigned columns;
		from += measure(span_after(text, from), utf8, &columns);
		sum += columns;
	}
	return sum;
}

/* Whether the cursor and the cluster under it are visible in room columns when the row begins at
 * first. */
static bool cursor_visible(struct span text, size_t first, size_t cursor, unsigned room, bool utf8)
{
	unsigned under = 0;
	if (first > cursor || (first == cursor && first > 0))
		return false;
	unsigned before = columns_between(text, first, cursor, utf8) + (first > 0);
	if (cursor == text.len)
		return before <= room;
	measure(span_after(text, cursor), utf8, &under);
	return before + under + 1 <= room;
}

/* Where the row has to begin so that the cursor is in its middle, with room for <, for the cluster
 * under the cursor, and for >. */
static size_t begin_around(struct span text, size_t cursor, unsigned room, bool utf8)
{
	unsigned sum = 0;
	while (cursor > 0 && sum < room / 2) {
		unsigned columns;
		size_t before = width_left(text, cursor);
		measure(span_after(text, before), utf8, &columns);
		sum += columns;
		if (sum + 4 > room)
			break;
		cursor = before;
	}
	return cursor;
}

static void scroll(size_t *first, const struct edit *e, unsigned room, bool utf8)
{
	struct span text = edit_text(e);
	if (columns_between(text, 0, text.len, utf8) <= room) {
		*first = 0;
		return;
	}
	*first = width_settle(text, *first < text.len ? *first : text.len);
	if (!cursor_visible(text, *first, e->cursor, room, utf8))
		*first = begin_around(text, e->cursor, room, utf8);
}

unsigned view_write(size_t *first, const struct edit *e, unsigned room, bool utf8,
                    struct writer *out)
{
	struct span text = edit_text(e);
	uint8_t shown[SHOWN];
	unsigned column = 0, cursor = 0, columns;
	scroll(first, e, room, utf8);
	if (*first > 0 && room > 0) {
		write_u8(out, '<');
		column = 1;
	}
	for (size_t at = *first;;) {
		if (at == e->cursor)
			cursor = column;
		if (at == text.len)
			return cursor;
		size_t size = measure(span_after(text, at), utf8, &columns);
		if (column + columns + (at + size < text.len) > room)
			break;
		write_span(out, show_cluster(span_of(text.at + at, size), utf8, shown));
		column += columns;
		at += size;
	}
	if (column < room)
		write_u8(out, '>');
	return cursor;
}

void view_text(struct span text, bool utf8, struct writer *out)
{
	uint8_t shown[SHOWN];
	while (text.len > 0) {
		unsigned columns;
		size_t size = width_cluster(text, &columns);
		write_span(out, show_cluster(span_of(text.at, size), utf8, shown));
		text = span_after(text, size);
	}
}
