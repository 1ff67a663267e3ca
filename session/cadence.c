#include "session/cadence.h"

#include "base/limits.h"
#include "base/min_max.h"

enum { ROUNDS_MIN = 4, ROUNDS_MAX = 63 };
#define MOST_US (2 * SECOND)
/* CUBIC grows back by 15 % in as many tenths of a second as the cube root of so many times its
 * window in packets (RFC 9438 section 4.2: 0.15 / 0.4 of it, in seconds). */
enum { REGROWTH = 375, REGROWTH_TENTHS_MAX = 100 };

static uint64_t regrowth_us(uint64_t packets)
{
	uint64_t tenths = 1;

	while (tenths < REGROWTH_TENTHS_MAX && tenths * tenths * tenths < packets * REGROWTH)
		tenths++;
	return tenths * 100 * MS;
}

/* If the queue has overflowed, a CUBIC flow that shares it has lost packets too. It is given the
 * time to come back, which on a short path it does as Reno would. If not: as long as Reno would
 * take to add as much as we look for, but no longer than some seconds. */
bool cadence_over(uint64_t packets, bool overflowed, unsigned rounds, uint64_t since, uint64_t now)
{
	/* not all flows at the same time */
	uint64_t us = MOST_US + since % SECOND, most = min_of(packets, ROUNDS_MAX);

	if (overflowed) {
		us = regrowth_us(packets);
		most = packets / 2;
	}
	return now - since > us || rounds > max_of(most, ROUNDS_MIN);
}
