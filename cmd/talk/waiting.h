/* waiting: how far the search for somebody to talk with has come, and when the user should hear of
 * it: a second after it began, if nobody is here by then, whenever something has changed, and where
 * nothing does, now and then. Pure. */
#pragma once

#include "cmd/talk/decision.h"
#include "cmd/talk/directory.h"

enum waiting_state {
	WAITING_NOT,    /* somebody is here */
	WAITING_ANSWER, /* of the server, or of the peer's address */
	WAITING_ROOM,   /* the server answers; it has no place left for us */
	WAITING_PEER,   /* the server answers; the peer is not there */
	WAITING_REPLY   /* the peer is there, and has not answered */
};

/* Only waiting.c writes to it; others embed it, and read since. Zeroes: it has not begun. */
struct waiting {
	uint8_t in, full;               /* a bit for each server, as it said last */
	enum waiting_state state, told; /* told NOT: nothing yet */
	uint64_t since, tell_at;        /* tell_at NEVER: there is no news ... */
	uint64_t lasts_us;              /* ... but when it has lasted this long, that is some */
};

/* How things stand now; PEER is ROOM where only full servers answered. Ask waiting_tells after it.
 */
void waiting_is(struct waiting *w, enum waiting_state state, uint64_t now);
/* The user was told of this in other words. */
void waiting_told(struct waiting *w, enum waiting_state state);
/* full: this server has no place left, and the user was told, unless somebody is here. Else it has
 * let us in. */
void waiting_full(struct waiting *w, unsigned server, bool full);
/* A full server, where no other has let us in; -1: there is none. */
int waiting_full_server(const struct waiting *w);
/* That this server is full, and what to do. */
void waiting_no_room(struct phrase *p, const struct directory *d, unsigned server);
/* What it is time to tell, once. LASTS: nothing has changed for a minute; then for four, sixteen...
 */
enum waiting_news { WAITING_NO_NEWS, WAITING_FIRST, WAITING_CHANGED, WAITING_LASTS };
enum waiting_news waiting_tells(struct waiting *w, uint64_t now);
uint64_t waiting_deadline(const struct waiting *w);

struct waiting_place {
	bool serving;       /* we wait for whoever comes; else for: */
	const char *peer;   /* "": no name is known */
	const char *where;  /* the server, or the peer's address */
	bool port;          /* where is an address */
	bool busy;          /* it talks with somebody else */
	uint32_t nameplate; /* under which the peer waits there; 0: none */
};
/* FIRST: "at vps: alice isn't there yet", for "waiting for alice"; CHANGED: "vps answers; alice
 * isn't there yet"; LASTS: "still waiting for alice at vps, for 4 minutes now: alice isn't there
 * yet". */
void waiting_phrase(struct phrase *p, const struct waiting *w, enum waiting_news news,
                    const struct waiting_place *at, uint64_t now);
void waiting_show(struct decisions *out, const struct waiting *w, enum waiting_news news,
                  const struct waiting_place *at, uint64_t now);
