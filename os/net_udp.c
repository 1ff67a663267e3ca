/* net_udp: datagrams, received in batches and joined trains (recvmmsg, UDP_GRO), sent as trains
 * (UDP_SEGMENT), each answered from the address it came to (IP_PKTINFO). A kernel that lacks one of
 * these is served one by one. */
#include <errno.h>
#include <netinet/udp.h>
#include <string.h>
#include <unistd.h>

#include "base/assert.h"
#include "os/net_inner.h"

enum {
	SOCKET_BUFFER = 2 << 20, /* bytes: a burst of 100 Mbit/s x 160 ms */
	PMTU_PROBE = 3           /* IP_PMTUDISC_PROBE: never fragment, ignore what routers claim */
};

static void set(int fd, int level, int name, int value)
{
	(void)setsockopt(fd, level, name, &value, sizeof value);
}

static void enlarge(int fd, int name, int force_name)
{
	int value = SOCKET_BUFFER;
	if (setsockopt(fd, SOL_SOCKET, force_name, &value, sizeof value) != 0)
		set(fd, SOL_SOCKET, name, value);
}

static void prepare(int fd, bool v6)
{
	if (v6) {
		set(fd, IPPROTO_IPV6, IPV6_V6ONLY, 1);
		set(fd, IPPROTO_IPV6, IPV6_RECVPKTINFO, 1);
		set(fd, IPPROTO_IPV6, IPV6_MTU_DISCOVER, PMTU_PROBE);
	} else {
		set(fd, IPPROTO_IP, IP_PKTINFO, 1);
		set(fd, IPPROTO_IP, IP_MTU_DISCOVER, PMTU_PROBE);
	}
	set(fd, IPPROTO_UDP, UDP_GRO, 1);
	enlarge(fd, SO_RCVBUF, SO_RCVBUFFORCE);
	enlarge(fd, SO_SNDBUF, SO_SNDBUFFORCE);
}

enum err net_udp_open(struct link *l, const struct addr *local)
{
	union sockaddr_any s;
	socklen_t len = sockaddr_write(local, &s);
	l->v6 = s.any.sa_family == AF_INET6;
	l->fd = socket(s.any.sa_family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (l->fd < 0)
		return net_why(errno);
	prepare(l->fd, l->v6);
	if (bind(l->fd, &s.any, len) != 0)
		return net_why(errno);
	l->local = net_own_address(l->fd);
	l->segments = true;
	return OK;
}

/* --- receiving --- */

static void fill_batch(struct net *n, struct link *l)
{
	struct net_batch *b = &n->batch;
	for (unsigned i = 0; i < NET_SLOTS; i++) {
		b->pieces[i] = (struct iovec){ n->slots + (size_t)i * NET_SLOT, NET_SLOT };
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
		got = recvmmsg(l->fd, b->heads, NET_SLOTS, 0, NULL);
	while (got < 0 && errno == EINTR);
	b->link = l;
	b->count = got > 0 ? (unsigned)got : 0;
	b->at = 0;
	b->offset = 0;
	b->more = got == NET_SLOTS;
}

/* CMSG_NXTHDR without the sign conversions of musl's macro. */
static struct cmsghdr *next_control(const struct msghdr *head, struct cmsghdr *c)
{
	uint8_t *end = (uint8_t *)head->msg_control + head->msg_controllen,
		*next = (uint8_t *)c + CMSG_ALIGN((size_t)c->cmsg_len);
	bool whole = c->cmsg_len >= sizeof *c && next <= end && (size_t)(end - next) >= sizeof *c;
	return whole ? (struct cmsghdr *)(void *)next : NULL;
}

/* Where a datagram came to, and how large the datagrams are that the kernel joined (0: it is one).
 */
static size_t read_control(struct msghdr *head, struct addr *local)
{
	size_t size = 0;
	for (struct cmsghdr *c = CMSG_FIRSTHDR(head); c; c = next_control(head, c)) {
		if (c->cmsg_level == IPPROTO_IP && c->cmsg_type == IP_PKTINFO) {
			struct in_pktinfo info;
			memcpy(&info, CMSG_DATA(c), sizeof info);
			*local = addr_v4(0, 0, 0, 0, local->port);
			memcpy(local->ip + 12, &info.ipi_spec_dst, 4);
		} else if (c->cmsg_level == IPPROTO_IPV6 && c->cmsg_type == IPV6_PKTINFO) {
			struct in6_pktinfo info;
			memcpy(&info, CMSG_DATA(c), sizeof info);
			memcpy(local->ip, &info.ipi6_addr, 16);
		} else if (c->cmsg_level == IPPROTO_UDP && c->cmsg_type == UDP_GRO) {
			int value;
			memcpy(&value, CMSG_DATA(c), sizeof value);
			size = value > 0 ? (size_t)value : 0;
		}
	}
	return size;
}

/* The next datagram of the batch. False: the slot at b->at is used up. */
static bool next_in_slot(struct net_batch *b, struct link *l, struct route *from,
                         struct span *bytes)
{
	struct mmsghdr *head = &b->heads[b->at];
	*from = (struct route){ .kind = ROUTE_UDP, .link = l->number, .local = l->local };
	size_t size = read_control(&head->msg_hdr, &from->local), left = head->msg_len - b->offset;
	if (b->offset > 0 && left == 0)
		return false;
	if (size == 0 || size > left)
		size = left;
	from->remote = sockaddr_read(&b->from[b->at].any);
	*bytes = span_of((const uint8_t *)b->pieces[b->at].iov_base + b->offset, size);
	b->offset += size > 0 ? size : 1;
	return true;
}

static bool next_in_batch(struct net_batch *b, struct link *l, struct route *from,
                          struct span *bytes)
{
	for (; b->at < b->count; b->at++, b->offset = 0) {
		while (b->offset <= b->heads[b->at].msg_len && next_in_slot(b, l, from, bytes))
			if (bytes->len > 0 && bytes->len <= LIMIT_DATAGRAM)
				return true;
	}
	return false;
}

bool net_udp_read(struct net *n, struct link *l, struct route *from, struct span *bytes)
{
	struct net_batch *b = &n->batch;
	if (b->link != l) {
		fill_batch(n, l);
		b->turn = 0;
	}
	while (!next_in_batch(b, l, from, bytes)) {
		if (!b->more || b->turn >= LIMIT_BATCH) {
			b->link = NULL;
			return false;
		}
		fill_batch(n, l);
	}
	b->turn++;
	return true;
}

/* --- sending --- */

static void *add_control(struct msghdr *head, int level, int type, const void *value, size_t len)
{
	struct cmsghdr *c =
	    (struct cmsghdr *)(void *)((uint8_t *)head->msg_control + head->msg_controllen);
	c->cmsg_level = level;
	c->cmsg_type = type;
	c->cmsg_len = (socklen_t)CMSG_LEN(len);
	memcpy(CMSG_DATA(c), value, len);
	head->msg_controllen += (socklen_t)CMSG_SPACE(len);
	return c;
}

static void add_source(struct msghdr *head, const struct link *l, const struct addr *local)
{
	if (addr_is_any(local) || bytes_zero(local->ip, 16))
		return;
	if (l->v6) {
		struct in6_pktinfo info = { .ipi6_ifindex = 0 };
		memcpy(&info.ipi6_addr, local->ip, 16);
		add_control(head, IPPROTO_IPV6, IPV6_PKTINFO, &info, sizeof info);
	} else {
		struct in_pktinfo info = { .ipi_ifindex = 0 };
		memcpy(&info.ipi_spec_dst, local->ip + 12, 4);
		add_control(head, IPPROTO_IP, IP_PKTINFO, &info, sizeof info);
	}
}

static int send_once(const struct link *l, const struct route *to, struct span bytes,
                     size_t segment, bool source)
{
	union sockaddr_any remote;
	union net_control control = { .bytes = { 0 } };
	struct iovec piece = { (void *)(uintptr_t)bytes.at, bytes.len };
	struct msghdr head = { .msg_name = &remote,
		               .msg_namelen = sockaddr_write(&to->remote, &remote),
		               .msg_iov = &piece,
		               .msg_iovlen = 1,
		               .msg_control = control.bytes };
	if (source)
		add_source(&head, l, &to->local);
	if (to->ttl > 0) {
		int ttl = to->ttl;
		add_control(&head, l->v6 ? IPPROTO_IPV6 : IPPROTO_IP,
		            l->v6 ? IPV6_HOPLIMIT : IP_TTL, &ttl, sizeof ttl);
	}
	if (segment > 0) {
		uint16_t size = (uint16_t)segment;
		add_control(&head, IPPROTO_UDP, UDP_SEGMENT, &size, sizeof size);
	}
	if (head.msg_controllen == 0)
		head.msg_control = NULL;
	ssize_t sent;
	do
		sent = sendmsg(l->fd, &head, MSG_NOSIGNAL);
	while (sent < 0 && errno == EINTR);
	return sent < 0 ? errno : 0;
}

/* 0, or the error. A full socket is given two milliseconds: a train lost for nothing costs more. An
 * own address that has gone is replaced by the system's choice. */
static int send_patiently(const struct link *l, const struct route *to, struct span bytes,
                          size_t segment)
{
	int error = send_once(l, to, bytes, segment, true);
	if (error == EAGAIN || error == ENOBUFS) {
		struct pollfd p = { .fd = l->fd, .events = POLLOUT };
		(void)poll(&p, 1, 2);
		return send_once(l, to, bytes, segment, true);
	}
	if (error == ECONNREFUSED) /* an earlier packet's ICMP answer */
		return send_once(l, to, bytes, segment, true);
	if (segment == 0 && (error == EINVAL || error == EADDRNOTAVAIL || error == ENETUNREACH))
		return send_once(l, to, bytes, segment, false);
	return error;
}

static void send_one_by_one(struct net_train *t)
{
	for (size_t at = 0; at < t->len; at += t->size) {
		size_t size = t->len - at < t->size ? t->len - at : t->size;
		(void)send_patiently(t->link, &t->route, span_of(t->bytes + at, size), 0);
	}
}

void net_udp_flush(struct net *n)
{
	struct net_train *t = &n->train;
	if (!t->link)
		return;
	if (t->count == 1 || !t->link->segments) {
		send_one_by_one(t);
	} else {
		int error = send_patiently(t->link, &t->route, span_of(t->bytes, t->len), t->size);
		if (error != 0 && error != EAGAIN && error != ENOBUFS) {
			if (error != ENETUNREACH && error != EHOSTUNREACH && error != ENETDOWN)
				t->link->segments =
				    false; /* EIO, EINVAL: an old kernel, or a device that cannot */
			send_one_by_one(t);
		}
	}
	t->link = NULL;
}

static bool fits_train(const struct net_train *t, const struct link *l, const struct route *to,
                       size_t len)
{
	return t->link == l && !t->ended && len <= t->size && t->len + len <= sizeof t->bytes &&
	       t->count < NET_TRAIN_COUNT && to->ttl == t->route.ttl &&
	       addr_equal(&to->remote, &t->route.remote) &&
	       addr_same_ip(&to->local, &t->route.local);
}

bool net_udp_write(struct net *n, struct link *l, const struct route *to, struct span bytes)
{
	struct net_train *t = &n->train;
	if (bytes.len == 0 || bytes.len > LIMIT_DATAGRAM || addr_is_v4(&to->remote) == l->v6)
		return false;
	if (!fits_train(t, l, to, bytes.len)) {
		net_udp_flush(n);
		t->link = l;
		t->route = *to;
		t->size = bytes.len;
		t->len = t->count = 0;
		t->ended = false;
	}
	memcpy(t->bytes + t->len, bytes.at, bytes.len);
	t->len += bytes.len;
	t->count++;
	t->ended = bytes.len < t->size;
	return true;
}
