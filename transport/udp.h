/* udp: what udp.c (sockets, packets, the responder) and udp_hello.c (how the initiator comes by a
 * cookie) share. Inside these two files only. */
#ifndef TRANSPORT_UDP_H
#define TRANSPORT_UDP_H

#include "transport/carrier.h"
#include "wire/cookies.h"
#include "wire/signaling.h"

enum {
	UDP_SOCKETS = 2,
	UDP_ANSWERS = LIMIT_BATCH, /* that wait for output; others are dropped, peers repeat */
	UDP_ERROR_FROM = 56
}; /* an OPEN this large may be answered by ERROR */

struct udp_socket {
	enum socket_state state;
	bool wanted, told;
	struct addr bind, local;
	uint64_t open_at; /* NONE: when to try again; NEVER: with refresh */
};

struct udp_peer {
	uint8_t nonce[NONCE_BYTES], cookie[COOKIE_BYTES];
	uint16_t link;
	bool answered; /* cookie is good for something */
	bool held;     /* the session lives there: no OPEN */
	bool up, told_up;
};

struct udp_answer {
	struct route to;
	bool is_error;
	uint8_t nonce[NONCE_BYTES];
};

struct udp {
	struct communicator base;
	struct communicator_config config;
	struct udp_socket sockets[UDP_SOCKETS];

	/* Initiator: peers[i] is config.peers[i]; peers_count is 0 for a responder. */
	struct udp_peer peers[LIMIT_PEER_ADDRS];
	unsigned asked;    /* bit i: HELLO goes to peer i */
	unsigned to_say;   /* ... and has to, in this round */
	uint64_t hello_at; /* the next round; NEVER: all is known */
	unsigned hellos;   /* rounds since the last COOKIE */
	uint64_t error_at; /* when ERROR last made us ask */

	/* Responder. */
	struct cookies cookies;
	struct udp_answer answers[UDP_ANSWERS];
	size_t answers_count;

	bool pending, pending_proved; /* what the last input left for receive */
	struct route pending_from;
	struct span pending_packet;

	bool failed, failed_fatal; /* FAILED to tell */
	enum err failed_err;
	struct addr failed_addr;
};

/* udp.c */
bool udp_up(const struct udp *u, uint16_t link);
/* NULL: not one of config.peers */
struct udp_peer *udp_peer(struct udp *u, const struct addr *remote);
void udp_fail(struct udp *u, enum err err, const struct addr *where, bool fatal);

/* udp_hello.c */
enum { UDP_ALL = (1 << LIMIT_PEER_ADDRS) - 1 };
/* HELLO to the peers of the mask, until one answers */
void udp_ask(struct udp *u, unsigned peers, uint64_t now);
void udp_ask_no_more(struct udp *u);
/* true: was COOKIE or ERROR */
bool udp_hello_input(struct udp *u, const struct route *from, struct span wire, uint64_t now);
size_t udp_hello_output(struct udp *u, struct route *route, struct writer *w, uint64_t now);

#endif
