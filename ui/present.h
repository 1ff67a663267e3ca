/* present: who is here, as far as our user was told. */
#pragma once

#include "base/limits.h"
#include "chat/chat.h"

/* Conversations of a run are numbered 1, 2, ... What the user says carries the number of the one it
 * was meant for: ui/speech.h. */
enum { CONV_NOBODY = 0, CONV_FIRST = 1 };

struct present_peer {
	uint64_t conv;             /* the number of its conversation; CONV_NOBODY */
	char name[LIMIT_NAME + 1]; /* not safe yet */
	bool away;                 /* nothing is heard from it ... */
	uint32_t away_s;           /* ... since this time of day */
};

/* Only present.c writes to it; others read count and several. Zeroes: nobody is here. */
struct present {
	unsigned count;
	bool several; /* two were here at a time, at some time of this run */
	struct present_peer at[LIMIT_PEERS + 1];
};

/* With each event of which our user is told. */
void present_note(struct present *p, const struct event *event);
/* These give one, or NULL. */
const struct present_peer *present_of(const struct present *p, uint64_t conv);
const struct present_peer *present_named(const struct present *p, struct span name);
/* The one that came after conv; after the last, the first. NULL: there is no other. */
const struct present_peer *present_after(const struct present *p, uint64_t conv);
