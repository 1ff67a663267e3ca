/* rejection: the errors of a socket, as the kernel reports them, os/rejection; any bytes, as many
 * as there is room for. */
#include <stdalign.h>
#include <sys/socket.h>

#undef alignas /* Frama-C does not know it */
#define alignas(type)

#undef CMSG_ALIGN
#undef CMSG_LEN
#define CMSG_ALIGN(len) (((len) + 7) & ~(size_t)7)
#define CMSG_LEN(len)   (CMSG_ALIGN(sizeof(struct cmsghdr)) + (len))
#define MSG_ERRQUEUE    0x2000
#include "os/rejection.c"
#include "proofs/parsers/any.h"

ssize_t recvmsg(int fd, struct msghdr *head, int flags)
{
	(void)fd, (void)flags;
	Frama_C_make_unknown(head->msg_control, head->msg_controllen);
	head->msg_controllen = (socklen_t)Frama_C_interval(0, (int)head->msg_controllen);
	return Frama_C_interval(-1, 0);
}

struct addr socket_addr_read(const struct sockaddr *from)
{
	(void)from;
	return (struct addr){ .port = 1 };
}

static void read_all(void)
{
	struct addr remote;
	uint32_t size;
	take(0, &remote, &size);
}

int main(void)
{
	read_all();
}
