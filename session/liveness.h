/* liveness: is the peer still there? When to ask it something though there is nothing to say (which
 * also keeps the NATs between awake), when it counts as away, when its silence ends the session. */
#ifndef SESSION_LIVENESS_H
#define SESSION_LIVENESS_H

#include <stdbool.h>
#include <stdint.h>

struct liveness {
	uint64_t silence_us; /* it may be silent for so long; NEVER: for ever */
	uint64_t heard_at;
	uint64_t asked_at; /* the first unanswered packet that asks for an answer; 0: none */
	uint64_t sent_at;  /* the last such packet */
	bool away, ping_due;
};

/* What a function has to know of the rest: */
struct liveness_state {
	bool idle; /* no packet of ours is unacknowledged */
	bool path; /* there is one for our data */
};

void liveness_init(struct liveness *l, uint64_t silence_us, uint64_t now);
void liveness_heard(struct liveness *l, uint64_t now); /* an authentic packet came */
void liveness_asked(struct liveness *l, uint64_t now); /* one left that asks for an answer */
void liveness_ping(struct liveness *l);                /* a packet is wanted, whatever is in it */
/* The peer need not be waited for longer than this. */
void liveness_limit(struct liveness *l, uint64_t silence_us);

/* False: it has been silent for too long. */
bool liveness_timer(struct liveness *l, struct liveness_state state, uint64_t now);
uint64_t liveness_deadline(const struct liveness *l, struct liveness_state state);
bool liveness_away(const struct liveness *l);     /* asked, and nothing comes */
bool liveness_ping_due(const struct liveness *l); /* until liveness_pinged */
void liveness_pinged(struct liveness *l);         /* a packet that asks leaves */

#endif
