/* net: a simulated internet on a virtual clock: links with delay, jitter, loss, duplication and
 * darkness, NATs of every mapping and filtering behaviour (RFC 4787), TCP connections that can
 * break, and those of two hosts behind NATs that cross. All chance comes from one seed. */
#pragma once

#include "base/limits.h"
#include "base/link.h"
#include "base/random.h"
#include "base/route.h"
#include "tests/nat/nat.h"
#include "tests/nat/weather.h"

enum { SIM_NODES = 56, SIM_SOCKETS = 600 };

struct socket {
	bool used;
	uint16_t link;
	const char *kind;
	struct addr local;
	int peer_node, peer_socket; /* TCP: the other end; -1 while connecting */
	struct addr outside;        /* TCP: where it is seen from the internet */
	struct addr remote;
	uint64_t last_arrival;
};

struct node {
	struct addr inside, outside; /* ports are 0; equal without a NAT */
	struct nat *nat;             /* of the whole network that has this outside; NULL: none */
	struct socket sockets[SIM_SOCKETS];
	int sockets_used; /* as many have been in use at once */
	uint16_t next_link, next_port;
	struct weather weather; /* of its line to the internet, both ways */
	bool privileged;        /* may bind ports below 1024 */
	bool alive;
	uint64_t busy_until; /* its program gets no processor before: what comes waits */
};

struct delivery;

/* Datagrams, and their bytes with the headers of IP and UDP. */
struct traffic {
	uint64_t packets, bytes;
};

struct net {
	uint64_t now;
	struct random *random;
	struct node nodes[SIM_NODES];
	int nodes_used; /* the first of them: the others are nowhere */
	struct delivery *heap;
	size_t heap_count, heap_cap;
	uint64_t sent, lost, filtered;
	uint64_t syns[SIM_NODES];      /* to the NAT before each */
	struct traffic udp[SIM_NODES]; /* of each node's line, both ways */
	bool cut;                      /* no UDP between these two */
	int cut_a, cut_b;
	struct addr
	    copy_as; /* set: every datagram of copy_from arrives a second time, as if from there */
	int copy_from;
	uint64_t copies, to_copy_address; /* the latter: packets of the session that went there */
	void (*listen)(const struct net *n, int node, const struct route *route,
	               struct span wire); /* hears all that is sent */
};

/* What arrives at a node: a datagram or a chunk (wire), or a link's event. */
struct arrival {
	int node;
	bool is_event;
	struct link_event event;
	struct route route;
	struct span wire; /* valid until the next net_arrive */
};

void net_start(struct net *n, struct random *random);
void net_end(struct net *n);
/* Set: every packet is printed, in words, with where it goes and what becomes of it; and what
 * happens to a node. scripts/sim draws it. */
extern bool net_trace;
/* With net_trace: a line of the time, the node's name, and what. */
void net_tell(const struct net *n, int node, const char *what);
/* The same of its NAT and weather. */
void net_describe(const struct net *n, int node);
/* A NAT sits before the node when mapping is not MAP_NONE; outside is then its address. Nodes
 * with equal outside share one network and its NAT, the one that it got first. It lives until
 * net_end, or until no node uses it. The short form has lifetimes of 30 s that only packets going
 * out renew, and hairpins; ports are sequential, or random where they depend on the destination. */
void net_node_behind(struct net *n, int node, struct addr inside, struct addr outside,
                     const struct nat_config *nat);
void net_node(struct net *n, int node, struct addr inside, struct addr outside,
              enum mapping mapping, enum filtering filtering);
void net_request(struct net *n, int node, const struct link_request *request);
void net_send(struct net *n, int node, const struct route *route, struct span wire);
uint64_t net_next(const struct net *n);            /* when something arrives; NEVER */
bool net_arrive(struct net *n, struct arrival *a); /* what is due at n->now */
void net_rebind(struct net *n, int node); /* the NAT forgets all mappings; sequential ports go on */
/* The host, or its router, has other addresses from now on, and its NAT knows nothing. Its sockets
 * stay; its TCP connections break. */
void net_move(struct net *n, int node, struct addr inside, struct addr outside);
void net_break(struct net *n, int node); /* every TCP connection of the node breaks */
