/* net_tcp: see net_tcp.h. What is written waits in the link, and is sent together by flush. */
#include "os/net_tcp.h"

#include <errno.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

#include "base/limits.h"
#include "os/nat64.h"
#include "os/net.h"
#include "os/proxy.h"
#include "os/socket.h"

enum {
	UNSENT = 98304, /* bytes that wait for the system to take them: a train, and */
	BLOCKED = 32768,
	NOT_SENT_MAX = 128 << 10, /* bytes the kernel may hold unsent: more only adds delay */
	/* connections that wait to be accepted: as many as Linux lets by itself. Who finds no room
	 * among them comes again after 1, 3, 7 s, so a flood of others must not fill it. */
	BACKLOG = 4096,
	ACCEPTS_AT_ONCE = 32
};

#define REST_US (100 * MS) /* of a listener that is out of descriptors or memory */

struct connection {
	size_t start, len; /* of what waits in bytes */
	bool dirty;        /* something was written since the last flush */
	uint8_t bytes[UNSENT];
	bool proxied; /* begins with: */
	struct proxy_talk talk;
};

_Static_assert(sizeof(struct connection) + 64 <= NET_STREAM, "and what the allocator adds");

static enum err prepare(struct link *l)
{
	l->own = calloc(1, sizeof(struct connection));
	return l->own ? OK : ERR_FULL;
}

static void configure(int fd)
{
	socket_set(fd, IPPROTO_TCP, TCP_NODELAY, 1);
	socket_set(fd, IPPROTO_TCP, TCP_NOTSENT_LOWAT, NOT_SENT_MAX);
}

/* To a name's address by the proxy; at: where that is. */
static enum err begin_talk(struct link *l, struct addr *at)
{
	struct connection *c = l->own;
	struct writer out = writer_of(c->bytes, PROXY_SAYS);
	c->proxied = proxy_begin(&l->remote, at, &c->talk, &out);
	c->len = out.len;
	return c->proxied ? OK : ERR_UNREACHABLE;
}

static enum err open_connection(struct link *l, const struct link_request *request)
{
	struct addr at = request->remote;
	const struct addr *local = &request->local, *remote = &at;
	union socket_addr s;
	unsigned name;
	if (prepare(l))
		return ERR_FULL;
	enum err err = addr_is_name(remote, &name) ? begin_talk(l, &at) : OK;
	if (err)
		return err;
	(void)nat64_map(&at);
	socklen_t len = socket_addr_write(remote, &s);
	l->fd = socket_new(SOCK_STREAM, remote);
	if (l->fd < 0)
		return net_refused(l);
	configure(l->fd);
	socket_set(l->fd, SOL_SOCKET, SO_REUSEADDR, 1); /* others may leave from its port, too */
	if (!addr_is_any(local) && addr_is_v4(local) == addr_is_v4(remote) &&
	    !socket_bind(l->fd, local))
		return net_refused(l);
	l->connecting = connect(l->fd, &s.any, len) != 0;
	if (l->connecting && errno != EINPROGRESS)
		return net_refused(l);
	l->local = socket_address(l->fd);
	return OK;
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

/* What the system said: 0, EAGAIN, or what broke the connection. */
static void pushed(struct link *l, int error)
{
	struct connection *c = l->own;
	c->dirty = false;
	bool broken = error && error != EAGAIN; /* reading tells why, after what has still come */
	if (broken)
		c->len = 0;
	if (c->len == 0)
		c->start = 0;
	l->unsent = c->len > 0;
	if (!broken && (c->len > BLOCKED || c->len == 0))
		l->blocked = c->len > 0;
}

/* The link is up when the proxy says so. Not a byte more is read than is the proxy's. */
static void talk(struct link *l)
{
	struct connection *c = l->own;
	enum err err = ERR_FULL;
	int error = 0;
	while (err == ERR_FULL && error == 0) {
		uint8_t in[PROXY_HEARS];
		struct writer out = writer_of(c->bytes, PROXY_SAYS);
		error = push(l->fd, c);
		ssize_t got = error ? 0 : recv(l->fd, in, proxy_talk_wants(&c->talk), 0);
		if (got > 0) {
			proxy_answers(true);
			err = proxy_talk_input(&c->talk, span_of(in, (size_t)got), &out);
			c->start = 0;
			c->len = out.len;
		} else if (error == 0) {
			error = got < 0 ? errno : ECONNRESET;
		}
	}
	if (error == EAGAIN || error == EINTR)
		return;
	l->answers = false;
	const char *silence = proxy_silence(true);
	l->said = !error ? c->talk.why : silence ? silence : "the proxy closed the connection";
	if (err == OK)
		net_up(l);
	else
		net_down(l, ERR_UNREACHABLE);
}

static void connected(struct link *l)
{
	const struct connection *c = l->own;
	int error = socket_connected(l->fd);
	if (error) {
		l->said = c->proxied ? "the proxy doesn't answer" : strerror(error);
		net_down(l, error == ECONNRESET ? ERR_UNREACHABLE : socket_why(error));
		return;
	}
	l->local = socket_address(l->fd);
	l->answers = c->proxied;
	if (l->answers) {
		proxy_answers(false);
		talk(l);
	} else
		net_up(l);
}

static void send_unsent(struct link *l)
{
	pushed(l, push(l->fd, l->own));
}

static void ready(struct net *n, struct link *l, bool writable, uint64_t now)
{
	(void)n;
	(void)now;
	if (l->connecting && l->answers)
		talk(l);
	else if (l->connecting)
		connected(l);
	else if (writable)
		send_unsent(l);
}

/* One piece for each wait, a smaller one where many have something to say: else a host with many
 * connections would have most of the time, and datagrams of others be lost meanwhile. */
static bool read_piece(struct link *l, struct route *from, struct span *bytes)
{
	uint8_t *to = l->room->slots[0];
	ssize_t got;
	l->room->turn = l;
	do
		got = recv(l->fd, to, l->room->piece, 0);
	while (got < 0 && errno == EINTR);
	if (got < 0 && errno == EAGAIN)
		return false;
	if (got <= 0) {
		l->said = got < 0 ? strerror(errno) : NULL;
		net_down(l, got == 0 ? OK : ERR_CUT);
		return false;
	}
	l->readable = false;
	*from = (struct route){
		.kind = ROUTE_TCP, .link = l->number, .local = l->local, .remote = l->remote
	};
	*bytes = span_of(to, (size_t)got);
	return true;
}

static void keep(struct connection *c, struct span bytes)
{
	if (c->start + c->len + bytes.len > UNSENT) {
		memmove(c->bytes, c->bytes + c->start, c->len);
		c->start = 0;
	}
	memcpy(c->bytes + c->start + c->len, bytes.at, bytes.len);
	c->len += bytes.len;
}

static bool write_piece(struct link *l, const struct route *to, struct span bytes)
{
	(void)to;
	struct connection *c = l->own;
	if (c->len + bytes.len > BLOCKED)
		send_unsent(l);
	if (bytes.len > UNSENT - c->len)
		return false;
	keep(c, bytes);
	l->unsent = c->dirty = true;
	l->blocked |= c->len > BLOCKED;
	return true;
}

/* Keeps what the system does not take of the pieces, of which nothing waits before. */
static void send_directly(struct link *l, const struct span *pieces, unsigned count)
{
	struct iovec vector[NET_TRAIN];
	struct msghdr head = { .msg_iov = vector, .msg_iovlen = (uint16_t)count };
	for (unsigned i = 0; i < count; i++)
		vector[i] = (struct iovec){ (void *)(uintptr_t)pieces[i].at, pieces[i].len };
	ssize_t sent;
	do
		sent = sendmsg(l->fd, &head, MSG_NOSIGNAL);
	while (sent < 0 && errno == EINTR);
	int error = sent < 0 ? errno : 0;
	size_t gone = sent < 0 ? 0 : (size_t)sent;
	for (unsigned i = 0; i < count; i++) {
		size_t some = gone < pieces[i].len ? gone : pieces[i].len;
		keep(l->own, span_after(pieces[i], some));
		gone -= some;
	}
	pushed(l, error);
}

static bool send_pieces(struct link *l, const struct route *to, const struct span *pieces,
                        unsigned count)
{
	struct connection *c = l->own;
	size_t len = 0;
	for (unsigned i = 0; i < count; i++)
		len += pieces[i].len;
	if (c->len > 0)
		send_unsent(l);
	if (len > UNSENT - c->len)
		return false;
	if (c->len == 0)
		send_directly(l, pieces, count);
	else
		for (unsigned i = 0; i < count; i++)
			(void)write_piece(l, to, pieces[i]);
	return true;
}

static void flush(struct link *l)
{
	const struct connection *c = l->own;
	if (c->dirty)
		send_unsent(l);
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
	.send = send_pieces,
	.flush = flush,
};

/* ---- listeners ---- */

static enum err open_listener(struct link *l, const struct link_request *request)
{
	l->fd = socket_new(SOCK_STREAM, &request->local);
	if (l->fd < 0)
		return net_refused(l);
	socket_set(l->fd, SOL_SOCKET, SO_REUSEADDR, 1);
	if (!addr_is_v4(&request->local))
		socket_set(l->fd, IPPROTO_IPV6, IPV6_V6ONLY, 1);
	if (!socket_bind(l->fd, &request->local) || listen(l->fd, BACKLOG) != 0)
		return net_refused(l);
	l->local = socket_address(l->fd);
	return OK;
}

/* False: there is nothing more to accept. */
static bool accept_one(struct net *n, struct link *listener, uint64_t now)
{
	union socket_addr s;
	socklen_t len = sizeof s;
	int fd = accept4(listener->fd, &s.any, &len, SOCK_NONBLOCK | SOCK_CLOEXEC);
	if (fd < 0) {
		if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM)
			listener->rests_until = now + REST_US;
		return errno == ECONNABORTED || errno == EINTR;
	}
	struct link *l = net_accept(n, listener, &net_tcp_kind);
	if (l == NULL) {
		close(fd);
		return true;
	}
	l->fd = fd;
	l->local = socket_address(fd);
	l->remote = socket_addr_read(&s.any);
	configure(fd);
	enum err err = prepare(l);
	if (err)
		net_down(l, err);
	return true;
}

static void accept_some(struct net *n, struct link *l, bool writable, uint64_t now)
{
	(void)writable;
	for (int i = 0; i < ACCEPTS_AT_ONCE && accept_one(n, l, now); i++)
		;
}

const struct link_kind net_tcp_listener = {
	.name = LINK_LISTEN,
	.open = open_listener,
	.ready = accept_some,
};
