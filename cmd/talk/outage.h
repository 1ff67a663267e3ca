/* outage: a peer isn't heard, and no signaling server answers, either, which may have been between
 * the two. */
#pragma once

#include "cmd/talk/company.h"

/* Tells our user, unless told. Returns whether it is so. */
bool outage_tell(struct company *c, const struct meeting_place *place, bool told);
