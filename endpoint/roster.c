#include "endpoint/roster.h"

#include <string.h>

#include "base/min_max.h"

void roster_init(struct roster *r, const struct session_config *session, enum mode mode,
                 unsigned peers)
{
	*r = (struct roster){ .session = *session,
		              .mode = mode,
		              .peers = peers,
		              .places = LIMIT_HALF_OPEN + peers + 1 };
}

void roster_free(struct roster *r)
{
	struct peer *p;

	for (int i = 0; (p = roster_next(r, &i)) != NULL;)
		roster_remove(r, p);
}

void roster_remove(struct roster *r, struct peer *p)
{
	r->at[p->place] = NULL;
	while (r->end > 0 && r->at[r->end - 1] == NULL)
		r->end--;
	peer_free(p);
}

/* ---- who is there ---- */

struct peer *roster_next(const struct roster *r, int *i)
{
	while (*i < (int)r->end) {
		struct peer *p = r->at[(*i)++];

		if (p != NULL)
			return p;
	}
	return NULL;
}

struct peer *roster_of_handshake(const struct roster *r, const uint8_t id[static CONNECTION_ID])
{
	struct peer *p;

	for (int i = 0; (p = roster_next(r, &i)) != NULL;) {
		if (memcmp(p->shake.id, id, CONNECTION_ID) == 0)
			break;
	}
	return p;
}

struct peer *roster_of_session(const struct roster *r, const uint8_t id[static CONNECTION_ID])
{
	struct peer *p;

	for (int i = 0; (p = roster_next(r, &i)) != NULL;) {
		if (p->session != NULL && session_owns(p->session, id))
			break;
	}
	return p;
}

struct peer *roster_find(const struct roster *r, enum peer_state state)
{
	for (unsigned i = 0; i < r->end; i++) {
		if (r->at[i] != NULL && r->at[i]->state == state)
			return r->at[i];
	}
	return NULL;
}

struct session *roster_session(const struct roster *r, unsigned number)
{
	struct peer *p;

	for (int i = 0; (p = roster_next(r, &i)) != NULL;) {
		if (p->state == PEER_ACCEPTED && (number == 0 || p->number == number))
			return p->session;
	}
	return NULL;
}

/* An accepted peer other than p, with the same key, whose place it takes. Where a port is
 * forwarded, a pipe takes nobody's place: it is one connection of several. */
static struct peer *same(const struct roster *r, const struct peer *p)
{
	const struct public_key *key = session_peer(p->session);
	struct peer *other;

	for (int i = 0; (other = roster_next(r, &i)) != NULL;) {
		if (other != p && other->state == PEER_ACCEPTED && key->type != KEY_NONE &&
		    public_key_equal(session_peer(other->session), key) &&
		    !(r->mode == MODE_FORWARD &&
		      (p->mode == MODE_PIPE || other->mode == MODE_PIPE)))
			break;
	}
	return other;
}

static bool is_missed_less(const struct peer *p, const struct peer *than)
{
	bool away = session_away(p->session);

	if (away != session_away(than->session))
		return away;
	return session_heard_at(p->session) < session_heard_at(than->session);
}

struct peer *roster_gives_way(const struct roster *r)
{
	const struct peer *asked = roster_find(r, PEER_ASKED);
	struct peer *p, *worst = asked != NULL ? same(r, asked) : NULL;
	unsigned accepted = 0;

	if (worst != NULL)
		return worst;
	for (int i = 0; (p = roster_next(r, &i)) != NULL;) {
		if (p->state != PEER_ACCEPTED)
			continue;
		accepted++;
		if (worst == NULL || is_missed_less(p, worst))
			worst = p;
	}
	return accepted < r->peers ? NULL : worst;
}

bool roster_has_route(const struct roster *r, const struct route *route, const struct peer *but)
{
	struct peer *p;

	for (int i = 0; (p = roster_next(r, &i)) != NULL;) {
		if (p != but && p->session != NULL && session_has_route(p->session, route))
			return true;
	}
	return false;
}

/* ---- who gets a place ---- */

/* -1: nobody. */
static int place_for(const struct roster *r, const struct peer *newcomer)
{
	struct place places[ROSTER_PLACES] = { { .known = false } };
	size_t knocking = 0, strangers = 0, accepted = 0;
	int unused = -1;

	for (int i = 0; i < (int)r->places; i++) {
		const struct peer *p = r->at[i];

		if (p == NULL) {
			unused = unused < 0 ? i : unused;
			continue;
		}
		bool knocks = p->state == PEER_SHAKING || peer_is_comparing(p);
		bool closing = p->state == PEER_CLOSING;
		accepted += p->state == PEER_ACCEPTED;
		knocking += knocks;
		strangers += knocks && !p->known;
		if ((knocks || closing) && (!p->known || newcomer->known))
			places[i] = (struct place){ .source = p->source,
				                    .known = p->known || closing,
				                    .spoke = true,
				                    .since = p->since };
	}
	size_t most = LIMIT_HALF_OPEN;
	if (newcomer->known)
		most += r->peers - min_of(accepted + 1, r->peers);
	if (unused >= 0 && knocking < most && (newcomer->known || strangers + 1 < LIMIT_HALF_OPEN))
		return unused;
	return source_loser(places, r->places, &newcomer->source);
}

bool roster_settle(struct roster *r, struct peer *p)
{
	int place = place_for(r, p);

	if (place < 0) {
		peer_free(p);
		return false;
	}
	peer_free(r->at[place]);
	r->at[place] = p;
	if (r->end <= (unsigned)place)
		r->end = (unsigned)place + 1;
	p->place = place;
	p->number = ++r->last;
	return true;
}

/* ---- sessions ---- */

static void offer(const struct roster *r, struct peer *p)
{
	if (r->session.punching != PUNCHING_NONE)
		session_candidates(p->session, &r->candidates);
}

static void note_other_mode(struct roster *r, const struct peer *p)
{
	r->other_mode = endpoint_event_failed(
	    ERR_VERSION, p->mode == MODE_FORWARD   ? "only the peer forwards a port"
			 : r->mode == MODE_FORWARD ? "only this side forwards a port"
			 : r->mode == MODE_PIPE    ? "only this side uses --pipe"
						   : "only the peer uses --pipe");
	r->other_mode.key = *session_peer(p->session);
	r->other_mode.trust = p->trust;
	r->other_mode.suite = (enum suite)p->suite;
}

bool roster_take_other_mode(struct roster *r, struct endpoint_event *event)
{
	if (r->other_mode.err == OK)
		return false;
	*event = r->other_mode;
	r->other_mode = (struct endpoint_event){ .err = OK };
	return true;
}

enum err roster_prove(struct roster *r, struct peer *p, uint64_t now)
{
	enum err err = peer_prove(p, &r->session, r->mode, now);

	if (err != OK && err != ERR_VERSION)
		return err;
	if (err == ERR_VERSION)
		note_other_mode(r, p);
	offer(r, p);
	return OK;
}

void roster_candidates(struct roster *r, const struct candidates *candidates)
{
	struct peer *p;

	r->candidates = *candidates;
	for (int i = 0; (p = roster_next(r, &i)) != NULL;) {
		if (p->session != NULL)
			offer(r, p);
	}
}

void roster_no_relay(struct roster *r, bool no_relay)
{
	r->session.no_relay = no_relay;
}

void roster_blocked(struct roster *r, uint16_t link, bool blocked)
{
	struct peer *p;

	for (int i = 0; (p = roster_next(r, &i)) != NULL;) {
		if (p->session != NULL)
			session_route_blocked(p->session, link, blocked);
	}
}

bool roster_has_news(const struct roster *r)
{
	struct peer *p;
	bool any = r->other_mode.err != OK;

	for (int i = 0; !any && (p = roster_next(r, &i)) != NULL;)
		any = peer_has_news(p);
	return any;
}

/* Of the first peer in that state that has any. */
static struct peer *take_from(struct roster *r, enum peer_state state, struct endpoint_event *event)
{
	struct peer *p;

	for (int i = 0; (p = roster_next(r, &i)) != NULL;) {
		if (p->state != state || !peer_take(p, event))
			continue;
		event->peer = p->number;
		break;
	}
	return p;
}

bool roster_take(struct roster *r, struct endpoint_event *event)
{
	if (roster_take_other_mode(r, event) || take_from(r, PEER_ACCEPTED, event) != NULL)
		return true;
	if (roster_find(r, PEER_ASKED) != NULL)
		return false;
	const struct peer *p = take_from(r, PEER_PROVED, event);
	if (p != NULL)
		event->replaces = same(r, p) != NULL;
	return p != NULL;
}

/* ---- time and packets ---- */

size_t roster_output(struct roster *r, struct route *to, uint8_t *packet, uint64_t now)
{
	for (unsigned i = 1; i <= r->end; i++) {
		unsigned place = (r->turn + i) % r->end;
		size_t len = r->at[place] != NULL ? peer_output(r->at[place], to, packet, now) : 0;

		if (len > 0) {
			r->turn = place;
			return len;
		}
	}
	return 0;
}

size_t roster_more(struct roster *r, uint8_t *packet, size_t size, uint64_t now)
{
	struct peer *p = r->at[r->turn];

	return p != NULL ? peer_more(p, packet, size, now) : 0;
}

uint64_t roster_deadline(const struct roster *r)
{
	uint64_t at = NEVER;
	struct peer *p;

	for (int i = 0; (p = roster_next(r, &i)) != NULL;)
		at = min_of(at, peer_deadline(p));
	return at;
}

void roster_link(struct roster *r, const struct link_event *event)
{
	struct peer *p;

	for (int i = 0; (p = roster_next(r, &i)) != NULL;) {
		if (p->session != NULL && event->state == LINK_REJECTED)
			session_rejected(p->session, event);
	}
}

void roster_network(struct roster *r, uint64_t now)
{
	struct peer *p;

	for (int i = 0; (p = roster_next(r, &i)) != NULL;) {
		if (p->state == PEER_ACCEPTED)
			session_network(p->session, now);
	}
}
