/* text: a small formatter (the core has no stdio), decimal and hex, base32, UTF-8. */
#ifndef BASE_TEXT_H
#define BASE_TEXT_H

#include "base/bytes.h"

/* A C string being built in a fixed buffer: always 0-terminated; what does not fit is cut at a whole UTF-8 character,
 * and nothing is added after a cut. */
struct text {
	char *at;
	size_t len, cap; /* cap counts the final 0 */
	bool cut;
};

struct text text_of(char *at, size_t cap);
void text_add(struct text *t, const char *s);
void text_add_span(struct text *t, struct span s);
void text_add_u64(struct text *t, uint64_t v);
void text_add_padded(struct text *t, uint64_t v,
                     unsigned width);             /* decimal, zero-padded to width */
void text_add_hex(struct text *t, struct span s); /* lower case */

/* Parses the whole of s as decimal digits; false when empty, not digits, or above max. */
bool text_read_u64(struct span s, uint64_t max, uint64_t *v);

/* RFC 4648 base32, lower case, no padding. encode: out holds (len * 8 + 4) / 5 characters and a 0.
 * decode: exact inverse (either case); false on a foreign character, non-zero spare bits, or when out_len does not match. */
void base32_encode(struct span in, char *out);
bool base32_decode(struct span in, uint8_t *out, size_t out_len);

/* RFC 4648 base64 with padding, for PEM bodies and public key lines. Output counted with writer rules: all or full;
 * what does not fit is false too. */
void base64_encode(struct span in, struct writer *out);
bool base64_decode(struct span in,
                   struct writer *out); /* ignores CR, LF, blank, tab; false on anything else */

/* One UTF-8 scalar value from the front of s: its size in bytes (1-4) and *rune; 0 when s is empty;
 * -1 for an invalid or overlong sequence or surrogate (skip one byte); -2 when s ends inside a valid prefix. */
int utf8_decode(struct span s, uint32_t *rune);
size_t utf8_encode(uint32_t rune, uint8_t out[4]); /* 1-4; 0 for no scalar value */
bool utf8_valid(struct span s);

#endif
