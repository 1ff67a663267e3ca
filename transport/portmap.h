/* portmap: asks the router of this network for a port that leads to our UDP socket: PCP (RFC 6887),
 * and NAT-PMP (RFC 6886) where the router speaks only that. A mapping is renewed when half its life
 * is over, and given back at the end.
 *
 *   asked --answer--> mapped --half its life--> asked
 *   asked --no answer, refused--> given up
 *
 * Only an answer from the router to what was asked is taken. Where it says that we can be reached
 * is a claim, to be compared with what others see. */
#pragma once

#include "transport/carrier.h"

enum { PORTMAP_NONCE = 12, PORTMAP_MESSAGE = 60 };

/* Private to portmap.c; others embed it. */
struct portmap {
	struct random *random;
	struct addr router, own; /* own: as the router sees this host; port: of our socket */
	uint8_t nonce[PORTMAP_NONCE];
	bool spoke_old;                     /* NAT-PMP, at least once */
	bool old;                           /* the router speaks NAT-PMP */
	bool say_new, say_old, say_address; /* what is due */
	bool ends;                          /* the mapping is given back */
	unsigned tries;                     /* without an answer */
	uint64_t ask_at;                    /* NEVER */
	struct addr address;          /* NAT-PMP: of the router, port 0; unset: not known yet */
	struct addr mapped, reported; /* unset: none */
	uint64_t expires_at;          /* ... the mapping; NEVER */
};

void portmap_init(struct portmap *p, struct random *random);
/* The router (port: ignored), and our own address in its network; asks from now on, also if they
 * are the same as before: the router may have forgotten. Both unset: there is no router. One whose
 * network has public addresses is not asked: it translates nothing. */
void portmap_router(struct portmap *p, const struct addr *router, const struct addr *own,
                    uint64_t now);
/* Our socket is bound to that port of all IPv4 addresses. */
void portmap_socket(struct portmap *p, uint16_t port, uint64_t now);
void portmap_finish(struct portmap *p); /* poll output afterwards */

/* A datagram; false: it is not the router's, or nothing that was asked for. */
bool portmap_input(struct portmap *p, const struct addr *from, struct span wire, uint64_t now);
void portmap_timer(struct portmap *p, uint64_t now);
/* The next question, and whom it is for; false: none. */
bool portmap_output(struct portmap *p, struct writer *w, struct addr *to);
uint64_t portmap_deadline(const struct portmap *p);
/* MAPPED, when the mapping has changed. */
bool portmap_report(struct portmap *p, struct communicator_event *event);
