#include "endpoint/order.h"

#include "base/min_max.h"

#define ROUND_TRIP_MAX_US SECOND       /* three round trips of this at most are waited for */
#define HOPE_US           (5 * SECOND) /* who has not answered yet delays no report */

bool order_is_silent(const struct peer *p)
{
	return p->state == PEER_SHAKING && !handshake_is_answered(&p->shake);
}

bool order_is_proved(const struct peer *p)
{
	return p->state == PEER_PROVED || p->state == PEER_ASKED;
}

bool order_is_busy(const struct roster *r)
{
	const struct peer *p;

	for (int i = 0; (p = roster_next(r, &i)) != NULL;) {
		if (p->state == PEER_SHAKING || order_is_proved(p))
			return true;
	}
	return false;
}

bool order_has_turn(const struct roster *r, const struct credentials *c, const struct peer *p,
                    uint64_t now)
{
	bool one_host = credentials_one_host(c);
	const struct peer *other;

	if (!order_is_silent(p))
		return true;
	for (int i = 0; one_host && (other = roster_next(r, &i)) != NULL;) {
		if (order_is_proved(other) && !peer_is_unconfirmed(other))
			return false;
	}
	return now >= p->shake.waits_until;
}

struct peer *order_older(const struct roster *r, const struct credentials *c, const struct peer *p)
{
	struct peer *other = NULL;

	for (int i = 0; credentials_one_host(c) && (other = roster_next(r, &i)) != NULL;) {
		if (other != p && peer_is_unconfirmed(other))
			break;
	}
	return other;
}

const struct session *order_first_word(const struct roster *r, const struct credentials *c,
                                       const struct peer *p)
{
	const struct session *accepted = roster_session(r, 0);
	const struct peer *older = accepted == NULL ? order_older(r, c, p) : NULL;

	if (older == NULL || !route_same(&older->shake.route, &p->shake.route))
		return accepted;
	return older->session;
}

uint64_t order_asked_until(const struct roster *r, const struct route *route,
                           const struct peer *but)
{
	uint64_t until = 0;
	const struct peer *p;

	for (int i = 0; (p = roster_next(r, &i)) != NULL;) {
		if (p == but || p->state != PEER_SHAKING || !route_same(&p->shake.route, route))
			continue;
		until = max_of(until,
		               order_is_silent(p) ? NEVER : p->shake.progress_at + ORDER_FRESH_US);
	}
	return until;
}

uint64_t order_fails_at(const struct peer *p, uint64_t life_us, uint64_t held_until)
{
	uint64_t since = p->shake.progress_at;

	if (p->state != PEER_SHAKING && !peer_is_unconfirmed(p))
		return NEVER;
	if (!order_is_silent(p))
		return since + LIMIT_HANDSHAKE_US;
	if (held_until != 0)
		return held_until + ORDER_FRESH_US;
	return life_us == NEVER ? NEVER : max_of(since, p->shake.waits_until) + life_us;
}

uint64_t order_renews_at(const struct roster *r, const struct credentials *c, const struct peer *p,
                         uint64_t renewed_at)
{
	uint64_t since = max_of(p->shake.progress_at, renewed_at);

	if (!credentials_one_host(c) || c->keying.code != NULL || order_is_silent(p) ||
	    order_fails_at(p, NEVER, 0) == NEVER || p->shake.route.kind == NULL)
		return NEVER;
	return max_of(since + ORDER_FRESH_US, order_asked_until(r, &p->shake.route, p));
}

void order_rest_others(const struct roster *r, const struct peer *one, uint64_t round_trip,
                       uint64_t now)
{
	uint64_t pause = max_of(ORDER_REST_US, 3 * min_of(round_trip, ROUND_TRIP_MAX_US));
	struct peer *p;

	for (int i = 0; (p = roster_next(r, &i)) != NULL;) {
		if (p != one && order_is_silent(p))
			handshake_wait(&p->shake, now + pause);
	}
}

void order_wake(const struct roster *r, uint64_t now)
{
	struct peer *best = NULL, *p;

	for (int i = 0; (p = roster_next(r, &i)) != NULL;) {
		uint64_t until = p->shake.waits_until;

		if (order_is_silent(p) && until > now &&
		    (best == NULL || until < best->shake.waits_until))
			best = p;
	}
	if (best != NULL)
		handshake_wait(&best->shake, now);
}

uint64_t order_hope(const struct roster *r)
{
	uint64_t at = 0;
	struct peer *p;

	for (int i = 0; (p = roster_next(r, &i)) != NULL;) {
		if (order_is_proved(p) || (p->state == PEER_SHAKING && !order_is_silent(p)))
			return NEVER;
		if (order_is_silent(p))
			at = max_of(at, max_of(p->since, p->shake.waits_until) + HOPE_US);
	}
	return at;
}
