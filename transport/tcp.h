/* tcp: what tcp.c (links, packets, events) and tcp_connect.c (the initiator's rounds over the
 * peer's addresses) share. What the session has been told (known, told_*) is kept beside what is,
 * and take() tells the difference: no queue can overflow. Inside these two files only. */
#ifndef TRANSPORT_TCP_H
#define TRANSPORT_TCP_H

#include "transport/carrier.h"
#include "transport/communicator.h"
#include "wire/framing.h"

enum {
	TCP_STRANGERS = 16, /* links without an authenticated peer that a responder keeps at once */
	TCP_LISTENERS = 2,
	TCP_HELD = LIMIT_LINKS - TCP_STRANGERS /* a responder's: strangers keep their places */
};

#define TCP_GRACE_US (10 * SECOND) /* docs/PROTOCOL.md 2.2: until the session holds a link */

struct tcp_link {
	enum socket_state state;
	uint16_t number;
	bool spoke;   /* a first message that verified has come */
	bool vouched; /* ... by somebody who knows a contact's psk */
	bool held;    /* the session has authenticated the peer here */
	bool known;   /* the session has heard of this route: its end is to be told */
	bool blocked, blocked_reported;
	struct addr local, remote;
	uint64_t since; /* UP: when that was */
	uint64_t until; /* OPENING: gives up; UP and not held: the end of its grace */
	struct framing reader;
};

struct tcp_listener {
	enum socket_state state;
	bool told;
	struct addr local;
};

struct tcp {
	struct communicator base;
	struct communicator_config config;
	struct tcp_link links[LIMIT_LINKS];
	struct tcp_listener listeners[TCP_LISTENERS]; /* link 1 and 2 */
	/* accepted links for which there is no place: to be closed */
	uint16_t refused[LIMIT_LINKS];
	size_t refused_count;
	uint16_t last_number;

	/* Initiator: a round tries each of config.peers. */
	size_t next;      /* the next to try in this round */
	uint64_t next_at; /* ... and when; NEVER: no round, or all of it is under way */
	uint64_t backoff_us;
	bool unreachable; /* FAILED has been told since the last link */

	bool finished; /* no more rounds */

	struct tcp_link *reading; /* what the last input left for receive */
	struct span in;
	uint64_t clock; /* now, at the last call that told */

	bool failed, failed_fatal; /* FAILED to tell */
	enum err failed_err;
	struct addr failed_addr;
};

/* tcp.c */
struct tcp_link *tcp_find(struct tcp *t, uint16_t number); /* any state but NONE */
/* a free one, cleared; NULL: none */
struct tcp_link *tcp_place(struct tcp *t);
size_t tcp_count(const struct tcp *t, enum socket_state from, enum socket_state to);
void tcp_fail(struct tcp *t, enum err err, const struct addr *where, bool fatal);

/* tcp_connect.c, initiator only; tcp_lost does nothing for a responder. */
void tcp_connect_start(struct tcp *t, uint64_t now);         /* a round begins */
void tcp_connect_time(struct tcp *t, uint64_t now);          /* attempts that are due */
void tcp_connected(struct tcp *t, const struct tcp_link *l); /* l won its round */
/* l carries the session: older links end */
void tcp_held(struct tcp *t, const struct tcp_link *l);
/* an attempt failed, or a link is no more */
void tcp_lost(struct tcp *t, bool attempt, uint64_t now);
/* links may be dead without a word */
void tcp_connect_again(struct tcp *t, uint64_t now);

#endif
