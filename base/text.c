/* text: see text.h. Base32 and base64 map by arithmetic instead of tables and branches: key files
 * pass through here. */
#include "base/text.h"

#include <string.h>

#include "base/assert.h"

struct text text_of(char *at, size_t cap)
{
	assert(cap >= 1);
	at[0] = 0;
	return (struct text){ at, 0, cap, false };
}

static bool is_continuation(uint8_t byte)
{
	return (byte & 0xc0) == 0x80;
}

/* len without the bytes of a last character that was cut in the middle. */
static size_t whole_characters(const uint8_t *at, size_t len)
{
	size_t tail = 0; /* at most the 3 last bytes can belong to an unfinished character */
	while (tail < 3 && tail < len && is_continuation(at[len - 1 - tail]))
		tail++;
	if (tail == len)
		return len;
	uint32_t rune;
	bool unfinished = utf8_decode(span_of(at + len - 1 - tail, tail + 1), &rune) == -2;
	return unfinished ? len - 1 - tail : len;
}

/* After a cut nothing more is added: a text with a hole would read as another text. */
void text_add_span(struct text *t, struct span s)
{
	if (t->cut || s.len == 0)
		return;
	size_t room = t->cap - 1 - t->len;
	t->cut = s.len > room;
	memcpy(t->at + t->len, s.at, t->cut ? room : s.len);
	t->len += t->cut ? room : s.len;
	if (t->cut)
		t->len = whole_characters((const uint8_t *)t->at, t->len);
	t->at[t->len] = 0;
}

void text_add(struct text *t, const char *s)
{
	text_add_span(t, span_text(s));
}

void text_add_u64(struct text *t, uint64_t v)
{
	text_add_padded(t, v, 1);
}

void text_add_padded(struct text *t, uint64_t v, unsigned width)
{
	char digits[20]; /* 2^64 - 1 has 20 */
	size_t count = 0;
	do {
		digits[sizeof digits - ++count] = (char)('0' + v % 10);
		v /= 10;
	} while (v > 0);
	for (size_t i = count; i < width && !t->cut; i++)
		text_add(t, "0");
	text_add_span(t, span_of(digits + sizeof digits - count, count));
}

void text_add_hex(struct text *t, struct span s)
{
	static const char digits[] = "0123456789abcdef";
	for (size_t i = 0; i < s.len && !t->cut; i++) {
		char pair[2] = { digits[s.at[i] >> 4], digits[s.at[i] & 15] };
		text_add_span(t, span_of(pair, 2));
	}
}

bool text_read_u64(struct span s, uint64_t max, uint64_t *v)
{
	uint64_t sum = 0;
	for (size_t i = 0; i < s.len; i++) {
		if (s.at[i] < '0' || s.at[i] > '9')
			return false;
		uint64_t digit = (uint64_t)(s.at[i] - '0');
		if (digit > max || sum > (max - digit) / 10)
			return false;
		sum = sum * 10 + digit;
	}
	if (s.len == 0)
		return false;
	*v = sum;
	return true;
}

/* All bits set when low <= v <= high, else none; for values below 2^31. */
static uint32_t in_range(uint32_t v, uint32_t low, uint32_t high)
{
	uint32_t outside = (v - low) | (high - v); /* top bit: one of them is negative */
	return (outside >> 31) - 1;
}

static char base32_digit(uint32_t v)
{
	return (char)(v + 'a' - (in_range(v, 26, 31) & ('a' + 26 - '2')));
}

/* 0..31, or all bits set. */
static uint32_t base32_value(uint32_t c)
{
	uint32_t lower = in_range(c, 'a', 'z'), upper = in_range(c, 'A', 'Z'),
		 digit = in_range(c, '2', '7');
	return (lower & (c - 'a')) | (upper & (c - 'A')) | (digit & (c - '2' + 26)) |
	       ~(lower | upper | digit);
}

void base32_encode(struct span in, char *out)
{
	uint32_t bits = 0; /* the low have bits wait to be written */
	unsigned have = 0;
	for (size_t i = 0; i < in.len; i++) {
		bits = bits << 8 | in.at[i];
		for (have += 8; have >= 5; have -= 5)
			*out++ = base32_digit(bits >> (have - 5) & 31);
	}
	if (have > 0)
		*out++ = base32_digit(bits << (5 - have) & 31);
	*out = 0;
}

bool base32_decode(struct span in, uint8_t *out, size_t out_len)
{
	if (in.len % 8 == 1 || in.len % 8 == 3 || in.len % 8 == 6 ||
	    in.len / 8 * 5 + in.len % 8 * 5 / 8 != out_len)
		return false;

	/* First whether: out stays untouched by what is wrong. Characters' validity is no secret,
	 * their values are. */
	uint32_t foreign = 0, bits = 0;
	for (size_t i = 0; i < in.len; i++) {
		bits = base32_value(in.at[i]);
		foreign |= bits;
	}
	unsigned spare = (unsigned)(in.len % 8 * 5 % 8);
	if (foreign >> 5 != 0 || (bits & ((UINT32_C(1) << spare) - 1)) != 0)
		return false;

	unsigned have = 0;
	bits = 0;
	for (size_t i = 0; i < in.len; i++) {
		bits = bits << 5 | base32_value(in.at[i]);
		have += 5;
		if (have >= 8) {
			have -= 8;
			*out++ = (uint8_t)(bits >> have);
		}
	}
	return true;
}

static uint8_t base64_digit(uint32_t v)
{
	return (uint8_t)((in_range(v, 0, 25) & (v + 'A')) | (in_range(v, 26, 51) & (v - 26 + 'a')) |
	                 (in_range(v, 52, 61) & (v - 52 + '0')) | (in_range(v, 62, 62) & '+') |
	                 (in_range(v, 63, 63) & '/'));
}

/* 0..63, or all bits set. */
static uint32_t base64_value(uint32_t c)
{
	uint32_t upper = in_range(c, 'A', 'Z'), lower = in_range(c, 'a', 'z'),
		 digit = in_range(c, '0', '9'), plus = in_range(c, '+', '+'),
		 slash = in_range(c, '/', '/');
	return (upper & (c - 'A')) | (lower & (c - 'a' + 26)) | (digit & (c - '0' + 52)) |
	       (plus & 62) | (slash & 63) | ~(upper | lower | digit | plus | slash);
}

void base64_encode(struct span in, struct writer *out)
{
	if (in.len > (SIZE_MAX / 4 - 1) * 3 || (in.len + 2) / 3 * 4 > writer_room(out)) {
		out->full = true;
		return;
	}
	for (size_t i = 0; i < in.len; i += 3) {
		size_t left = in.len - i;
		uint32_t bits = (uint32_t)in.at[i] << 16;
		bits |= left > 1 ? (uint32_t)in.at[i + 1] << 8 : 0;
		bits |= left > 2 ? in.at[i + 2] : 0;
		write_u8(out, base64_digit(bits >> 18));
		write_u8(out, base64_digit(bits >> 12 & 63));
		write_u8(out, left > 1 ? base64_digit(bits >> 6 & 63) : '=');
		write_u8(out, left > 2 ? base64_digit(bits & 63) : '=');
	}
}

static bool is_blank(uint8_t c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* True when in is base64: digits, then 0 to 2 '=' that complete the last four, and the bits they
 * leave over are zero. */
static bool base64_well_formed(struct span in, size_t *digits)
{
	size_t pads = 0;
	uint32_t last = 0, foreign = 0;
	*digits = 0;
	for (size_t i = 0; i < in.len; i++) {
		if (is_blank(in.at[i]))
			continue;
		if (in.at[i] == '=') {
			pads++;
			continue;
		}
		if (pads > 0)
			return false;
		last = base64_value(in.at[i]);
		foreign |= last;
		++*digits;
	}
	if (foreign >> 6 != 0 || pads > 2 || (*digits + pads) % 4 != 0)
		return false;
	return (last & ((UINT32_C(1) << 2 * pads) - 1)) == 0;
}

/* Text that is right but does not fit sets full, and is false too. */
bool base64_decode(struct span in, struct writer *out)
{
	size_t digits;
	if (!base64_well_formed(in, &digits))
		return false;
	if (digits / 4 * 3 + digits % 4 * 3 / 4 > writer_room(out))
		out->full = true;
	if (out->full)
		return false;

	uint32_t bits = 0;
	unsigned have = 0;
	for (size_t i = 0; i < in.len; i++) {
		if (is_blank(in.at[i]) || in.at[i] == '=')
			continue;
		bits = bits << 6 | base64_value(in.at[i]);
		have += 6;
		if (have >= 8) {
			have -= 8;
			write_u8(out, (uint8_t)(bits >> have));
		}
	}
	return true;
}

/* Unicode 15, table 3-7: the lead byte gives the size and narrows the range of the second byte,
 * which rules out overlong forms, surrogates and values above U+10FFFF before the rest has come. */
int utf8_decode(struct span s, uint32_t *rune)
{
	if (s.len == 0)
		return 0;
	uint8_t lead = s.at[0];
	if (lead < 0x80) {
		*rune = lead;
		return 1;
	}
	if (lead < 0xc2 || lead > 0xf4)
		return -1;

	int size = lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
	uint8_t low = lead == 0xe0 ? 0xa0 : lead == 0xf0 ? 0x90 : 0x80;
	uint8_t high = lead == 0xed ? 0x9f : lead == 0xf4 ? 0x8f : 0xbf;
	uint32_t v = lead & (0x7fu >> size);
	for (int i = 1; i < size; i++) {
		if ((size_t)i == s.len)
			return -2;
		uint8_t byte = s.at[i];
		if (byte < low || byte > high)
			return -1;
		v = v << 6 | (byte & 0x3f);
		low = 0x80;
		high = 0xbf;
	}
	*rune = v;
	return size;
}

size_t utf8_encode(uint32_t rune, uint8_t out[4])
{
	if (rune > 0x10ffff || (rune >= 0xd800 && rune <= 0xdfff))
		return 0;
	if (rune < 0x80) {
		out[0] = (uint8_t)rune;
		return 1;
	}
	size_t size = rune < 0x800 ? 2 : rune < 0x10000 ? 3 : 4;
	for (size_t i = size - 1; i > 0; i--, rune >>= 6)
		out[i] = (uint8_t)(0x80 | (rune & 0x3f));
	out[0] = (uint8_t)((0xf00u >> size & 0xff) | rune);
	return size;
}

bool utf8_valid(struct span s)
{
	uint32_t rune;
	while (s.len > 0) {
		int size = utf8_decode(s, &rune);
		if (size < 0)
			return false;
		s = span_of(s.at + size, s.len - (size_t)size);
	}
	return true;
}
