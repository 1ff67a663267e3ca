#include "cmd/talk/quota.h"

#include <string.h>

#include "base/min_max.h"
#include "files/announced.h"

static uint64_t taken;

bool quota_covers(const struct plan *plan, const struct meeting_peer *peer)
{
	const struct options *o = plan->options;
	if (plan->errand == PLAN_RECEIVES)
		return o->yes;
	bool named = o->inbox != NULL;
	for (size_t i = 0; i < o->accept_from.count; i++)
		named |= strcmp(o->accept_from.at[i], peer->name) == 0;
	return named && peer->saved;
}

uint64_t quota_take(const struct plan *plan, const struct offer *offer)
{
	uint64_t unless_told = plan->errand == PLAN_RECEIVES ? UINT64_MAX / 1000000 : 1000;
	uint64_t quota = options_number(plan->options->quota, unless_told) * 1000000;
	uint64_t left = quota - min_of(quota, taken), room = announced_room(offer, true);
	if (left == 0 || announced_room(offer, false) > left)
		return 0;
	room = min_of(room, left);
	taken += room;
	return room;
}

void quota_return(uint64_t set_aside, uint64_t used)
{
	taken -= set_aside - min_of(set_aside, used);
}
