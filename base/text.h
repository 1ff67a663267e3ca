/* text: builds C strings (the core has no stdio): words, decimal, hexadecimal. And reads decimal.
 */
#pragma once

#include <stdarg.h>

#include "base/bytes.h"

/* A C string being built in a fixed buffer: always 0-terminated. What does not fit is cut at a
 * whole UTF-8 character, and nothing is added after a cut. */
struct text {
	char *at;
	size_t len, cap; /* cap counts the final 0 */
	bool cut;
};

struct text text_of(char *at, size_t cap);
void text_add(struct text *t, const char *s);
/* As one word of a shell, quoted if it needs that: zsh, for one, takes a [ for a pattern. */
void text_add_word(struct text *t, const char *word);
/* A sentence with gaps, as for printf, but of these alone: %s, %u, %x, %ju (uint64_t), %%. Numbers
 * take a width with zeroes in front: %02u. */
void text_add_format(struct text *t, const char *format, ...) __attribute__((format(printf, 2, 3)));
void text_add_format_list(struct text *t, const char *format, va_list more)
    __attribute__((format(printf, 2, 0)));
/* The same behind what w has; its final 0 needs a byte of room, and is not counted. */
void text_write(struct writer *w, const char *format, ...) __attribute__((format(printf, 2, 3)));
void text_add_span(struct text *t, struct span s);
void text_add_u64(struct text *t, uint64_t v);
void text_add_size(struct text *t, uint64_t bytes);     /* "1.2 GB": three digits */
void text_add_time(struct text *t, uint64_t seconds);   /* "0:07", "1:02:03", "3 days" */
void text_copy(char *to, size_t cap, const char *from); /* cut like a text */

struct span text_span(const struct text *t); /* what was built so far */
char text_hex_digit(unsigned v);             /* of its lowest four bits; lower case */

/* Parses the whole of s as decimal digits; false when empty, not digits, or above max. */
bool text_read_u64(struct span s, uint64_t max, uint64_t *v);
/* The same with hexadecimal digits, at most eight of them. */
bool text_read_hex(struct span s, uint32_t *v);
