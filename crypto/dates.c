#include "crypto/dates.h"

#include "base/limits.h"

enum {
	DAY_S = 86400,
	NEIGHBOUR_S = 3600 /* this close to midnight the other day counts too */
};

struct dates dates_none(void)
{
	return (struct dates){ .next_at = NEVER };
}

struct dates_day dates_judge(struct dates_day server, uint64_t own_unix_s, uint32_t released,
                             bool *foreign)
{
	uint64_t own = own_unix_s / DAY_S;
	bool unknown = server.day_ends_s == UINT32_MAX;
	bool near = server.day + UINT64_C(1) >= own && server.day <= own + 1;
	*foreign = false;
	if (own <= released || own > UINT32_MAX || (near && !unknown))
		return server;
	*foreign = !near && !unknown;
	return (struct dates_day){ (uint32_t)own, (uint32_t)(DAY_S - own_unix_s % DAY_S) };
}

bool dates_good(const struct dates *d)
{
	return d->day >= SCHAT_RELEASED_DAY;
}

bool dates_set(struct dates *d, struct dates_day server, uint64_t own_unix_s, uint64_t now)
{
	bool foreign;
	struct dates_day is = dates_judge(server, own_unix_s, SCHAT_RELEASED_DAY, &foreign);
	if (!d->known || is.day >= d->day) {
		d->day = is.day;
		d->day_ends_at = is.day_ends_s == UINT32_MAX ? NEVER : now + is.day_ends_s * SECOND;
	}
	d->known = true;
	d->next_at = NEVER; /* until dates_now */
	bool wrong = foreign || !dates_good(d), tell = wrong && !d->wrong_reported;
	d->wrong_reported |= wrong;
	return tell;
}

size_t dates_now(struct dates *d, uint64_t now, uint32_t out[static DATES_AT_ONCE])
{
	size_t count = 0;
	if (!d->known)
		return 0;
	while (d->day_ends_at != NEVER && now >= d->day_ends_at) {
		d->day++;
		d->day_ends_at += DAY_S * SECOND;
	}
	bool unknown = d->day_ends_at == NEVER;
	uint64_t left = unknown ? 0 : d->day_ends_at - now;
	bool early = !unknown && left > (DAY_S - NEIGHBOUR_S) * SECOND,
	     late = !unknown && left <= NEIGHBOUR_S * SECOND;
	out[count++] = d->day;
	if ((early || unknown) && d->day > 0)
		out[count++] = d->day - 1;
	if (late || unknown)
		out[count++] = d->day + 1;
	d->next_at = unknown ? NEVER
	                     : d->day_ends_at - (early  ? (DAY_S - NEIGHBOUR_S) * SECOND
	                                         : late ? 0
	                                                : NEIGHBOUR_S * SECOND);
	return count;
}
