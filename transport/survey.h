/* survey: finds out within a few seconds what the network in front of this host can do, from what
 * signaling servers answer to HELLO (docs/SIGNALING.md S8-28, S8-29) and the router to PCP. Pure;
 * what it has found is outlook.h's. It joins no room, and leaves nothing behind but for the
 * router's mapping, which it gives back in survey_finish.
 *
 * A turn: survey_timer; survey_link and survey_input for what came; survey_request and
 * survey_output until they give nothing. */
#pragma once

#include "transport/badges.h"
#include "transport/calls.h"
#include "transport/communicator.h"
#include "transport/natclass.h"
#include "transport/portmap.h"
#include "transport/questions.h"

enum {
	SURVEY_SOCKETS = 5,                 /* links 1..: UDP */
	SURVEY_OWN = 4 * LIMIT_CANDIDATES,  /* addresses of this host */
	SURVEY_WIRE = FRAMING_HEADER + 9000 /* survey_output gives no more */
};

/* One server, asked over UDP. */
struct survey_server {
	bool known;                                   /* its addresses are */
	const struct question *udp[OUTLOOK_FAMILIES]; /* NULL: it has no such address */
};

/* Private to survey.c; others embed it. */
struct survey {
	struct random *random;
	uint64_t ends_at, mapper_until;
	uint64_t day_us, day_at; /* the server's time since 1970, and when it told it; NEVER */
	struct addr own[SURVEY_OWN];
	size_t own_count;
	enum socket_state sockets[SURVEY_SOCKETS + 1]; /* by link */
	/* Answered by the server that tells most, of each family; and what it was asked then. */
	const struct question *main[OUTLOOK_FAMILIES], *fresh[OUTLOOK_FAMILIES],
	    *beside[OUTLOOK_FAMILIES], *hairpin;
	bool sized;     /* packets of all sizes were sent */
	bool elsewhere; /* servers at other addresses were compared */
	bool hard_by_port;
	struct outlook_facts facts;
	struct survey_server servers[LIMIT_VENUES];
	struct badges badges;
	struct questions questions;
	struct calls calls;
	struct natclass natclass;
	struct spares spares;
	struct portmap portmap;
};

/* own: this host's addresses. It is over at ends_at at the latest. */
void survey_init(struct survey *s, const struct addr *own, size_t count, struct random *random,
                 uint64_t ends_at);
/* The router of IPv4, and our address there. */
void survey_router(struct survey *s, const struct addr *router, const struct addr *own,
                   uint64_t now);
/* place.number, below LIMIT_VENUES, is at these addresses; of each family the first is asked. */
void survey_server(struct survey *s, const struct communicator_place *place, const struct addr *at,
                   size_t count, uint64_t now);
/* IPv4 hosts are reached only now: connections that have failed are tried again. */
void survey_again(struct survey *s, uint64_t now);

void survey_link(struct survey *s, const struct link_event *event, uint64_t now);
bool survey_request(struct survey *s, struct link_request *request);
/* A datagram, or bytes of a stream. */
void survey_input(struct survey *s, const struct route *from, struct span bytes, uint64_t now);
void survey_timer(struct survey *s, uint64_t now);
uint64_t survey_deadline(const struct survey *s);
/* wire: SURVEY_WIRE bytes. 0: nothing to send. */
size_t survey_output(struct survey *s, struct route *to, uint8_t wire[static SURVEY_WIRE]);
/* Nothing more is to be learned, of the servers that were named so far. */
bool survey_done(const struct survey *s, uint64_t now);
/* What the router gave is given back: poll survey_output once more. */
void survey_finish(struct survey *s);

/* What is known at the end; wall_ms: this host's time since 1970. */
void survey_facts(const struct survey *s, uint64_t wall_ms, uint64_t now,
                  struct outlook_facts *out);
/* Does this server answer? UNKNOWN: it was not asked so. */
enum outlook_answer survey_answer(const struct survey *s, unsigned server, enum outlook_way way);
/* It takes connections, and does not answer: so does a closed server without its key
 * (docs/SIGNALING.md S14-2). */
bool survey_mute(const struct survey *s, unsigned server);
