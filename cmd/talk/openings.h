/* openings: streams that the peer has opened, until they have said what they are for. */
#pragma once

#include "session/session.h"

enum { OPENINGS = 8 };

/* Only openings.c writes to it; others embed it. Zeroes: none. */
struct openings {
	unsigned at[OPENINGS]; /* 0: a free place */
};

/* The next one for files; the byte that says so is taken. 0: there is none. Others are reset. */
unsigned openings_next(struct openings *o, struct session *s);
