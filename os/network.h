/* network: hears of changes to this host's interfaces, addresses and routes when they happen.
 * rtnetlink(7). */
#pragma once

#include <stdbool.h>

/* A descriptor that is readable when something has changed; close(2) it. -1: this system does not
 * tell. */
int network_open(void);

/* Takes all that was told. False: nothing. *broken: an interface has stopped working, or an address
 * or route is gone; otherwise it is left as it is. */
bool network_news(int fd, bool *broken);
