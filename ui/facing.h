/* facing: which of those who are here the console's user faces: the one that the prompt names, and
 * to whom a line goes. The user chooses; who leaves is followed by the next, and takes its place
 * again if it is back before the user has chosen. */
#pragma once

#include "ui/present.h"

/* Only facing.c writes to it; others read it. Zeroes: nobody. */
struct facing {
	uint64_t conv; /* of the latest, when nobody is here */
	uint64_t lost; /* it left without being asked to; 0: none */
	bool chosen;   /* by the user */
};

/* After present_note of that event. True: the user faces somebody else of several now. */
bool facing_note(struct facing *f, const struct present *p, const struct event *event);
/* name: empty: whoever comes next. False: nobody of that name is here. */
bool facing_choose(struct facing *f, const struct present *p, struct span name);
