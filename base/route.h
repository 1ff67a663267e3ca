/* route: how bytes travel: by which link, from where, to where. These are the words that os/,
 * transport/ and session/ share about the outside; link.h has more. */
#pragma once

#include "base/addr.h"

/* All that others need to know of a kind of route. A communicator of another sort has kinds of its
 * own, in its own file. */
struct route_kind {
	const char *label; /* for people: "direct udp" */
	uint8_t rank;      /* of two paths that work, the one with the higher rank carries data */
	bool stream;       /* in order, and without loss while the link lives */
	bool forward;      /* a server in between passes the packets on (and may drop them) */
	/* Datagrams to an address: whoever sends from it has not shown that he receives there,
	 * other addresses may be tried beside it, and there is nothing to close. */
	bool bare;
	uint16_t large; /* bytes of the largest packet that may pass; 0: LIMIT_PACKET */
};

extern const struct route_kind route_udp, route_tcp, route_forward_udp, route_forward_tcp;
#define ROUTE_UDP         (&route_udp)
#define ROUTE_TCP         (&route_tcp)
#define ROUTE_FORWARD_UDP (&route_forward_udp)
#define ROUTE_FORWARD_TCP (&route_forward_tcp)

/* For os/, link, local, remote and ttl count. For a session the whole is the identity of a path:
 * route_same. */
struct route {
	const struct route_kind *kind; /* NULL: no route */
	uint64_t pair;                 /* id of a forwarder's pair; 0 on direct routes */
	/* Forwarded: equal numbers of one server mean one host, or one IPv6 /48; 0: the server has
	 * not said. No part of the identity. */
	uint32_t host;
	/* 1..; which socket; 0: a stream that is known by its remote address alone */
	uint16_t link;
	uint8_t ttl;       /* hop limit of this packet; 0: the system's default */
	struct addr local; /* own address; all zero: the system's choice */
	/* the peer's, or the signaling server's where the packet is forwarded */
	struct addr remote;
};

/* ttl, local and host do not count. */
bool route_same(const struct route *a, const struct route *b);
/* Does the loss of the one take the other with it? Links and pairs have one life each, bare routes
 * one of their own. lost without a kind: a link with all its routes, but for pairs. */
bool route_takes(const struct route *lost, const struct route *r);
bool route_is_forward(const struct route *r);
bool route_is_stream(const struct route *r);
bool route_is_bare(const struct route *r);
