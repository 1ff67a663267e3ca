/* siphash: SipHash-2-4 with a 64- or 128-bit result (Aumasson and Bernstein, 2012),
 * for cookies and hash tables. */
#pragma once

#include "base/bytes.h"

enum { SIPHASH_KEY = 16 };

uint64_t siphash(const uint8_t key[static SIPHASH_KEY], struct span in);
void siphash_128(const uint8_t key[static SIPHASH_KEY], struct span in, uint8_t out[static 16]);
