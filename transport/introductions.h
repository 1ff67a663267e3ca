/* introductions: the peers that the server has introduced to us, docs/SIGNALING.md S5, S6. A pair
 * is a path through the forwarder. It rests while the server is lost or reached another way, and
 * wakes when its room is joined again: a server that was only out of reach knows it still, and one
 * that does not says so (ERROR 4) when it is used.
 *
 * It knows nothing of how the server is reached but the route of messages to it, and of rooms but
 * their numbers. */
#pragma once

#include "transport/carrier.h"
#include "wire/signaling.h"

enum { INTRODUCTIONS_PAIRS = LIMIT_PEERS + 32, INTRODUCTIONS_NO_ROOM = -1 };

struct introduction {
	bool live;
	bool ready; /* not resting: the server is not lost, or is back */
	bool sure;  /* the server has spoken of it since then */
	bool held, ack_due;
	bool reported; /* UP was, for reported_route */
	struct route reported_route;
	uint64_t id;
	int room;          /* NO_ROOM: we have left it */
	uint8_t peer[8];   /* INTRO's id of the peer */
	uint32_t host;     /* ... and of its host; 0: unknown */
	struct addr addr;  /* ... and where it is, if it was told; */
	bool stream;       /* by a TCP connection */
	bool addr_due;     /* ... which is to be reported */
	uint64_t sent_at;  /* a FORWARD of ours */
	uint64_t used_at;  /* a FORWARD of either side */
	uint64_t heard_at; /* INTRO, or a FORWARD of the peer */
};

/* A responder's: the newest packet of a pair that no INTRO has named yet (S8-12). */
struct introductions_early {
	uint64_t pair;  /* 0: none */
	uint64_t since; /* when the first of such pairs came, or INTRO was last asked for */
	struct addr local;
	size_t len;
	uint8_t packet[LIMIT_PACKET_MAX];
};

/* Private to introductions.c; others embed it. */
struct introductions {
	bool responder;
	struct route way; /* of messages to the server; kind NULL: it is not reached */
	bool kept;        /* KEEP keeps the pairs of our rooms */
	size_t end;       /* pairs from here on were never used */
	struct introduction pairs[INTRODUCTIONS_PAIRS];
	struct introductions_early early;
};

void introductions_init(struct introductions *i, bool responder); /* i: all zero */
/* How the server is reached now; NULL: it is not. */
void introductions_way(struct introductions *i, const struct route *way);
void introductions_rest(struct introductions *i);   /* the server is reached another way */
void introductions_forget(struct introductions *i); /* the server has forgotten all pairs */

/* ---- rooms ---- */
bool introductions_has_room(const struct introductions *i, int room);
/* WAIT came from the room: its pairs wake; or end, if it counts nobody, but for one heard of a
 * moment ago, as messages overtake each other. kept: no FORWARD is needed to keep them. */
void introductions_room(struct introductions *i, int room, bool empty, bool kept, uint64_t now);
void introductions_leave(struct introductions *i, int room);

/* ---- messages ---- */
/* INTRO, in the room it is about; in: gets the packet that has waited for it. False: it is not
 * meant for us. */
bool introductions_intro(struct introductions *i, int room, const struct intro *m,
                         struct carrier_inbox *in, uint64_t now);
enum introductions_forward {
	INTRODUCTIONS_IGNORED,
	INTRODUCTIONS_HEARD,  /* of a pair that we know: in has its packet */
	INTRODUCTIONS_MISSING /* of an unknown pair, for so long that INTRO must be asked for */
};
/* FORWARD; local: our address it came to. */
enum introductions_forward introductions_forward(struct introductions *i, const struct addr *local,
                                                 struct span wire, struct carrier_inbox *in,
                                                 uint64_t now);
/* ERROR 4 about a pair. False: none of ours. *room: is to be joined again, or NO_ROOM. */
bool introductions_error(struct introductions *i, uint64_t pair, int *room);

/* Puts FORWARD before a packet of len bytes, LIMIT_HEADROOM bytes into buffer. Where it starts;
 * negative: the route is no more, or rests. */
int introductions_wrap(struct introductions *i, const struct route *route, uint8_t *buffer,
                       uint64_t now);
void introductions_timer(struct introductions *i, uint64_t now);
/* The next empty FORWARD: acknowledges INTRO, or keeps a pair. */
bool introductions_output(struct introductions *i, struct writer *w, uint64_t now);
uint64_t introductions_deadline(const struct introductions *i);

/* ---- routes ---- */
/* As in struct communicator_class. */
void introductions_regard(struct introductions *i, const struct route *route,
                          enum communicator_standing standing);
/* *index: how many to pass over; less those of this server when false. */
bool introductions_held(const struct introductions *i, unsigned *index, struct route *route);
/* UP, DOWN, or ATTESTED with the number of the room; false: there is nothing to report. */
bool introductions_report(struct introductions *i, struct communicator_event *event);
