/* probes: how many packets may go to addresses that only the peer has named. Such an address may be
 * a stranger's, so what a session sends there is counted for as long as the session lives, whatever
 * becomes of the path. docs/PROTOCOL.md 6.7. */
#pragma once

#include "base/addr.h"
#include "base/limits.h"

struct probed {
	struct addr addr;
	unsigned count; /* packets sent there */
	uint64_t last_at;
};

struct probes {
	struct probed at[LIMIT_PROBED];
	size_t count;
	uint64_t sent_at[LIMIT_PROBES_MINUTE]; /* the newest ones, a ring */
	uint64_t sent;                         /* how many in all */
};

/* May one more packet leave for this address now? True counts it. False: LIMIT_PROBES went to this
 * address, LIMIT_PROBES_HOST to its host, or LIMIT_PROBES_MINUTE to all within a minute; or
 * LIMIT_PROBED addresses are remembered, each for less than a day. */
bool probes_take(struct probes *p, const struct addr *to, uint64_t now);
/* The peer has shown that it receives there: what was sent to any port of that host is forgotten.
 */
void probes_answered(struct probes *p, const struct addr *addr);
