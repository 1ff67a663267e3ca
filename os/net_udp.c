/* net_udp: links of datagrams (LINK_UDP). They are received in batches and joined trains (recvmmsg,
 * UDP_GRO), sent as trains (UDP_SEGMENT), and answered from the address they came to (IP_PKTINFO).
 * A kernel that lacks one of these is served one by one. */
#include <errno.h>
#include <netinet/udp.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "os/descriptor.h"
#include "os/link_kind.h"
#include "os/net.h"
#include "os/rejection.h"
#include "os/socket.h"

enum {
	SOCKET_BUFFER = 2 << 20, /* bytes: a burst of 100 Mbit/s x 160 ms */
	PMTU_PROBE = 3,          /* IP_PMTUDISC_PROBE: never fragment, ignore what routers claim */
	SLOTS = LINK_SLOTS,      /* buffers of one recvmmsg(2) */
	SLOT = LINK_SLOT,        /* bytes: a train of datagrams joined by UDP_GRO */
	CONTROL = 128,           /* bytes of control messages: a packet info and a segment size */
	TRAIN = 65507 /* bytes of payload that UDP_SEGMENT takes: 65535 less the headers */
};

union control {
	max_align_t align;
	uint8_t bytes[CONTROL];
};

/* Datagrams received and not yet given to the reader. */
struct batch {
	unsigned count, at; /* filled slots; the one being read */
	size_t offset;      /* within its joined datagrams */
	bool begun;         /* a turn of this link, of so many datagrams so far: */
	size_t turn;
	bool more;          /* the last call filled every slot */
	struct route route; /* of the slot being read, and how long its datagrams are */
	size_t size;
	struct mmsghdr heads[SLOTS];
	struct iovec pieces[SLOTS];
	union socket_addr from[SLOTS];
	union control control[SLOTS];
};

/* Equal-sized datagrams of one route on their way out. */
struct train {
	struct route route;
	size_t size, len; /* of each, of all; a shorter one is the last */
	uint8_t bytes[TRAIN];
};

/* Large, but only what is used of it is ever touched. */
struct port {
	bool v6, segments; /* segments: the kernel cuts trains */
	struct batch batch;
	struct train train;
};

static void enlarge(int fd, int name, int force_name)
{
	int value = SOCKET_BUFFER;
	if (setsockopt(fd, SOL_SOCKET, force_name, &value, sizeof value) != 0)
		socket_set(fd, SOL_SOCKET, name, value);
}

static void prepare(int fd, bool v6)
{
	if (v6) {
		socket_set(fd, IPPROTO_IPV6, IPV6_V6ONLY, 1);
		socket_set(fd, IPPROTO_IPV6, IPV6_RECVPKTINFO, 1);
		socket_set(fd, IPPROTO_IPV6, IPV6_MTU_DISCOVER, PMTU_PROBE);
	} else {
		socket_set(fd, IPPROTO_IP, IP_PKTINFO, 1);
		socket_set(fd, IPPROTO_IP, IP_MTU_DISCOVER, PMTU_PROBE);
	}
	rejection_keep(fd, v6);
	socket_set(fd, IPPROTO_UDP, UDP_GRO, 1);
	enlarge(fd, SO_RCVBUF, SO_RCVBUFFORCE);
	enlarge(fd, SO_SNDBUF, SO_SNDBUFFORCE);
}

static enum err open_port(struct link *l, const struct link_request *request)
{
	struct port *p = calloc(1, sizeof *p);
	if (p == NULL)
		return ERR_FULL;
	l->own = p;
	p->v6 = !addr_is_v4(&request->local);
	p->segments = true;
	l->fd = socket_new(SOCK_DGRAM, &request->local);
	if (l->fd < 0)
		return net_refused(l);
	prepare(l->fd, p->v6);
	if (!socket_bind(l->fd, &request->local))
		return net_refused(l);
	l->local = socket_address(l->fd);
	return OK;
}

/* ---- receiving ---- */

static void fill_batch(const struct link *l, struct batch *b, unsigned most)
{
	l->room->turn = b;
	unsigned tries = 2; /* beside datagrams it reports, once each, that others were rejected */
	for (unsigned i = 0; i < most; i++) {
		b->pieces[i] = (struct iovec){ l->room->slots[i], SLOT };
		b->heads[i].msg_hdr =
		    (struct msghdr){ .msg_name = &b->from[i],
			             .msg_namelen = sizeof b->from[i],
			             .msg_iov = &b->pieces[i],
			             .msg_iovlen = 1,
			             .msg_control = b->control[i].bytes,
			             .msg_controllen = sizeof b->control[i].bytes };
	}
	int got;
	do
		got = socket_receive(l->fd, b->heads, most);
	while (got < 0 && errno != EAGAIN && tries-- > 0);
	b->count = got > 0 ? (unsigned)got : 0;
	b->at = 0;
	b->offset = 0;
	b->more = got == SLOTS;
}

/* Where a datagram came to, and how large those are that the kernel joined (0: it is one). */
static size_t read_control(const struct msghdr *head, struct addr *local)
{
	size_t size = 0, at = 0;
	struct socket_control c;
	while (socket_next_control(head, &at, &c)) {
		struct in_pktinfo v4;
		struct in6_pktinfo v6;
		int value;
		if (socket_control_is(&c, IPPROTO_IP, IP_PKTINFO, sizeof v4)) {
			memcpy(&v4, c.value.at, sizeof v4);
			*local = addr_v4(0, 0, 0, 0, local->port);
			memcpy(local->ip + 12, &v4.ipi_spec_dst, 4);
		} else if (socket_control_is(&c, IPPROTO_IPV6, IPV6_PKTINFO, sizeof v6)) {
			memcpy(&v6, c.value.at, sizeof v6);
			memcpy(local->ip, &v6.ipi6_addr, 16);
			local->scope = socket_scope(local, v6.ipi6_ifindex);
		} else if (socket_control_is(&c, IPPROTO_UDP, UDP_GRO, sizeof value)) {
			memcpy(&value, c.value.at, sizeof value);
			size = value > 0 ? (size_t)value : 0;
		}
	}
	return size;
}

static void begin_slot(struct batch *b, const struct link *l)
{
	b->route = (struct route){ .kind = ROUTE_UDP,
		                   .link = l->number,
		                   .local = l->local,
		                   .remote = socket_addr_read(&b->from[b->at].any) };
	b->size = read_control(&b->heads[b->at].msg_hdr, &b->route.local);
}

/* The next datagram of the batch. False: all of it is read. */
static bool next_in_batch(struct batch *b, struct link *l, struct route *from, struct span *bytes)
{
	for (; b->at < b->count && l->room->turn == b; b->at++, b->offset = 0) {
		size_t left;
		while ((left = b->heads[b->at].msg_len - b->offset) > 0) {
			if (b->offset == 0)
				begin_slot(b, l);
			size_t size = b->size == 0 || b->size > left ? left : b->size;
			*from = b->route;
			*bytes = span_of(l->room->slots[b->at] + b->offset, size);
			b->offset += size;
			if (size <= LIMIT_DATAGRAM)
				return true;
		}
	}
	return false;
}

static bool read_datagram(struct link *l, struct route *from, struct span *bytes)
{
	struct batch *b = &((struct port *)l->own)->batch;
	if (!b->begun) {
		b->begun = true;
		b->turn = 0;
		/* mostly one comes alone, and slots cost something even when they stay empty */
		fill_batch(l, b, l->streak > 1 ? SLOTS : 1);
	}
	while (!next_in_batch(b, l, from, bytes)) {
		b->begun = b->more && b->turn < LIMIT_BATCH;
		if (!b->begun)
			return false;
		fill_batch(l, b, SLOTS);
	}
	b->turn++;
	return true;
}

/* ---- sending ---- */

static void add_control(struct msghdr *head, int level, int type, const void *value, size_t len)
{
	struct cmsghdr *c =
	    (struct cmsghdr *)(void *)((uint8_t *)head->msg_control + head->msg_controllen);
	c->cmsg_level = level;
	c->cmsg_type = type;
	c->cmsg_len = (socklen_t)CMSG_LEN(len);
	memcpy(CMSG_DATA(c), value, len);
	head->msg_controllen += (socklen_t)CMSG_SPACE(len);
}

static void add_source(struct msghdr *head, const struct addr *local)
{
	if (addr_is_any(local) || bytes_zero(local->ip, 16))
		return;
	if (!addr_is_v4(local)) {
		struct in6_pktinfo info = { .ipi6_ifindex = local->scope };
		memcpy(&info.ipi6_addr, local->ip, 16);
		add_control(head, IPPROTO_IPV6, IPV6_PKTINFO, &info, sizeof info);
	} else {
		struct in_pktinfo info = { .ipi_ifindex = 0 };
		memcpy(&info.ipi_spec_dst, local->ip + 12, 4);
		add_control(head, IPPROTO_IP, IP_PKTINFO, &info, sizeof info);
	}
}

/* Pieces of one datagram, or of the datagrams that the kernel is to cut them into. */
struct cargo {
	const struct route *to;
	struct iovec *pieces;
	unsigned count;
	size_t segment; /* bytes of each datagram, but the last may be shorter; 0: it is one */
};

/* source: from the route's local address. 0, or the error. */
static int send_once(int fd, const struct cargo *c, bool source)
{
	const struct route *to = c->to;
	union socket_addr remote;
	union control control = { .bytes = { 0 } };
	struct msghdr head = { .msg_name = &remote,
		               .msg_namelen = socket_addr_write(&to->remote, &remote),
		               .msg_iov = c->pieces,
		               .msg_iovlen = (uint16_t)c->count,
		               .msg_control = control.bytes };
	if (source)
		add_source(&head, &to->local);
	if (to->ttl > 0) {
		int ttl = to->ttl;
		bool v4 = addr_is_v4(&to->remote);
		add_control(&head, v4 ? IPPROTO_IP : IPPROTO_IPV6, v4 ? IP_TTL : IPV6_HOPLIMIT,
		            &ttl, sizeof ttl);
	}
	if (c->segment > 0) {
		uint16_t size = (uint16_t)c->segment;
		add_control(&head, IPPROTO_UDP, UDP_SEGMENT, &size, sizeof size);
	}
	if (head.msg_controllen == 0)
		head.msg_control = NULL;
	ssize_t sent;
	do
		sent = sendmsg(fd, &head, MSG_NOSIGNAL);
	while (sent < 0 && errno == EINTR);
	return sent < 0 ? errno : 0;
}

/* 0, or the error. A full socket is given two milliseconds: a train lost for nothing costs more. An
 * own address that has gone is replaced by the system's choice. Any error may be the ICMP answer to
 * an earlier packet. */
static int send_patiently(int fd, const struct cargo *c)
{
	int error = send_once(fd, c, true);
	if (error == EAGAIN || error == ENOBUFS)
		(void)descriptor_writable(fd, 2);
	if (error != 0)
		error = send_once(fd, c, true);
	if (error == EINVAL || error == EADDRNOTAVAIL || error == ENETUNREACH)
		return send_once(fd, c, false);
	return error;
}

/* Each piece holds whole datagrams. True: all are gone. */
static bool send_one_by_one(struct link *l, const struct cargo *c)
{
	struct iovec one;
	struct cargo alone = { .to = c->to, .pieces = &one, .count = 1 };
	bool gone = true;
	for (unsigned i = 0; i < c->count; i++) {
		uint8_t *at = c->pieces[i].iov_base;
		for (size_t left = c->pieces[i].iov_len; left > 0; left -= one.iov_len) {
			one = (struct iovec){ at, left < c->segment ? left : c->segment };
			int error = send_patiently(l->fd, &alone);
			if (error && error != EAGAIN && error != ENOBUFS && error != EMSGSIZE)
				net_rejected(l, &c->to->remote, 0); /* no way, or a firewall here */
			gone &= error == 0;
			at += one.iov_len;
		}
	}
	return gone;
}

/* Where a train does not go but its datagrams do, trains are given up: the kernel is old, or the
 * device cannot. */
static void send_cargo(struct link *l, const struct cargo *c)
{
	struct port *p = l->own;
	bool train = p->segments && (c->count > 1 || c->pieces[0].iov_len > c->segment);
	int error = train ? send_patiently(l->fd, c) : EIO;
	if (error != 0 && error != EAGAIN && error != ENOBUFS)
		p->segments &= !send_one_by_one(l, c) || !train;
}

static void send_train(struct link *l)
{
	struct train *t = &((struct port *)l->own)->train;
	struct iovec all = { t->bytes, t->len };
	if (t->len > 0)
		send_cargo(l, &(struct cargo){ &t->route, &all, 1, t->size });
	t->len = 0;
}

static bool fits_train(const struct train *t, const struct route *to, size_t len)
{
	return t->len > 0 && t->len % t->size == 0 && t->len < NET_TRAIN * t->size &&
	       len <= t->size && t->len + len <= sizeof t->bytes && to->ttl == t->route.ttl &&
	       addr_equal(&to->remote, &t->route.remote) &&
	       addr_same_ip(&to->local, &t->route.local);
}

static bool sendable(const struct port *p, const struct route *to, size_t len)
{
	return len > 0 && len <= LIMIT_DATAGRAM && addr_is_v4(&to->remote) != p->v6;
}

static bool write_datagram(struct link *l, const struct route *to, struct span bytes)
{
	struct port *p = l->own;
	struct train *t = &p->train;
	if (!sendable(p, to, bytes.len))
		return false;
	if (!fits_train(t, to, bytes.len)) {
		send_train(l);
		t->route = *to;
		t->size = bytes.len;
	}
	memcpy(t->bytes + t->len, bytes.at, bytes.len);
	t->len += bytes.len;
	return true;
}

/* How many go as one train: of one length, but for the last, which may be shorter. */
static unsigned train_of(const struct span *datagrams, unsigned count)
{
	size_t first = datagrams[0].len, len = first;
	unsigned i = 1;
	while (i < count && datagrams[i - 1].len == first && datagrams[i].len <= first &&
	       len + datagrams[i].len <= TRAIN)
		len += datagrams[i++].len;
	return i;
}

static bool send_datagrams(struct link *l, const struct route *to, const struct span *datagrams,
                           unsigned count)
{
	UNSET struct iovec pieces[NET_TRAIN];
	for (unsigned i = 0; i < count; i++) {
		if (!sendable(l->own, to, datagrams[i].len))
			return false;
		pieces[i] = (struct iovec){ (void *)(uintptr_t)datagrams[i].at, datagrams[i].len };
	}
	send_train(l); /* what was written before goes before */
	for (unsigned i = 0, some; i < count; i += some) {
		some = train_of(datagrams + i, count - i);
		send_cargo(l, &(struct cargo){ to, pieces + i, some, datagrams[i].len });
	}
	return true;
}

const struct link_kind net_udp_kind = {
	.name = LINK_UDP,
	.open = open_port,
	.close = send_train,
	.error = rejection_tell,
	.read = read_datagram,
	.write = write_datagram,
	.send = send_datagrams,
	.flush = send_train,
};
