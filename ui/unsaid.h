/* unsaid: how much of what our user said was not sent, and why, until that was reported. One
 * sentence tells of all that is for the same addressee and has the same reason. */
#pragma once

#include "ui/sentences.h"

enum { UNSAID_PEER = 64, UNSAID_SENTENCE = 256 };

/* Only unsaid.c writes to it; others embed it, zeroed, and read count and ever. */
struct unsaid {
	uint64_t count; /* texts, or bytes, not reported yet */
	uint64_t ever;  /* ... and reported */

	enum unsent why;
	char peer[UNSAID_PEER]; /* whom it was for; "": nobody */
};

/* peer: ""  for nobody. False: something else is to be reported first. */
bool unsaid_add(struct unsaid *r, const char *peer, enum unsent why, uint64_t count);
/* EVENT_UNSENT with its sentence. bytes: of a pipe. end: the program ends, and this many more were
 * never taken; 0: it goes on. */
void unsaid_event(const struct unsaid *r, bool bytes, bool end, uint64_t more, struct event *event,
                  char sentence[static UNSAID_SENTENCE]);
void unsaid_reported(struct unsaid *r, const struct event *event);
