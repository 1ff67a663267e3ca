#include "session/liveness.h"

#include "base/limits.h"
#include "base/min_max.h"

#define AWAY_US     (3 * SECOND) /* asked and unanswered for this long: the peer is away */
#define PING_MIN_US (SECOND / 2)
/* Where that need not keep NATs awake, the peer is asked after half the time in which nothing was
 * said: by the initiator, as a rule, and then the responder need not. */
#define ASK_TURN_US (5 * SECOND)
/* Who only hears does not know that nothing arrives of what it says: after so many packets in a
 * row it asks, like one that has NATs to keep awake. */
enum { HEARD_MAX = 8 };

void liveness_init(struct liveness *l, uint64_t silence_us, uint64_t now)
{
	*l = (struct liveness){ .silence_us = silence_us,
		                .interval_us = LIMIT_KEEPALIVE_US,
		                .heard_at = now,
		                .sent_at = now,
		                .said_at = now,
		                .ping_due = true };
}

void liveness_heard(struct liveness *l, uint64_t now)
{
	l->heard = now < l->heard_at + LIMIT_KEEPALIVE_US ? l->heard + 1 : 0;
	l->heard_at = now;
	l->away = false;
}

void liveness_asked(struct liveness *l, uint64_t now)
{
	if (l->asked_at == 0)
		l->asked_at = now;
	l->sent_at = now;
	l->heard = 0;
	l->ping_due = false;
}

void liveness_ping(struct liveness *l)
{
	l->ping_due = true;
}

void liveness_said(struct liveness *l, uint64_t now)
{
	l->said_at = now;
}

void liveness_keep(struct liveness *l, uint64_t interval_us, bool awake, bool initiator)
{
	l->interval_us = interval_us;
	l->awake = awake;
	l->turn_us = initiator ? 0 : ASK_TURN_US;
}

void liveness_limit(struct liveness *l, uint64_t silence_us)
{
	l->silence_us = min_of(l->silence_us, silence_us);
}

/* A third of the silence that is allowed, within bounds. */
static uint64_t next_ping_at(const struct liveness *l)
{
	uint64_t interval = l->interval_us, since = min_of(l->heard_at, l->sent_at);

	if (l->awake) {
		since = l->heard_at;
		interval = max_of(since, l->said_at) - l->said_at;
		interval =
		    min_of(max_of(interval / 2, LIMIT_KEEPALIVE_US), l->interval_us) + l->turn_us;
	}
	since += min_of(max_of(l->silence_us / 3, PING_MIN_US), interval);
	return l->heard < HEARD_MAX ? since : min_of(since, l->sent_at + LIMIT_KEEPALIVE_US);
}

static uint64_t away_at(const struct liveness *l)
{
	return max_of(l->asked_at, l->heard_at) + AWAY_US;
}

static uint64_t cut_at(const struct liveness *l)
{
	return l->silence_us == NEVER ? NEVER : l->heard_at + l->silence_us;
}

bool liveness_timer(struct liveness *l, bool idle, bool path, uint64_t now)
{
	uint64_t away = away_at(l);

	if (idle && path)
		l->asked_at = 0;
	if (!path && l->asked_at == 0)
		l->asked_at = now;
	if ((!idle || !path) && now >= away && l->asked_at != 0)
		l->away = true;
	if (now >= cut_at(l))
		return false;
	if (idle && now >= next_ping_at(l))
		l->ping_due = true;
	return true;
}

uint64_t liveness_deadline(const struct liveness *l, bool idle, bool path)
{
	uint64_t at = cut_at(l);

	if (idle && path && !l->ping_due)
		at = min_of(at, next_ping_at(l));
	return l->asked_at == 0 || l->away ? at : min_of(at, away_at(l));
}
