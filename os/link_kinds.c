/* link_kinds: every kind of link there is. */
#include <stddef.h>

#include "os/net_listen.h"
#include "os/net_tcp.h"
#include "os/net_udp.h"

const struct link_kind *const link_kinds[] = {
	&net_udp_kind,
	&net_tcp_kind,
	&net_listen_kind,
	NULL,
};
