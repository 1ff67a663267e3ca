/* wall: the day, as the server tells it. It goes by the host's clock at the last turn, which may be
 * set at any time: many hosts start with a wrong one, and learn the time from the network. */
#pragma once

#include "wire/signaling.h"

/* Private to wall.c; others embed it. */
struct wall {
	uint64_t unix_s, at;
};

/* unix_s: seconds since 1970 at now; 0: unknown. */
void wall_set(struct wall *w, uint64_t unix_s, uint64_t now);
uint64_t wall_day(const struct wall *w, uint64_t now); /* since 1970; 0: unknown */
/* The day, and when it ends. */
void wall_tell(const struct wall *w, uint64_t now, struct cookie *cookie);
