/* net: all links of the process (base/route.h), and the one wait of the program. Links are opened
 * on request, spoken of by events, read and written without blocking. What kinds there are is in
 * os/link_kinds.c; each open link of TCP takes as much as it uses of 96 KiB, and one of UDP
 * of 1.1 MiB.
 *
 *   net_wait; while net_event; while net_read; ...; net_write, net_write; net_flush
 *
 * net_wait flushes too. */
#pragma once

#include "base/bytes.h"
#include "base/limits.h"
#include "base/link.h"
#include "base/route.h"
#include "os/poller.h"

struct net;

/* links_max: at a time, accepted ones included. NULL: no memory. */
struct net *net_new(unsigned links_max);
enum { NET_STREAM = 100 << 10 }; /* bytes that a stream may use */
/* How many accepted streams there are descriptors and memory for, of max: were more kept, nobody
 * would have to go for somebody new, who could then not be accepted. spare: descriptors that others
 * need, while there are many; two at least must be free. *kept: their memory; free(3) it when what
 * else is large has its own. */
unsigned net_room(unsigned max, unsigned spare, void **kept);
void net_free(struct net *n); /* closes all; what was written still goes out */

/* Opens or closes. Opening ends in LINK_UP or LINK_DOWN, also when the system refuses at once. A
 * number in use is closed first. */
void net_request(struct net *n, const struct link_request *request);

/* What happened to links. why of LINK_DOWN: OK: the other side ended the connection in order;
 * ERR_CUT: it broke; ERR_UNREACHABLE: no answer, or refused; ERR_BUSY: the port is taken; ERR_FULL:
 * no more links; ERR_LOCAL: the system does not let us; ERR_USAGE: this host has no such address,
 * or there is no such kind. Data that came before a LINK_DOWN was read before. */
bool net_event(struct net *n, struct link_event *event);

enum { NET_TRAIN = 64 }; /* pieces of one net_send, at most: UDP_MAX_SEGMENTS of older kernels */

/* Returns when a link or a watch is ready, an event waits, or the deadline (of clock_us) has come;
 * at once after signals. count: POLLER_WATCHES at most. When that was, of clock_us. */
uint64_t net_wait(struct net *n, uint64_t deadline, struct watch *watches, size_t count);

/* For a wait of somebody else's: flushes, tells the system what is waited for, and returns when to
 * call net_wait at the latest though this descriptor is not readable: 0: at once. */
uint64_t net_ask(struct net *n, uint64_t deadline);
int net_fd(const struct net *n);

/* The next datagram, or piece of a stream, of links that the last wait found readable; poll until
 * false. bytes: valid until the next call of net_read, net_wait or net_request. False: none; a link
 * that has more has its turn again after the next wait. from: link, kind, local (the address it
 * came to: an answer leaves from it), remote. */
bool net_read(struct net *n, struct route *from, struct span *bytes);

/* Datagrams go out or are lost, as networks do; pieces of a stream go whole or, above 96 KiB of
 * backlog, not at all (LINK_BLOCKED comes at 32 KiB, LINK_WRITABLE when the backlog is gone).
 * False: not taken, or no such link. */
bool net_write(struct net *n, const struct route *to, struct span bytes);
/* The same for several datagrams, or pieces of a stream, in order: in as few system calls as may
 * be, and without a copy where that goes. Datagrams are best of one length, a shorter one the
 * last. */
bool net_send(struct net *n, const struct route *to, const struct span *pieces, unsigned count);
void net_flush(struct net *n);

/* True while a stream link has bytes that the system has not taken. */
bool net_busy(const struct net *n);
