/* rendezvous: the signaling server and forwarder as a pure state machine with fixed memory.
 * docs/SIGNALING.md. It knows tokens, secrets, addresses and times; never keys, names or
 * text. */
#ifndef RENDEZVOUS_RENDEZVOUS_H
#define RENDEZVOUS_RENDEZVOUS_H

#include "base/limits.h"
#include "base/random.h"
#include "base/route.h"

struct rendezvous_config {
	size_t members_max, pairs_max; /* table sizes: taken at start, never grown */
	uint32_t relay_kbit;           /* after the first 64 KiB and 60 s of a pair; 0: nothing */
	struct random *random;         /* borrowed */
	uint64_t wall_s;               /* seconds since 1970 at now, for the day; 0: unknown */
};

struct rendezvous_counts {               /* for -v and tests */
	uint64_t packets, dropped;       /* dropped: without an answer or effect */
	uint64_t hellos, joins, refused; /* joins: with a good cookie; refused: answered by ERROR */
	uint64_t intros, forwarded, forwarded_bytes;
	uint64_t pushed_out; /* members that had to go for others: full rooms, full table */
	size_t members, pairs;
};

struct rendezvous;

/* NULL: no memory. */
struct rendezvous *rendezvous_new(const struct rendezvous_config *config, uint64_t now);
void rendezvous_free(struct rendezvous *s);

/* from: link, kind ROUTE_UDP or ROUTE_TCP, remote (and local, answered from). wire: one message
 * (TCP framing is the caller's, see wire/framing.h). Poll output until 0 after every input: the next
 * input drops what was not taken, and a packet to forward is not copied but borrowed from wire
 * until then. Output may be given the buffer that input came in. cap >= LIMIT_WIRE. */
void rendezvous_input(struct rendezvous *s, const struct route *from, struct span wire,
                      uint64_t now);
size_t rendezvous_output(struct rendezvous *s, struct route *to, uint8_t *wire, size_t cap,
                         uint64_t now);
uint64_t rendezvous_deadline(const struct rendezvous *s);
/* A TCP link ended: its members are gone. */
void rendezvous_link_down(struct rendezvous *s, uint16_t link);
bool rendezvous_link_joined(const struct rendezvous *s, uint16_t link); /* it has a member */
struct rendezvous_counts rendezvous_counts(const struct rendezvous *s);

#endif
