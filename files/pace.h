/* pace: how fast a transfer goes, and how long the rest of it takes. Pure. */
#pragma once

#include <stdint.h>

enum { PACE_KEPT = 10 };
#define PACE_APART_US (500 * 1000) /* between what is kept: the rate is that of the last seconds */

/* Only pace.c writes to it; others embed it. Zeroes: nothing is known. */
struct pace {
	struct {
		uint64_t at_us, bytes;
	} kept[PACE_KEPT]; /* a ring */
	unsigned next, count;
};

/* So many bytes are there at this time. Less than before: it begins anew. */
void pace_note(struct pace *p, uint64_t bytes, uint64_t now_us);
/* Bytes a second, up to now. 0: none, or not known yet. */
uint64_t pace_rate(const struct pace *p, uint64_t bytes, uint64_t now_us);
/* Seconds that left bytes take at that rate, rounded up; NEVER: not known. */
uint64_t pace_left(uint64_t rate, uint64_t left);
