/* carrier: what the communicators have in common: sockets on request, a failure to report, waiting
 * times. Inside transport/ only. */
#pragma once

#include "base/min_max.h"
#include "transport/communicator.h"

/*   NONE -> OPEN --request--> OPENING --LINK_UP--> UP -> CLOSE --request--> NONE
 *                                any state but CLOSE --LINK_DOWN--> NONE */
enum socket_state {
	SOCKET_NONE,
	SOCKET_OPEN, /* to be asked for */
	SOCKET_OPENING,
	SOCKET_UP,
	SOCKET_CLOSE /* to be asked for */
};

/* A failure that is not yet reported to the program. Private to carrier.c; others embed it. */
struct carrier_failure {
	bool set, fatal;
	enum err err;
	struct addr where;
	const char *reason;
	bool ours;
};

/* The newest failure replaces an older one, but never a fatal one. */
void carrier_fail(struct carrier_failure *f, enum err err, const struct addr *where, bool fatal);
/* ... of a socket of ours, as the system has said in event. */
void carrier_fail_link(struct carrier_failure *f, const struct link_event *event,
                       const struct addr *where, bool fatal);
/* The system has said why something failed, of which carrier_fail may yet tell. NULL: that is out
 * of date. */
void carrier_because(struct carrier_failure *f, const char *reason);
/* COMMUNICATOR_FAILED, once; false: there is nothing to report. */
bool carrier_failed(struct carrier_failure *f, struct communicator_event *event);

/* The packet that the last input left for receive. Private to carrier.c; others embed it. */
struct carrier_inbox {
	bool full, proved;
	struct route route;
	struct span packet;
};

/* Replaces one that nobody took. packet: borrowed. */
void carrier_put(struct carrier_inbox *in, const struct route *route, struct span packet,
                 bool proved);
/* ... a datagram straight from its sender, if it is a packet of a session. */
void carrier_put_direct(struct carrier_inbox *in, const struct route *from, struct span datagram,
                        bool proved);
bool carrier_get(struct carrier_inbox *in, struct route *route, struct span *packet, bool *proved);

/* us, 10 % more or less, so that many hosts do not fall into step. */
uint64_t carrier_jitter(struct random *random, uint64_t us);
/* 2, 4, 8, 16, then 30 s, with jitter, before what has failed so often is tried again. */
uint64_t carrier_pause(struct random *random, unsigned failures);

/* The any address of a family, port 0. */
struct addr carrier_any(bool v4);
