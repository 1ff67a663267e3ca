/* net_udp: links of datagrams. */
#ifndef OS_NET_UDP_H
#define OS_NET_UDP_H

#include "os/links.h"

extern const struct link_kind net_udp_kind; /* LINK_UDP */

#endif
