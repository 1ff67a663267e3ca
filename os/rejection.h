/* rejection: why a datagram did not get where it was sent: what routers and hosts said about it by
 * ICMP, kept by the system in the error queue of its socket (IP_RECVERR, ip(7)). */
#pragma once

#include "os/link_kind.h"

/* Errors about datagrams of this socket are kept from now on. sendmsg(2) and recvmsg(2) report them
 * too, once, instead of what they were called for. */
void rejection_keep(int fd, bool v6);
/* They become news of the link (net_rejected). Whoever saw a datagram can send such an error, and
 * whoever guesses two ports and an address can too. */
void rejection_tell(struct link *l);
