/* rounds: see rounds.h. */
#include "transport/rounds.h"

#define STAGGER_US   (250 * MS) /* RFC 8305 section 5: the next address starts after this */
#define PAUSE_US     (200 * MS) /* before a new round; doubles up to the next */
#define PAUSE_MAX_US (5 * SECOND)

void rounds_init(struct rounds *r, size_t count, struct random *random, uint64_t now)
{
	*r = (struct rounds){ .count = count, .pause_us = PAUSE_US, .random = random };
	rounds_again(r, now);
}

bool rounds_due(const struct rounds *r, uint64_t now)
{
	return r->next_at <= now;
}

uint64_t rounds_deadline(const struct rounds *r)
{
	return r->next_at;
}

size_t rounds_next(const struct rounds *r)
{
	return r->next;
}

void rounds_taken(struct rounds *r, uint64_t now)
{
	r->next++;
	r->next_at = r->next < r->count ? now + STAGGER_US : NEVER;
}

void rounds_postpone(struct rounds *r, uint64_t now)
{
	r->next_at = now + STAGGER_US;
}

void rounds_connected(struct rounds *r)
{
	r->next_at = NEVER;
	r->unreachable = false;
}

void rounds_proved(struct rounds *r)
{
	r->pause_us = PAUSE_US;
}

bool rounds_lost(struct rounds *r, bool attempt, size_t left, uint64_t now)
{
	if (r->count == 0)
		return false;
	if (r->next_at != NEVER) {
		if (r->next > 0)
			r->next_at = min_of(r->next_at, now);
		return false;
	}
	if (left > 0)
		return false;

	bool news = attempt && !r->unreachable;
	r->unreachable |= attempt;
	r->next = 0;
	r->next_at = now + carrier_jitter(r->random, r->pause_us);
	r->pause_us = min_of(2 * r->pause_us, PAUSE_MAX_US);
	return news;
}

void rounds_again(struct rounds *r, uint64_t now)
{
	r->pause_us = PAUSE_US;
	r->next = 0;
	r->next_at = r->count > 0 ? now : NEVER;
}

void rounds_stop(struct rounds *r)
{
	r->count = 0;
	r->next_at = NEVER;
}
