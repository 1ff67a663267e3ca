/* congestion: how much may be in flight on one path, and how fast it may leave. CUBIC (RFC 9438)
 * with HyStart++ (RFC 9406) and pacing (RFC 9002 section 7.7), in integers. Pure arithmetic:
 * recovery.h says what was sent, acknowledged and lost. Sizes in bytes, times in us; a time of 0:
 * none. smoothed: the path's round trip, 0: unknown. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/limits.h"

enum {
	CONGESTION_MIN = 2 * LIMIT_PACKET, /* RFC 9002 section 7.2 */
	CONGESTION_INITIAL = 10 * LIMIT_PACKET,
	/* may leave at once after a pause; or 1 ms worth of the pace if that is more */
	CONGESTION_BURST = 16 * LIMIT_PACKET,
	CONGESTION_TRAIN = 50 * LIMIT_PACKET,      /* leaves in one system call at most */
	CONGESTION_MAX = LIMIT_SENT * LIMIT_PACKET /* what recovery can watch over */
};

struct congestion {
	uint64_t cwnd, ssthresh, in_flight; /* ssthresh UINT64_MAX: the first slow start */
	uint64_t recovery_start;            /* losses of packets sent up to then are one event */
	/* CUBIC: the epoch's time counts up to counted_at; W_max, cwnd_prior, K; W_est in 1/1024 */
	uint64_t epoch_start, counted_at;
	uint64_t window_max, window_prior, origin_us, window_estimate;
	/* HyStart++: round trips; UINT64_MAX: none */
	uint64_t round_start, round_min, last_round_min, baseline;
	unsigned round_samples, slow_rounds;
	uint64_t pace_counted_at, pace_credit; /* bytes of burst left at that time */
	bool limited;                          /* the window, not the application, was the limit */
};

struct congestion_ack {
	uint64_t bytes;   /* newly acknowledged, no longer in flight */
	uint64_t sent_at; /* when the newest of them left */
	uint64_t sample;  /* round trip it measured; 0: none */
	uint64_t smoothed;
};

void congestion_start(struct congestion *c);
void congestion_sent(struct congestion *c, size_t bytes, uint64_t smoothed, uint64_t now);
/* No longer in flight, whatever became of it. */
void congestion_gone(struct congestion *c, size_t bytes);
void congestion_acked(struct congestion *c, const struct congestion_ack *ack, uint64_t now);
/* sent_at: when the newest of the packets declared lost left. */
void congestion_lost(struct congestion *c, uint64_t sent_at, uint64_t now);
void congestion_persistent(struct congestion *c); /* RFC 9002 section 7.6 */
/* Did the window or the pace, not a lack of data, end the output? RFC 9002 section 7.8: the window
 * grows only when it is used. */
void congestion_limited(struct congestion *c, bool by_window);
bool congestion_room(const struct congestion *c, size_t bytes);
/* When the pace lets the next packet leave; 0: at once. */
uint64_t congestion_pace_at(const struct congestion *c, uint64_t smoothed);

uint64_t congestion_cube_root(uint64_t v); /* rounded down */
