/* congestion: see congestion.h. Gains are in percent, shares in per mille. */
#include "session/congestion.h"

#include "base/min_max.h"
#include "session/cadence.h"

#define NONE UINT64_MAX

/* Paces, of the path's rate, and windows, of what is on its way then. */
enum {
	STARTUP_PACE = 277, /* 4 ln 2: twice as much each round trip */
	DRAIN_PACE = 50,
	DOWN_PACE = 90,
	QUEUED_PACE = 96, /* in CRUISE: the rate may have been measured too high */
	UP_PACE = 125,
	WINDOW = 150,
	STARTUP_WINDOW = 170,
	UP_WINDOW = 225,
	PROBE_RTT_WINDOW = 50,
	HEADROOM = 85, /* of the lasting bound is used outside of REFILL and UP */
	CUT = 70,
	GIVE_WAY = 85
};
/* Growth that is worth the name, in the startup and in UP; how long the first goes on without, and
 * the second with it, before there is a new startup. And what nobody gains who is alone. */
enum { GROWTH = 125, UP_GROWTH = 112, GAIN = 102, NO_GROWTH_ROUNDS = 3, UP_ROUNDS_MAX = 4 };
/* So many lost beyond the path's share are congestion; so much of a round of the startup, too. */
enum { LOSS_PACKETS = 3, STARTUP_LOSS_SHARE = 150, STARTUP_LOSS_MIN = 30 * LIMIT_PACKET };
/* So long, all that was sent before a cut is measured; so many looks in vain are enough. */
enum { DRAIN_ROUNDS_MAX = 5, STALE_ROUNDS = 2, VAIN_LOOKS = 3 };
#define DOWN_US      (2 * SECOND)
#define MIN_RTT_US   (10 * SECOND)
#define PROBE_RTT_US (200 * MS)

/* Lifts the limits that losses set until the next probe for more. */
static void end_passing(struct congestion *c)
{
	c->bounds.passing = c->bounds.passing_rate = NONE;
}

void congestion_start(struct congestion *c)
{
	*c = (struct congestion){ .cwnd = CONGESTION_INITIAL, .packet = LIMIT_PACKET };
	c->bounds.lasting = NONE;
	end_passing(c);
	delivery_start(&c->path);
	pacer_start(&c->pacer);
}

void congestion_limited(struct congestion *c, bool by_window)
{
	/* a burst into a queue that is to run empty would fill it again */
	bool sinks = c->phase == CONGESTION_DRAIN || c->phase == CONGESTION_DOWN;
	c->waits = by_window && (!sinks || congestion_room(c, LIMIT_PACKET));
	if (!by_window)
		delivery_starved(&c->path, c->in_flight);
}

void congestion_gone(struct congestion *c, size_t bytes)
{
	c->in_flight -= bytes;
}

/* ---- the model ---- */

static uint64_t percent(uint64_t of, unsigned gain)
{
	return of * gain / 100;
}

/* The highest rate of this cycle and the last. */
static uint64_t seen(const struct congestion *c)
{
	return max_of(c->bounds.bandwidth[0], c->bounds.bandwidth[1]);
}

static uint64_t bandwidth(const struct congestion *c)
{
	return min_of(seen(c), c->bounds.passing_rate);
}

/* What is on its way when the path is full and no queue stands. */
static uint64_t pipe(const struct congestion *c)
{
	uint64_t us = c->path.min_rtt + c->path.reorder;
	return c->path.min_rtt == NONE ? CONGESTION_INITIAL : bandwidth(c) * us / SECOND;
}

/* So much of it, with room for jitter, for acknowledgments that come in heaps, and for trains. */
static uint64_t window(const struct congestion *c, unsigned gain)
{
	return percent(bandwidth(c) * c->path.delay / SECOND, gain) + delivery_heap_most(&c->path) +
	       3 * pacer_train(&c->pacer);
}

static void turn_to(struct congestion *c, enum congestion_phase phase, uint64_t now)
{
	c->phase = phase;
	c->phase_at = now;
	c->rounds = 0;
}

/* Looking for more is over: what the last cycle has found counts for one more. */
static void turn_down(struct congestion *c, uint64_t now)
{
	if (c->bounds.bandwidth[0] != 0) {
		c->bounds.bandwidth[1] = c->bounds.bandwidth[0];
		c->bounds.bandwidth[0] = 0;
	}
	turn_to(c, CONGESTION_DOWN, now);
}

static void start_again(struct congestion *c, uint64_t now)
{
	end_passing(c);
	c->bounds.lasting = NONE;
	c->cut_lost = c->no_growth = c->stale = c->vain = 0;
	c->full = c->queued = c->shared = c->overflowed = false;
	turn_to(c, CONGESTION_STARTUP, now);
}

struct sent_stamp congestion_sent(struct congestion *c, size_t bytes, uint64_t now)
{
	pacer_sent(&c->pacer, bytes, c->waits, now);
	if (c->in_flight == 0)
		delivery_idle(&c->path, now);
	c->in_flight += bytes;
	c->packet = bytes < LIMIT_PACKET ? c->packet : bytes;
	struct sent_stamp stamp = delivery_sent(&c->path, c->in_flight, now);
	stamp.calm = c->phase == CONGESTION_DOWN && c->rounds > 0;
	stamp.probing = c->phase == CONGESTION_UP;
	return stamp;
}

/* ---- losses ---- */

/* Others fill the queue that we look into. */
static bool contended(const struct congestion *c)
{
	return c->phase == CONGESTION_UP ? c->shared : c->queued && c->phase == CONGESTION_CRUISE;
}

static bool excessive(const struct congestion *c)
{
	const struct delivery_round *r = &c->path.round;
	uint64_t all = max_of(c->path.delivered - r->from + r->lost, r->total);
	uint64_t share = c->full ? delivery_allowed_share(&c->path) : STARTUP_LOSS_SHARE;
	if (contended(c)) /* chance loses no more */
		return r->lost > all * delivery_own_share(&c->path) * 3 / 2000 + c->packet;
	return r->lost > all * share / 1000 + LOSS_PACKETS * c->packet;
}

static void remember(struct congestion *c, uint64_t lost)
{
	c->before = c->bounds;
	c->cut_lost = lost;
	c->spurious = 0;
}

/* More was in flight than the path holds. */
static void cut_lasting(struct congestion *c, uint64_t in_flight)
{
	c->bounds.lasting = max_of(in_flight, percent(window(c, WINDOW), CUT));
}

/* No more than what has just arrived, until the next look for more. */
static void cut_passing(struct congestion *c)
{
	uint64_t held = min_of(c->bounds.passing, c->cwnd);
	uint64_t arrived = c->path.delivered - c->path.round.from;

	c->bounds.passing_rate = max_of(c->path.round.rate, percent(bandwidth(c), CUT));
	c->bounds.passing = max_of(max_of(arrived, percent(held, CUT)), CONGESTION_MIN);
}

/* The rate is so much at most, whatever the packets show that left before. */
static void bound_rate(struct congestion *c, uint64_t rate)
{
	for (unsigned i = 0; i < 2; i++)
		c->bounds.bandwidth[i] = min_of(c->bounds.bandwidth[i], rate);
	c->stale = STALE_ROUNDS;
	c->overflowed = true;
}

static void cut(struct congestion *c, const struct sent_stamp *newest, uint64_t now)
{
	bool looked = newest->probing || c->phase == CONGESTION_UP;
	bool gained = max_of(seen(c), delivery_mean(&c->path)) > percent(c->growth_from, GAIN);

	c->vain = looked && c->shared && !gained ? c->vain % VAIN_LOOKS + 1 : 0;
	remember(c, c->path.round.lost);
	if (c->vain == VAIN_LOOKS || (looked ? c->shared && gained : contended(c))) { /* as CUBIC */
		bound_rate(c, percent(bandwidth(c), GIVE_WAY));
	} else if (looked) {
		cut_lasting(c, newest->in_flight);
		bound_rate(c, c->growth_from); /* the rest was others' */
	} else if (c->phase == CONGESTION_DOWN || c->phase == CONGESTION_CRUISE) {
		cut_passing(c);
	}
	if (c->phase == CONGESTION_UP && newest->probing)
		turn_down(c, now);
}

void congestion_lost(struct congestion *c, const struct congestion_loss *loss, uint64_t now)
{
	delivery_lost(&c->path, loss->bytes, loss->calm);
	if (c->reacted || c->stale > 0 || !excessive(c))
		return;
	c->reacted = true;
	if (c->full && c->phase != CONGESTION_DRAIN && c->phase != CONGESTION_PROBE_RTT)
		cut(c, loss->stamp, now);
}

void congestion_spurious(struct congestion *c, uint64_t bytes, uint64_t calm)
{
	delivery_spurious(&c->path, bytes, calm);
	c->spurious += bytes;
	if (c->cut_lost == 0 || 2 * c->spurious < c->cut_lost)
		return;
	c->bounds = c->before;
	c->cut_lost = c->stale = c->overflowed = 0;
}

/* The path is another one now, or full beyond measure: the startup begins anew, carefully. */
void congestion_persistent(struct congestion *c, uint64_t now)
{
	c->bounds.bandwidth[0] = c->bounds.bandwidth[1] = c->growth_from = 0;
	c->cwnd = CONGESTION_MIN;
	pacer_start(&c->pacer);
	delivery_rtt_seen(&c->path, now);
	start_again(c, now);
}

/* ---- phases ---- */

static bool grown(struct congestion *c, unsigned gain)
{
	if (seen(c) < percent(c->growth_from, gain))
		return false;
	c->growth_from = seen(c);
	return true;
}

/* At the end of a round: does the path give no more? Losses alone do not say so. */
static void end_startup(struct congestion *c, bool starved, uint64_t now)
{
	bool lossy = c->reacted && c->path.round.total > STARTUP_LOSS_MIN;
	bool more = grown(c, GROWTH);

	c->no_growth = more ? 0 : c->no_growth + !starved;
	if (more || starved || (c->no_growth < NO_GROWTH_ROUNDS && !lossy))
		return;
	c->full = true;
	if (lossy) {
		remember(c, c->path.round.total * STARTUP_LOSS_SHARE / 1000);
		cut_lasting(c, c->path.round.total);
	}
	turn_to(c, CONGESTION_DRAIN, now);
}

/* At the end of a round: what was asked for in the one before has been answered. */
static void end_up(struct congestion *c, uint64_t now)
{
	if (c->rounds >= 2 && !grown(c, UP_GROWTH))
		turn_down(c, now);
	else if (c->rounds >= UP_ROUNDS_MAX)
		start_again(c, now);
}

static void end_phase(struct congestion *c, const struct delivery_ack *ack, bool round,
                      uint64_t now)
{
	bool drained = c->in_flight <= pipe(c);

	switch (c->phase) {
	case CONGESTION_STARTUP:
		if (round)
			end_startup(c, ack->stamp->starved, now);
		break;
	case CONGESTION_DRAIN:
		if (drained || c->rounds > DRAIN_ROUNDS_MAX)
			turn_down(c, now);
		break;
	case CONGESTION_DOWN:
		if (c->rounds < 2 || (!drained && now - c->phase_at <= DOWN_US))
			break;
		c->shared = false;
		turn_to(c, CONGESTION_CRUISE, now);
		break;
	case CONGESTION_CRUISE:
		if (!cadence_over(pipe(c) / c->packet, c->overflowed, c->rounds, c->phase_at, now))
			break;
		end_passing(c);
		c->overflowed = false;
		turn_to(c, CONGESTION_REFILL, now);
		break;
	case CONGESTION_REFILL:
		if (c->rounds < 2)
			break;
		c->growth_from = seen(c);
		turn_to(c, CONGESTION_UP, now);
		break;
	case CONGESTION_UP:
		if (c->bounds.lasting <= c->in_flight + ack->bytes + c->packet)
			c->bounds.lasting += ack->bytes / 4; /* it was all in use */
		if (round)
			end_up(c, now);
		break;
	case CONGESTION_PROBE_RTT:
		if (c->rounds < 2 || now - c->phase_at < PROBE_RTT_US)
			break;
		delivery_rtt_seen(&c->path, now);
		turn_to(c, c->full ? CONGESTION_DOWN : CONGESTION_STARTUP, now);
	}
}

static void look_at_path_again(struct congestion *c, const struct delivery_ack *ack, uint64_t now)
{
	if (c->phase == CONGESTION_PROBE_RTT || now - c->path.min_rtt_at < MIN_RTT_US)
		return;
	delivery_forget_rtt(&c->path, ack->sample == 0 ? ack->smoothed : ack->sample);
	turn_to(c, CONGESTION_PROBE_RTT, now);
}

/* ---- what is allowed ---- */

bool congestion_room(const struct congestion *c, size_t bytes)
{
	return c->in_flight + bytes <= c->cwnd;
}

uint64_t congestion_pace_at(const struct congestion *c)
{
	return pacer_at(&c->pacer);
}

static void set_window(struct congestion *c, uint64_t acked)
{
	bool looks = c->phase == CONGESTION_UP || c->phase == CONGESTION_REFILL;
	uint64_t most = min_of(c->bounds.lasting, c->bounds.passing), wanted = c->cwnd + acked;

	if (c->phase == CONGESTION_PROBE_RTT)
		wanted = percent(pipe(c), PROBE_RTT_WINDOW);
	else if (c->full)
		wanted = min_of(wanted, window(c, c->phase == CONGESTION_UP ? UP_WINDOW : WINDOW));
	else if (c->path.delivered > CONGESTION_INITIAL)
		wanted = min_of(wanted, max_of(c->cwnd, window(c, STARTUP_WINDOW)));
	if (c->full && !looks && c->bounds.lasting != NONE)
		most = min_of(most, max_of(percent(c->bounds.lasting, HEADROOM), window(c, 100)));
	c->cwnd = max_of(min_of(wanted, most), CONGESTION_MIN);
}

static unsigned pace(const struct congestion *c)
{
	static const uint16_t paces[] = { STARTUP_PACE, DRAIN_PACE, DOWN_PACE, 100,
		                          100,          UP_PACE,    100 };

	return c->phase == CONGESTION_CRUISE && c->queued ? QUEUED_PACE : paces[c->phase];
}

/* In the startup it never sinks: nothing is known yet. */
static void set_pace(struct congestion *c, uint64_t smoothed, uint64_t now)
{
	uint64_t rate = percent(bandwidth(c), pace(c)), least = c->pacer.rate;

	if (c->phase >= CONGESTION_CRUISE)
		rate = delivery_make_up(&c->path, rate, smoothed);
	if (least == 0) { /* and the window is small after persistent congestion */
		c->cwnd = max_of(c->cwnd, c->cwnd < CONGESTION_INITIAL ? 0 : CONGESTION_PACED);
		least = percent(c->cwnd, STARTUP_PACE) * SECOND / max_of(smoothed, 1);
	}
	if (!c->full)
		rate = max_of(rate, least);
	if (rate != c->pacer.rate)
		pacer_set_rate(&c->pacer, rate, c->waits, now);
}

void congestion_acked(struct congestion *c, const struct delivery_ack *ack, uint64_t now)
{
	uint64_t rate = delivery_acked(&c->path, ack, now), mean = 0;

	/* the highest of many is too high, once there is nothing more to find */
	if (!c->full && (!ack->stamp->starved || rate >= seen(c)))
		c->bounds.bandwidth[0] = max_of(c->bounds.bandwidth[0], rate);
	/* our own queue has run empty by then */
	if ((c->phase == CONGESTION_CRUISE && c->rounds > 1) || c->phase == CONGESTION_REFILL)
		c->shared |= c->queued = delivery_waits(&c->path);
	delivery_heap(&c->path, ack->bytes, seen(c), now);
	bool round = delivery_round_over(&c->path, ack->stamp, &mean);
	mean = round ? min_of(mean, pacer_round(&c->pacer)) : 0;
	if (c->full && c->stale == 0)
		c->bounds.bandwidth[0] = max_of(c->bounds.bandwidth[0], mean);
	c->stale -= round && c->stale > 0;
	c->rounds += round;
	end_phase(c, ack, round, now);
	c->reacted &= !round;
	look_at_path_again(c, ack, now);
	set_window(c, ack->bytes);
	set_pace(c, ack->smoothed, now);
}
