/* roster: the places of an endpoint's peers, who gets one, and what all their sessions have in
 * common. docs/PROTOCOL.md section 3. */
#pragma once

#include "endpoint/peer.h"

/* One more than can be accepted: a peer and the one it replaces. */
enum { ROSTER_PLACES = LIMIT_HALF_OPEN + LIMIT_PEERS + 1 };

/* Only roster.c writes to it; others embed it and read session.no_relay. */
struct roster {
	struct peer *at[ROSTER_PLACES]; /* owned; NULL: the place is free */
	unsigned places;                /* so many of them are used */
	unsigned peers;                 /* accepted at a time, at most */
	unsigned last;                  /* number given to a peer */
	unsigned end;                   /* places from here on are free */
	unsigned turn;                  /* whose output was the last */
	struct session_config session;
	enum mode mode;
	struct candidates candidates;
	/* FAILED, to be taken: a peer has proved its key, and runs in another mode; err OK: none */
	struct endpoint_event other_mode;
};

/* session: copied; its pointers are borrowed for as long as there are peers. peers: accepted at a
 * time, from 1 to LIMIT_PEERS. */
void roster_init(struct roster *r, const struct session_config *session, enum mode mode,
                 unsigned peers);
void roster_free(struct roster *r);

/* Goes through the peers, from *i = 0 on; NULL: there are no more. They may go meanwhile. */
struct peer *roster_next(const struct roster *r, int *i);
/* These give one peer, or NULL. */
struct peer *roster_of_handshake(const struct roster *r, const uint8_t id[static CONNECTION_ID]);
struct peer *roster_of_session(const struct roster *r, const uint8_t id[static CONNECTION_ID]);
struct peer *roster_find(const struct roster *r, enum peer_state state);
struct session *roster_session(const struct roster *r, unsigned number); /* accepted; 0: any */
/* The accepted peer that has to go if another is accepted now: if the program is deciding on one
 * that is here already, that; else, when no place is left, one that is away, or else the one that
 * was not heard for longest. NULL: there is a place. */
struct peer *roster_gives_way(const struct roster *r);
/* In a session of another one than `but` (NULL: of anybody). */
bool roster_has_route(const struct roster *r, const struct route *route, const struct peer *but);

/* A place for a peer who shakes hands, and who is taken over: a free one while fewer than
 * LIMIT_HALF_OPEN are shaking hands or comparing words, the last of these only for who knows a
 * contact's psk; such a one may also have one of the conversations that have not begun. Else that
 * of source_loser (base/source.h), whose peer is gone then. False: all are taken by better ones; p
 * is gone. */
bool roster_settle(struct roster *r, struct peer *p);
/* As peer_prove; its session gets what the others have. ERR_VERSION is noted and counts as OK. */
enum err roster_prove(struct roster *r, struct peer *p, uint64_t now);
void roster_remove(struct roster *r, struct peer *p); /* it is freed */

/* What we may offer to peers: also to those who come later. */
void roster_candidates(struct roster *r, const struct candidates *candidates);
/* no_relay: the forwarders carry no chat. */
void roster_no_relay(struct roster *r, bool no_relay);
void roster_blocked(struct roster *r, uint16_t link, bool blocked); /* session_route_blocked */

/* FAILED, with key and trust: whoever proved that runs in another mode. False: nobody does. */
bool roster_take_other_mode(struct roster *r, struct endpoint_event *event);
/* The same; else as peer_take: of an accepted peer, else of one that the program is to decide on,
 * unless it is deciding on another. replaces: that is an accepted one, who has come again. */
bool roster_take(struct roster *r, struct endpoint_event *event);
bool roster_has_news(const struct roster *r); /* false: roster_take has nothing */
/* What sessions have to know: our network has changed; a datagram was rejected. */
void roster_network(struct roster *r, uint64_t now);
void roster_link(struct roster *r, const struct link_event *event);
/* As peer_output; one peer after the other has its turn. */
size_t roster_output(struct roster *r, struct route *to, uint8_t *packet, uint64_t now);
/* As peer_more: of the peer whose packet was the last. */
size_t roster_more(struct roster *r, uint8_t *packet, size_t size, uint64_t now);
uint64_t roster_deadline(const struct roster *r);
