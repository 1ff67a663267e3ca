/* net_listen: listeners (LINK_LISTEN), whose connections become links of net_tcp. */
#include <errno.h>
#include <unistd.h>

#include "base/limits.h"
#include "os/net_tcp.h"
#include "os/socket.h"

enum { ACCEPTS_AT_ONCE = 16, BACKLOG = 128 };

#define REST_US (100 * MS) /* out of descriptors or memory */

static enum err open_listener(struct link *l, const struct link_request *request)
{
	l->fd = socket_new(SOCK_STREAM, &request->local);
	if (l->fd < 0)
		return socket_why(errno);
	socket_set(l->fd, SOL_SOCKET, SO_REUSEADDR, 1);
	if (!addr_is_v4(&request->local))
		socket_set(l->fd, IPPROTO_IPV6, IPV6_V6ONLY, 1);
	if (!socket_bind(l->fd, &request->local) || listen(l->fd, BACKLOG) != 0)
		return socket_why(errno);
	l->local = socket_address(l->fd);
	return OK;
}

/* False: there is nothing more to accept. */
static bool accept_one(struct links *links, struct link *listener, uint64_t now)
{
	union socket_addr s;
	socklen_t len = sizeof s;
	int fd = accept4(listener->fd, &s.any, &len, SOCK_NONBLOCK | SOCK_CLOEXEC);
	if (fd < 0) {
		if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM)
			listener->rests_until = now + REST_US;
		return errno == ECONNABORTED || errno == EINTR;
	}
	struct link *l = links_accept(links, listener, &net_tcp_kind);
	if (l == NULL) {
		close(fd);
		return true;
	}
	if (net_tcp_adopt(l, fd)) {
		close(fd);
		links_close(links, l->number);
		return true;
	}
	l->remote = socket_addr_read(&s.any);
	links_accepted(links, l);
	return true;
}

static void ready(struct links *links, struct link *l, bool writable, uint64_t now)
{
	(void)writable;
	for (int i = 0; i < ACCEPTS_AT_ONCE && accept_one(links, l, now); i++)
		;
}

const struct link_kind net_listen_kind = {
	.name = LINK_LISTEN,
	.open = open_listener,
	.ready = ready,
};
