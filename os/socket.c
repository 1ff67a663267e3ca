/* socket: see socket.h. */
#include "os/socket.h"

#include <errno.h>

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
	union sockaddr_any s;
	socklen_t len = sockaddr_write(local, &s);
	return bind(fd, &s.any, len) == 0;
}

struct addr socket_address(int fd)
{
	union sockaddr_any s = { .any.sa_family = AF_UNSPEC };
	socklen_t len = sizeof s;
	(void)getsockname(fd, &s.any, &len);
	return sockaddr_read(&s.any);
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
	case EADDRNOTAVAIL:
	case EAFNOSUPPORT:
	case EPROTONOSUPPORT: return ERR_LOCAL;
	case ECONNRESET:
	case EPIPE: return ERR_CUT;
	default: return ERR_UNREACHABLE;
	}
}
