/* bytes: spans, bounded readers and writers, big-endian integers, wiping and constant-time
 * comparison. All lengths are in bytes. Nothing here allocates, and nothing can run past an end. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* Before a small function with many callers: copies of it in them are longer than calls, which the
 * compiler misjudges. */
#define ONE_COPY __attribute__((noinline))

/* Something large that is written before it is read: it is not made zero first, whatever the flags
 * of the compiler say of the rest. */
#if defined(__has_attribute)
#if __has_attribute(uninitialized)
#define UNSET __attribute__((uninitialized))
#endif
#endif
#ifndef UNSET
#define UNSET
#endif

/* Borrowed bytes: never freed by the holder; valid as long as their owner says. */
struct span {
	const uint8_t *at;
	size_t len;
};

static inline struct span span_of(const void *at, size_t len)
{
	return (struct span){ at, len };
}
struct span span_after(struct span s, size_t at); /* without the first at bytes; at <= s.len */
struct span span_text(const char *text);          /* without the final 0 */
bool span_equal(struct span a, struct span b);    /* NOT constant time: for public bytes */
bool span_is(struct span a, const char *text);    /* a equals text */

/* ---- big-endian integers ---- */

static inline uint16_t load_be16(const uint8_t *p)
{
	return (uint16_t)((unsigned)p[0] << 8 | p[1]);
}
static inline uint32_t load_be32(const uint8_t *p)
{
	return (uint32_t)load_be16(p) << 16 | load_be16(p + 2);
}
static inline uint64_t load_be64(const uint8_t *p)
{
	return (uint64_t)load_be32(p) << 32 | load_be32(p + 4);
}
/* Little-endian: SipHash, ChaCha20's nonce, SPAKE2; and where eight bytes are looked at at once. A
 * compiler makes one load of it, but only after it has decided what is short enough to inline. */
__attribute__((always_inline)) static inline uint64_t load_le64(const uint8_t *p)
{
	return p[0] | (uint64_t)p[1] << 8 | (uint64_t)p[2] << 16 | (uint64_t)p[3] << 24 |
	       (uint64_t)p[4] << 32 | (uint64_t)p[5] << 40 | (uint64_t)p[6] << 48 |
	       (uint64_t)p[7] << 56;
}

static inline void store_be16(uint8_t *p, uint16_t v)
{
	p[0] = (uint8_t)(v >> 8);
	p[1] = (uint8_t)v;
}
static inline void store_be32(uint8_t *p, uint32_t v)
{
	store_be16(p, (uint16_t)(v >> 16));
	store_be16(p + 2, (uint16_t)v);
}
static inline void store_be64(uint8_t *p, uint64_t v)
{
	store_be32(p, (uint32_t)(v >> 32));
	store_be32(p + 4, (uint32_t)v);
}

static inline void store_le64(uint8_t *p, uint64_t v)
{
	/*@ loop invariant 0 <= i <= 8;
	    loop assigns i, p[0 .. 7];
	    loop variant 8 - i; */
	for (unsigned i = 0; i < 8; i++)
		p[i] = (uint8_t)(v >> 8 * i);
}

/* ---- reading ---- */

/* Reads from the front. Past the end a reader turns bad, stays bad, and gives zeroes or an empty
 * span; so callers check once, at the end. */
struct reader {
	const uint8_t *at;
	size_t left;
	bool bad;
};

struct reader reader_of(struct span bytes);
uint8_t read_u8(struct reader *r);
uint16_t read_be16(struct reader *r);
uint32_t read_be32(struct reader *r);
uint64_t read_be64(struct reader *r);
/* RFC 9000 section 16: 1, 2, 4 or 8 bytes. Bad when it is not in its shortest form. */
uint64_t read_varint(struct reader *r);
struct span read_span(struct reader *r, size_t len);     /* a view into the bytes being read */
void read_bytes(struct reader *r, void *to, size_t len); /* fills with zeroes when bad */
static inline bool read_end(const struct reader *r)      /* all is read, and nothing was bad */
{
	return !r->bad && r->left == 0;
}

/* ---- writing ---- */

/* Appends to at[0..cap). A write that does not fit writes nothing and sets full, which stays. */
struct writer {
	uint8_t *at;
	size_t len, cap;
	bool full;
};

struct writer writer_of(void *at, size_t cap);
void write_u8(struct writer *w, uint8_t v);
void write_be16(struct writer *w, uint16_t v);
void write_be32(struct writer *w, uint32_t v);
void write_be64(struct writer *w, uint64_t v);
void write_varint(struct writer *w, uint64_t v); /* shortest form; v < 2^62 */
size_t varint_size(uint64_t v);                  /* 1, 2, 4 or 8 */
void write_span(struct writer *w, struct span bytes);
void write_text(struct writer *w, const char *text); /* without the final 0 */
void write_zeroes(struct writer *w, size_t len);
static inline struct span written(const struct writer *w)
{
	return span_of(w->at, w->len);
}
static inline size_t writer_room(const struct writer *w)
{
	return w->full ? 0 : w->cap - w->len;
}

/* Zeroes. What is zero already is only read, so memory that was never written to still takes none.
 * Not for secrets. */
void bytes_clear(void *at, size_t len);

/* ---- secrets ---- */

/* Overwrites with zeroes in a way the compiler keeps. Cannot reach copies in registers or on the
 * stack of functions that were called. */
void bytes_wipe(void *at, size_t len);

/* Equal or not, in time that depends on len alone. For MACs, keys, tokens. */
bool bytes_equal(const void *a, const void *b, size_t len);
bool bytes_zero(const void *a, size_t len); /* all zero, in constant time */
/* All bits set when low <= v <= high, else none, in constant time. All below 2^31. */
uint32_t bytes_in_range(uint32_t v, uint32_t low, uint32_t high);
