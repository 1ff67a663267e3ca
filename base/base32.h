/* base32: RFC 4648 section 6, lower case, no padding. In constant time for the values; that a
 * character is a digit is no secret. */
#pragma once

#include "base/bytes.h"

void base32_encode(struct span in, char *out); /* out: (in.len * 8 + 4) / 5 characters and a 0 */

/* The exact inverse, in either case. False: a foreign character, spare bits that are not zero, or
 * not out_len bytes; out is untouched then. */
bool base32_decode(struct span in, uint8_t *out, size_t out_len);
