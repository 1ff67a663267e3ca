/* What the drivers of proofs/states are given beside bytes: numbers, addresses and randomness of
 * any value. */
#pragma once

#include "base/addr.h"
#include "base/random.h"
#include "proofs/parsers/any.h"

static inline bool any_bool(void)
{
	return Frama_C_interval(0, 1);
}

static inline uint64_t any_number(uint64_t most)
{
	return Frama_C_unsigned_long_interval(0, most);
}

static inline struct addr any_addr(void)
{
	struct addr a;
	Frama_C_make_unknown((char *)&a, sizeof a);
	return a;
}

static inline void any_fill(struct random *r, void *to, size_t len)
{
	(void)r;
	Frama_C_make_unknown(to, len);
}

static struct random any_random = { any_fill };
