/* peers_in: how many peers of a roster are in a state. */
#pragma once

#include "endpoint/roster.h"

static inline unsigned peers_in(const struct roster *r, enum peer_state state)
{
	unsigned count = 0;
	struct peer *p;

	for (int i = 0; (p = roster_next(r, &i)) != NULL;)
		count += p->state == state;
	return count;
}
