#include "crypto/der.h"

#include "base/assert.h"

/* Content up to 65535 bytes: key files are shorter. */
static size_t read_length(struct reader *r)
{
	uint8_t first = read_u8(r);
	if (first < 0x80)
		return first;
	size_t len = first == 0x81 ? read_u8(r) : first == 0x82 ? read_be16(r) : 0;
	if (len < 0x80 || (first == 0x82 && len < 0x100))
		r->bad = true; /* unknown form, or not the shortest */
	return len;
}

struct span der_read(struct reader *r, uint8_t tag)
{
	if (read_u8(r) != tag)
		r->bad = true;
	size_t len = read_length(r);
	return read_span(r, r->bad ? 0 : len);
}

struct span der_read_unsigned(struct reader *r)
{
	struct span v = der_read(r, DER_INTEGER);
	bool negative = v.len > 0 && v.at[0] >= 0x80;
	bool padded = v.len > 1 && v.at[0] == 0 && v.at[1] < 0x80;
	if (v.len == 0 || negative || padded) {
		r->bad = true;
		return span_of(NULL, 0);
	}
	return v.at[0] == 0 ? span_of(v.at + 1, v.len - 1) : v;
}

static void write_header(struct writer *w, uint8_t tag, size_t len)
{
	assert(len <= UINT16_MAX);
	write_u8(w, tag);
	if (len < 0x80) {
		write_u8(w, (uint8_t)len);
	} else if (len < 0x100) {
		write_u8(w, 0x81);
		write_u8(w, (uint8_t)len);
	} else {
		write_u8(w, 0x82);
		write_be16(w, (uint16_t)len);
	}
}

void der_write(struct writer *w, uint8_t tag, struct span content)
{
	write_header(w, tag, content.len);
	write_span(w, content);
}

void der_write_unsigned(struct writer *w, struct span v)
{
	while (v.len > 0 && v.at[0] == 0)
		v = span_of(v.at + 1, v.len - 1);
	/* A zero byte in front keeps the number from reading as negative. */
	size_t sign = v.len == 0 || v.at[0] >= 0x80;
	write_header(w, DER_INTEGER, v.len + sign);
	write_zeroes(w, sign);
	write_span(w, v);
}
