/* interfaces: this host's own addresses that a peer might reach. */
#pragma once

#include "base/addr.h"

/* The best first: the one a packet to the internet would leave from. Left out are loopback (unless
 * there is nothing else), interfaces that are down, those of containers, bridges of virtual
 * machines and tunnels, and link-local addresses. Ports are 0. Returns how many. */
size_t interfaces_list(struct addr *out, size_t max);
