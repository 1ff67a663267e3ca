#include "base/link.h"

const char link_udp[] = "udp", link_tcp[] = "tcp", link_listen[] = "listen";
