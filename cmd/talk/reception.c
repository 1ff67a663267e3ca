#include "cmd/talk/reception.h"

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

void reception_let_in(struct endpoint *endpoint, struct company *c, const struct meeting_peer *peer,
                      uint64_t now)
{
	const struct roster *roster = endpoint_roster(endpoint);
	const struct peer *loser = roster_gives_way(roster),
			  *fresh = roster_find(roster, PEER_ASKED);
	if (loser)
		company_replaced(c, loser->number, peer);
	if (company_admit(c, fresh->number, peer))
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
