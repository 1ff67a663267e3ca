/* sockaddr: see sockaddr.h. */
#include "os/sockaddr.h"

#include <string.h>

struct addr sockaddr_read(const struct sockaddr *from)
{
	struct addr a = { .port = 0 };
	union sockaddr_any s;
	if (from->sa_family == AF_INET) {
		memcpy(&s.v4, from, sizeof s.v4);
		a = addr_v4(0, 0, 0, 0, ntohs(s.v4.sin_port));
		memcpy(a.ip + 12, &s.v4.sin_addr, 4);
	} else if (from->sa_family == AF_INET6) {
		memcpy(&s.v6, from, sizeof s.v6);
		a.port = ntohs(s.v6.sin6_port);
		memcpy(a.ip, &s.v6.sin6_addr, 16);
	}
	return a;
}

socklen_t sockaddr_write(const struct addr *a, union sockaddr_any *to)
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
	return sizeof to->v6;
}
