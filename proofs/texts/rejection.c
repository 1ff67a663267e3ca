/* rejection: the errors of a socket, as the kernel reports them, os/rejection; any bytes, as many
 * as there is room for. */
#include <stdalign.h>

#include "proofs/headers/system.h"

#undef alignas /* Frama-C does not know it */
#define alignas(type)

#define MSG_ERRQUEUE 0x2000
#include "os/rejection.c"
#include "os/socket.c"
#include "proofs/parsers/any.h"

static size_t came;

ssize_t recvmsg(int fd, struct msghdr *head, int flags)
{
	(void)fd, (void)flags;
	Frama_C_make_unknown(head->msg_control, head->msg_controllen);
	Frama_C_make_unknown(head->msg_name, head->msg_namelen);
	if (came > head->msg_controllen)
		base_panic("recvmsg", 0);
	head->msg_controllen = (socklen_t)came;
	return Frama_C_interval(-1, 0);
}

static void read_all(size_t len)
{
	struct addr remote;
	uint32_t size;
	came = len;
	take(0, &remote, &size);
}

int main(void)
{
	for (size_t len = 0; len <= LEN; len++)
		read_all(len);
}
