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
	struct probe {
		struct addr to;
		uint64_t at;
	} recent[LIMIT_PROBES_MINUTE]; /* the packets of the last minute */
	size_t recent_count;
};

/* May one more packet leave for this address now? True counts it. False: LIMIT_PROBES went to this
 * address, LIMIT_PROBES_HOST to its host, or LIMIT_PROBES_MINUTE to all within a minute; or
 * LIMIT_PROBED addresses are remembered, each for less than a day. */
bool probes_take(struct probes *p, const struct addr *to, uint64_t now);
/* The peer has shown that it receives there: what was sent to any port of that host does not count
 * any more. */
void probes_answered(struct probes *p, const struct addr *addr);
