/* link_kinds: every kind of link there is. A new one is a file and a row. */
#include <stddef.h>

#include "os/net_tcp.h"

extern const struct link_kind net_nat64_kind;

const struct link_kind *const link_kinds[] = {
	&net_nat64_kind, /* net_udp_kind, where IPv4 is there, and for IPv6 */
	&net_tcp_kind,
	&net_tcp_listener,
	NULL,
};
