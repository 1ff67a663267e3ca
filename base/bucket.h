/* bucket: a token bucket: so many units a second, and a burst. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* Only bucket.c writes to it; others embed it. Zeroes: full. */
struct bucket {
	uint64_t debt; /* millionths of a unit taken and not yet refilled */
	uint64_t at;   /* when debt was true, us */
};

/* Takes cost units when they are there, else nothing. rate (units a second) and burst (units) below
 * 2^43, and the same at each call, or nearly. */
bool bucket_take(struct bucket *b, uint64_t cost, uint64_t rate, uint64_t burst, uint64_t now);
/* Units that were taken come back; what has been refilled since is full. */
void bucket_give_back(struct bucket *b, uint64_t units);
/* When bucket_take would take so many, if nobody takes any before; rate: at least 1. */
uint64_t bucket_ready_at(const struct bucket *b, uint64_t cost, uint64_t rate, uint64_t burst);
