/* verdicts: what the program is told, in order, and what it has decided: one peer at a time is
 * shown to it, and one at a time is accepted. */
#ifndef ENDPOINT_VERDICTS_H
#define ENDPOINT_VERDICTS_H

#include "endpoint/news.h"
#include "endpoint/roster.h"

/* Private to verdicts.c; others embed it. */
struct verdicts {
	struct news news;
	int asked;    /* the place of the peer that the program is to decide on; -1 */
	int accepted; /* ... of the one it has accepted; -1 */
	int ended;    /* ... of the one whose end it has just heard of; -1 */
	bool ready_reported, away_reported; /* of the accepted one */
};

void verdicts_init(struct verdicts *v);
struct news *verdicts_news(struct verdicts *v); /* to add what else there is to tell */
int verdicts_asked(const struct verdicts *v);
int verdicts_accepted(const struct verdicts *v);

/* The next event. False: there is none, or the program has to decide first. */
bool verdicts_take(struct verdicts *v, struct roster *r, struct endpoint_event *event);
/* The accepted peer of which OVER was taken, once: its session is what the text of the event
 * belongs to, so it is asked for before the next take. -1: none. */
int verdicts_ended(struct verdicts *v);

/* Somebody was asked about, and nobody is accepted: see verdicts_retire. */
void verdicts_accept(struct verdicts *v, struct roster *r);
void verdicts_refuse(struct verdicts *v, struct roster *r, uint8_t close_code, struct span text);
/* The accepted peer makes room for its newer session, or for somebody else. */
void verdicts_retire(struct verdicts *v, struct roster *r);

#endif
