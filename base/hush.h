/* hush: news that others can cause as often as they like is reported once in a while at most, with
 * the number of times it came in between. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/limits.h"

#define HUSH_US (10 * SECOND)

/* Zeroes: nothing was reported yet. */
struct hush {
	uint64_t until;  /* nothing is reported before */
	uint64_t unsaid; /* came since, and was not reported */
};

/* It came. True: report it, and that it came *unsaid times before without a report. False: it is
 * counted. */
bool hush_may(struct hush *h, uint64_t now, uint64_t *unsaid);
/* How many there are to be reported by themselves, when the time is over and nothing has come that
 * they could be reported with; given once, else 0. */
uint64_t hush_over(struct hush *h, uint64_t now);
/* When hush_over has something; else NEVER. */
uint64_t hush_deadline(const struct hush *h);
