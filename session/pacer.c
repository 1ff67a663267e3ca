#include "session/pacer.h"

#include "base/min_max.h"

void pacer_start(struct pacer *p)
{
	*p = (struct pacer){ .credit = PACER_BURST };
}

static uint64_t worth(const struct pacer *p, uint64_t us)
{
	return p->rate * us / SECOND;
}

static int64_t credit(const struct pacer *p, bool waits, uint64_t now)
{
	if (p->rate == 0)
		return PACER_BURST;
	int64_t burst = (int64_t)max_of(PACER_BURST, worth(p, waits ? PACER_LATE_US : MS));
	uint64_t elapsed = min_of(now - p->counted_at, SECOND); /* so that the product fits */
	int64_t filled = p->credit + (int64_t)worth(p, elapsed);

	return filled < burst ? filled : burst;
}

void pacer_sent(struct pacer *p, size_t bytes, bool waits, uint64_t now)
{
	p->credit = credit(p, waits, now) - (int64_t)bytes;
	p->counted_at = now;
}

void pacer_set_rate(struct pacer *p, uint64_t rate, bool waits, uint64_t now)
{
	p->credit = credit(p, waits, now);
	p->counted_at = now;
	p->rate = max_of(rate, 1);
	p->most[0] = max_of(p->most[0], p->rate);
}

uint64_t pacer_round(struct pacer *p)
{
	uint64_t most = max_of(p->most[0], p->most[1]);

	p->most[1] = p->most[0];
	p->most[0] = p->rate;
	return most;
}

uint64_t pacer_train(const struct pacer *p)
{
	return max_of(min_of(worth(p, MS), PACER_TRAIN), 2 * LIMIT_PACKET);
}

/* An empty bucket is left alone until it holds a train worth a wake-up. */
uint64_t pacer_at(const struct pacer *p)
{
	if (p->rate == 0 || p->credit >= LIMIT_PACKET)
		return 0;
	uint64_t missing = (uint64_t)((int64_t)pacer_train(p) - p->credit);
	return p->counted_at + (missing * SECOND + p->rate - 1) / p->rate;
}
