/* route: how bytes travel (which socket, from where, to where), and the links, that is sockets, that os/ opens on request.
 * The words that os/, transport/ and session/ share about the outside. */
#ifndef BASE_ROUTE_H
#define BASE_ROUTE_H

#include "base/addr.h"
#include "base/err.h"

enum route_kind { ROUTE_NONE, ROUTE_UDP, ROUTE_TCP, ROUTE_FORWARD_UDP, ROUTE_FORWARD_TCP };

/* For os/ link, local, remote and ttl count. For a session the whole is the identity of a path: route_same. */
struct route {
	uint8_t kind;      /* enum route_kind */
	uint8_t ttl;       /* hop limit of this packet; 0: the system's default */
	uint16_t link;     /* 1..; which socket */
	struct addr local; /* own address; all zero: the system's choice */
	struct addr
	    remote;    /* the peer's, or the signaling server's where the packet is forwarded */
	uint64_t pair; /* id of a forwarder's pair; 0 on direct routes */
	uint32_t
	    host; /* forwarded: equal numbers of one server mean one host, or one IPv6 /48; 0: the server has not said. No part of the identity */
};

bool route_same(const struct route *a,
                const struct route *b); /* ttl, local and host do not count */
bool route_is_forward(const struct route *r);
bool route_is_stream(
    const struct route *
	r); /* TCP to the peer itself: in order, without loss while the link lives (a forwarder drops) */
const char *
route_kind_text(const struct route *r); /* "direct udp", "tcp", "relay udp", "relay tcp" */

enum link_kind { LINK_UDP, LINK_TCP, LINK_LISTEN };

/* What a communicator asks of os/. Its own links are numbered by it, below LINK_ACCEPTED_FIRST; accepted ones by os/. */
enum { LINK_ACCEPTED_FIRST = 0x4000 };

struct link_request {
	bool open; /* false: close it, no event follows */
	uint16_t link;
	enum link_kind kind;
	struct addr local;  /* to bind: any address with port 0 where it does not matter */
	struct addr remote; /* LINK_TCP: to connect to */
};

enum link_state {
	LINK_UP,       /* bound, connected or listening; local (and remote) are set */
	LINK_ACCEPTED, /* a new connection; listener tells which link took it */
	LINK_DOWN, /* refused, broken or ended by the other side; why tells; the link is closed already */
	LINK_STUFFED, /* a stream link takes no more now */
	LINK_WRITABLE /* ... and again */
};

struct link_event {
	enum link_state state;
	uint16_t link, listener;
	enum link_kind kind;
	struct addr local, remote;
	enum err why;
};

#endif
