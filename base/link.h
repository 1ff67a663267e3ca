/* link: the sockets and lines that a communicator asks os/ to open, and what becomes of them. */
#pragma once

#include "base/addr.h"
#include "base/err.h"

/* Kinds of links, by name: "udp", "tcp", "listen". os/ has a row for each in a table of its own,
 * and finds it by the text, so a communicator may name one that is not listed here. */
extern const char link_udp[], link_tcp[], link_listen[];
#define LINK_UDP    link_udp
#define LINK_TCP    link_tcp
#define LINK_LISTEN link_listen

/* A communicator numbers its own links, below LINK_ACCEPTED_FIRST; os/ numbers accepted ones. */
enum { LINK_ACCEPTED_FIRST = 0x4000, LINK_SPARES_FIRST = 0x3c00 /* of transport/spares.h */ };

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
	LINK_WRITABLE, /* ... and again */
	/* LINK_UDP: a datagram to remote did not get there: the system, or whoever sent an ICMP
	 * error, says so, and may lie. The socket stays up. */
	LINK_REJECTED
};

struct link_event {
	enum link_state state;
	uint16_t link, listener;
	const char *kind;
	struct addr local, remote;
	enum err why;
	/* of LINK_DOWN: the system's words for it, a static string; NULL: it has said nothing */
	const char *reason;
	/* of LINK_REJECTED: the largest IP packet that would pass, in bytes; 0: no size would */
	uint32_t size;
};
