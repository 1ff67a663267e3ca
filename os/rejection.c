#include "os/rejection.h"

#include <errno.h>
#include <stdalign.h>
#include <stddef.h>
#include <string.h>

#include "base/limits.h"
#include "os/socket.h"

/* struct sock_extended_err of <linux/errqueue.h>, which musl does not bring. */
struct report {
	uint32_t error;
	uint8_t origin, type, code, pad;
	uint32_t info, data;
};

void rejection_keep(int fd, bool v6)
{
	socket_set(fd, v6 ? IPPROTO_IPV6 : IPPROTO_IP, v6 ? IPV6_RECVERR : IP_RECVERR, 1);
}

/* The oldest of them. remote: where the datagram was sent. size: the largest IP packet that would
 * pass, in bytes; 0: nothing passes. False: there is none. */
static bool take(int fd, struct addr *remote, uint32_t *size)
{
	alignas(max_align_t) uint8_t control[256];
	union socket_addr to = { .any.sa_family = AF_UNSPEC };
	struct report report = { .error = 0 };
	struct msghdr head = { .msg_name = &to,
		               .msg_namelen = sizeof to,
		               .msg_control = control,
		               .msg_controllen = sizeof control };
	ssize_t got;
	do
		got = recvmsg(fd, &head, MSG_ERRQUEUE);
	while (got < 0 && errno == EINTR);
	if (got < 0)
		return false;
	/* it may not be the first: a packet info comes before it */
	struct socket_control c;
	for (size_t at = 0; socket_next_control(&head, &at, &c);)
		if (socket_control_is(&c, IPPROTO_IP, IP_RECVERR, sizeof report) ||
		    socket_control_is(&c, IPPROTO_IPV6, IPV6_RECVERR, sizeof report))
			memcpy(&report, c.value.at, sizeof report);
	*remote = socket_addr_read(&to.any);
	*size = report.error == EMSGSIZE ? report.info : 0;
	return true;
}

/* As long as one is left the system reports it instead of a datagram. */
void rejection_tell(struct link *l)
{
	struct addr remote;
	uint32_t size;
	for (unsigned i = 0; i < LIMIT_BATCH && take(l->fd, &remote, &size); i++)
		net_rejected(l, &remote, size);
}
