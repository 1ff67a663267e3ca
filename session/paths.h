/* paths: which addresses lead to the peer, which of them are proved, and which one carries the
 * data. docs/PROTOCOL.md 6.6. What one path must show is proof.h's, who gets a place in the table
 * places.h's, how many packets may go to addresses that only the peer has named probes.h's; paths
 * that carry packets are started and stopped in recovery.h. A path is an index below LIMIT_PATHS;
 * -1: none. */
#pragma once

#include "session/doubt.h"
#include "session/keepalive.h"
#include "session/path.h"
#include "session/probes.h"
#include "session/recovery.h"

/* Only paths.c writes to it and to its paths; others may read the data, asker, changed and doubt,
 * and of the path at such an index the route, lan and id, and tell its proof what came and what
 * left there. */
struct paths {
	struct recovery *recovery; /* borrowed */
	struct random *random;     /* borrowed */
	bool initiator, no_relay;
	int data;       /* carries the data; validated */
	int asker;      /* where the newest packet came from that wants an acknowledgment */
	uint64_t asked; /* its number */
	uint16_t left;  /* a socket that was the main one: what starts there ends soon; 0: none */
	uint64_t chosen_at; /* since when data is what it is */
	uint8_t next_id;
	bool changed; /* data is another path, and nobody has asked yet */
	struct doubt doubt;
	struct keepalive keepalive;
	struct path at[LIMIT_PATHS];
	int end; /* the places from here on are free */
	struct places places;
	struct probes probes;
};

enum path_origin {
	PATH_CANDIDATE, /* the peer says that it may be reached there */
	PATH_HEARD,     /* an authentic packet came from there */
	PATH_OFFERED,   /* our communicator has made it */
	PATH_PROVED     /* the handshake went over it */
};

void paths_init(struct paths *p, bool initiator, struct recovery *recovery, struct random *random);

/* ---- the table ---- */

int paths_find(const struct paths *p, const struct route *route);
/* The path of a route, as it is if there is one. lan: the address is in a network of ours. -1:
 * there is no place for it. */
int paths_add(struct paths *p, const struct route *route, enum path_origin origin, bool lan,
              uint64_t now);
/* The route is gone, and with it all over its connection or forwarder's pair. */
void paths_drop(struct paths *p, const struct route *route);
/* It is challenged at once, but the one in use; a connection that its probes have opened stands. */
void paths_ask(struct paths *p, int path, uint64_t now);
/* The peer says that it may be reached there now: probed if it is new or LOST, else challenged. */
void paths_candidate(struct paths *p, const struct route *route, bool lan, uint64_t now);
/* A fresh socket has taken the place of another one: paths from there are preferred to those from
 * the old one, of which nobody knows how long they last. */
void paths_turn(struct paths *p, uint16_t old, uint16_t fresh);
/* A stream link takes nothing for now, or does again. */
void paths_block(struct paths *p, uint16_t link, bool blocked);
void paths_no_relay(struct paths *p, bool no_relay); /* whether forwarders carry no chat */

/* ---- what comes in ---- */

/* probing: nothing in the packet says that its sender uses the path. */
void paths_heard(struct paths *p, int path, uint64_t number, bool probing, size_t len,
                 uint64_t now);
/* ... and it wants an acknowledgment: so where the newest such packet came from, however late. */
void paths_asked(struct paths *p, int path, uint64_t number);
void paths_response(struct paths *p, const uint8_t bytes[static CHALLENGE_LEN], uint64_t now);

/* ---- choice and time ---- */

/* Something has happened to a network, here or there: who knows what still works? All paths are
 * asked, and what is unacknowledged goes over all that are validated. Ends when the path of the
 * data has answered. */
void paths_doubt(struct paths *p, uint64_t now);
/* The path whose turn it is to get a copy (doubt_copied says that it has it). -1: there is none. */
int paths_copy(struct paths *p);
/* Chooses the path of the data, and gives up one that went silent. True: it is another one now, and
 * the peer should hear from us there. */
bool paths_choose(struct paths *p, uint64_t now);
/* Gives up what has not answered. */
void paths_timer(struct paths *p, uint64_t now);
uint64_t paths_deadline(const struct paths *p);

/* ---- what goes out ---- */

/* The next probing packet: its frames in w, where it goes, and the bytes it is to be padded to; 0:
 * it is not. -1: none is due. */
int paths_probe(struct paths *p, struct writer *w, size_t *pad, uint64_t now);
/* How many bytes may go there now: nothing while it is blocked; until the peer has shown that it
 * receives there, three times what came from there; else LIMIT_PACKET_MAX. */
size_t paths_room(const struct paths *p, int path);

/* ---- small answers ---- */

bool paths_may_carry_chat(const struct paths *p, int path);
bool paths_direct(const struct paths *p); /* the data goes over a direct path */
bool paths_take_change(struct paths *p);  /* true once for each change of the data's path */
const struct rtt *
paths_rtt(const struct paths *p); /* of the data's path; without one, of the first */
