#include "ui/width.h"

#include "base/utf8.h"
#include "ui/width_table.h"

static bool in_ranges(const struct width_range *ranges, size_t count, uint32_t rune)
{
	size_t low = 0, high = count; /* ranges before low are below rune, from high on above it */
	uint16_t v = (uint16_t)rune;
	/*@ loop invariant low <= high <= count;
	    loop assigns low, high;
	    loop variant high - low; */
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (ranges[middle].last < v)
			low = middle + 1;
		else if (ranges[middle].first > v)
			high = middle;
		else
			return true;
	}
	return false;
}

#define IN(table, rune) in_ranges((table), sizeof(table) / sizeof(table)[0], (rune))

unsigned width_rune(uint32_t rune)
{
	if (rune < 0x300)
		return rune < 0x20 || (rune >= 0x7f && rune < 0xa0) ? 0 : 1;
	switch (rune >> 16) {
	case 0: return IN(width_zero_0, rune) ? 0 : IN(width_two_0, rune) ? 2 : 1;
	case 1: return IN(width_zero_1, rune) ? 0 : IN(width_two_1, rune) ? 2 : 1;
	case 2:
	case 3: return 2;
	case 14: return 0;
	default: return 1;
	}
}

bool width_is_picture(uint32_t rune)
{
	if (rune < 0x2190)
		return false;
	return rune < 0x2400 || (rune >= 0x2600 && rune < 0x27c0) ||
	       (rune >= 0x2b00 && rune < 0x2c00) ||
	       (rune >= 0x1f000 && rune < 0x1fb00 && !(rune >= 0x1f1e6 && rune <= 0x1f1ff));
}

static bool is_region(uint32_t rune)
{
	return rune >= 0x1f1e6 && rune <= 0x1f1ff;
}

static bool is_skin(uint32_t rune)
{
	return rune >= 0x1f3fb && rune <= 0x1f3ff;
}

/* Whether next goes into the cluster that began with base and ends in last; *columns grows by what
 * it adds. */
static bool joins(uint32_t base, uint32_t last, uint32_t next, unsigned *columns)
{
	if (last == WIDTH_JOINER && width_is_picture(base) && width_is_picture(next))
		return true; /* drawn into the same cells */
	if (is_skin(next) && width_is_picture(base)) {
		/* tmux puts it beside the picture; a terminal that colours the picture uses two
		 * columns less */
		*columns += width_rune(next);
		return true;
	}
	if (is_region(next) && is_region(last) && base == last) {
		*columns += 1; /* two letters make a flag */
		return true;
	}
	return width_rune(next) == 0 && next >= 0x300;
}

size_t width_cluster(struct span s, unsigned *columns)
{
	uint32_t base = 0, last = 0;
	int size = utf8_decode(s, &base);
	*columns = 0;
	if (s.len == 0)
		return 0;
	if (size < 0)
		return 1;

	*columns = width_rune(base);
	last = base;
	size_t len = (size_t)size;
	bool flag = false;
	/*@ loop invariant 0 < len <= s.len;
	    loop assigns marks, size, flag, len, last, *columns;
	    loop variant WIDTH_MARKS - marks; */
	for (unsigned marks = 0; base >= 0x20 && marks < WIDTH_MARKS; marks++) {
		uint32_t next;
		size = utf8_decode(span_after(s, len), &next);
		if (size <= 0 || flag || !joins(base, last, next, columns))
			break;
		flag = is_region(next);
		len += (size_t)size;
		last = next;
	}
	return len;
}

/* Finds a place before at where a cluster begins: a rune that joins with nothing before it. */
static size_t anchor(struct span s, size_t at)
{
	/*@ loop invariant at <= \at(at, Pre);
	    loop assigns at;
	    loop variant at; */
	while (at > 0) {
		/*@ loop invariant 0 < at <= \at(at, LoopEntry) <= \at(at, Pre);
		    loop assigns at;
		    loop variant at; */
		do
			at--;
		while (at > 0 && utf8_continues(s.at[at]));
		uint32_t rune = 0, before = 0;
		bool joiner = at >= 3 && utf8_decode(span_of(s.at + at - 3, 3), &before) == 3 &&
		              before == WIDTH_JOINER;
		utf8_decode(span_after(s, at), &rune);
		if ((rune < 0x300 || width_rune(rune) > 0) && !is_skin(rune) && !is_region(rune) &&
		    !joiner)
			break;
	}
	return at;
}

size_t width_left(struct span s, size_t at)
{
	unsigned columns;
	size_t begin = anchor(s, at);
	/*@ loop invariant begin <= at && (at > 0 ==> begin < at);
	    loop assigns begin, columns;
	    loop variant at - begin; */
	for (;;) {
		size_t next = begin + width_cluster(span_after(s, begin), &columns);
		if (next >= at || next == begin)
			return begin;
		begin = next;
	}
}

size_t width_settle(struct span s, size_t at)
{
	unsigned columns;
	size_t end = anchor(s, at);
	/*@ loop invariant end <= s.len;
	    loop assigns end, columns;
	    loop variant s.len - end; */
	while (end < at)
		end += width_cluster(span_after(s, end), &columns);
	return end;
}

unsigned width_text(struct span s)
{
	unsigned sum = 0, columns;
	/*@ loop invariant bytes(s.at, s.len);
	    loop assigns s, sum, columns;
	    loop variant s.len; */
	while (s.len > 0) {
		s = span_after(s, width_cluster(s, &columns));
		sum += columns;
	}
	return sum;
}

bool width_is_sure(struct span s)
{
	/*@ loop invariant is_span(&s);
	    loop assigns s;
	    loop variant s.len; */
	while (s.len > 0) {
		uint32_t rune = utf8_take(&s);
		if (rune == WIDTH_JOINER || rune == WIDTH_TEXT_STYLE || rune == WIDTH_EMOJI_STYLE ||
		    is_skin(rune) || is_region(rune))
			return false;
	}
	return true;
}

/* What some terminals join, or make wide, others show rune by rune. */
unsigned width_most(struct span s)
{
	unsigned sum = 0;
	/*@ loop invariant bytes(s.at, s.len);
	    loop assigns s, sum;
	    loop variant s.len; */
	while (s.len > 0) {
		unsigned columns, runes = 0;
		size_t size = width_cluster(s, &columns);
		/*@ loop assigns i, runes;
		    loop variant size - i; */
		for (size_t i = 0; i < size; i++)
			runes += !utf8_continues(s.at[i]);
		sum += width_is_sure(span_of(s.at, size)) ? columns : 2 * runes;
		sum += s.at[0] == '\n' || s.at[0] == '\t' ? WIDTH_ROWS : 0;
		s = span_after(s, size);
	}
	return sum;
}
