/* rounds: which of a peer's addresses to try now. A round tries them in turn, each a little after
 * the one before, or at once when one has failed (RFC 8305); the first that connects ends it. When
 * all have failed, or what was connected is lost, another begins after a pause that grows. */
#ifndef TRANSPORT_ROUNDS_H
#define TRANSPORT_ROUNDS_H

#include "base/random.h"
#include "transport/carrier.h"

/* Private to rounds.c; others embed it. */
struct rounds {
	size_t count;     /* of addresses */
	size_t next;      /* the next to try in this round */
	uint64_t next_at; /* ... and when; NEVER: no round, or all of it is under way */
	uint64_t pause_us;
	bool unreachable; /* that was reported since something has connected */
	struct random *random;
};

/* The first round begins at once; without addresses none ever does. */
void rounds_init(struct rounds *r, size_t count, struct random *random, uint64_t now);
/* It is time to try an address: the one of rounds_next. Say whether it is being tried, or cannot be
 * now. */
bool rounds_due(const struct rounds *r, uint64_t now);
uint64_t rounds_deadline(const struct rounds *r);
size_t rounds_next(const struct rounds *r);
void rounds_taken(struct rounds *r, uint64_t now);
void rounds_postpone(struct rounds *r, uint64_t now);
void rounds_connected(struct rounds *r);
/* What has connected is good for something: pauses are short again. */
void rounds_proved(struct rounds *r);
/* An attempt (or else a connection) has ended; left: so many others stand or are under way. True:
 * report that the peer cannot be reached. */
bool rounds_lost(struct rounds *r, bool attempt, size_t left, uint64_t now);
/* Begins a round now. */
void rounds_again(struct rounds *r, uint64_t now);
void rounds_stop(struct rounds *r);

#endif
