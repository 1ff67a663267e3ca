#include "rendezvous/wall.h"

#include "base/limits.h"

enum { DAY_S = 86400 };

void wall_set(struct wall *w, uint64_t unix_s, uint64_t now)
{
	*w = (struct wall){ .unix_s = unix_s, .at = now };
}

static uint64_t unix_s(const struct wall *w, uint64_t now)
{
	return w->unix_s ? w->unix_s + (now - w->at) / SECOND : 0;
}

uint64_t wall_day(const struct wall *w, uint64_t now)
{
	return unix_s(w, now) / DAY_S;
}

void wall_tell(const struct wall *w, uint64_t now, struct cookie *cookie)
{
	uint64_t s = unix_s(w, now);
	cookie->day = (uint32_t)(s / DAY_S);
	cookie->day_ends_s = s ? (uint32_t)(DAY_S - s % DAY_S) : UINT32_MAX;
}
