/* endings: how conversations and the program end, with which exit status, and when the program may
 * go. Pure. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/limits.h"

/* ---- a conversation ---- */

struct endings_result {
	enum err err;
	int status;
};
/* err: of the session. unsaid: a part of our whole input was not said. input_failed: ours. output:
 * how ours failed, ERR_CUT if nobody reads it any more. */
struct endings_result endings_of(enum err err, bool unsaid, bool input_failed, enum err output);

/* What the program does then. */
enum endings_then {
	THEN_ENDS,
	THEN_ANYONE, /* it waits for another peer */
	THEN_SAME,   /* ... for the same one */
	THEN_STAYS,  /* ... for its user to leave */
	THEN_OTHERS  /* it goes on talking with others */
};
struct endings_way {
	bool others;  /* are here, too */
	bool goes_on; /* the program is to outlive its peers */
	bool serving; /* others may come */
	bool same;    /* the peer is looked for again */
	bool limited; /* ... but the silence of a peer was to last for so long and no longer */
	bool leaves;  /* our user does, or our input or output has failed */
};
/* silent: the peer was not heard for too long. */
enum endings_then endings_then(const struct endings_way *way, enum err err, bool silent);

/* ---- the program ---- */

/* Only endings.c writes to it; others embed it, and read begun, over and result. Zeroes: the
 * program goes on. */
struct endings {
	bool begun;           /* the last words are said ... */
	bool over;            /* ... and the program goes */
	uint64_t from, until; /* not before; at the latest */
	struct endings_result result;
};

/* err OK: what the status stands for. The first reason counts. */
void endings_begin(struct endings *e, enum err err, int status, uint64_t now);
/* The user breaks off while the program ends already: it goes at once. False: it goes on. */
bool endings_stop(struct endings *e, int status);
/* After endings_begin: there is little time for last words. */
void endings_hurry(struct endings *e, uint64_t now);
/* Those who were refused hear it only after a while (docs/PROTOCOL.md section 3). */
void endings_linger(struct endings *e, uint64_t now);
/* said: the network has taken everything there was to say. True, once: it is over. */
bool endings_time(struct endings *e, bool said, uint64_t now);

uint64_t endings_deadline(const struct endings *e, uint64_t now);
