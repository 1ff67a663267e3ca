/* straight: TCP straight to and from peers that have met at a server, for those whose networks let
 * no UDP pass (docs/PROTOCOL.md 6.7-12, 6.7-13). A host whose own address is the one that a server
 * sees takes connections there; a session opens one by sending to such an address. Where both are
 * behind NATs, it sends by a route with a local address, that of our connection to the server, and
 * the peer does the same at that time: the two become one (RFC 9293 section 3.5). The route of a
 * connection that we have opened has link 0, and is known by its remote address, before it stands
 * and after. */
#pragma once

#include "transport/tcp_links.h"

enum {
	STRAIGHT_LISTEN = 4, /* links of the listeners: IPv4, IPv6; before these are sockets.h's */
	STRAIGHT_FIRST = 6,  /* ... and of the connections that we open, below CHANNEL_TCP */
	STRAIGHT_NUMBERS = 224,
	STRAIGHT_LINKS = 32 /* at a time: whoever has met at a server has another way besides */
};

struct straight_listener {
	enum socket_state state;
	struct addr bind, local;
	bool reported;
};

/* Private to straight.c; others embed it. */
struct straight {
	bool wanted;
	uint64_t minute_at; /* when that began in which so many connections were opened: */
	unsigned opened, crossed;
	struct straight_listener at[2]; /* IPv4, IPv6 */
	struct tcp_links links;
	struct tcp_links_link links_at[STRAIGHT_LINKS];
};

/* s: all zero. wanted: else nothing listens, nor is anything opened. */
void straight_init(struct straight *s, bool wanted);
/* OBSERVED: if that is an address of this host, we listen there. Of others nothing is learned. */
void straight_learn(struct straight *s, const struct communicator_event *event);

/* False: it is not about any of these. */
bool straight_link(struct straight *s, const struct link_event *event, uint64_t now);
bool straight_request(struct straight *s, struct link_request *request);
/* The next packet of a session among the bytes of a link, and its route. */
bool straight_read(struct straight *s, uint16_t link, struct span *in, struct span *packet,
                   struct route *route);
/* As in struct communicator_class, for routes of the kind ROUTE_TCP. */
int straight_wrap(struct straight *s, struct route *route, uint8_t *buffer, size_t len,
                  size_t *wire_len, uint64_t now);
void straight_timer(struct straight *s, uint64_t now);
uint64_t straight_deadline(const struct straight *s);
void straight_regard(struct straight *s, const struct route *route,
                     enum communicator_standing standing);
/* *index: how many more to pass over; less those of here when false. */
bool straight_held(const struct straight *s, unsigned *index, struct route *route);
/* BOUND, with the kind ROUTE_TCP and where peers may connect; UP, DOWN, BLOCKED, WRITABLE. */
bool straight_report(struct straight *s, struct communicator_event *event);
