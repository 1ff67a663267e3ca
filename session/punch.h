/* punch: hole punching. Each side's addresses are offered inside the session, and both fire at the
 * other's at the same time, in rounds while there is no direct path: at once when something has
 * happened, then ever more rarely. docs/PROTOCOL.md 6.7.
 * Takes and gives bodies of CANDIDATES messages; the addresses to fire at are polled. */
#pragma once

#include "base/bytes.h"
#include "base/route.h"
#include "session/candidates.h"

enum { PUNCH_BODY_MAX = 2 + LIMIT_CANDIDATES * (1 + ADDR_WIRE) };

struct punch {
	bool initiator;
	bool enabled; /* there is a forwarder, and addresses may be told */
	size_t theirs_count;
	size_t fired; /* at how many of them in this salvo */
	uint8_t round;
	bool offer_due;
	bool changed;          /* our addresses, or our network: a round is wanted */
	bool turned;           /* ... our socket: it is wanted though there is a direct path */
	bool direct, in_doubt; /* as last told */
	uint64_t direct_since;
	unsigned waits;             /* rounds since something happened */
	unsigned haste;             /* rounds shortly after each other */
	uint64_t began_at;          /* the last of ours; 0: none yet */
	uint64_t round_at, fire_at; /* NEVER */
	uint64_t answer_at;         /* responder: when the peer's candidates are answered; NEVER */
	uint64_t answered_at;       /* ... and when they last were */
	struct candidates ours;
	struct candidate theirs[LIMIT_CANDIDATES];
	struct addr attested[LIMIT_VENUES]; /* where each server sees the peer's connection */
};

void punch_init(struct punch *p, bool initiator, bool enabled);
/* From now on; if they are others than before, a round is wanted. */
void punch_candidates(struct punch *p, const struct candidates *ours);
void punch_again(struct punch *p); /* a round is wanted: our network has changed */
/* That server sees the peer's TCP connection there; if that is news, a round is wanted. */
void punch_attested(struct punch *p, unsigned server, const struct addr *addr);
/* Is an interface of ours in the network (/16, IPv6: /64) of this private address? */
bool punch_same_network(const struct punch *p, const struct addr *remote);

void punch_input(struct punch *p, struct span body, uint64_t now);
/* What of the session concerns it. */
struct punch_state {
	bool accepted;       /* both programs want the session */
	bool direct;         /* data goes over a direct path */
	bool in_doubt;       /* ... which may be dead, as all others: no time for a round */
	uint64_t round_trip; /* us; 0: unknown */
};
void punch_timer(struct punch *p, const struct punch_state *state, uint64_t now);
uint64_t punch_deadline(const struct punch *p, bool accepted);
/* Our offer, when it is due: writes the body of CANDIDATES, PUNCH_BODY_MAX bytes at most. */
bool punch_offer(struct punch *p, struct writer *body);
/* The next address to fire at. False: no more. */
bool punch_fire(struct punch *p, struct route *route);
