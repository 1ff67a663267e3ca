/* quota: what peers may bring without our user being asked, and how much of it in this run. */
#pragma once

#include "cmd/talk/meeting.h"
#include "files/offer.h"

/* Whether this one may. */
bool quota_covers(const struct plan *plan, const struct meeting_peer *peer);
/* Room for the offer is set aside; returns how much. 0: there is not enough left. */
uint64_t quota_take(const struct plan *plan, const struct offer *offer);
/* Of what was set aside, so much was used; the rest is there for others. */
void quota_return(uint64_t taken, uint64_t used);
