/* interfaces: this host's own addresses that a peer might reach. */
#ifndef OS_INTERFACES_H
#define OS_INTERFACES_H

#include "base/addr.h"

/* Best first: the one a packet to the outside would leave from. Without those of loopback (unless
 * there are no others), of links that are down, of containers, bridges of virtual machines and
 * tunnels; without link-local ones. Ports are 0. Returns the count. */
size_t interfaces_list(struct addr *out, size_t max);

#endif
