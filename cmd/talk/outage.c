#include "cmd/talk/outage.h"

bool outage_tell(struct company *c, const struct meeting_place *place, bool told)
{
	struct dialogue *d;
	struct phrase server, p;
	bool unheard = false;
	for (int i = 0; (d = company_talking(c, &i)) != NULL;)
		unheard |= d->talk->away;
	bool lost = unheard && meeting_place_lost(place, &server);
	if (lost && !told) {
		phrase_of(&p, OK, "%s; until a server is back, nobody is reached that way",
		          server.text);
		struct event e = phrase_event(&p, EVENT_NOTICE);
		(void)terminal_io_show(c->io, &e);
	}
	return lost;
}
