/* hush: news that others can cause as often as they like is told at most once in a while, with how
 * often it came since. Pure. */
#ifndef BASE_HUSH_H
#define BASE_HUSH_H

#include <stdbool.h>
#include <stdint.h>

#include "base/limits.h"

#define HUSH_US (10 * SECOND)

/* Zeroes: nothing was told yet. */
struct hush {
	uint64_t until;  /* before that nothing is told */
	uint64_t unsaid; /* came since, and was not told */
};

/* It has come. True: tell it, and that it came *unsaid times before without being told. False: it
 * is counted. */
bool hush_may(struct hush *h, uint64_t now, uint64_t *unsaid);
/* The time is over and nothing came with which the others could be told: how many there are, once;
 * else 0. */
uint64_t hush_over(struct hush *h, uint64_t now);
/* When hush_over has something; else NEVER. */
uint64_t hush_deadline(const struct hush *h);

#endif
