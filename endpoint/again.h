/* again: an initiator's peer was accepted once, and is looked for whenever nothing is heard of its
 * session, or that is over: when, on which routes, and what is told of it. docs/PROTOCOL.md 6.10.
 *
 *   HEARD --asked in vain, or over--> LOOKING --heard, or accepted anew--> HEARD
 *
 * It starts no handshake: seek asks where the next one is due. */
#pragma once

#include "endpoint/endpoint_event.h"

enum { AGAIN_ROUTES = 32 };

struct again_route {
	struct route route;
	uint64_t next_at; /* no attempt before then */
	unsigned tries;   /* in a row */
};

/* An attempt that was answered, while the session stands. Others read the first. */
struct again_hold {
	uint64_t until;   /* 0: it was not */
	uint64_t late_at; /* an answer from then on is like the first */
	uint64_t ask_at;  /* the session, again */
};

/* Only again.c writes to it; others embed it, and read the first two. */
struct again {
	bool wanted, on; /* once a peer was accepted; from now on */
	size_t count;
	struct again_route routes[AGAIN_ROUTES]; /* those that are up, the oldest first */
	uint64_t asked_at;    /* the session was, on a new route, and was not heard since; NEVER */
	uint64_t accepted_at; /* the newest session was */
	uint64_t not_before;  /* the peer was there, and did not want us */
	unsigned refusals;    /* ... in a row */
	bool untold;
	struct endpoint_event failure; /* the last, told unless untold; err OK, kind PEER: none */
};

/* patient: on from the start. */
void again_init(struct again *a, bool wanted, bool patient);
void again_route_up(struct again *a, const struct route *route);
void again_route_down(struct again *a, const struct route *route);

/* A route has come up: is the session's peer still there? That is asked once until it answers. */
void again_ask(struct again *a, struct session *session, uint64_t now);
void again_accepted(struct again *a, uint64_t now); /* a peer was; it is on, if that was wanted */
/* Its session is over. ERR_EXISTS, and no other on its way: the same identity is in use elsewhere;
 * two that looked again would replace each other for ever, so it is off for good. */
void again_over(struct again *a, enum err err, bool other, uint64_t now);
void again_failed(struct again *a, const struct endpoint_event *why, uint64_t now);
void again_stop(struct again *a);

/* session: the accepted one; NULL: none. */
bool again_looks(const struct again *a, const struct session *session, uint64_t now);
/* It does not look (any more): everything begins anew when it does. */
void again_calm(struct again *a, const struct session *session);
/* The next route on which an attempt is due, which may be unanswered for *life_us. */
bool again_next(struct again *a, struct route *route, uint64_t *life_us, uint64_t now);
/* Whoever answers for the peer may be the same program, which would replace a session that only its
 * network kept silent: the session (NULL: none) is asked on that route, and has the first word for
 * a while. True: the answer is not to be taken yet; it has to come again soon after, or the network
 * was silent meanwhile, and the session gets as long once more. round_trip: of the attempt. */
bool again_holds(struct again_hold *h, const struct session *session, uint64_t round_trip,
                 uint64_t now);
void again_hold_timer(struct again_hold *h, struct session *session, const struct route *route,
                      uint64_t now);
uint64_t again_hold_deadline(const struct again_hold *h); /* NEVER */
/* A failure to tell. False: none, or the same as before. */
bool again_take(struct again *a, struct endpoint_event *event);
/* When one of the answers above changes by time alone; NEVER. */
uint64_t again_deadline(const struct again *a, const struct session *session);
