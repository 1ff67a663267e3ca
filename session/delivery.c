#include "session/delivery.h"

#include "base/min_max.h"

#define NONE UINT64_MAX

/* The path's own share of losses, in per mille, at most; how many bytes tell of it, and from how
 * many on it counts. */
enum { CALM_SHARE_MAX = 120, CALM_WINDOW = 2000 * LIMIT_PACKET, CALM_MIN = 100 * LIMIT_PACKET };
/* By chance a round loses more than that: half of it, and at most so much; and losses of so much
 * more are nobody's. */
enum { CHANCE_SHARE_MAX = 20, LOSS_SHARE = 20 };
enum { HEAP_ROUNDS = 5 };
/* A queue: this part of the shortest round trip, and a millisecond. */
enum { QUEUE_DIVISOR = 12 };
#define HEAP_MAX_US   (100 * MS)
#define JITTER_MAX_US (250 * MS)

void delivery_start(struct delivery *d)
{
	*d = (struct delivery){ .min_rtt = NONE, .heaps = { .fastest = { NONE, NONE } } };
}

void delivery_idle(struct delivery *d, uint64_t now)
{
	d->first_sent_at = d->delivered_at = now;
}

struct sent_stamp delivery_sent(struct delivery *d, uint64_t in_flight, uint64_t now)
{
	return (struct sent_stamp){ .delivered = d->delivered,
		                    .since_delivered = (uint32_t)(now - d->delivered_at),
		                    .since_first = (uint32_t)(now - d->first_sent_at),
		                    .in_flight = (uint32_t)min_of(in_flight, UINT32_MAX),
		                    .starved =
		                        d->starved_until != 0 && d->delivered <= d->starved_until };
}

void delivery_starved(struct delivery *d, uint64_t in_flight)
{
	d->starved_until = max_of(d->delivered + in_flight, 1);
}

/* ---- round trips ---- */

static void measure_round_trip(struct delivery *d, const struct delivery_ack *ack, uint64_t now)
{
	uint64_t jitter = max_of(2 * min_of(ack->variation, JITTER_MAX_US / 2), ack->reorder);

	if (ack->sample == 0)
		return;
	/* a queue that runs empty by itself shows the path as it is; the rest is noise */
	if (d->min_rtt == NONE || ack->sample <= d->min_rtt + d->min_rtt / 8 + jitter / 2)
		d->min_rtt_at = now;
	d->min_rtt = min_of(d->min_rtt, ack->sample);
	d->reorder = ack->reorder;
	d->delay = d->min_rtt + jitter;
	d->heaps.fastest[0] = min_of(d->heaps.fastest[0], ack->sample);
}

void delivery_forget_rtt(struct delivery *d, uint64_t rtt)
{
	d->min_rtt = rtt;
}

void delivery_rtt_seen(struct delivery *d, uint64_t now)
{
	d->min_rtt_at = now;
}

bool delivery_waits(const struct delivery *d)
{
	uint64_t fastest = min_of(d->heaps.fastest[0], d->heaps.fastest[1]);

	return d->min_rtt != NONE && fastest > d->min_rtt + d->min_rtt / QUEUE_DIVISOR + MS;
}

/* ---- rates ---- */

/* As fast as packets left or as they arrived, whichever is slower. */
static uint64_t measure_rate(struct delivery *d, const struct delivery_ack *ack, uint64_t now)
{
	const struct sent_stamp *stamp = ack->stamp;
	uint64_t arriving = now - (ack->sent_at - stamp->since_delivered);
	uint64_t interval = max_of(arriving, stamp->since_first);

	if (interval == 0 || interval < d->min_rtt)
		return 0;
	uint64_t rate = (d->delivered - stamp->delivered) * SECOND / interval;
	d->round.rate = max_of(d->round.rate, rate);
	d->round.rates += stamp->starved ? 0 : rate;
	d->round.rates_count += !stamp->starved;
	return rate;
}

uint64_t delivery_acked(struct delivery *d, const struct delivery_ack *ack, uint64_t now)
{
	d->delivered += ack->bytes;
	d->delivered_at = now;
	d->first_sent_at = ack->sent_at;
	d->calm_acked += ack->calm;
	if (d->calm_acked + d->calm_lost > CALM_WINDOW) {
		d->calm_acked /= 2;
		d->calm_lost /= 2;
	}
	measure_round_trip(d, ack, now);
	return measure_rate(d, ack, now);
}

void delivery_heap(struct delivery *d, uint64_t bytes, uint64_t rate, uint64_t now)
{
	struct delivery_heaps *h = &d->heaps;
	uint64_t expected = rate * min_of(now - h->since, SECOND) / SECOND;

	if (h->acked <= expected) {
		h->since = now;
		h->acked = expected = 0;
	}
	h->acked += bytes;
	uint64_t extra = min_of(h->acked - expected, rate * HEAP_MAX_US / SECOND);
	h->most[0] = max_of(h->most[0], extra);
}

uint64_t delivery_heap_most(const struct delivery *d)
{
	return max_of(d->heaps.most[0], d->heaps.most[1]);
}

static void age_heaps(struct delivery_heaps *h)
{
	if (++h->rounds < HEAP_ROUNDS)
		return;
	h->rounds = 0;
	h->acked = 0;
	h->most[1] = h->most[0];
	h->most[0] = 0;
	h->fastest[1] = h->fastest[0];
	h->fastest[0] = NONE;
}

uint64_t delivery_mean(const struct delivery *d)
{
	const struct delivery_round *r = &d->round;

	return r->rates_count == 0 ? 0 : r->rates / r->rates_count;
}

bool delivery_round_over(struct delivery *d, const struct sent_stamp *stamp, uint64_t *mean)
{
	struct delivery_round *r = &d->round;

	if (stamp->delivered < r->end)
		return false;
	uint64_t took = max_of(d->delivered_at - r->began, 1);
	/* where packets leave in bursts, most samples end before theirs has arrived */
	uint64_t whole = min_of((d->delivered - r->from) * SECOND / took, r->rate);
	*mean = r->rates_count == 0 ? 0 : max_of(delivery_mean(d), whole * 3 / 4);
	*r = (struct delivery_round){ .from = d->delivered,
		                      .began = d->delivered_at,
		                      .end = d->delivered,
		                      .total = d->delivered - r->from + r->lost };
	age_heaps(&d->heaps);
	return true;
}

/* ---- losses ---- */

void delivery_lost(struct delivery *d, uint64_t bytes, uint64_t calm)
{
	d->round.lost += bytes;
	d->calm_lost += calm;
}

void delivery_spurious(struct delivery *d, uint64_t bytes, uint64_t calm)
{
	d->round.lost -= min_of(d->round.lost, bytes);
	d->calm_lost -= min_of(d->calm_lost, calm);
}

uint64_t delivery_own_share(const struct delivery *d)
{
	uint64_t all = d->calm_acked + d->calm_lost;

	return all < CALM_MIN ? 0 : min_of(d->calm_lost * 1000 / all, CALM_SHARE_MAX);
}

uint64_t delivery_allowed_share(const struct delivery *d)
{
	uint64_t own = delivery_own_share(d);

	return own + min_of(own / 2, CHANCE_SHARE_MAX) + LOSS_SHARE;
}

/* With nothing on top, each round would deliver less than the one before. With all of it, a share
 * that was measured too high would build a queue. */
uint64_t delivery_make_up(const struct delivery *d, uint64_t rate, uint64_t smoothed)
{
	if (smoothed >= d->delay + d->min_rtt / QUEUE_DIVISOR)
		return rate;
	return rate * 1000 / (1000 - delivery_own_share(d) * 3 / 4);
}
