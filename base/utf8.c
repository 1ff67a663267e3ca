#include "base/utf8.h"

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
	/*@ loop invariant 1 <= i <= size && i <= s.len;
	    loop assigns i, v, low, high;
	    loop variant size - i; */
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
	/*@ loop invariant 0 <= i < size;
	    loop assigns i, rune, out[1 .. 3];
	    loop variant i; */
	for (size_t i = size - 1; i > 0; i--, rune >>= 6)
		out[i] = (uint8_t)(0x80 | (rune & 0x3f));
	out[0] = (uint8_t)((0xf00u >> size & 0xff) | rune);
	return size;
}

uint32_t utf8_take(struct span *s)
{
	uint32_t rune;
	int size = utf8_decode(*s, &rune);
	*s = span_after(*s, size > 0 ? (size_t)size : 1);
	return size > 0 ? rune : UTF8_FOREIGN;
}

void utf8_write(struct writer *w, uint32_t rune)
{
	uint8_t bytes[4];
	write_span(w, span_of(bytes, utf8_encode(rune, bytes)));
}

size_t utf8_ascii(struct span s)
{
	size_t len = 0;
	/*@ loop invariant len <= s.len;
	    loop assigns len;
	    loop variant s.len - len; */
	while (s.len - len >= 8 && (load_le64(s.at + len) & UINT64_C(0x8080808080808080)) == 0)
		len += 8;
	/*@ loop invariant len <= s.len;
	    loop assigns len;
	    loop variant s.len - len; */
	while (len < s.len && s.at[len] < 0x80)
		len++;
	return len;
}

bool utf8_valid(struct span s)
{
	uint32_t rune;
	/*@ loop invariant bytes(s.at, s.len);
	    loop assigns s, rune;
	    loop variant s.len; */
	while ((s = span_after(s, utf8_ascii(s))).len > 0) {
		int size = utf8_decode(s, &rune);
		if (size < 0)
			return false;
		s = span_after(s, (size_t)size);
	}
	return true;
}

bool utf8_continues(uint8_t byte)
{
	return (byte & 0xc0) == 0x80;
}

size_t utf8_whole(struct span s)
{
	size_t tail = 0; /* at most the 3 last bytes can belong to an unfinished character */
	uint32_t rune;
	/*@ loop invariant tail <= 3 && tail <= s.len;
	    loop assigns tail;
	    loop variant 3 - tail; */
	while (tail < 3 && tail < s.len && utf8_continues(s.at[s.len - 1 - tail]))
		tail++;
	if (tail == s.len)
		return s.len;
	size_t begin = s.len - 1 - tail;
	return utf8_decode(span_after(s, begin), &rune) == -2 ? begin : s.len;
}
