#include "ui/bar.h"

#include "base/limits.h"
#include "base/min_max.h"

/* Columns of the bar itself; and of the words behind it, so that it always has the same length. */
enum { WIDEST = 40, NARROWEST = 8, WORDS = 44 };

/* Hundredths that are there: of the bytes; where there are none, of the files. */
static unsigned percent(const struct event_files *f)
{
	bool bytes = f->all_bytes > 0;
	uint64_t all = bytes ? f->all_bytes : f->all_files, part = bytes ? f->bytes : f->files;
	if (all == 0 || part >= all)
		return 100;
	return (unsigned)(all > UINT64_MAX / 100 ? part / (all / 100) : part * 100 / all);
}

static void add_amount(struct text *t, const struct event_files *f)
{
	text_add_size(t, f->bytes);
	text_add(t, " of ");
	text_add_size(t, f->all_bytes);
}

static void add_pace(struct text *t, const struct event_files *f, const char *before)
{
	if (f->rate == 0)
		return;
	text_add(t, before);
	text_add_size(t, f->rate);
	text_add(t, "/s, ");
	text_add_time(t, f->left_s);
	text_add(t, " left");
}

void bar_words(struct text *t, const struct event_files *f)
{
	text_add_format(t, "%u %%, ", percent(f));
	add_amount(t, f);
	add_pace(t, f, ", ");
}

void bar_row(struct text *t, const struct event_files *f, unsigned columns)
{
	char amount[64], pace[64];
	struct text a = text_of(amount, sizeof amount), p = text_of(pace, sizeof pace);
	unsigned part = percent(f);
	size_t width = min_of(columns, BAR_ROW), used = 6; /* "100 % " */
	add_amount(&a, f);
	add_pace(&p, f, "  ");
	text_add_format(t, "%s%s%u %% ", part < 100 ? " " : "", part < 10 ? " " : "", part);
	if (used + WORDS + NARROWEST + 4 < width) {
		size_t bar = min_of(width - used - WORDS - 5, WIDEST);
		text_add(t, "[");
		for (size_t i = 0; i < bar; i++)
			text_add(t, i * 100 < bar * part ? "#" : ".");
		text_add(t, "]  ");
		used += bar + 4;
	}
	if (used + a.len >= width)
		return;
	text_add(t, amount);
	if (used + a.len + p.len < width)
		text_add(t, pace);
}
