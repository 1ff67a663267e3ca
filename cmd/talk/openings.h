/* openings: streams that the peer has opened, until they have said what they are for. */
#pragma once

#include "base/bucket.h"
#include "session/session.h"

enum { OPENINGS = 8 };

/* Only openings.c writes to it; others embed it. Zeroes but for fruitless: none. */
struct openings {
	unsigned at[OPENINGS];    /* 0: a free place */
	struct bucket *fruitless; /* borrowed: the contact's, in whichever conversation */
	bool waits;               /* one for files, until the bucket has refilled */
};

/* The next one for files; the byte that says so is taken. 0: there is none. Others are reset.
 * Those that bring nothing are taken slowly after the first few, since each is told to our user. */
unsigned openings_next(struct openings *o, struct session *s, uint64_t now);
/* One that was taken brought something. */
void openings_brought(struct openings *o);
/* When openings_next may take what waits; NEVER: nothing does. */
uint64_t openings_deadline(const struct openings *o);
