/* net_inner: what the parts of net share: net.c (table, events, waiting), net_udp.c, net_tcp.c. */
#ifndef OS_NET_INNER_H
#define OS_NET_INNER_H

#include <poll.h>
#include <sys/socket.h>

#include "os/net.h"
#include "os/sockaddr.h"

enum {
	NET_TAIL = 65536, /* bytes of a stream link's backlog */
	NET_STUFFED = 32768,
	NET_SLOTS = 16, /* buffers of one recvmmsg(2) */
	NET_SLOT =
	    65536, /* bytes: a train of datagrams joined by UDP_GRO, or a piece of a stream */
	NET_CONTROL = 128, /* bytes of control messages: a packet info and a segment size */
	NET_TRAIN = 61440, /* bytes of a train sent by UDP_SEGMENT: below 65535 with all headers */
	NET_TRAIN_COUNT = 64 /* UDP_MAX_SEGMENTS of older kernels */
};

struct link {
	int fd; /* -1: closed; the slot is free when no event is left either */
	bool used;
	uint16_t number, listener;
	const char *kind;
	bool v6, connecting, readable, segments;
	struct addr local, remote;
	/* events not yet told, in this order */
	bool tell_up, tell_accepted, stuffed, stuffed_told, tell_down;
	enum err why;
	/* TCP: what the system has not taken */
	uint8_t *tail;
	size_t tail_start, tail_len;
	bool dirty; /* in net->dirty */
};

union net_control {
	max_align_t align;
	uint8_t bytes[NET_CONTROL];
};

/* Datagrams received and not yet given to the reader. */
struct net_batch {
	struct link *link;  /* whose; NULL: none */
	unsigned count, at; /* filled slots; the one being read */
	size_t offset;      /* within its joined datagrams */
	size_t turn;        /* datagrams of this link in this turn */
	bool more;          /* the last call filled every slot */
	struct mmsghdr heads[NET_SLOTS];
	struct iovec pieces[NET_SLOTS];
	union sockaddr_any from[NET_SLOTS];
	union net_control control[NET_SLOTS];
};

/* Equal-sized datagrams of one route on their way out. */
struct net_train {
	struct link *link; /* NULL: empty */
	struct route route;
	size_t size, len, count;
	bool ended; /* a shorter one was the last */
	uint8_t bytes[NET_TRAIN];
};

struct net {
	struct link *links;
	unsigned links_max, reader; /* reader: the link whose turn net_read is at */
	unsigned generation;        /* for numbers of accepted links */
	unsigned untold;            /* links with events */
	uint64_t accept_after;      /* out of descriptors: listeners rest until then */
	struct pollfd *polls;
	unsigned *polled; /* which link each entry is */
	uint16_t *dirty;  /* stream links to be flushed */
	unsigned dirty_count;
	struct net_batch batch;
	struct net_train train;
	uint8_t *slots; /* NET_SLOTS x NET_SLOT; touched as far as needed */
};

enum { NET_WATCHES = 16 }; /* watches of one wait */

/* net.c */
struct link *net_take_slot(struct net *n);                  /* NULL: full */
void net_down(struct net *n, struct link *l, enum err why); /* closes, and says so */
bool net_has_news(const struct link *l);
void net_news(struct net *n, struct link *l,
              bool had_news); /* after a change of what is to be told */
enum err net_why(int error);
struct addr net_own_address(int fd);

/* net_udp.c: both OK or why not. */
enum err net_udp_open(struct link *l, const struct addr *local);
bool net_udp_read(struct net *n, struct link *l, struct route *from, struct span *bytes);
bool net_udp_write(struct net *n, struct link *l, const struct route *to, struct span bytes);
void net_udp_flush(struct net *n);

/* net_tcp.c */
enum err net_tcp_connect(struct link *l, const struct addr *local, const struct addr *remote);
enum err net_tcp_listen(struct link *l, const struct addr *local);
void net_tcp_accept(struct net *n, struct link *listener, uint64_t now);
void net_tcp_connected(struct net *n, struct link *l);
bool net_tcp_read(struct net *n, struct link *l, struct route *from, struct span *bytes);
bool net_tcp_write(struct net *n, struct link *l, struct span bytes);
void net_tcp_flush(struct net *n, struct link *l);
void net_tcp_close(struct link *l);

#endif
