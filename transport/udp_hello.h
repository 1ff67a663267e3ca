/* udp_hello: how the initiator of udp:// comes by a cookie, docs/PROTOCOL.md 2.1. HELLO goes to all
 * addresses of the peer until one of them answers. Its cookie then goes before our packets, in
 * OPEN, until the session has heard from the other side. */
#ifndef TRANSPORT_UDP_HELLO_H
#define TRANSPORT_UDP_HELLO_H

#include "transport/carrier.h"
#include "wire/signaling.h"

struct udp_hello_peer {
	struct addr addr;
	uint8_t nonce[NONCE_BYTES], cookie[COOKIE_BYTES];
	uint16_t link;
	bool answered; /* cookie is good for something */
	bool held;     /* the session lives there: no OPEN */
	bool reported; /* UP was */
};

/* Private to udp_hello.c; others embed it. */
struct udp_hello {
	struct udp_hello_peer peers[LIMIT_PEER_ADDRS];
	size_t count;
	struct random *random;
	unsigned asked;                  /* bit i: HELLO goes to peer i */
	unsigned to_say;                 /* ... and has to, in this round */
	uint64_t hello_at;               /* the next round; NEVER: all is known */
	unsigned hellos;                 /* rounds since the last COOKIE */
	uint64_t error_at;               /* when ERROR last made us ask; NEVER */
	struct carrier_failure *failure; /* borrowed */
};

/* Asks all of the addresses; without any, nobody. failure: set when none answers. */
void udp_hello_init(struct udp_hello *h, const struct addr *peers, size_t count,
                    struct random *random, struct carrier_failure *failure, uint64_t now);
/* Asks again, or sooner. */
void udp_hello_refresh(struct udp_hello *h, uint64_t now);
void udp_hello_stop(struct udp_hello *h);
/* Takes COOKIE and ERROR; false: the message is neither. */
bool udp_hello_input(struct udp_hello *h, const struct route *from, struct span wire, uint64_t now);
/* A peer at that address has answered. */
bool udp_hello_answered(const struct udp_hello *h, const struct addr *remote);
/* The cookie that goes before a packet to that address; NULL: none. */
const uint8_t *udp_hello_cookie(const struct udp_hello *h, const struct addr *remote);
void udp_hello_hold(struct udp_hello *h, const struct addr *remote);
void udp_hello_drop(struct udp_hello *h, const struct addr *remote);

void udp_hello_timer(struct udp_hello *h, uint64_t now);
/* The next HELLO and its route, by the link of a family; false: none. */
bool udp_hello_output(struct udp_hello *h, struct route *route, struct writer *w);
uint64_t udp_hello_deadline(const struct udp_hello *h);
/* UP; false: there is nothing to report. */
bool udp_hello_report(struct udp_hello *h, struct communicator_event *event);

#endif
