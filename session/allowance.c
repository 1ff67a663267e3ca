#include "session/allowance.h"

#include "base/limits.h"
#include "base/link.h"
#include "base/min_max.h"

#define SEARCH_AGAIN_US (600 * SECOND)
#define LATER_US        (3600 * SECOND)
#define SOONEST_US      (60 * SECOND)   /* after one elsewhere: a peer may have many addresses */
#define CREDIT_US       (3600 * SECOND) /* in which all is paid back */
#define PACKET_US       (CREDIT_US / ALLOWANCE_PACKETS)

bool allowance_rests(const struct allowance *a, uint64_t now)
{
	return now < a->until;
}

uint64_t allowance_after(const struct allowance *a, uint64_t wait, uint64_t now)
{
	uint64_t at = max_of(a->until, now);

	return at - now <= SOONEST_US ? at + wait : NEVER;
}

void allowance_begin(struct allowance *a, uint64_t now)
{
	a->until = max_of(a->until, now + SEARCH_AGAIN_US);
	a->least = now + SOONEST_US;
}

void allowance_many(struct allowance *a, uint64_t now)
{
	a->until = now + LATER_US;
}

void allowance_soon(struct allowance *a)
{
	a->until = a->least;
}

unsigned allowance_left(const struct allowance *a, uint64_t now)
{
	uint64_t owed = max_of(a->paid_at, now) - now;

	return (unsigned)((CREDIT_US - min_of(owed, CREDIT_US)) / PACKET_US);
}

void allowance_spend(struct allowance *a, uint64_t now)
{
	a->paid_at = max_of(a->paid_at, now) + PACKET_US;
}
