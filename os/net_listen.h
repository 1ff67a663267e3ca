/* net_listen: listeners, whose connections become links of net_tcp. */
#ifndef OS_NET_LISTEN_H
#define OS_NET_LISTEN_H

#include "os/links.h"

extern const struct link_kind net_listen_kind; /* LINK_LISTEN */

#endif
