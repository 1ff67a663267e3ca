#include "os/socket.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

int socket_new(int type, const struct addr *family)
{
	int domain = addr_is_v4(family) ? AF_INET : AF_INET6;
	return socket(domain, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
}

void socket_set(int fd, int level, int name, int value)
{
	(void)setsockopt(fd, level, name, &value, sizeof value);
}

bool socket_bind(int fd, const struct addr *local)
{
	union socket_addr s;
	socklen_t len = socket_addr_write(local, &s);
	return bind(fd, &s.any, len) == 0;
}

bool socket_way(const struct addr *to)
{
	union socket_addr s;
	socklen_t len = socket_addr_write(to, &s);
	int fd = socket_new(SOCK_DGRAM, to);
	bool way = fd >= 0 && connect(fd, &s.any, len) == 0;
	if (fd >= 0)
		close(fd);
	return way;
}

struct addr socket_address(int fd)
{
	union socket_addr s = { .any.sa_family = AF_UNSPEC };
	socklen_t len = sizeof s;
	(void)getsockname(fd, &s.any, &len);
	return socket_addr_read(&s.any);
}

int socket_connected(int fd)
{
	struct linger at_once = { .l_onoff = 1 };
	union socket_addr peer = { .any.sa_family = AF_UNSPEC };
	int error = 0;
	socklen_t len = sizeof error, peer_len = sizeof peer;
	if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &len) != 0)
		return errno;
	(void)getpeername(fd, &peer.any, &peer_len);
	struct addr own = socket_address(fd), there = socket_addr_read(&peer.any);
	if (error || !addr_is_set(&own) || !addr_equal(&own, &there))
		return error;
	(void)setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
	return ECONNREFUSED;
}

enum err socket_why(int error)
{
	switch (error) {
	case EADDRINUSE: return ERR_BUSY;
	case EMFILE:
	case ENFILE:
	case ENOMEM:
	case ENOBUFS: return ERR_FULL;
	case EACCES:
	case EPERM:
	case EPROTONOSUPPORT: return ERR_LOCAL;
	case EAFNOSUPPORT:
	case EINVAL: /* a link-local address without its interface */
	case EADDRNOTAVAIL: return ERR_USAGE;
	case ECONNRESET:
	case EPIPE: return ERR_CUT;
	default: return ERR_UNREACHABLE;
	}
}

uint16_t socket_scope(const struct addr *a, uint32_t interface)
{
	return addr_is_link_local(a) && interface <= UINT16_MAX ? (uint16_t)interface : 0;
}

struct addr socket_addr_read(const struct sockaddr *from)
{
	struct addr a = { .port = 0 };
	union socket_addr s;
	if (from->sa_family == AF_INET) {
		memcpy(&s.v4, from, sizeof s.v4);
		a = addr_v4(0, 0, 0, 0, ntohs(s.v4.sin_port));
		memcpy(a.ip + 12, &s.v4.sin_addr, 4);
	} else if (from->sa_family == AF_INET6) {
		memcpy(&s.v6, from, sizeof s.v6);
		a.port = ntohs(s.v6.sin6_port);
		memcpy(a.ip, &s.v6.sin6_addr, 16);
		a.scope = socket_scope(&a, s.v6.sin6_scope_id);
	}
	return a;
}

socklen_t socket_addr_write(const struct addr *a, union socket_addr *to)
{
	memset(to, 0, sizeof *to);
	if (addr_is_v4(a)) {
		to->v4.sin_family = AF_INET;
		to->v4.sin_port = htons(a->port);
		memcpy(&to->v4.sin_addr, a->ip + 12, 4);
		return sizeof to->v4;
	}
	to->v6.sin6_family = AF_INET6;
	to->v6.sin6_port = htons(a->port);
	memcpy(&to->v6.sin6_addr, a->ip, 16);
	to->v6.sin6_scope_id = a->scope;
	return sizeof to->v6;
}

int socket_receive(int fd, struct mmsghdr *heads, unsigned most)
{
	int got = recvmmsg(fd, heads, most, 0, NULL);
	if (got >= 0 || (errno != ENOSYS && errno != EPERM))
		return got;
	ssize_t len = recvmsg(fd, &heads->msg_hdr, 0);
	if (len < 0)
		return -1;
	heads->msg_len = (unsigned)len;
	return 1;
}

bool socket_control_is(const struct socket_control *c, int level, int type, size_t len)
{
	return c->level == level && c->type == type && c->value.len >= len;
}

bool socket_next_control(const struct msghdr *head, size_t *at, struct socket_control *c)
{
	struct cmsghdr header;
	const uint8_t *bytes = head->msg_control;
	size_t left = head->msg_controllen - *at;
	if (left < sizeof header)
		return false;
	memcpy(&header, bytes + *at, sizeof header);
	size_t len = header.cmsg_len;
	if (len < CMSG_LEN(0) || len > left)
		return false;
	c->level = header.cmsg_level;
	c->type = header.cmsg_type;
	c->value = span_of(bytes + *at + CMSG_LEN(0), len - CMSG_LEN(0));
	*at += CMSG_ALIGN(len) < left ? CMSG_ALIGN(len) : left;
	return true;
}
