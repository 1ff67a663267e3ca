#include "ui/safe.h"

#include "base/text.h"
#include "base/utf8.h"
#include "ui/joining.h"
#include "ui/width.h"

enum { KEYCAP = 0x20e3 };

/* First and last of what has no shape of its own or changes its neighbours': Cc, Cf without the
 * visible ones, Zl, Zp, everything of Unicode's Default_Ignorable_Code_Point, noncharacters. The
 * two last runes of each plane are in safe_hides. */
static const struct {
	uint32_t first, last;
} hidden[] = {
	{ 0x0000, 0x001f },   { 0x007f, 0x009f },   { 0x00ad, 0x00ad },   { 0x034f, 0x034f },
	{ 0x061c, 0x061c },   { 0x115f, 0x1160 },   { 0x17b4, 0x17b5 },   { 0x180b, 0x180f },
	{ 0x200b, 0x200f },   { 0x2028, 0x202e },   { 0x2060, 0x206f },   { 0x3164, 0x3164 },
	{ 0xfdd0, 0xfdef },   { 0xfe00, 0xfe0f },   { 0xfeff, 0xfeff },   { 0xffa0, 0xffa0 },
	{ 0xfff0, 0xfffb },   { 0x13430, 0x1343f }, { 0x1bca0, 0x1bca3 }, { 0x1d173, 0x1d17a },
	{ 0xe0000, 0xe0fff },
};

bool safe_hides(uint32_t rune)
{
	if (rune >= 0x20 && rune < 0x7f)
		return false;
	for (size_t i = 0; i < sizeof hidden / sizeof hidden[0]; i++) {
		if (rune >= hidden[i].first && rune <= hidden[i].last)
			return true;
	}
	return (rune & 0xfffe) == 0xfffe;
}

static void escape_byte(uint8_t byte, struct writer *out)
{
	write_text(out, "\\x");
	write_u8(out, (uint8_t)text_hex_digit(byte >> 4));
	write_u8(out, (uint8_t)text_hex_digit(byte));
}

static void escape(uint32_t rune, struct writer *out)
{
	if (rune < 0x80) {
		escape_byte((uint8_t)rune, out);
		return;
	}
	unsigned shift = 4;
	while (rune >> shift >> 4 != 0)
		shift += 4;
	write_text(out, "\\u{");
	for (;; shift -= 4) {
		write_u8(out, (uint8_t)text_hex_digit(rune >> shift));
		if (shift == 0)
			break;
	}
	write_u8(out, '}');
}

static bool is_keycap_base(uint32_t rune)
{
	return (rune >= '0' && rune <= '9') || rune == '#' || rune == '*';
}

static bool is_style(uint32_t rune)
{
	return rune == WIDTH_TEXT_STYLE || rune == WIDTH_EMOJI_STYLE;
}

struct state {
	unsigned flags;
	uint32_t base; /* what a combining mark would go onto; 0: nothing */
	uint32_t last; /* it, or the last mark on it */
	uint32_t held; /* a joiner that is kept only if the right rune follows; 0: none */
	unsigned marks;
};

/* Writes \n and \t. False: rune is something else, or has to be escaped. */
static bool put_blank(const struct state *s, uint32_t rune, struct writer *out)
{
	if (s->flags & SAFE_LINE && (rune == '\n' || rune == '\r')) {
		write_text(out, rune == '\n' ? "\\n" : "\\r");
		return true;
	}
	if ((rune == '\n' && s->flags & SAFE_NEWLINE) ||
	    (rune == '\t' && s->flags & (SAFE_TAB | SAFE_LINE))) {
		utf8_write(out, rune);
		return true;
	}
	return false;
}

/* Writes the joiner that waits: as it is if rune completes the picture, else as an escape. */
static void release(struct state *s, uint32_t rune, struct writer *out)
{
	uint32_t held = s->held;
	bool pictures = width_is_picture(s->base) && width_is_picture(rune);
	bool good = held == WIDTH_EMOJI_STYLE
	                ? rune == KEYCAP
	                : (held == WIDTH_JOINER && pictures) || joining_fits(held, s->base, rune);
	s->held = 0;
	if (held == 0)
		return;
	if (good) {
		utf8_write(out, held);
		return;
	}
	escape(held, out);
	s->base = s->last = 0;
}

static bool is_joiner(uint32_t rune)
{
	return rune == JOINING || rune == JOINING_NOT;
}

/* What follows decides whether it is kept. */
static bool may_hold(const struct state *s, uint32_t rune)
{
	if (rune == WIDTH_EMOJI_STYLE)
		return is_keycap_base(s->base) && s->marks == 0;
	if (!is_joiner(rune) || joining_follows(s->last))
		return false;
	return (rune == JOINING && width_is_picture(s->base)) || joining_may(rune, s->base);
}

static void rune_in(struct state *s, uint32_t rune, struct writer *out)
{
	release(s, rune, out);
	if (put_blank(s, rune, out)) {
		s->base = s->last = 0;
		return;
	}
	if (s->flags & SAFE_ASCII && rune >= 0x7f) {
		escape(rune, out);
		return;
	}

	if (s->marks < WIDTH_MARKS && may_hold(s, rune)) {
		s->held = rune;
		s->marks++;
		return;
	}
	bool style = is_style(rune) && width_is_picture(s->base);
	bool joins = is_joiner(rune) && joining_follows(s->last);
	bool mark = style || joins || (width_rune(rune) == 0 && !safe_hides(rune));
	if ((safe_hides(rune) && !style && !joins) ||
	    (mark && (s->base == 0 || s->marks >= WIDTH_MARKS))) {
		escape(rune, out);
		s->base = s->last = 0;
		return;
	}
	utf8_write(out, rune);
	s->last = rune;
	if (mark) {
		s->marks++;
		return;
	}
	s->base = rune;
	s->marks = 0;
}

/* How many plain characters it begins with: most text is nothing else. */
static size_t plain(struct span in)
{
	size_t len = 0;
	while (len < in.len && in.at[len] >= 0x20 && in.at[len] < 0x7f)
		len++;
	return len;
}

void safe_text(struct span in, unsigned flags, struct writer *out)
{
	safe_part(in, 0, flags, out);
}

void safe_part(struct span in, uint32_t next, unsigned flags, struct writer *out)
{
	struct state s = { .flags = flags };
	while (in.len > 0) {
		uint32_t rune;
		size_t len = s.held == 0 ? plain(in) : 0;
		if (len > 0) {
			write_span(out, span_of(in.at, len));
			s.base = s.last = in.at[len - 1];
			s.marks = 0;
			in = span_after(in, len);
			continue;
		}
		int size = utf8_decode(in, &rune);
		if (size > 0) {
			rune_in(&s, rune, out);
		} else {
			release(&s, 0, out);
			escape_byte(in.at[0], out);
			s.base = s.last = 0;
		}
		in = span_after(in, size > 0 ? (size_t)size : 1);
	}
	release(&s, next, out);
}
