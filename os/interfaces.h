/* interfaces: this host's own addresses that a peer might reach, and the names of its interfaces,
 * which are in link-local addresses. */
#pragma once

#include "base/addr.h"
#include "base/err.h"

/* The best first: the one a packet to the internet would leave from. Left out are interfaces that
 * are down and link-local addresses; those of containers, bridges of virtual machines and tunnels,
 * unless there is nothing better; and loopback, unless there is nothing else. Ports are 0. Returns
 * how many. */
size_t interfaces_list(struct addr *out, size_t max);
/* ... and those of tunnels. */
size_t interfaces_list_all(struct addr *out, size_t max);

/* The router that IPv4 packets to the internet go to, and the address they leave from; ports are 0.
 * False: there is none. */
bool interfaces_router(struct addr *router, struct addr *own);

/* addr_parse, with zones: names or numbers of interfaces. ERR_FORMAT: it is no address. ERR_USAGE:
 * a link-local IPv6 address leads nowhere without its zone. ERR_UNREACHABLE: there is no such
 * interface. */
enum err interfaces_parse(struct span text, uint16_t port_default, struct addr *out);
/* addr_format, with the interface's name. */
void interfaces_format(const struct addr *a, char out[static ADDR_TEXT]);
