/* sockaddr: between struct addr and the system's socket addresses. */
#ifndef OS_SOCKADDR_H
#define OS_SOCKADDR_H

#include <netinet/in.h>
#include <sys/socket.h>

#include "base/addr.h"

union sockaddr_any {
	struct sockaddr any;
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;
};

/* Zeroes for families other than IP; an IPv6 scope is lost. */
struct addr sockaddr_read(const struct sockaddr *from);
socklen_t sockaddr_write(const struct addr *a, union sockaddr_any *to);

#endif
