#include "tests/cc/rival.h"

#include <math.h>
#include <string.h>

#include "base/min_max.h"

void rival_start(struct rival *r, uint64_t now)
{
	memset(r, 0, sizeof *r);
	r->on = true;
	r->cwnd = 10;
	r->ssthresh = 1e9;
	r->min_rtt = r->round_min = NEVER;
	r->rto_at = now + SECOND;
}

/* Packets that leave at once: a millisecond's worth at 1.2 times the rate, two at least. They wait
 * until the window has room for all of them. */
static double train(const struct rival *r)
{
	double rate = 1.2 * r->cwnd / (double)max_of(r->smoothed, 1) * MS;

	return fmin(fmax(floor(rate), 2), fmax(r->cwnd / 3, 1));
}

void rival_send(struct rival *r, struct path *p, unsigned flow)
{
	if (r->in_flight + train(r) > r->cwnd)
		return;
	while (r->in_flight + 1 <= r->cwnd && r->next - r->oldest < RIVAL_WINDOW) {
		uint64_t n = r->next++;

		r->sent_at[n % RIVAL_WINDOW] = p->now;
		r->state[n % RIVAL_WINDOW] = 1;
		r->in_flight++;
		path_send(p, RIVAL_SIZE, (struct event){ .flow = flow, .number = n });
	}
}

static void cut(struct rival *r, uint64_t number)
{
	if (number < r->recovery_until)
		return;
	r->recovery_until = r->next;
	r->epoch_at = 0;
	r->window_max = r->cwnd < r->window_max ? r->cwnd * 0.85 : r->cwnd;
	r->ssthresh = r->cwnd = fmax(r->cwnd * 0.7, 2);
}

static void grow(struct rival *r, uint64_t now)
{
	if (r->cwnd < r->ssthresh) {
		r->cwnd += 1;
		return;
	}
	if (r->epoch_at == 0) {
		r->epoch_at = now;
		r->window_max = fmax(r->window_max, r->cwnd);
		r->origin_s = cbrt((r->window_max - r->cwnd) / 0.4);
	}
	double t = (double)(now - r->epoch_at + r->smoothed) / 1e6 - r->origin_s;
	double target = fmin(r->window_max + 0.4 * t * t * t, 1.5 * r->cwnd);
	double elapsed = (double)(now - r->epoch_at) / (double)max_of(r->smoothed, 1);
	double reno = 0.7 * r->window_max + 0.53 * elapsed;
	r->cwnd += fmax((fmax(target, reno) - r->cwnd) / r->cwnd, 0);
}

static void hystart(struct rival *r, uint64_t number, uint64_t sample)
{
	if (number >= r->round_end) {
		r->round_end = r->next;
		r->round_samples = 0;
		r->round_min = NEVER;
	}
	r->round_min = min_of(r->round_min, sample);
	uint64_t more = min_of(max_of(r->min_rtt / 8, 4 * MS), 16 * MS);
	if (++r->round_samples >= 8 && r->cwnd >= 16 && r->round_min > r->min_rtt + more)
		r->ssthresh = fmin(r->ssthresh, r->cwnd);
}

void rival_acked(struct rival *r, uint64_t number, uint64_t now)
{
	uint64_t sample = now - r->sent_at[number % RIVAL_WINDOW];

	r->delivered++;
	if (number < r->oldest || r->state[number % RIVAL_WINDOW] != 1)
		return;
	r->state[number % RIVAL_WINDOW] = 0;
	r->in_flight--;
	r->min_rtt = min_of(r->min_rtt, sample);
	r->smoothed = r->smoothed == 0 ? sample : (7 * r->smoothed + sample) / 8;
	r->rto_at = now + r->smoothed + 200 * MS;
	r->largest = max_of(r->largest, number);
	if (r->cwnd < r->ssthresh)
		hystart(r, number, sample);
	for (; r->oldest < r->next &&
	       (r->state[r->oldest % RIVAL_WINDOW] != 1 || r->oldest + 3 < r->largest);
	     r->oldest++) {
		if (r->state[r->oldest % RIVAL_WINDOW] != 1)
			continue;
		r->state[r->oldest % RIVAL_WINDOW] = 0;
		r->in_flight--;
		cut(r, r->oldest);
	}
	if (number >= r->recovery_until)
		grow(r, now);
}

void rival_timer(struct rival *r, uint64_t now)
{
	if (now < r->rto_at)
		return;
	for (; r->oldest < r->next; r->oldest++)
		r->state[r->oldest % RIVAL_WINDOW] = 0;
	r->in_flight = 0;
	r->ssthresh = fmax(r->cwnd / 2, 2);
	r->cwnd = 1;
	r->epoch_at = 0;
	r->rto_at = now + SECOND;
}
