/* congestion: see congestion.h beside. Names in comments are those of the draft. */
#include "session/congestion.h"

#include "base/min_max.h"

static double least(double a, double b)
{
	return a < b ? a : b;
}

static double most(double a, double b)
{
	return a > b ? a : b;
}

static void enter(struct congestion *c, enum c4_state state)
{
	static const double alphas[] = { 2, 15. / 16, 1, 17. / 16, 5. / 4 };

	c->state = state;
	c->eras = 0;
	c->rate_before = c->rate;
	c->alpha = alphas[state];
	if (state == C4_RECOVERY && c->drain)
		c->alpha = 7. / 8;
	if (state == C4_INITIAL) {
		c->initial_cwnd = c->cwnd;
		c->no_growth = 0;
	}
}

void congestion_start(struct congestion *c)
{
	*c =
	    (struct congestion){ .cwnd = CONGESTION_INITIAL, .era_min = 1e18, .running_min = 1e18 };
	delivery_start(&c->path);
	pacer_start(&c->pacer);
	enter(c, C4_INITIAL);
}

struct sent_stamp congestion_sent(struct congestion *c, size_t bytes, uint64_t now)
{
	pacer_sent(&c->pacer, bytes, c->limited, now);
	if (c->in_flight == 0)
		delivery_idle(&c->path, now);
	c->in_flight += bytes;
	return delivery_sent(&c->path, c->in_flight, now);
}

void congestion_gone(struct congestion *c, size_t bytes)
{
	c->in_flight -= bytes;
}

void congestion_limited(struct congestion *c, bool by_window)
{
	c->limited = by_window;
	if (!by_window)
		delivery_starved(&c->path, c->in_flight);
}

bool congestion_room(const struct congestion *c, size_t bytes)
{
	return c->in_flight + bytes <= c->cwnd;
}

uint64_t congestion_pace_at(const struct congestion *c)
{
	return pacer_at(&c->pacer);
}

/* ---- congestion ---- */

static double sensitivity(double rate)
{
	if (rate < 50e3)
		return 0;
	if (rate < 1e6)
		return 0.92 * (rate - 50e3) / 950e3;
	return rate < 10e6 ? 0.92 + 0.08 * (rate - 1e6) / 9e6 : 1;
}

static void congest(struct congestion *c, double beta, bool delay)
{
	if (c->state == C4_RECOVERY) {
		c->congested = true;
		return;
	}
	if (c->state == C4_INITIAL && (delay ? c->no_growth < 2 : c->received < 20))
		return;
	if (c->state == C4_INITIAL && c->rate > 0)
		c->max_rtt = (double)c->cwnd / 2 / c->rate * 1e6;
	c->drain = c->state == C4_INITIAL || c->state == C4_PUSHING;
	if (c->state == C4_CRUISING)
		c->rate *= 1 - beta;
	c->congested = true;
	c->probed = false;
	enter(c, C4_RECOVERY);
}

void congestion_lost(struct congestion *c, const struct congestion_loss *loss, uint64_t now)
{
	(void)now;
	for (uint64_t i = 0; i < loss->bytes / LIMIT_PACKET; i++)
		c->loss = (1 + 15 * c->loss) / 16;
	if (c->loss > 0.02 + 0.5 * (1 - sensitivity(c->rate)))
		congest(c, 0.25, false);
}

void congestion_spurious(struct congestion *c, uint64_t bytes, uint64_t calm)
{
	(void)c, (void)bytes, (void)calm;
}

void congestion_persistent(struct congestion *c, uint64_t now)
{
	(void)c, (void)now; /* C4 does not react to timeouts */
}

static void look_at_delay(struct congestion *c, double sample)
{
	double part = 1. / 16 + (1 - sensitivity(c->rate)) * 3 / 16;
	double threshold = least(25e3, part * c->max_rtt), over = sample - c->max_rtt - threshold;

	if (over > 0)
		congest(c, least(0.25, over / threshold), true);
}

/* ---- eras ---- */

static void learn_rtt(struct congestion *c)
{
	if (c->alpha_before <= 1 && c->era_max > 0) {
		c->running_min = c->era_min < c->running_min
		                     ? c->era_min
		                     : (7 * c->running_min + c->era_min) / 8;
		double era_max = least(c->era_max, c->running_min + 250e3);
		c->max_rtt = era_max > c->max_rtt ? era_max : (7 * c->max_rtt + era_max) / 8;
	}
	c->era_max = 0;
	c->era_min = 1e18;
	c->alpha_before = c->alpha;
}

static void end_recovery(struct congestion *c)
{
	bool grown = c->probed && !c->congested && c->rate > c->rate_before;

	c->congested = c->drain = false;
	c->probed = false;
	if (grown)
		enter(c, C4_PUSHING);
	else if (c->running_min < c->max_rtt * 2 / 5)
		enter(c, C4_INITIAL);
	else
		enter(c, C4_CRUISING);
}

static void end_era(struct congestion *c, bool starved)
{
	bool grown = c->rate > c->rate_before * 19 / 16;

	learn_rtt(c);
	c->eras++;
	switch (c->state) {
	case C4_INITIAL:
		if (grown)
			c->no_growth = 0;
		else if (!starved)
			c->no_growth++;
		c->rate_before = c->rate;
		if (c->no_growth < 3)
			break;
		c->max_rtt = (double)c->cwnd / 2 / c->rate * 1e6;
		c->drain = true;
		enter(c, C4_RECOVERY);
		break;
	case C4_RECOVERY: end_recovery(c); break;
	case C4_CRUISING:
		if (c->eras >= 2 && !starved)
			enter(c, C4_PROBING);
		break;
	case C4_PROBING: {
		double before = c->rate_before;
		c->probed = true;
		enter(c, C4_RECOVERY);
		c->rate_before = before;
		break;
	}
	case C4_PUSHING:
		if (c->eras > 3) {
			enter(c, C4_INITIAL);
		} else if (c->eras > 1 && !grown) {
			c->drain = true;
			enter(c, C4_RECOVERY);
		} else if (c->eras > 1) {
			c->rate_before = c->rate;
		}
	}
}

static void set(struct congestion *c, uint64_t acked, uint64_t now)
{
	double rate = c->alpha * c->rate, margin = least(c->max_rtt / 4, 15e3);

	if (c->state == C4_INITIAL) {
		c->initial_cwnd += acked >> (3 * c->no_growth);
		rate = most(rate, 131072);
		margin = 0;
	}
	double cwnd = most(c->alpha * c->rate * (c->max_rtt + margin) / 1e6, CONGESTION_MIN);
	if (c->state == C4_INITIAL)
		cwnd = most(cwnd, (double)c->initial_cwnd);
	c->cwnd = (uint64_t)cwnd;
	pacer_set_rate(&c->pacer, (uint64_t)rate, c->limited, now);
}

void congestion_acked(struct congestion *c, const struct delivery_ack *ack, uint64_t now)
{
	double rate = (double)delivery_acked(&c->path, ack, now), sample = (double)ack->sample;
	bool starved = ack->stamp->starved;

	for (uint64_t i = 0; i < ack->bytes / LIMIT_PACKET; i++, c->received++)
		c->loss = 15 * c->loss / 16;
	if (!c->congested)
		c->rate = most(c->rate, rate);
	if (sample > 0) {
		if (c->max_rtt <= 0)
			c->max_rtt = sample;
		c->era_max = most(c->era_max, sample);
		c->era_min = least(c->era_min, sample);
		look_at_delay(c, sample);
	}
	uint64_t mean;
	if (delivery_round_over(&c->path, ack->stamp, &mean))
		end_era(c, starved);
	set(c, ack->bytes, now);
}
