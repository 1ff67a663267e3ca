/* serve: what it makes of its options, for whatever else waits for a peer. */
#pragma once

#include "cmd/talk/plan.h"

/* After plan_begin: for whom, and where. at: an address of this host; NULL: at a server. 0, or the
 * exit status. */
int serve_plan(struct plan *p, const char *at);
