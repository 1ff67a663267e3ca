/* net_tcp: connections and listeners. Pieces are collected in a link's backlog and sent together at
 * net_flush. */
#include <errno.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "os/clock.h"
#include "os/net_inner.h"

enum {
	ACCEPTS_AT_ONCE = 16,
	LISTEN_BACKLOG = 128,
	NOT_SENT_MAX = 128 << 10 /* bytes the kernel may hold unsent: more only adds delay */
};

static void set(int fd, int level, int name, int value)
{
	(void)setsockopt(fd, level, name, &value, sizeof value);
}

static enum err prepare(struct link *l)
{
	set(l->fd, IPPROTO_TCP, TCP_NODELAY, 1);
	set(l->fd, IPPROTO_TCP, TCP_NOTSENT_LOWAT, NOT_SENT_MAX);
	l->tail = malloc(NET_TAIL);
	return l->tail ? OK : ERR_FULL;
}

enum err net_tcp_connect(struct link *l, const struct addr *local, const struct addr *remote)
{
	union sockaddr_any s;
	socklen_t len = sockaddr_write(remote, &s);
	l->remote = *remote;
	l->v6 = s.any.sa_family == AF_INET6;
	l->fd = socket(s.any.sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (l->fd < 0)
		return net_why(errno);
	enum err err = prepare(l);
	if (err)
		return err;
	if (!addr_is_any(local) && addr_is_v4(local) != l->v6) {
		union sockaddr_any own;
		socklen_t own_len = sockaddr_write(local, &own);
		if (bind(l->fd, &own.any, own_len) != 0)
			return net_why(errno);
	}
	l->connecting = connect(l->fd, &s.any, len) != 0;
	if (l->connecting && errno != EINPROGRESS)
		return net_why(errno);
	l->local = net_own_address(l->fd);
	return OK;
}

void net_tcp_connected(struct net *n, struct link *l)
{
	int error = 0;
	socklen_t len = sizeof error;
	if (getsockopt(l->fd, SOL_SOCKET, SO_ERROR, &error, &len) != 0)
		error = errno;
	if (error) {
		net_down(n, l, error == ECONNRESET ? ERR_UNREACHABLE : net_why(error));
		return;
	}
	bool had_news = net_has_news(l);
	l->connecting = false;
	l->local = net_own_address(l->fd);
	l->tell_up = true;
	net_news(n, l, had_news);
}

enum err net_tcp_listen(struct link *l, const struct addr *local)
{
	union sockaddr_any s;
	socklen_t len = sockaddr_write(local, &s);
	l->v6 = s.any.sa_family == AF_INET6;
	l->fd = socket(s.any.sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (l->fd < 0)
		return net_why(errno);
	set(l->fd, SOL_SOCKET, SO_REUSEADDR, 1);
	if (l->v6)
		set(l->fd, IPPROTO_IPV6, IPV6_V6ONLY, 1);
	if (bind(l->fd, &s.any, len) != 0 || listen(l->fd, LISTEN_BACKLOG) != 0)
		return net_why(errno);
	l->local = net_own_address(l->fd);
	return OK;
}

/* A number that was not used for long, and says where the link is. */
static uint16_t accepted_number(struct net *n, const struct link *l)
{
	unsigned generations = (0x10000 - LINK_ACCEPTED_FIRST) / n->links_max;
	unsigned slot = (unsigned)(l - n->links);
	return (uint16_t)(LINK_ACCEPTED_FIRST + slot +
	                  n->links_max * (n->generation++ % generations));
}

static bool accept_one(struct net *n, const struct link *listener, uint64_t now)
{
	union sockaddr_any s;
	socklen_t len = sizeof s;
	int fd = accept4(listener->fd, &s.any, &len, SOCK_NONBLOCK | SOCK_CLOEXEC);
	if (fd < 0) {
		if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM)
			n->accept_after = now + 100 * MS;
		return errno == ECONNABORTED || errno == EINTR;
	}
	struct link *l = net_take_slot(n);
	if (!l) {
		close(fd);
		return true;
	}
	l->fd = fd;
	l->kind = LINK_TCP;
	l->listener = listener->number;
	l->number = accepted_number(n, l);
	l->remote = sockaddr_read(&s.any);
	l->local = net_own_address(fd);
	if (prepare(l)) {
		close(fd);
		l->fd = -1;
		l->used = false;
		return true;
	}
	l->tell_accepted = true;
	net_news(n, l, false);
	return true;
}

void net_tcp_accept(struct net *n, struct link *listener, uint64_t now)
{
	for (int i = 0; i < ACCEPTS_AT_ONCE && accept_one(n, listener, now); i++)
		;
}

/* One piece for each wait: links with much to say take turns with the others. */
bool net_tcp_read(struct net *n, struct link *l, struct route *from, struct span *bytes)
{
	ssize_t got;
	do
		got = recv(l->fd, n->slots, NET_SLOT, 0);
	while (got < 0 && errno == EINTR);
	if (got < 0 && errno == EAGAIN)
		return false;
	if (got <= 0) {
		net_down(n, l, got == 0 ? OK : ERR_CUT);
		return false;
	}
	l->readable = false;
	*from = (struct route){
		.kind = ROUTE_TCP, .link = l->number, .local = l->local, .remote = l->remote
	};
	*bytes = span_of(n->slots, (size_t)got);
	return true;
}

static void set_stuffed(struct net *n, struct link *l, bool stuffed)
{
	bool had_news = net_has_news(l);
	l->stuffed = stuffed;
	net_news(n, l, had_news);
}

void net_tcp_flush(struct net *n, struct link *l)
{
	while (l->tail_len > 0) {
		ssize_t sent = send(l->fd, l->tail + l->tail_start, l->tail_len, MSG_NOSIGNAL);
		if (sent < 0 && errno == EINTR)
			continue;
		if (sent < 0 &&
		    errno != EAGAIN) { /* reading tells why, after what has still come */
			l->tail_len = l->tail_start = 0;
			return;
		}
		if (sent < 0)
			break;
		l->tail_start += (size_t)sent;
		l->tail_len -= (size_t)sent;
	}
	if (l->tail_len == 0)
		l->tail_start = 0;
	if (!l->stuffed && l->tail_len > NET_STUFFED)
		set_stuffed(n, l, true);
	else if (l->stuffed && l->tail_len == 0)
		set_stuffed(n, l, false);
}

bool net_tcp_write(struct net *n, struct link *l, struct span bytes)
{
	if (l->tail_len + bytes.len > NET_STUFFED)
		net_tcp_flush(n, l);
	if (bytes.len > NET_TAIL - l->tail_len)
		return false;
	if (l->tail_start + l->tail_len + bytes.len > NET_TAIL) {
		memmove(l->tail, l->tail + l->tail_start, l->tail_len);
		l->tail_start = 0;
	}
	memcpy(l->tail + l->tail_start + l->tail_len, bytes.at, bytes.len);
	l->tail_len += bytes.len;
	if (!l->dirty) {
		l->dirty = true;
		n->dirty[n->dirty_count++] = (uint16_t)(l - n->links);
	}
	return true;
}

/* The last words must reach the other side: closing with unread input would answer with a reset. */
void net_tcp_close(struct link *l)
{
	uint8_t unread[4096];
	if (l->connecting)
		return;
	for (ssize_t sent; l->tail_len > 0;
	     l->tail_start += (size_t)sent, l->tail_len -= (size_t)sent) {
		sent = send(l->fd, l->tail + l->tail_start, l->tail_len, MSG_NOSIGNAL);
		if (sent <= 0)
			break;
	}
	(void)shutdown(l->fd, SHUT_WR);
	for (int i = 0; i < 64 && recv(l->fd, unread, sizeof unread, 0) > 0; i++)
		;
}
