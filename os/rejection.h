/* rejection: why a datagram did not get where it was sent: what routers and hosts said about it by
 * ICMP, kept by the system in the error queue of its socket (IP_RECVERR, ip(7)). */
#pragma once

#include "base/addr.h"

/* Errors about datagrams of this socket are kept from now on. sendmsg(2) and recvmsg(2) report them
 * too, once, instead of what they were called for. */
void rejection_keep(int fd, bool v6);
/* The oldest of them. remote: where the datagram was sent. size: the largest IP packet that would
 * pass, in bytes; 0: nothing passes. False: there is none. Whoever saw the datagram can send such
 * an error, and whoever guesses two ports and an address can too. */
bool rejection_read(int fd, struct addr *remote, uint32_t *size);
