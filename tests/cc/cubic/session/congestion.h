/* congestion: CUBIC (RFC 9438) with HyStart++ (RFC 9406), in integers, in the place of the
 * program's own: what tests/cc compares that with. */
#pragma once

#include "session/delivery.h"
#include "session/pacer.h"

enum {
	CONGESTION_MIN = 2 * LIMIT_PACKET, /* RFC 9002 section 7.2 */
	CONGESTION_INITIAL = 10 * LIMIT_PACKET,
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
	struct pacer pacer;
	bool limited; /* the window, not the application, was the limit */
};

struct congestion_loss {
	uint64_t bytes, calm, sent_at;
	const struct sent_stamp *stamp;
};

void congestion_start(struct congestion *c);
struct sent_stamp congestion_sent(struct congestion *c, size_t bytes, uint64_t now);
void congestion_gone(struct congestion *c, size_t bytes);
void congestion_acked(struct congestion *c, const struct delivery_ack *ack, uint64_t now);
void congestion_lost(struct congestion *c, const struct congestion_loss *loss, uint64_t now);
void congestion_spurious(struct congestion *c, uint64_t bytes, uint64_t calm);
void congestion_persistent(struct congestion *c, uint64_t now);
void congestion_limited(struct congestion *c, bool by_window);
bool congestion_room(const struct congestion *c, size_t bytes);
uint64_t congestion_pace_at(const struct congestion *c);
