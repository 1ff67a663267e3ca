/* beside: what the kernel tells beside a datagram, os/net_udp and os/socket; any bytes, as many as
 * there is room for, of which any number came; and addresses, as it writes them. */
#include "proofs/headers/system.h"

#include "os/net_udp.c"
#include "os/socket.c"
#include "proofs/states/any.h"

static void read_address(void)
{
	union socket_addr from;
	Frama_C_make_unknown((char *)&from, sizeof from);
	(void)socket_addr_read(&from.any);
}

static void read_beside(size_t len)
{
	union control control;
	struct addr local = any_addr();
	struct msghdr head = { .msg_control = control.bytes, .msg_controllen = (socklen_t)len };
	Frama_C_make_unknown((char *)control.bytes, sizeof control.bytes);
	(void)read_control(&head, &local);
}

int main(void)
{
	read_address();
	for (size_t len = 0; len <= CONTROL; len++)
		read_beside(len);
}
