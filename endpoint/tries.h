/* tries: how often an initiator has shown others something that a guess of its code can be
 * checked against: a confirmation, or its part of the words to compare, for which nothing good
 * came back. docs/PROTOCOL.md 4.1. There is one count for a run of the program, over all routes,
 * peers and servers: whoever answers in the responder's name has LIMIT_CODE_GUESSES guesses and
 * no more. */
#pragma once

#include "base/limits.h"
#include "base/source.h"

#define TRIES_OVERDUE_US                                                                           \
	(5 * SECOND) /* an open one counts as lost then, though an answer may yet come */

/* Private to tries.c; others embed it. */
struct tries {
	struct {
		enum { TRY_LEFT, TRY_OPEN, TRY_OVERDUE, TRY_FAILED } state;
		int place; /* of the peer it was shown to, as its owner counts */
		struct source source;
		uint64_t since;
	} shown[LIMIT_CODE_GUESSES];
};

/* Something is about to be shown to that peer. False: it must not be. Who has an open try needs
 * no other. */
bool tries_begin(struct tries *t, int place, const struct source *source, uint64_t now);
/* The peer has answered as only who knows the code can. Nothing happens if it has no open try. */
void tries_good(struct tries *t, int place);
void tries_failed(struct tries *t, int place); /* the same; but it has not, and never will */

void tries_timer(struct tries *t, uint64_t now);
uint64_t tries_deadline(const struct tries *t);

bool tries_left(const struct tries *t);                                /* another may begin */
bool tries_over(const struct tries *t);                                /* all have failed */
unsigned tries_lost(const struct tries *t);                            /* failed and overdue ones */
unsigned tries_of(const struct tries *t, const struct source *source); /* failed ones there */
