/* roster: see roster.h. */
#include "endpoint/roster.h"

#include <string.h>

#include "base/assert.h"
#include "base/min_max.h"

void roster_init(struct roster *r, const struct session_config *session, enum mode mode)
{
	*r = (struct roster){ .session = *session, .mode = mode };
}

void roster_free(struct roster *r)
{
	for (int i = 0; i < ROSTER_PLACES; i++)
		roster_remove(r, i);
}

void roster_remove(struct roster *r, int place)
{
	peer_free(r->at[place]);
	r->at[place] = NULL;
}

/* ---- who is there ---- */

struct peer *roster_at(const struct roster *r, int place)
{
	assert(place >= 0);
	assert(place < ROSTER_PLACES);
	return r->at[place];
}

int roster_of_handshake(const struct roster *r, const uint8_t id[static CONNECTION_ID])
{
	for (int i = 0; i < ROSTER_PLACES; i++) {
		if (r->at[i] != NULL && memcmp(peer_about(r->at[i])->id, id, CONNECTION_ID) == 0)
			return i;
	}
	return -1;
}

int roster_of_session(const struct roster *r, const uint8_t id[static CONNECTION_ID])
{
	for (int i = 0; i < ROSTER_PLACES; i++) {
		struct session *s = r->at[i] != NULL ? peer_session(r->at[i]) : NULL;

		if (s != NULL && session_owns(s, id))
			return i;
	}
	return -1;
}

bool roster_has_route(const struct roster *r, const struct route *route)
{
	for (int i = 0; i < ROSTER_PLACES; i++) {
		if (r->at[i] != NULL && peer_has_route(r->at[i], route))
			return true;
	}
	return false;
}

unsigned roster_in(const struct roster *r, enum peer_state state)
{
	unsigned count = 0;

	for (int i = 0; i < ROSTER_PLACES; i++)
		count += r->at[i] != NULL && peer_about(r->at[i])->state == state;
	return count;
}

/* ---- who gets a place ---- */

static int place_for(const struct roster *r, const struct source *source, bool known)
{
	struct place places[ROSTER_PLACES];
	int holders[ROSTER_PLACES], unused = -1;
	size_t count = 0, knocking = 0, strangers = 0;

	for (int i = 0; i < ROSTER_PLACES; i++) {
		const struct peer *p = r->at[i];

		if (p == NULL) {
			unused = i;
			continue;
		}
		bool knocks = peer_about(p)->state == PEER_SHAKING || peer_is_comparing(p);
		bool closing = peer_about(p)->state == PEER_CLOSING;
		knocking += knocks;
		strangers += knocks && !peer_about(p)->known;
		if ((!knocks && !closing) || (peer_about(p)->known && !known))
			continue;
		holders[count] = i;
		places[count++] = (struct place){ .source = peer_about(p)->source,
			                          .known = peer_about(p)->known || closing,
			                          .spoke = true,
			                          .since = peer_about(p)->since };
	}
	if (unused >= 0 && knocking < LIMIT_HALF_OPEN && (known || strangers + 1 < LIMIT_HALF_OPEN))
		return unused;
	int loser = source_loser(places, count, source);
	return loser < 0 ? -1 : holders[loser];
}

int roster_settle(struct roster *r, struct handshake *h, bool known, bool pairing, uint64_t now)
{
	struct source source = source_of_route(handshake_route(h));
	int place = place_for(r, &source, known);

	if (place < 0) {
		handshake_free(h);
		return -1;
	}
	roster_remove(r, place);
	r->at[place] = peer_new(h, known, pairing, now);
	return r->at[place] != NULL ? place : -1;
}

/* ---- sessions ---- */

static void offer(const struct roster *r, struct peer *p)
{
	if (!r->session.relay_only)
		session_candidates(peer_session(p), &r->candidates);
}

enum err roster_prove(struct roster *r, int place, uint64_t now)
{
	enum err err = peer_prove(r->at[place], &r->session, r->mode, now);

	if (err != OK && err != ERR_VERSION)
		return err;
	r->other_mode |= err == ERR_VERSION;
	offer(r, r->at[place]);
	return OK;
}

const char *roster_take_other_mode(struct roster *r)
{
	if (!r->other_mode)
		return NULL;
	r->other_mode = false;
	return r->mode == MODE_PIPE ? "only this side uses --pipe"
	                            : "only the other side uses --pipe";
}

void roster_candidates(struct roster *r, const struct candidates *candidates)
{
	r->candidates = *candidates;
	for (int i = 0; i < ROSTER_PLACES; i++) {
		if (r->at[i] != NULL && peer_session(r->at[i]) != NULL)
			offer(r, r->at[i]);
	}
}

void roster_no_relay(struct roster *r)
{
	r->session.no_relay = true;
}

void roster_blocked(struct roster *r, uint16_t link, bool blocked)
{
	for (int i = 0; i < ROSTER_PLACES; i++) {
		struct session *s = r->at[i] != NULL ? peer_session(r->at[i]) : NULL;

		if (s != NULL)
			session_route_blocked(s, link, blocked);
	}
}

/* ---- time and packets ---- */

enum peer_news roster_timer(struct roster *r, int place, uint64_t now)
{
	return peer_timer(r->at[place], r->session.no_relay, now);
}

size_t roster_output(struct roster *r, struct route *to, uint8_t *packet, uint64_t now)
{
	for (unsigned i = 0; i < ROSTER_PLACES; i++) {
		unsigned place = (r->turn + i) % ROSTER_PLACES;
		size_t len = r->at[place] != NULL ? peer_output(r->at[place], to, packet, now) : 0;

		if (len > 0) {
			r->turn = place;
			return len;
		}
	}
	r->turn = (r->turn + 1) % ROSTER_PLACES;
	return 0;
}

uint64_t roster_deadline(const struct roster *r)
{
	uint64_t at = NEVER;

	for (int i = 0; i < ROSTER_PLACES; i++) {
		if (r->at[i] != NULL)
			at = min_of(at, peer_deadline(r->at[i]));
	}
	return at;
}
