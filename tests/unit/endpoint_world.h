/* endpoint_world: endpoints without a network: what one sends is handed to the other, on a clock of
 * the test's own. The communicator is a fake that gives every packet as it is, so that a test (or a
 * fuzzer) says from where it comes. */
#pragma once

#include "crypto/spake2.h"
#include "endpoint/endpoint.h"
#include "endpoint/roster.h"
#include "session/session_net.h"
#include "tests/unit/keys.h"
#include "tests/unit/peers_in.h"
#include "tests/unit/support.h"

extern const struct communicator_class communicator_fake;

struct host {
	struct endpoint *ep;
	struct communicator *communicator; /* owned by ep */
	struct addr at;
	unsigned refreshed;           /* calls of refresh */
	unsigned vouched;             /* contacts, by calls of regard */
	unsigned guesses, last_guess; /* GUESS events; the number of the last */
	unsigned wrong_codes, refused, changed, unproved, failed, peers; /* events of these kinds */
	unsigned ended; /* ... FAILED, and not of a peer that is looked for again */
	uint32_t rest_s;
	enum refuse_reason reason;
	uint32_t number; /* of WRONG_CODE, REFUSED */
	bool left;       /* its events are left for the test to take */
	bool accepts;    /* PEER is answered by accept, else by refuse: */
	uint8_t refuses; /* with this code: CLOSE_BUSY */
};

const struct public_key *world_key(unsigned identity);
/* As endpoint_new wants it; suite noise, identity of that index. */
struct endpoint_config world_config(bool initiator, unsigned identity, struct random *random);
/* Takes config; the communicator is made here. */
void world_host(struct host *h, const struct endpoint_config *config, struct addr at, uint64_t now);
void world_end(struct host *h);

struct route world_route(const struct addr *remote);      /* direct, over UDP */
struct route world_forward(uint64_t pair, uint32_t host); /* of one server */
void world_up(struct host *h, const struct route *route, uint64_t now);
void world_down(struct host *h, const struct route *route, uint64_t now);
void world_members(struct host *h, unsigned count, uint64_t now);

/* All that the program is told, counted; PEER is answered. */
void world_listen(struct host *h, uint64_t now);
/* The next packet h sends: 0 when there is none. */
size_t world_sent(struct host *h, struct route *to, uint8_t packet[static LIMIT_WIRE],
                  uint64_t now);
void world_give(struct host *h, const struct route *from, struct span packet, uint64_t now);
/* Packets of both go to the other until neither has more. Routes are direct unless given. */
void world_talk(struct host *a, struct host *b, uint64_t now);
void world_talk_over(struct host *a, const struct route *to_b, struct host *b,
                     const struct route *to_a, uint64_t now);

/* A stranger that speaks for itself: HANDSHAKE packets by hand. */
struct stranger {
	struct route route; /* as the endpoint under test sees it */
	uint8_t id[CONNECTION_ID];
	struct spake2 spake2;
	struct code code;
	bool answered; /* with share */
	uint8_t share[SPAKE2_SHARE];
	unsigned refused; /* the last REFUSE to this id; 0: none */
};
size_t world_handshake(const uint8_t id[static CONNECTION_ID], unsigned number, size_t total,
                       size_t offset, struct span bytes, uint8_t packet[static LIMIT_PACKET]);
/* Knocks with a share of its code, from this address under this connection id, and hears what h
 * answers. */
void stranger_knock(struct stranger *s, struct host *h, const struct route *route, unsigned id,
                    const struct code *code, struct random *random, uint64_t now);
/* Its confirmation, which is a guess of its code. False: it had no answer to make one of. */
bool stranger_confirm(struct stranger *s, struct host *h, uint64_t now);

extern bool
    world_unproved; /* what is given comes from an address that has not shown that it receives */
unsigned world_shaking(const struct host *h); /* places taken */
