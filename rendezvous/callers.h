/* callers: the TCP connections of a signaling server, as a pure state machine with fixed memory:
 * their framing (docs/SIGNALING.md S7), how long each may be silent, and who has to go when
 * there are too many. So strangers who open connections and say nothing keep nobody out for long,
 * and those who say something pay for each with a place of their own hosts.
 *
 *   accepted --first good JOIN, within 10 s--> joined, as long as it says something every 120 s */
#ifndef RENDEZVOUS_CALLERS_H
#define RENDEZVOUS_CALLERS_H

#include "base/addr.h"
#include "base/limits.h"
#include "base/random.h"

enum { CALLERS_OF_HOST = 64 }; /* connections of one host (base/addr.h) */

#define CALLERS_JOIN_US   (10 * SECOND)
#define CALLERS_SILENT_US (120 * SECOND) /* a member repeats its JOIN every 20 s */

struct callers;

/* max: connections that stay. NULL: no memory. */
struct callers *callers_new(unsigned max, struct random *random);
void callers_free(struct callers *c);

/* A new connection. Returns the one that has to go for it, which may be itself, and forgets it; 0:
 * none. It is of the network that has most connections, of the host there that has most, the new
 * one counted: one without a good JOIN before those with one, then the one that was silent for
 * longest. A host that has too many loses one of its own. */
uint16_t callers_accepted(struct callers *c, uint16_t link, const struct addr *remote,
                          uint64_t now);
/* It ended. Unknown links are ignored here and below. */
void callers_gone(struct callers *c, uint16_t link);

/* Takes bytes that the connection brought from *in until a message is whole; true: *message is it,
 * valid until the next call. After the last one see callers_bad. */
bool callers_next(struct callers *c, uint16_t link, struct span *in, struct span *message);
/* That message was dealt with. joined: the connection has a member now. */
void callers_heard(struct callers *c, uint16_t link, bool joined, uint64_t now);
/* It sent what is no framing: end it. */
bool callers_bad(const struct callers *c, uint16_t link);

/* The next connection whose time is over, which is forgotten; 0: none. Poll until 0. */
uint16_t callers_overdue(struct callers *c, uint64_t now);
uint64_t callers_deadline(const struct callers *c);
unsigned callers_count(const struct callers *c);

#endif
