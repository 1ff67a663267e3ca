/* callers: the TCP connections of a signaling server (docs/SIGNALING.md S7): their framing, how
 * long each may be silent, and which has to end when there are too many. Strangers who open
 * connections and say nothing keep nobody out for long, and those who do join use up places of
 * their own hosts. Pure; memory is fixed.
 *
 *   accepted --good JOIN within 10 s--> joined, for as long as it says something every 120 s */
#pragma once

#include "base/addr.h"
#include "base/limits.h"
#include "base/random.h"
#include "rendezvous/shares.h"

enum { CALLERS_OF_HOST = 64 }; /* connections of one host (base/addr.h) */

#define CALLERS_JOIN_US   (10 * SECOND)
#define CALLERS_SILENT_US (120 * SECOND) /* a member repeats its JOIN every 20 s */

/* Private to callers.c; others embed it. */
struct callers {
	struct caller *at; /* a new one has a place until another has ended: one more than stay */
	struct framing *readers;
	uint32_t *by_link; /* places */
	struct slots places;
	struct slots_list strangers, joined; /* by heard_at */
	struct shares hosts, networks;
};

/* max: connections that stay. false: no memory; c is zeroed before, and freeing it is fine then
 * too. */
bool callers_init(struct callers *c, unsigned max, struct random *random);
void callers_free(struct callers *c);

/* A new connection. Returns the one that has to end for it (perhaps itself) and forgets that one;
 * 0: none. It belongs to the network, and there to the host, with most connections, the new one
 * counted; of these, one without a good JOIN ends first, then the one silent for longest. A host
 * with more than CALLERS_OF_HOST loses one of its own. */
uint16_t callers_accepted(struct callers *c, uint16_t link, const struct addr *remote,
                          uint64_t now);
/* The connection ended. Unknown links are ignored, here and below. */
void callers_gone(struct callers *c, uint16_t link);

/* Takes bytes of the connection from *in until a message is whole. True: *message is that message,
 * valid until the next call. False: *in is used up, or callers_bad. */
bool callers_next(struct callers *c, uint16_t link, struct span *in, struct span *message);
/* A message was dealt with. joined: the connection has a member now. */
void callers_heard(struct callers *c, uint16_t link, bool joined, uint64_t now);
/* It sent bytes that are not messages: it must be ended. */
bool callers_bad(const struct callers *c, uint16_t link);

/* The next connection that was silent for too long; it is forgotten. 0: none. */
uint16_t callers_overdue(struct callers *c, uint64_t now);
uint64_t callers_deadline(const struct callers *c);
unsigned callers_count(const struct callers *c);
