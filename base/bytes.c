/* bytes: see bytes.h. A reader or writer that failed once stays failed, so callers check once, at
 * the end. */
#include "base/bytes.h"

#include <string.h>

#include "base/assert.h"

struct span span_after(struct span s, size_t at)
{
	assert(at <= s.len);
	return span_of(at > 0 ? s.at + at : s.at, s.len - at);
}

struct span span_text(const char *text)
{
	return span_of(text, strlen(text));
}

bool span_equal(struct span a, struct span b)
{
	return a.len == b.len && (a.len == 0 || memcmp(a.at, b.at, a.len) == 0);
}

bool span_is(struct span a, const char *text)
{
	return span_equal(a, span_text(text));
}

ONE_COPY struct reader reader_of(struct span bytes)
{
	return (struct reader){ bytes.at, bytes.len, false };
}

/* The next len bytes, or NULL and bad. */
static const uint8_t *take(struct reader *r, size_t len)
{
	if (r->bad || len > r->left) {
		r->bad = true;
		r->left = 0;
		return NULL;
	}
	const uint8_t *at = r->at;
	if (len > 0) { /* at may be NULL when nothing is left: no arithmetic on it */
		r->at += len;
		r->left -= len;
	}
	return at;
}

uint8_t read_u8(struct reader *r)
{
	const uint8_t *p = take(r, 1);
	return p != NULL ? *p : 0;
}

uint16_t read_be16(struct reader *r)
{
	const uint8_t *p = take(r, 2);
	return p != NULL ? load_be16(p) : 0;
}

uint32_t read_be32(struct reader *r)
{
	const uint8_t *p = take(r, 4);
	return p != NULL ? load_be32(p) : 0;
}

uint64_t read_be64(struct reader *r)
{
	const uint8_t *p = take(r, 8);
	return p != NULL ? load_be64(p) : 0;
}

/* RFC 9000 section 16: the two top bits of the first byte are the binary logarithm of the size. */
uint64_t read_varint(struct reader *r)
{
	if (r->bad || r->left == 0) {
		take(r, 1);
		return 0;
	}
	uint8_t first = *r->at;
	size_t size = first < 0x40 ? 1 : first < 0x80 ? 2 : first < 0xc0 ? 4 : 8;
	const uint8_t *p = take(r, size);
	if (p == NULL)
		return 0;
	uint64_t v = p[0] & 0x3f;
	/*@ loop invariant 1 <= i <= size;
	    loop invariant i == 1 ==> v < 0x40;
	    loop invariant i == 2 ==> v < 0x4000;
	    loop invariant i == 3 ==> v < 0x400000;
	    loop invariant i == 4 ==> v < 0x40000000;
	    loop invariant i == 5 ==> v < 0x4000000000;
	    loop invariant i == 6 ==> v < 0x400000000000;
	    loop invariant i == 7 ==> v < 0x40000000000000;
	    loop invariant i == 8 ==> v < 0x4000000000000000;
	    loop assigns i, v;
	    loop variant size - i; */
	for (size_t i = 1; i < size; i++)
		v = v * 256 + p[i];
	if (varint_size(v) != size) {
		r->bad = true;
		r->left = 0;
		return 0;
	}
	return v;
}

struct span read_span(struct reader *r, size_t len)
{
	const uint8_t *p = take(r, len);
	return r->bad ? span_of(NULL, 0) : span_of(p, len);
}

void read_bytes(struct reader *r, void *to, size_t len)
{
	if (len == 0)
		return;
	const uint8_t *p = take(r, len);
	if (p != NULL)
		memcpy(to, p, len);
	else
		memset(to, 0, len);
}

/* Room for len bytes, counted as written, or NULL and full. */
static uint8_t *grow(struct writer *w, size_t len)
{
	if (w->full || len > w->cap - w->len) {
		w->full = true;
		return NULL;
	}
	uint8_t *at = w->at + w->len;
	w->len += len;
	return at;
}

void write_u8(struct writer *w, uint8_t v)
{
	uint8_t *p = grow(w, 1);
	if (p != NULL)
		*p = v;
}

void write_be16(struct writer *w, uint16_t v)
{
	uint8_t *p = grow(w, 2);
	if (p != NULL)
		store_be16(p, v);
}

void write_be32(struct writer *w, uint32_t v)
{
	uint8_t *p = grow(w, 4);
	if (p != NULL)
		store_be32(p, v);
}

void write_be64(struct writer *w, uint64_t v)
{
	uint8_t *p = grow(w, 8);
	if (p != NULL)
		store_be64(p, v);
}

size_t varint_size(uint64_t v)
{
	assert(v < UINT64_C(1) << 62);
	return v < 1 << 6 ? 1 : v < 1 << 14 ? 2 : v < 1 << 30 ? 4 : 8;
}

void write_varint(struct writer *w, uint64_t v)
{
	size_t size = varint_size(v);
	uint8_t *p = grow(w, size);
	if (p == NULL)
		return;
	/*@ loop invariant 0 <= i <= size;
	    loop assigns i, v, p[0 .. size - 1];
	    loop variant i; */
	for (size_t i = size; i-- > 0; v >>= 8)
		p[i] = (uint8_t)v;
	p[0] |= (uint8_t)(size == 1 ? 0x00 : size == 2 ? 0x40 : size == 4 ? 0x80 : 0xc0);
}

void write_span(struct writer *w, struct span bytes)
{
	if (bytes.len == 0)
		return;
	uint8_t *p = grow(w, bytes.len);
	if (p != NULL)
		memcpy(p, bytes.at, bytes.len);
}

ONE_COPY struct writer writer_of(void *at, size_t cap)
{
	return (struct writer){ at, 0, cap, false };
}

void write_text(struct writer *w, const char *text)
{
	write_span(w, span_text(text));
}

void write_zeroes(struct writer *w, size_t len)
{
	if (len == 0)
		return;
	uint8_t *p = grow(w, len);
	if (p != NULL)
		memset(p, 0, len);
}

void bytes_clear(void *at, size_t len)
{
	uint8_t *p = at;

	/*@ loop invariant len <= \at(len, Pre) && p == (uint8_t *)at + (\at(len, Pre) - len);
	    loop assigns p, len, ((uint8_t *)at)[0 .. \at(len, Pre) - 1];
	    loop variant len; */
	for (; len >= 8; p += 8, len -= 8)
		if (load_le64(p) != 0)
			memset(p, 0, 8);
	memset(p, 0, len);
}

void bytes_wipe(void *at, size_t len)
{
	if (len == 0)
		return;
	memset(at, 0, len);
	/* says that at's bytes are read, so the memset must stay */
	__asm__ __volatile__("" : : "r"(at) : "memory");
}

/* Hides a value's origin from the compiler, so that it cannot turn the loops below into ones that
 * leave early. */
static uint64_t opaque(uint64_t v)
{
	__asm__ __volatile__("" : "+r"(v));
	return v;
}

bool bytes_equal(const void *a, const void *b, size_t len)
{
	const uint8_t *x = a, *y = b;
	uint64_t differ = 0;
	/*@ loop invariant 0 <= i <= len;
	    loop assigns i, differ;
	    loop variant len - i; */
	for (size_t i = 0; i < len; i++)
		differ = opaque(differ | (uint64_t)(x[i] ^ y[i]));
	return differ == 0;
}

bool bytes_zero(const void *a, size_t len)
{
	const uint8_t *x = a;
	uint64_t any = 0;
	/*@ loop invariant len <= \at(len, Pre) && x == (uint8_t *)a + (\at(len, Pre) - len);
	    loop assigns x, len, any;
	    loop variant len; */
	for (; len >= 8; x += 8, len -= 8)
		any = opaque(any | load_le64(x));
	/*@ loop invariant i <= len;
	    loop assigns i, any;
	    loop variant len - i; */
	for (size_t i = 0; i < len; i++)
		any = opaque(any | x[i]);
	return any == 0;
}

uint32_t bytes_in_range(uint32_t v, uint32_t low, uint32_t high)
{
	uint32_t outside = (v - low) | (high - v); /* top bit: one of them is negative */
	return (outside >> 31) - 1;
}
