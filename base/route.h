/* route: how bytes travel (by which link, from where, to where), and links: the sockets and lines
 * that os/ opens on request. These are the words that os/, transport/ and session/ share about the
 * outside. */
#ifndef BASE_ROUTE_H
#define BASE_ROUTE_H

#include "base/addr.h"
#include "base/err.h"

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
	uint16_t link;     /* 1..; which socket */
	uint8_t ttl;       /* hop limit of this packet; 0: the system's default */
	struct addr local; /* own address; all zero: the system's choice */
	/* the peer's, or the signaling server's where the packet is forwarded */
	struct addr remote;
};

/* ttl, local and host do not count. */
bool route_same(const struct route *a, const struct route *b);
bool route_is_forward(const struct route *r);
bool route_is_stream(const struct route *r);
bool route_is_bare(const struct route *r);

/* Kinds of links, by name. os/ has a row for each in a table of its own, and finds it by the name's
 * text, so a communicator may name one that is not listed here. */
extern const char LINK_UDP[], LINK_TCP[], LINK_LISTEN[];

/* A communicator numbers its own links, below LINK_ACCEPTED_FIRST; os/ numbers accepted ones. */
enum { LINK_ACCEPTED_FIRST = 0x4000 };

/* What a communicator asks of os/. */
struct link_request {
	bool open; /* false: close it; no event follows */
	uint16_t link;
	const char *kind;
	struct addr local;  /* to bind: any address with port 0 where it does not matter */
	struct addr remote; /* LINK_TCP: to connect to */
	const char *name;   /* of a device, for kinds without addresses; else NULL */
};

enum link_state {
	LINK_UP,       /* bound, connected or listening; local (and remote) are set */
	LINK_ACCEPTED, /* a new connection; listener tells which link took it */
	LINK_DOWN,     /* refused, broken or ended by the other side (why); it is closed already */
	LINK_BLOCKED,  /* a stream link takes no more now */
	LINK_WRITABLE  /* ... and again */
};

struct link_event {
	enum link_state state;
	uint16_t link, listener;
	const char *kind;
	struct addr local, remote;
	enum err why;
};

#endif
