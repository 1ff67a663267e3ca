/* candidates: the addresses at which a host may be reached, as offered to its peer inside the
 * session. docs/PROTOCOL.md 6.7. */
#pragma once

#include "base/addr.h"
#include "base/limits.h"
#include "base/nat.h"

/* As on the wire. */
enum candidate_kind {
	CANDIDATE_HOST = 1, /* an interface of the host */
	CANDIDATE_SEEN = 2, /* what a server sees the host at */
	CANDIDATE_TCP = 3,  /* where it takes TCP connections */
	CANDIDATE_CROSS = 4 /* where a server sees its TCP connection: they may cross there */
};

/* How a direct path is looked for. */
enum punching {
	PUNCHING_EASY, /* probes go to what the peer offers */
	PUNCHING_FULL, /* ... and if they find nothing, a search: search.h */
	PUNCHING_NONE  /* nobody learns our addresses */
};

struct candidate {
	uint8_t kind; /* enum candidate_kind; from a peer it may be anything */
	struct addr addr;
};

/* A TCP connection to a server. */
struct crossing {
	struct addr local, seen; /* from where, as we see it, and as the server does; unset: none */
};

struct candidates {
	struct candidate own[LIMIT_CANDIDATES];
	size_t own_count;
	struct addr networks[LIMIT_CANDIDATES]; /* addresses of our interfaces */
	size_t networks_count;
	uint16_t udp_link[2];                    /* the sockets that fire: IPv4, IPv6; 0: none */
	struct nat_traits nat;                   /* before the first of these */
	struct crossing crossings[LIMIT_VENUES]; /* by server */
};
