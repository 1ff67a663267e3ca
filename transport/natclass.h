/* natclass: what NAT is before our IPv4 socket, from where HELLO is seen to come: one socket asks
 * two ports of the server, and where these see it at two ports, some spare sockets ask both too.
 * docs/SIGNALING.md S8-28. It decides nothing: a search is planned by what it finds
 * (docs/PROTOCOL.md 6.12), and what it has not found is tried the long way. */
#pragma once

#include "transport/spares.h"
#include "wire/signaling.h"

enum { NATCLASS_SPARES = 4, NATCLASS_ASKS = 2 * NATCLASS_SPARES };

enum natclass_stage {
	NATCLASS_IDLE,   /* nothing is known, or all that can be */
	NATCLASS_PORTS,  /* the main socket asks the other port */
	NATCLASS_SPREAD, /* spare sockets are wanted */
	NATCLASS_SERIES, /* ... and ask both ports, one after the other */
	NATCLASS_LOW,    /* one of a low port is wanted */
	NATCLASS_LOWEST, /* ... and asks */
	NATCLASS_ONE     /* natclass_measure: one socket of somebody else's asks */
};

struct natclass_ask {
	uint16_t link, port; /* of ours */
	struct addr to;
	uint8_t nonce[NONCE_BYTES];
	struct addr seen; /* unset: not answered */
};

/* Where a server sees our main socket; unset: it has not said. */
struct natclass_view {
	struct addr server, seen;
};

/* Private to natclass.c; others embed it. */
struct natclass {
	struct random *random;
	enum natclass_stage stage;
	/* The server that is asked, and where it sees the main socket; unset: not known yet. Others
	 * may see it at another address: it stays the one, until it is silent or the network has
	 * changed. */
	struct addr server, seen;
	uint16_t link;     /* of that; another one is a fresh socket before the same NAT */
	uint64_t heard_at; /* ... last */
	struct natclass_view views[LIMIT_VENUES];
	unsigned next_view;
	uint16_t other_port;
	size_t count, said; /* asks, and how many of them have left in this round */
	struct natclass_ask asks[NATCLASS_ASKS];
	unsigned rounds;
	uint64_t next_at; /* the next round, or the end of this stage; NEVER */
	bool wanting;     /* spares, and nobody knows yet */
	struct nat_traits traits;
	bool news;     /* traits are to be reported */
	bool measured; /* asks[0] is what natclass_measure asked for, and was answered or not */
};

void natclass_init(struct natclass *n, struct random *random);
/* The server sees our main socket there; other_port: COOKIE's. Where that is new, the look begins.
 * Where another server sees us at another port of the same address, it ends for good. */
void natclass_outside(struct natclass *n, uint16_t link, const struct addr *server,
                      const struct addr *seen, uint16_t other_port, uint64_t now);
/* Spare sockets are needed: true once, and natclass_spares says that they are there. */
bool natclass_wants(struct natclass *n, unsigned *count, bool *low);
void natclass_spares(struct natclass *n, const struct spares *spares, uint64_t now);
bool natclass_looks(const struct natclass *n); /* and needs what spares it has */
void natclass_stop(struct natclass *n);        /* it gets none: what is known must do */
/* Where does the server see this socket? */
void natclass_measure(struct natclass *n, uint16_t link, uint64_t now);
/* True once, when that is answered, or was not: *seen is unset then. */
bool natclass_measured(struct natclass *n, struct addr *seen);

/* COOKIE. False: it answers nothing that was asked here. */
bool natclass_cookie(struct natclass *n, const struct route *from, struct span wire, uint64_t now);
void natclass_timer(struct natclass *n, uint64_t now);
uint64_t natclass_deadline(const struct natclass *n);
bool natclass_output(struct natclass *n, struct writer *w, struct route *to);
/* NAT; false: there is nothing to report. */
bool natclass_report(struct natclass *n, struct communicator_event *event);
