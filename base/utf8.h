/* utf8: UTF-8 as Unicode 15 table 3-7 has it: no overlong forms, no surrogates, nothing above
 * U+10FFFF. */
#pragma once

#include "base/bytes.h"

enum { UTF8_FOREIGN = 0xfffd }; /* U+FFFD stands for a byte that is not UTF-8 */

/* One scalar value from the front of s: its size in bytes (1-4) and *rune; 0 when s is empty; -1
 * for an invalid sequence (skip one byte); -2 when s ends inside a valid one. */
int utf8_decode(struct span s, uint32_t *rune);
/* Takes one off the front of s, which is not empty; UTF8_FOREIGN for a byte that is not UTF-8. */
uint32_t utf8_take(struct span *s);
size_t utf8_encode(uint32_t rune, uint8_t out[4]); /* 1-4 bytes; 0: not a scalar value */
void utf8_write(struct writer *w, uint32_t rune);
bool utf8_valid(struct span s);
size_t utf8_ascii(struct span s); /* so many bytes at its front are ASCII */

bool utf8_continues(uint8_t byte); /* it is not the first byte of a character */
/* The length of s without an unfinished character at its end. */
size_t utf8_whole(struct span s);
