/* socket: what every kind of socket needs: opening, options, its own address, errors. */
#ifndef OS_SOCKET_H
#define OS_SOCKET_H

#include "base/err.h"
#include "os/sockaddr.h"

/* A non-blocking socket of the address's family. type: SOCK_STREAM or SOCK_DGRAM. -1: errno says
 * why. */
int socket_new(int type, const struct addr *family);
/* An option that may be missing: then the socket does without. */
void socket_set(int fd, int level, int name, int value);
/* False: errno says why. */
bool socket_bind(int fd, const struct addr *local);
/* The address it is bound to; zeroes: none. */
struct addr socket_address(int fd);
/* The error that stands for an errno, as os/net.h describes it. */
enum err socket_why(int error);

#endif
