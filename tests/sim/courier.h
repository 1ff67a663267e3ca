/* courier: gives files to a peer, or takes them, over streams of a session. Its disk is in memory:
 * every byte of a file can be computed, so that of what has arrived only the length is kept. */
#pragma once

#include "files/receiving.h"
#include "files/sending.h"
#include "session/session.h"

enum { COURIER_FILES = 4 };

struct courier {
	unsigned whose;                /* whose files they are: no two peers' have the same bytes */
	uint64_t sizes[COURIER_FILES]; /* whoever gives: ended by a 0 */
	unsigned next;                 /* ... and which it gives now: those before are there */
	bool announced;
	uint64_t have[COURIER_FILES];  /* whoever takes: so many bytes are here */
	unsigned whole[COURIER_FILES]; /* ... and so often it became whole */
	bool wrong;
	unsigned stream; /* 0: none */
	struct sending *s;
	struct receiving *r;
};

/* The next file, if there is one and none is under way. */
void courier_give(struct courier *c, struct session *s);
/* A stream that the peer has opened. */
void courier_take(struct courier *c, struct session *s, unsigned stream);
/* True: there is more to do at once. */
bool courier_step(struct courier *c, struct session *s);
/* The session, or the program, is gone: what is on the disk stays. */
void courier_stop(struct courier *c);
