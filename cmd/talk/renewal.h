/* renewal: when serve --keep makes another code, after the last one. Pure. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* How a code has come to its end. */
enum renewal_end { CODE_USED, CODE_EXPIRED, CODE_GUESSED };

/* Only renewal.c writes to it; others embed it, and read at and why. */
struct renewal {
	uint64_t at;      /* NEVER: there is a code, or there will be none */
	const char *why;  /* "was used" */
	bool tried;       /* somebody has guessed at the code */
	uint64_t rest_us; /* how long it takes after guesses */
};

struct renewal renewal_none(void);
void renewal_tried(struct renewal *r);
/* The code is over: at once, or after guesses later, each time twice as late. So whoever goes on
 * guessing gets fewer tries all the time, also if they leave each code its third. */
void renewal_plan(struct renewal *r, enum renewal_end how, uint64_t now);
/* True, once: it is time for another one. */
bool renewal_due(struct renewal *r, uint64_t now);
