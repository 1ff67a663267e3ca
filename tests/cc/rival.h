/* rival: a flow as the kernel's TCP sends it by CUBIC: selective acknowledgments, fast recovery,
 * HyStart by delay, trains instead of pacing. The other flow at the bottleneck; no part of the
 * program. */
#pragma once

#include "tests/cc/path.h"

enum { RIVAL_SIZE = 1500, RIVAL_WINDOW = 1 << 15 };

struct rival {
	bool on;
	double cwnd, ssthresh, window_max, origin_s; /* packets; CUBIC's K */
	uint64_t epoch_at, recovery_until;           /* the latter a number */
	uint64_t next, oldest, largest;              /* numbers: largest: acknowledged */
	unsigned in_flight;
	uint64_t sent_at[RIVAL_WINDOW];
	uint8_t state[RIVAL_WINDOW]; /* 1 in flight */
	uint64_t smoothed, min_rtt, round_min, round_end;
	unsigned round_samples;
	uint64_t rto_at, delivered;
};

void rival_start(struct rival *r, uint64_t now);
void rival_send(struct rival *r, struct path *p, unsigned flow);
void rival_acked(struct rival *r, uint64_t number, uint64_t now);
void rival_timer(struct rival *r, uint64_t now);
