#include "session/probes.h"

#define MINUTE_US (60 * SECOND)
/* So that a session of weeks, whose hosts move, does not run out of places. */
#define FORGOTTEN_US (24 * 3600 * SECOND)

static struct probed *find(struct probes *p, const struct addr *addr)
{
	for (size_t i = 0; i < p->count; i++) {
		if (addr_equal(&p->at[i].addr, addr))
			return &p->at[i];
	}
	return NULL;
}

/* How many went to any port of this host. */
static unsigned to_host(const struct probes *p, const struct addr *addr)
{
	unsigned sum = 0;

	for (size_t i = 0; i < p->count; i++) {
		if (addr_same_ip(&p->at[i].addr, addr))
			sum += p->at[i].count;
	}
	return sum;
}

/* A place for an address not seen before: a new one, or that of the address left alone for longest.
 * NULL: none. */
static struct probed *place(struct probes *p, uint64_t now)
{
	struct probed *oldest = &p->at[0];

	if (p->count < LIMIT_PROBED)
		return &p->at[p->count++];
	for (size_t i = 1; i < p->count; i++) {
		if (p->at[i].last_at < oldest->last_at)
			oldest = &p->at[i];
	}
	return now >= oldest->last_at + FORGOTTEN_US ? oldest : NULL;
}

static bool minute_full(struct probes *p, uint64_t now)
{
	for (size_t i = p->recent_count; i-- > 0;) {
		if (now >= p->recent[i].at + MINUTE_US)
			p->recent[i] = p->recent[--p->recent_count];
	}
	return p->recent_count == LIMIT_PROBES_MINUTE;
}

bool probes_take(struct probes *p, const struct addr *to, uint64_t now)
{
	struct probed *known = find(p, to);

	if (minute_full(p, now) || (known != NULL && known->count >= LIMIT_PROBES) ||
	    to_host(p, to) >= LIMIT_PROBES_HOST)
		return false;
	if (known == NULL) {
		known = place(p, now);
		if (known == NULL)
			return false;
		*known = (struct probed){ .addr = *to };
	}
	known->count++;
	known->last_at = now;
	p->recent[p->recent_count++] = (struct probe){ *to, now };
	return true;
}

void probes_answered(struct probes *p, const struct addr *addr)
{
	for (size_t i = p->count; i-- > 0;) {
		if (addr_same_ip(&p->at[i].addr, addr))
			p->at[i] = p->at[--p->count];
	}
	for (size_t i = p->recent_count; i-- > 0;) {
		if (addr_same_ip(&p->recent[i].to, addr))
			p->recent[i] = p->recent[--p->recent_count];
	}
}
