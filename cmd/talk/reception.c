#include "cmd/talk/reception.h"

#include <string.h>

#include "base/min_max.h"
#include "base/text.h"
#include "endpoint/roster.h"
#include "session/session_net.h"

enum meeting_state reception_state(struct endpoint *endpoint, const struct company *c)
{
	const struct peer *loser = roster_gives_way(endpoint_roster(endpoint));
	bool here = c->speech.open > 0 || endpoint_session(endpoint, 0);
	if (loser == NULL)
		return !here ? MEETING_FREE : c->io->peers > 1 ? MEETING_ROOM : MEETING_TALKING;
	if (!company_talks_with(c, loser->number))
		return MEETING_BUSY;
	return session_away(loser->session) ? MEETING_AWAY : MEETING_TALKING;
}

static bool is_taken(const struct company *c, const char *name)
{
	const struct dialogue *d;
	for (int i = 0; (d = company_talking(c, &i)) != NULL;)
		if (strcmp(d->peer.name, name) == 0)
			return true;
	return false;
}

/* Contacts have names of their own; those who could not be saved may have the same. */
static struct meeting_peer with_own_name(const struct company *c, const struct meeting_peer *peer)
{
	struct meeting_peer p = *peer;
	for (unsigned n = 2; n <= LIMIT_PEERS + 1 && is_taken(c, p.name); n++) {
		struct text t = text_of(p.name, sizeof p.name - 3);
		text_add(&t, peer->name);
		t.cap = sizeof p.name;
		t.cut = false;
		text_add_format(&t, "-%u", n);
	}
	return p;
}

/* Where a port is forwarded, a peer may have several pipes. It leaves a place to each contact who
 * may come and has none, but of half the places at most. loser: one that gives way. */
static bool takes_another(const struct company *c, const struct meeting_peer *peer, bool loser)
{
	unsigned here = 0, again = 0, max = c->io->peers;
	bool has_one = false;
	for (unsigned i = 0; i < c->end; i++) {
		const struct dialogue *d = c->dialogues[i], *first = NULL;
		for (unsigned k = 0; d != NULL && first == NULL; k++)
			if (c->dialogues[k] != NULL &&
			    strcmp(c->dialogues[k]->peer.fingerprint, d->peer.fingerprint) == 0)
				first = c->dialogues[k];
		here += d != NULL;
		again += first != d;
		has_one |= d != NULL && strcmp(d->peer.fingerprint, peer->fingerprint) == 0;
	}
	size_t may_come = c->plan->options->allow.count, came = here - again,
	       absent = may_come - min_of(may_come, came);
	return has_one && here - loser + min_of(absent, max / 2) >= max;
}

void reception_let_in(struct endpoint *endpoint, struct company *c, const struct meeting_peer *peer,
                      uint64_t now)
{
	const struct roster *roster = endpoint_roster(endpoint);
	const struct peer *loser = roster_gives_way(roster),
			  *fresh = roster_find(roster, PEER_ASKED);
	if (fresh->mode == MODE_PIPE && plan_forwards(c->plan) &&
	    takes_another(c, peer, loser != NULL)) {
		endpoint_refuse(endpoint, CLOSE_BUSY, span_text("no place is left"));
		return;
	}
	if (loser)
		company_replaced(c, loser->number, peer);
	struct meeting_peer named = with_own_name(c, peer);
	named.pipe = fresh->mode == MODE_PIPE;
	if (company_admit(c, fresh->number, &named))
		endpoint_accept(endpoint, now);
	else
		endpoint_refuse(endpoint, CLOSE_BUSY, span_text("out of memory"));
}

unsigned reception_ask(struct endpoint *endpoint)
{
	const struct peer *loser = roster_gives_way(endpoint_roster(endpoint));
	if (loser)
		session_ping(loser->session);
	return loser ? loser->number : 0;
}
