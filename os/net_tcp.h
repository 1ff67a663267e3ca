/* net_tcp: connections, as links of bytes in order, and the listeners that take them. */
#pragma once

#include "os/link_kind.h"

/* LINK_TCP. Above 96 KiB that the system has not taken, write refuses (blocked at 32 KiB, until
 * nothing is left). */
extern const struct link_kind net_tcp_kind;
/* LINK_LISTEN. */
extern const struct link_kind net_tcp_listener;
