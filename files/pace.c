#include "files/pace.h"

#include "base/limits.h"

static unsigned before(unsigned i, unsigned steps)
{
	return (i + PACE_KEPT - steps) % PACE_KEPT;
}

void pace_note(struct pace *p, uint64_t bytes, uint64_t now_us)
{
	unsigned last = before(p->next, 1);
	if (p->count > 0 && bytes < p->kept[last].bytes)
		p->count = 0;
	if (p->count > 0 && now_us < p->kept[last].at_us + PACE_APART_US)
		return;
	p->kept[p->next].at_us = now_us;
	p->kept[p->next].bytes = bytes;
	p->next = (p->next + 1) % PACE_KEPT;
	p->count += p->count < PACE_KEPT;
}

uint64_t pace_rate(const struct pace *p, uint64_t bytes, uint64_t now_us)
{
	unsigned first = before(p->next, p->count);
	if (p->count == 0 || now_us < p->kept[first].at_us + PACE_APART_US / 2 ||
	    bytes < p->kept[first].bytes)
		return 0;
	uint64_t ms = (now_us - p->kept[first].at_us) / 1000, more = bytes - p->kept[first].bytes;
	/* more than 18 PB in some seconds is no pace */
	return more > UINT64_MAX / 1000 ? 0 : more * 1000 / ms;
}

uint64_t pace_left(uint64_t rate, uint64_t left)
{
	return rate == 0 ? NEVER : left / rate + (left % rate > 0);
}
