/* drbg: HMAC-DRBG (NIST SP 800-90A, SHA-256) as a struct random; os/ seeds it. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/random.h"

enum { DRBG_FRESH = 48 };

/* Where fresh entropy comes from: fills to with DRBG_FRESH bytes, of which 32 are the kernel's.
 * False: there is none now. */
typedef bool drbg_entropy(uint8_t to[static DRBG_FRESH]);

/* seed: at least 32 bytes of the kernel's randomness. NULL when out of memory. The caller frees.
 * entropy is asked before each request and mixed in. So what is drawn is new even if a copy of
 * this memory runs too (a snapshot of a virtual machine started twice, a fork), and can't be
 * computed from a state that was read earlier: no caller has to think of that. NULL: none (for
 * known answers). */
struct random *drbg_new(const uint8_t *seed, size_t seed_len, drbg_entropy *entropy);
void drbg_free(struct random *r); /* wipes */
