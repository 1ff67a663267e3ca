/* net_tcp: see net_tcp.h. */
#include "os/net_tcp.h"

#include <errno.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>

#include "os/socket.h"

enum {
	BACKLOG = 65536, /* bytes that wait for the system to take them */
	BLOCKED = 32768,
	NOT_SENT_MAX = 128 << 10 /* bytes the kernel may hold unsent: more only adds delay */
};

struct connection {
	size_t start, len; /* of what waits in bytes */
	bool dirty;        /* something was written since the last flush */
	uint8_t bytes[BACKLOG];
};

static enum err prepare(struct link *l)
{
	struct connection *c = malloc(sizeof *c);
	if (c == NULL)
		return ERR_FULL;
	c->start = c->len = 0;
	c->dirty = false;
	l->own = c;
	socket_set(l->fd, IPPROTO_TCP, TCP_NODELAY, 1);
	socket_set(l->fd, IPPROTO_TCP, TCP_NOTSENT_LOWAT, NOT_SENT_MAX);
	return OK;
}

static enum err open_connection(struct link *l, const struct link_request *request)
{
	const struct addr *local = &request->local, *remote = &request->remote;
	union socket_addr s;
	socklen_t len = socket_addr_write(remote, &s);
	l->fd = socket_new(SOCK_STREAM, remote);
	if (l->fd < 0)
		return socket_why(errno);
	if (prepare(l))
		return ERR_FULL;
	if (!addr_is_any(local) && addr_is_v4(local) == addr_is_v4(remote) &&
	    !socket_bind(l->fd, local))
		return socket_why(errno);
	l->connecting = connect(l->fd, &s.any, len) != 0;
	if (l->connecting && errno != EINPROGRESS)
		return socket_why(errno);
	l->local = socket_address(l->fd);
	return OK;
}

enum err net_tcp_adopt(struct link *l, int fd)
{
	l->fd = fd;
	if (prepare(l)) {
		l->fd = -1;
		return ERR_FULL;
	}
	l->local = socket_address(fd);
	return OK;
}

static void connected(struct links *links, struct link *l)
{
	int error = 0;
	socklen_t len = sizeof error;
	if (getsockopt(l->fd, SOL_SOCKET, SO_ERROR, &error, &len) != 0)
		error = errno;
	if (error) {
		links_down(links, l, error == ECONNRESET ? ERR_UNREACHABLE : socket_why(error));
		return;
	}
	l->local = socket_address(l->fd);
	links_up(links, l);
}

/* Gives the system what it takes. 0, EAGAIN, or what broke the connection. */
static int push(int fd, struct connection *c)
{
	while (c->len > 0) {
		ssize_t sent = send(fd, c->bytes + c->start, c->len, MSG_NOSIGNAL);
		if (sent < 0 && errno == EINTR)
			continue;
		if (sent < 0)
			return errno;
		c->start += (size_t)sent;
		c->len -= (size_t)sent;
	}
	return 0;
}

static void send_backlog(struct links *links, struct link *l)
{
	struct connection *c = l->own;
	int error = push(l->fd, c);
	c->dirty = false;
	bool broken = error && error != EAGAIN; /* reading tells why, after what has still come */
	if (broken)
		c->len = 0;
	if (c->len == 0)
		c->start = 0;
	l->unsent = c->len > 0;
	if (!broken && (c->len > BLOCKED || c->len == 0))
		links_set_blocked(links, l, c->len > 0);
}

static void ready(struct links *links, struct link *l, bool writable, uint64_t now)
{
	(void)now;
	if (l->connecting)
		connected(links, l);
	else if (writable)
		send_backlog(links, l);
}

/* One piece for each wait: links with much to say take turns with the others. */
static bool read_piece(struct links *links, struct link *l, struct route *from, struct span *bytes)
{
	uint8_t *to = links_scratch(links);
	ssize_t got;
	do
		got = recv(l->fd, to, LINKS_SCRATCH, 0);
	while (got < 0 && errno == EINTR);
	if (got < 0 && errno == EAGAIN)
		return false;
	if (got <= 0) {
		links_down(links, l, got == 0 ? OK : ERR_CUT);
		return false;
	}
	l->readable = false;
	*from = (struct route){
		.kind = ROUTE_TCP, .link = l->number, .local = l->local, .remote = l->remote
	};
	*bytes = span_of(to, (size_t)got);
	return true;
}

static bool write_piece(struct links *links, struct link *l, const struct route *to,
                        struct span bytes)
{
	(void)to;
	struct connection *c = l->own;
	if (c->len + bytes.len > BLOCKED)
		send_backlog(links, l);
	if (bytes.len > BACKLOG - c->len)
		return false;
	if (c->start + c->len + bytes.len > BACKLOG) {
		memmove(c->bytes, c->bytes + c->start, c->len);
		c->start = 0;
	}
	memcpy(c->bytes + c->start + c->len, bytes.at, bytes.len);
	c->len += bytes.len;
	l->unsent = c->dirty = true;
	return true;
}

static void flush(struct links *links, struct link *l)
{
	const struct connection *c = l->own;
	if (c->dirty)
		send_backlog(links, l);
}

/* The last words must reach the other side: closing with unread input would answer with a reset. */
static void close_connection(struct link *l)
{
	uint8_t unread[4096];
	if (l->connecting || l->own == NULL)
		return;
	(void)push(l->fd, l->own);
	(void)shutdown(l->fd, SHUT_WR);
	for (int i = 0; i < 64 && recv(l->fd, unread, sizeof unread, 0) > 0; i++)
		;
}

const struct link_kind net_tcp_kind = {
	.name = LINK_TCP,
	.open = open_connection,
	.close = close_connection,
	.ready = ready,
	.read = read_piece,
	.write = write_piece,
	.flush = flush,
};
