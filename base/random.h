/* random: the interface through which all randomness enters. In the program crypto/drbg.h is behind
 * it, in tests a generator with a seed. */
#pragma once

#include <stddef.h>
#include <stdint.h>

struct random {
	void (*fill)(struct random *r, void *to, size_t len); /* cannot fail */
};

static inline void random_fill(struct random *r, void *to, size_t len)
{
	r->fill(r, to, len);
}

uint64_t random_u64(struct random *r);
uint64_t random_below(struct random *r, uint64_t limit); /* uniform in 0..limit-1; limit >= 1 */
