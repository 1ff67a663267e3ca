/* link_kind: a link as its kind sees it; os/net.h is what the program sees. The table of links
 * knows no sockets: what a link is and how it is read and written is its kind's affair. */
#pragma once

#include "base/bytes.h"
#include "base/link.h"
#include "base/route.h"
#include "os/poller.h"

struct net;
struct link_kind;

/* Datagrams of a link that did not get there and are not told yet: the first few; more are not
 * worth the room. */
enum { LINK_REJECTIONS = 8 };
struct link_rejections {
	struct link_rejection {
		struct addr remote;
		uint32_t size; /* as in struct link_event */
	} at[LINK_REJECTIONS];
	unsigned count;
};

/* Where all links of a net read to: the turn of one ends before that of another begins. */
enum { LINK_SLOTS = 16, LINK_SLOT = 65536 };
struct link_room {
	const void *turn; /* whose it is */
	size_t piece;     /* bytes that a stream reads: together they read as much as one alone */
	uint8_t slots[LINK_SLOTS][LINK_SLOT];
};

struct link {
	/* Its kind's: set by open, changed as it likes. */
	int fd; /* -1: none, or closed */
	struct addr local, remote;
	void *own;            /* from malloc; freed with the link */
	bool connecting;      /* until net_up; polled for writing alone, or, if it */
	bool answers;         /* is about to be answered, for reading */
	bool unsent;          /* has bytes that the system has not taken; polled for writing too */
	bool blocked;         /* takes no more now */
	bool translated;      /* UDP: of IPv6, for IPv4 addresses: nat64.h */
	uint64_t rests_until; /* not polled before */
	struct asked asked;   /* whoever closes fd: poller_forget */
	/* Whoever waits for it: there is something to read. Closing clears it. */
	bool readable;
	/* net's; others read them. */
	unsigned streak; /* so many waits one after the other have found something here */
	const struct link_kind *kind;
	struct link_room *room; /* borrowed */
	uint16_t number, listener;
	/* net's own: news not yet reported, in this order. */
	bool used, tell_up, tell_accepted, blocked_reported, tell_down;
	enum err why;
	const char *said; /* the system's words for it, or others, static; NULL */
	struct link_rejections rejected;
};

/* A kind of links: UDP sockets, TCP connections, listeners ... Members may be NULL where nothing
 * is to be done, or can be done. A new kind is a file and a row of link_kinds. */
struct link_kind {
	const char *name; /* link_request.kind */
	/* Sets what is its own in l; with connecting, net_up or net_down follows. */
	enum err (*open)(struct link *l, const struct link_request *request);
	/* Before fd is closed and own freed, also where open has failed: last words. */
	void (*close)(struct link *l);
	/* The wait found something. writable: it was polled for writing too, and that goes now. */
	void (*ready)(struct net *n, struct link *l, bool writable, uint64_t now);
	/* The wait found an error of it. */
	void (*error)(struct link *l);
	/* The next datagram or piece, valid until the next call for any link. False: none now. */
	bool (*read)(struct link *l, struct route *from, struct span *bytes);
	/* False: not taken. What is taken may wait for flush. */
	bool (*write)(struct link *l, const struct route *to, struct span bytes);
	/* As write for each of them (NET_TRAIN at most), if it can do better. */
	bool (*send)(struct link *l, const struct route *to, const struct span *pieces,
	             unsigned count);
	void (*flush)(struct link *l);
};

extern const struct link_kind *const link_kinds[]; /* ends with NULL */

void net_up(struct link *l);
void net_down(struct link *l, enum err why); /* closes it */
/* A datagram to remote did not get there. */
void net_rejected(struct link *l, const struct addr *remote, uint32_t size);
/* open has failed as errno says: what it returns. */
enum err net_refused(struct link *l);
/* A place for a connection that a listener took, under a number that was not used for long; it is
 * reported. NULL: there are as many links as may be. */
struct link *net_accept(struct net *n, const struct link *listener, const struct link_kind *kind);
