/* congestion: see congestion.h beside. Names in comments are those of RFC 9438 and RFC 9406. */
#include "session/congestion.h"

#include "base/min_max.h"

/* RFC 9438: C = 0.4 packets/s^3, in bytes; beta = 0.7; alpha = 3 (1 - beta) / (1 + beta) = 9/17 */
enum {
	CUBIC_C = 2 * LIMIT_PACKET / 5,
	BETA_NUM = 7,
	BETA_DEN = 10,
	ALPHA_NUM = 9,
	ALPHA_DEN = 17,
	CUBIC_SPAN_MS = 100000
};
/* window_estimate counts parts of a byte, or it would not grow on large windows. */
enum { ESTIMATE_ONE = 1024 };

/* RFC 9406 section 4.3 */
#define ROUND_THRESHOLD_MIN_US UINT64_C(4000)
#define ROUND_THRESHOLD_MAX_US UINT64_C(16000)
enum { ROUND_DIVISOR = 8, ROUND_SAMPLES = 8, SLOW_DIVISOR = 4, SLOW_ROUNDS = 5 };

#define NONE UINT64_MAX

/* One bit of the root at a time: v holds what is left of it above root^3. */
static uint64_t cube_root(uint64_t v)
{
	uint64_t root = 0;
	for (int shift = 63; shift >= 0; shift -= 3) {
		root *= 2;
		uint64_t step = 3 * root * (root + 1) + 1;
		if (v >> shift >= step) {
			v -= step << shift;
			root++;
		}
	}
	return root;
}

void congestion_start(struct congestion *c)
{
	*c = (struct congestion){ .cwnd = CONGESTION_INITIAL,
		                  .ssthresh = NONE,
		                  .round_min = NONE,
		                  .last_round_min = NONE,
		                  .baseline = NONE };
	pacer_start(&c->pacer);
}

static bool slow_start(const struct congestion *c)
{
	return c->cwnd < c->ssthresh;
}

bool congestion_room(const struct congestion *c, size_t bytes)
{
	return c->in_flight + bytes <= c->cwnd;
}

void congestion_limited(struct congestion *c, bool by_window)
{
	c->limited = by_window;
}

void congestion_gone(struct congestion *c, size_t bytes)
{
	c->in_flight -= bytes;
}

uint64_t congestion_pace_at(const struct congestion *c)
{
	return pacer_at(&c->pacer);
}

struct sent_stamp congestion_sent(struct congestion *c, size_t bytes, uint64_t now)
{
	pacer_sent(&c->pacer, bytes, c->limited, now);
	if (c->in_flight == 0 &&
	    c->epoch_start != 0) { /* RFC 9438 section 5.8: idle time is not part of the epoch */
		c->epoch_start += now - c->counted_at;
		c->counted_at = now;
	}
	c->in_flight += bytes;
	return (struct sent_stamp){ .delivered = 0 };
}

/* ---- slow start: HyStart++ ends the first when round trips grow, before the queue is full ---- */

/* A round is over when a packet sent in it comes back. True when the slow start is. */
static bool next_round(struct congestion *c, uint64_t now)
{
	c->last_round_min = c->round_min;
	c->round_min = NONE;
	c->round_samples = 0;
	c->round_start = now;
	return c->baseline != NONE && ++c->slow_rounds >= SLOW_ROUNDS;
}

static void hystart(struct congestion *c, const struct delivery_ack *ack, uint64_t now)
{
	if (ack->sent_at >= c->round_start && next_round(c, now)) {
		c->ssthresh = c->window_prior = c->window_max = c->cwnd;
		return;
	}
	if (ack->sample == 0)
		return;
	c->round_min = min_of(c->round_min, ack->sample);
	if (++c->round_samples < ROUND_SAMPLES || c->last_round_min == NONE)
		return;
	uint64_t grown = max_of(ROUND_THRESHOLD_MIN_US,
	                        min_of(c->last_round_min / ROUND_DIVISOR, ROUND_THRESHOLD_MAX_US));
	if (c->baseline != NONE && c->round_min < c->baseline) {
		c->baseline = NONE; /* it was not the queue */
	} else if (c->baseline == NONE && c->round_min >= c->last_round_min + grown) {
		c->baseline = c->round_min;
		c->slow_rounds = 0;
	}
}

static void grow_slow_start(struct congestion *c, const struct delivery_ack *ack, uint64_t now)
{
	if (c->ssthresh == NONE)
		hystart(c, ack, now);
	if (slow_start(c))
		c->cwnd += c->baseline == NONE ? ack->bytes : ack->bytes / SLOW_DIVISOR;
}

/* ---- congestion avoidance: CUBIC ---- */

static void start_epoch(struct congestion *c, uint64_t now)
{
	c->epoch_start = c->counted_at = now;
	c->window_max = max_of(c->window_max, c->cwnd);
	c->origin_us = cube_root((c->window_max - c->cwnd) * 1000000000 / CUBIC_C) * MS;
	c->window_estimate = c->cwnd * ESTIMATE_ONE;
}

/* W_cubic(t) = C (t - K)^3 + W_max */
static uint64_t cubic(const struct congestion *c, uint64_t elapsed)
{
	bool before = elapsed < c->origin_us;
	uint64_t ms =
	    min_of((before ? c->origin_us - elapsed : elapsed - c->origin_us) / MS, CUBIC_SPAN_MS);
	uint64_t away = CUBIC_C * ms * ms * ms / 1000000000;
	return before ? c->window_max - min_of(away, c->window_max) : c->window_max + away;
}

static void grow_cubic(struct congestion *c, const struct delivery_ack *ack, uint64_t now)
{
	if (c->epoch_start == 0)
		start_epoch(c, now);
	c->counted_at = now;

	/* what Reno would have: W_est += alpha * acked / cwnd; alpha is 1 once it has caught up */
	bool caught_up = c->window_estimate >= c->window_prior * ESTIMATE_ONE;
	uint64_t alpha_num = caught_up ? 1 : ALPHA_NUM, alpha_den = caught_up ? 1 : ALPHA_DEN;
	c->window_estimate +=
	    alpha_num * ack->bytes * LIMIT_PACKET * ESTIMATE_ONE / (alpha_den * c->cwnd);
	uint64_t estimate = c->window_estimate / ESTIMATE_ONE;

	uint64_t elapsed = now - c->epoch_start;
	if (cubic(c, elapsed) < estimate) {
		c->cwnd = max_of(c->cwnd, estimate);
		return;
	}
	uint64_t target =
	    min_of(max_of(cubic(c, elapsed + ack->smoothed), c->cwnd), c->cwnd + c->cwnd / 2);
	c->cwnd += (target - c->cwnd) * ack->bytes / c->cwnd;
}

static void grow(struct congestion *c, const struct delivery_ack *ack, uint64_t now)
{
	bool used = c->limited || c->in_flight + ack->bytes + LIMIT_PACKET > c->cwnd;
	if (!used) { /* RFC 9438 section 5.8 */
		if (c->epoch_start != 0)
			c->epoch_start += now - c->counted_at;
		c->counted_at = now;
		return;
	}
	if (c->recovery_start != 0 && ack->sent_at <= c->recovery_start)
		return;
	if (slow_start(c))
		grow_slow_start(c, ack, now);
	else
		grow_cubic(c, ack, now);
	c->cwnd = min_of(c->cwnd, CONGESTION_MAX);
}

/* 1.25 windows a round trip, in slow start 2. */
void congestion_acked(struct congestion *c, const struct delivery_ack *ack, uint64_t now)
{
	grow(c, ack, now);
	if (ack->smoothed > 0)
		pacer_set_rate(&c->pacer,
		               c->cwnd * (slow_start(c) ? 8 : 5) / 4 * SECOND / ack->smoothed,
		               c->limited, now);
}

void congestion_spurious(struct congestion *c, uint64_t bytes, uint64_t calm)
{
	(void)c, (void)bytes, (void)calm;
}

void congestion_lost(struct congestion *c, const struct congestion_loss *loss, uint64_t now)
{
	uint64_t sent_at = loss->sent_at;

	if (c->recovery_start != 0 && sent_at <= c->recovery_start)
		return;
	c->recovery_start = now;
	c->epoch_start = 0;
	c->window_prior = c->cwnd;
	/* fast convergence: a window that shrinks leaves room to others */
	c->window_max =
	    c->cwnd < c->window_max ? c->cwnd * (BETA_DEN + BETA_NUM) / (2 * BETA_DEN) : c->cwnd;
	c->cwnd = max_of(c->cwnd * BETA_NUM / BETA_DEN, CONGESTION_MIN);
	c->ssthresh = c->cwnd;
}

void congestion_persistent(struct congestion *c, uint64_t now)
{
	(void)now;
	c->cwnd = CONGESTION_MIN;
	c->recovery_start = 0;
	c->epoch_start = 0;
	c->window_max = 0; /* RFC 9438 section 4.8: the next epoch starts from its own window */
}
