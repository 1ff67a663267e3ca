#include "endpoint/again.h"

#include <string.h>

#include "base/min_max.h"
#include "session/session_net.h"

#define AGAIN_ASKED_US     SECOND /* a session is not heard for so long, or for three round trips */
#define ROUND_TRIP_US      SECOND /* ... which count as this at most */
#define AGAIN_HOLD_US      SECOND
#define AGAIN_ASK_US       (50 * MS)        /* the session is asked so often meanwhile */
#define AGAIN_LATE_US      (2 * SECOND)     /* after it, or three round trips, an answer is late */
#define AGAIN_LIFE_US      (5 * SECOND / 2) /* of an attempt that nobody answers; doubles up to */
#define AGAIN_LIFE_MAX_US  (10 * SECOND)
#define AGAIN_PAUSE_US     SECOND /* before the next one; doubles up to */
#define AGAIN_PAUSE_MAX_US (8 * SECOND)
#define LONG_US            (30 * SECOND) /* whose session stood so long did want us */

void again_init(struct again *a, bool wanted, bool patient)
{
	*a = (struct again){ .wanted = wanted, .on = wanted && patient, .asked_at = NEVER };
}

void again_stop(struct again *a)
{
	a->wanted = a->on = a->untold = false;
}

/* ---- routes ---- */

static void remove_route(struct again *a, size_t i)
{
	a->count--;
	memmove(&a->routes[i], &a->routes[i + 1], (a->count - i) * sizeof a->routes[0]);
}

void again_route_up(struct again *a, const struct route *route)
{
	for (size_t i = 0; i < a->count; i++) {
		if (route_same(&a->routes[i].route, route))
			return;
	}
	if (a->count == AGAIN_ROUTES)
		remove_route(a, 0);
	a->routes[a->count++] = (struct again_route){ .route = *route };
}

void again_route_down(struct again *a, const struct route *route)
{
	for (size_t i = a->count; i-- > 0;) {
		if (route_takes(route, &a->routes[i].route))
			remove_route(a, i);
	}
}

/* ---- what happens ---- */

static uint64_t doubled(uint64_t us, unsigned times, uint64_t max_us)
{
	return min_of(us << min_of(times, 8), max_us);
}

void again_ask(struct again *a, struct session *session, uint64_t now)
{
	if (a->on && a->asked_at == NEVER)
		session_ping(session);
	a->asked_at = min_of(a->asked_at, now);
}

void again_accepted(struct again *a, uint64_t now)
{
	a->on = a->wanted;
	a->accepted_at = now;
	a->untold = false;
	a->failure = (struct endpoint_event){ .kind = ENDPOINT_PEER };
}

/* The peer was there: it is not asked again at once. */
static void wait_for(struct again *a, uint64_t now)
{
	a->not_before = now + doubled(AGAIN_PAUSE_US, a->refusals, AGAIN_PAUSE_MAX_US);
	a->refusals++;
	for (size_t i = 0; i < a->count; i++)
		a->routes[i].next_at = 0;
}

void again_over(struct again *a, enum err err, bool other, uint64_t now)
{
	if (err == ERR_EXISTS && !other)
		again_stop(a);
	if (now >= a->accepted_at + LONG_US)
		a->refusals = 0;
	a->asked_at = NEVER;
	wait_for(a, now);
}

void again_failed(struct again *a, const struct endpoint_event *why, uint64_t now)
{
	const struct endpoint_event *old = &a->failure;

	if (!a->on)
		return;
	wait_for(a, now);
	a->untold |= old->kind != why->kind || old->reason != why->reason || old->err != why->err;
	a->failure = *why;
	a->failure.again = true;
}

/* ---- looking ---- */

static uint64_t patience(const struct session *session)
{
	struct session_path path = { .rtt_us = 0 };

	(void)session_path(session, &path);
	return max_of(AGAIN_ASKED_US, 3 * min_of(path.rtt_us, ROUND_TRIP_US));
}

bool again_looks(const struct again *a, const struct session *session, uint64_t now)
{
	if (!a->on || session == NULL)
		return a->on;
	if (session_closing(session))
		return false;
	return session_away(session) ||
	       (a->asked_at != NEVER && session_heard_at(session) < a->asked_at &&
	        now >= a->asked_at + patience(session));
}

void again_calm(struct again *a, const struct session *session)
{
	if (session != NULL && session_heard_at(session) >= a->asked_at)
		a->asked_at = NEVER;
	for (size_t i = 0; i < a->count; i++) {
		a->routes[i].next_at = 0;
		a->routes[i].tries = 0;
	}
}

bool again_next(struct again *a, struct route *route, uint64_t *life_us, uint64_t now)
{
	if (now < a->not_before)
		return false;
	for (size_t i = a->count; i-- > 0;) { /* whoever is new is the likeliest */
		struct again_route *r = &a->routes[i];

		if (now < r->next_at)
			continue;
		*route = r->route;
		*life_us = doubled(AGAIN_LIFE_US, r->tries, AGAIN_LIFE_MAX_US);
		r->next_at = now + *life_us + doubled(AGAIN_PAUSE_US, r->tries, AGAIN_PAUSE_MAX_US);
		r->tries++;
		return true;
	}
	return false;
}

bool again_holds(struct again_hold *h, const struct session *session, uint64_t round_trip,
                 uint64_t now)
{
	if (session == NULL)
		return false;
	if (h->until == 0 || now >= h->late_at) {
		h->until = now + max_of(AGAIN_HOLD_US, 3 * min_of(round_trip, ROUND_TRIP_US));
		h->late_at = h->until + max_of(AGAIN_LATE_US, 3 * round_trip);
		h->ask_at = now;
	}
	return now < h->until;
}

void again_hold_timer(struct again_hold *h, struct session *session, const struct route *route,
                      uint64_t now)
{
	if (now < again_hold_deadline(h))
		return;
	h->ask_at = now + AGAIN_ASK_US;
	if (session != NULL) {
		session_ping(session);
		session_route_up(session, route, now);
	}
}

uint64_t again_hold_deadline(const struct again_hold *h)
{
	return h->ask_at < h->until ? h->ask_at : NEVER;
}

bool again_take(struct again *a, struct endpoint_event *event)
{
	if (!a->untold)
		return false;
	*event = a->failure;
	a->untold = false;
	return true;
}

uint64_t again_deadline(const struct again *a, const struct session *session)
{
	uint64_t at = NEVER;

	if (a->untold)
		return 0;
	if (!a->on || (session != NULL && session_closing(session)))
		return NEVER;
	for (size_t i = 0; i < a->count; i++)
		at = min_of(at, max_of(a->routes[i].next_at, a->not_before));
	if (session == NULL || session_away(session))
		return at;
	if (a->asked_at == NEVER || session_heard_at(session) >= a->asked_at)
		return NEVER;
	return max_of(at, a->asked_at + patience(session));
}
