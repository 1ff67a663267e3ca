/* socket: what every kind of socket needs: addresses as the system has them, opening, options,
 * errors. */
#pragma once

#include <netinet/in.h>
#include <sys/socket.h>

#include "base/addr.h"
#include "base/bytes.h"
#include "base/err.h"

union socket_addr {
	struct sockaddr any;
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;
};

/* The scope of an address that belongs to an interface. */
uint16_t socket_scope(const struct addr *a, uint32_t interface);
/* Zeroes for families other than IP; a scope is kept where it means something. */
struct addr socket_addr_read(const struct sockaddr *from);
socklen_t socket_addr_write(const struct addr *a, union socket_addr *to);

/* A non-blocking socket of the address's family. type: SOCK_STREAM or SOCK_DGRAM. -1: errno says
 * why. */
int socket_new(int type, const struct addr *family);
/* An option that may be missing: then the socket does without. */
void socket_set(int fd, int level, int name, int value);
/* False: errno says why. */
bool socket_bind(int fd, const struct addr *local);
/* The system has a way there; nothing is sent. */
bool socket_way(const struct addr *to);
/* The address it is bound to; zeroes: none. */
struct addr socket_address(int fd);
/* What became of connect(2): 0, or the errno. Where nobody listens at a port of this host, the
 * system may let a connection leave from that very port, and meet itself (RFC 9293 section 3.5): it
 * would hear what it says, and keep the port from whoever wants to listen there. It counts as
 * refused. */
int socket_connected(int fd);
/* As recvmmsg(2), without flags; of a kernel that doesn't know it (Linux 2.6.32 and older), or a
 * container that forbids it, one datagram at a time. */
int socket_receive(int fd, struct mmsghdr *heads, unsigned most);
/* What a socket tells beside a datagram: a control message (cmsg(3)) and what is in it. */
struct socket_control {
	int level, type;
	struct span value;
};
/* Whether it is of that kind, and its value has len bytes at least. */
bool socket_control_is(const struct socket_control *c, int level, int type, size_t len);
/* The next control message that a receiving call left in head. *at: 0 at first, then as it was
 * left. False: no whole one is left. The value is a part of head's. */
bool socket_next_control(const struct msghdr *head, size_t *at, struct socket_control *c);
/* The error that stands for an errno, as os/net.h describes it. */
enum err socket_why(int error);
