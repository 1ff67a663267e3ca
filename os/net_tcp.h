/* net_tcp: connections, as links of bytes in order. */
#ifndef OS_NET_TCP_H
#define OS_NET_TCP_H

#include "os/links.h"

/* LINK_TCP. What is written is collected and sent together by flush; above 64 KiB that the system
 * has not taken, write refuses (blocked at 32 KiB, until nothing is left). */
extern const struct link_kind net_tcp_kind;

/* Makes the connection fd, which a listener took, the link's. ERR_FULL: no memory; fd stays the
 * caller's. */
enum err net_tcp_adopt(struct link *l, int fd);

#endif
