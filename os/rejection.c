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
	for (size_t at = 0; at + CMSG_LEN(sizeof report) <= head.msg_controllen;) {
		struct cmsghdr c;
		memcpy(&c, control + at, sizeof c);
		bool v4 = c.cmsg_level == IPPROTO_IP && c.cmsg_type == IP_RECVERR,
		     v6 = c.cmsg_level == IPPROTO_IPV6 && c.cmsg_type == IPV6_RECVERR;
		if (v4 || v6)
			memcpy(&report, control + at + CMSG_LEN(0), sizeof report);
		if (c.cmsg_len < sizeof c || c.cmsg_len > sizeof control || v4 || v6)
			break;
		at += CMSG_ALIGN((size_t)c.cmsg_len);
	}
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
