/* path: one of the paths of a session, and what can be told from looking at it or at the table of
 * them. docs/PROTOCOL.md 6.6. */
#pragma once

#include "base/route.h"
#include "session/mtu.h"
#include "session/places.h"
#include "session/proof.h"
#include "session/recovery.h"

enum { PATH_CONNECTIONS = 2 }; /* TCP connections: one in use, and one to change to */

struct path {
	struct proof proof;
	struct mtu mtu;
	struct route route;
	bool lan;         /* both ends in one network */
	bool blocked;     /* its stream link takes nothing now */
	uint8_t id;       /* which of the peer's connection ids our packets bear here */
	uint64_t since;   /* when it got its place */
	uint64_t sent_at; /* when the last packet left here */
	uint64_t silence; /* how long none had before that; 0: something has come since */
	uint64_t largest; /* highest number here of a packet that was not mere probing, plus one */
};

/* All are false for a place without a path, which is all zero. */
bool path_there(const struct path *p);
bool path_valid(const struct path *p);
bool path_response_due(const struct path *p); /* and it may leave */
enum flow_kind path_flow(const struct path *p);

/* Where a new path goes, of this worth (session/places.h). data: the path in use; -1: none. Returns
 * the place; -1: there is none. A host has few places for connections, and all its peers need one:
 * one more than PATH_CONNECTIONS takes the place of the oldest that is not in use. */
int path_place(const struct path table[static LIMIT_PATHS], int data, struct places *places,
               const struct route *route, enum place_worth worth, uint64_t now);
/* How good it is for data; more is better. */
unsigned path_rank(const struct path *p);
/* ... and of equal ones the one that the peer has used last, but not from the socket of that link
 * if the other is from another one. */
bool path_better(const struct path *a, const struct path *b, uint16_t left);

/* It leads to the same host as data, the path in use, and that has been so for a while (chosen_at:
 * since when data is that): other ports there are those of mappings that have ended. */
bool path_replaced(const struct path *p, const struct path *data, uint64_t chosen_at, uint64_t now);

/* A packet of so many bytes leaves here. */
void path_sent(struct path *p, size_t len, uint64_t now);
/* ... or a byte that only wakes the NAT. */
void path_woken(struct path *p, uint64_t now);
/* A packet came in. probing: nothing in it says that its sender uses the path. */
void path_heard(struct path *p, uint64_t number, bool probing, size_t len, uint64_t now);

/* Writes the response that is due there, if there is one (proof.h). If data, the path in use, is as
 * good, it has the same response to send next. */
bool path_respond(struct path table[static LIMIT_PATHS], int path, int data, struct writer *w,
                  size_t *pad);

/* The path of this route. -1: none. */
int path_find(const struct path table[static LIMIT_PATHS], const struct route *route);
/* A bit for each that is validated. */
unsigned path_all_valid(const struct path table[static LIMIT_PATHS]);
/* The index-th of the routes in the table; NULL: there are no more. */
const struct route *path_route_at(const struct path table[static LIMIT_PATHS], unsigned index);
/* A connection id that no path has; *next: where to look first, which moves on. */
uint8_t path_unused_id(const struct path table[static LIMIT_PATHS], uint8_t *next);
