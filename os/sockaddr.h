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

struct addr
sockaddr_read(const struct sockaddr *from); /* zeroes for other families; a scope is lost */
socklen_t sockaddr_write(const struct addr *a, union sockaddr_any *to);

#endif
