/* world: two peers, a signaling server and the simulated internet between them, on one virtual
 * clock. */
#pragma once

#include "peer.h"
#include "rendezvous/server.h"
#include "tests/unit/keys.h"
#include "wire/framing.h"
#include "wire/signaling.h"

enum { ALICE, BOB, SERVER, SERVERS = 2, WORLD_NODES = SERVER + SERVERS };
enum carrier { CARRIER_TCP, CARRIER_UDP, CARRIER_P2P };

struct world {
	struct net net;
	struct test_random random;
	const struct access *access;     /* the keys that servers want; NULL: none */
	struct server *servers[SERVERS]; /* at SERVER and at the node after it; NULL: none */
	struct peer peers[2];
	enum carrier carrier;
	bool direct_expected;
	uint64_t next_fault, kill_at;
	unsigned faults_left;
	uint64_t light_at[SIM_NODES];
	void (*stranger)(struct world *w,
	                 const struct arrival *a); /* hears what comes to the node after SERVER, if
	                                              that is no server */
};

extern const char *world_label; /* printed when an assert fails */

struct addr outside_of(int node);
/* In place of the one before at that node. */
void world_server_start(struct world *w, int node, uint32_t relay_kbit);
/* It ends and begins again, with nothing of what it knew. says: it tells its members first. */
void world_server_restart(struct world *w, int node, uint32_t relay_kbit, bool says);
/* The host of a server is gone: nothing comes from it, and nobody says so. */
void world_server_lose(struct world *w, int node);
/* Until both peers' programs have ended, or the clock says until. */
void world_run(struct world *w, uint64_t until);
void world_end(struct world *w);
/* The usual two: alice waits, bob comes; tcp, udp or p2p as w->carrier says. */
struct peer_setup common_setup(struct world *w, int node, const struct identity *ids,
                               const struct code *code);
uint64_t pick(struct world *w, uint64_t limit);
