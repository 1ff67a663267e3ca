/* tries: how often an initiator has shown others something that a guess of its code can be checked
 * against: a confirmation, or its part of the words to compare, that nothing good came back for.
 * docs/PROTOCOL.md 4.1. One count for a run of the program, over all routes, peers and servers:
 * whoever answers in the responder's name has LIMIT_CODE_GUESSES guesses and no more. */
#ifndef ENDPOINT_TRIES_H
#define ENDPOINT_TRIES_H

#include "base/limits.h"
#include "base/source.h"

struct tries {
	unsigned open;                        /* shown, and the answer is not there yet */
	unsigned failed;                      /* it was wrong, or will never come */
	struct source of[LIMIT_CODE_GUESSES]; /* failed ones */
};

bool tries_begin(struct tries *t); /* false: no more of them; nothing may be shown */
void tries_good(struct tries *t);  /* an open one was answered as only who knows the code can */
void tries_failed(struct tries *t, const struct source *source);       /* an open one was not */
bool tries_over(const struct tries *t);                                /* all have failed */
unsigned tries_of(const struct tries *t, const struct source *source); /* failed ones there */

#endif
