/* roll: who waits at a server, written into memory that outlives its process: the next one reads it
 * and tells them that their places are gone (docs/SIGNALING.md S5-14). A process that is killed has
 * no time to say so itself. What is read may be anything, and is checked; what is lost costs a
 * member no more than the time until its next JOIN.
 *
 *   header   magic 8, meaning of the links 8, when the writer last lived 8, zeroes 8
 *   entry    secret 8, remote 18, local ip 16, link 2, check 4; zeroes: nobody is at this place */
#pragma once

#include "base/route.h"
#include "wire/signaling.h"

enum { ROLL_HEADER = 32, ROLL_ENTRY = 48 };

/* A roll older than this is of no use: whoever waited has noticed by now. */
#define ROLL_LIFE_S 3600

/* Only roll.c writes to it. */
struct roll {
	uint8_t *memory; /* borrowed; NULL: nothing is written */
	uint32_t places; /* that there is memory for, 1.. */
	uint32_t wanted; /* the highest place that was to be written */
};

/* Begins an empty roll in memory, which is all zeroes. links: a number that is the same for two
 * processes if the links of the one are those of the other. wall_s: seconds since 1970. */
void roll_begin(struct roll *r, uint8_t *memory, uint64_t links, uint64_t wall_s);
/* There is memory for so many places; all of what is new is zeroes. */
void roll_enlarge(struct roll *r, uint32_t places);
/* The writer lives. */
void roll_alive(struct roll *r, uint64_t wall_s);
/* Who is at this place now; a member on a stream is not written, since its end says it all. r NULL:
 * nothing. */
void roll_write(struct roll *r, uint32_t place, const uint8_t secret[static SECRET_BYTES],
                const struct route *at);
void roll_erase(struct roll *r, uint32_t place);

/* The calling of an old roll: each in it gets ERROR 5, twice, as many in a second as a server can
 * take in again. Private to roll.c. */
struct roll_call {
	struct span entries; /* borrowed; those not yet dealt with */
	uint64_t next_at;    /* the batch below is over until then */
	unsigned batch;      /* called in it */
	uint32_t called;
	bool said_once; /* to the first of entries */
};

/* old: what was found. False: it is no roll of these links, or too old, and nobody is called. */
bool roll_call_begin(struct roll_call *c, struct span old, uint64_t links, uint64_t wall_s);
/* The next message, of ERROR_LEN bytes. 0: none now. */
size_t roll_call_output(struct roll_call *c, struct route *to, uint8_t *wire, uint64_t now);
uint64_t roll_call_deadline(const struct roll_call *c); /* NEVER: all are called */
uint32_t roll_call_count(const struct roll_call *c);    /* so many were called */
