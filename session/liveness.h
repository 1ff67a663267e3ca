/* liveness: is the peer still there? When to ask it something though there is nothing to say (which
 * also keeps the NATs between awake), when it counts as away, when its silence ends the session. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* Only liveness.c writes to it; others may read away and ping_due. */
struct liveness {
	uint64_t silence_us;  /* it may be silent for so long; NEVER: for ever */
	uint64_t interval_us; /* after such a silence the peer is asked, at the latest */
	uint64_t turn_us;     /* awake: ... so much later, if the other side asks, too */
	bool awake;           /* NATs are kept awake otherwise */
	uint64_t said_at;     /* when either side last said something to the other */
	uint64_t heard_at;
	uint64_t asked_at; /* the first unanswered packet that asks for an answer; 0: none */
	uint64_t sent_at;  /* the last such packet */
	unsigned heard;    /* packets since then, with no long silence between them */
	bool away;         /* asked, and nothing comes */
	bool ping_due;     /* a packet that asks is wanted, whatever is in it */
};

void liveness_init(struct liveness *l, uint64_t silence_us, uint64_t now);
void liveness_heard(struct liveness *l, uint64_t now); /* an authentic packet came */
void liveness_asked(struct liveness *l, uint64_t now); /* one left that asks for an answer */
void liveness_ping(struct liveness *l);                /* ping_due from now on */
void liveness_said(struct liveness *l, uint64_t now);  /* people, or pipes, have said something */
/* From now on these are so; at the start interval_us is LIMIT_KEEPALIVE_US, and awake false. */
void liveness_keep(struct liveness *l, uint64_t interval_us, bool awake, bool initiator);
/* The peer need not be waited for longer than this. */
void liveness_limit(struct liveness *l, uint64_t silence_us);

/* idle: no packet of ours is unacknowledged. path: there is one for our data. False: the peer has
 * been silent for too long. */
bool liveness_timer(struct liveness *l, bool idle, bool path, uint64_t now);
uint64_t liveness_deadline(const struct liveness *l, bool idle, bool path);
