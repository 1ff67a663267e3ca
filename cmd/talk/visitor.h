/* visitor: somebody who has proved its key while another one is here. Whoever is here may have died
 * without a word, so it is asked first: if it answers, the visitor is told that this host is busy;
 * if not, the visitor takes its place. Pure. */
#pragma once

#include "endpoint/endpoint_event.h"

/* Only visitor.c writes to it; others embed it, wipe it, and read event. Zeroes: there is none. */
struct visitor {
	struct endpoint_event event; /* PEER, not answered yet */
	uint64_t since, until;       /* until 0: nobody waits */
};

/* It is kept; the one who is here is to be asked now. */
void visitor_comes(struct visitor *v, const struct endpoint_event *e, uint64_t now);
/* Once a turn. talking: somebody is here, and may still answer; heard_at: when it last did. True,
 * once: it is time to decide about event. */
bool visitor_may(struct visitor *v, bool talking, uint64_t heard_at, uint64_t now);
uint64_t visitor_deadline(const struct visitor *v);
