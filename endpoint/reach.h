/* reach: how peers are reached: the communicator, and the addresses of this host that sessions
 * may offer. */
#pragma once

#include "endpoint/roster.h"

/* Private to reach.c; others embed it. */
struct reach {
	struct communicator *communicator; /* owned */
	struct roster *roster;
	uint16_t port[2];      /* of the UDP sockets: IPv4, IPv6; 0: none */
	struct addr seen[2];   /* as a server sees them */
	unsigned seers[2];     /* bit i: server i does */
	struct addr stream[2]; /* where we take connections of TCP */
	struct addr
	    mapped;       /* where our router says that it leads to the IPv4 one; unset: nowhere */
	unsigned trouble; /* so many peers are away, or nobody knows which path to them works */
	uint64_t trouble_at; /* since when there are so many */
	uint64_t refresh_at; /* NEVER */
	bool no_relay;       /* our user wants none */
	unsigned relays;     /* bit i: server i carries more than handshakes */
	/* The session that has leave to search; NULL: none. For which turn of it. */
	const struct session *searcher;
	unsigned turn;
	uint64_t next_search_at; /* ... and when another one may */
	struct candidates candidates;
};

/* communicator: taken over; roster: borrowed for good. */
void reach_init(struct reach *r, struct communicator *communicator, struct roster *roster);
void reach_free(struct reach *r);

/* Our interfaces; more than LIMIT_CANDIDATES: the first of them. */
void reach_hosts(struct reach *r, const struct addr *hosts, size_t count);
/* What the communicator has to say, but for what concerns sockets alone. */
bool reach_take(struct reach *r, struct communicator_event *event, uint64_t now);
/* The peer's connections, and its pairs at a forwarder, are not wanted any more; unless another
 * session has them too. */
void reach_drop(struct reach *r, const struct peer *p);

/* The session is over, and its peer looked for: who is there now? */
void reach_ended(struct reach *r, uint64_t now);
/* Other ways are looked for while an accepted peer is away. */
void reach_timer(struct reach *r, uint64_t now);
uint64_t reach_deadline(const struct reach *r);
