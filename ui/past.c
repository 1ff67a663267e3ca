#include "ui/past.h"

#include "base/min_max.h"
#include "base/utf8.h"
#include "ui/letters.h"

enum { HEADER = 9, NAME = 255 };

void past_add(struct past *p, const struct past_line *line)
{
	uint8_t header[HEADER + NAME];
	struct writer w = writer_of(header, sizeof header);
	uint8_t name_len = (uint8_t)min_of(line->name.len, NAME);
	write_be32(&w, line->date);
	write_be32(&w, line->clock_s);
	write_u8(&w, name_len);
	write_span(&w, span_of(line->name.at, name_len));
	shelf_add(&p->lines, written(&w));
	(void)shelf_join(&p->lines, line->text, false);
}

struct past_line past_at(const struct past *p, unsigned depth)
{
	struct span all = shelf_at(&p->lines, depth);
	struct reader r = reader_of(all);
	struct past_line line = { .date = read_be32(&r), .clock_s = read_be32(&r) };
	line.name = read_span(&r, read_u8(&r));
	line.text = read_span(&r, r.left);
	return line;
}

static bool begins(struct span text, struct span what)
{
	while (what.len > 0) {
		if (text.len == 0 ||
		    letters_turn(utf8_take(&text), false) != letters_turn(utf8_take(&what), false))
			return false;
	}
	return true;
}

bool past_finds(struct span text, struct span what)
{
	while (!begins(text, what)) {
		if (text.len == 0)
			return false;
		(void)utf8_take(&text);
	}
	return true;
}
