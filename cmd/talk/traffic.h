/* traffic: carries links and packets between the sockets and the endpoint. */
#pragma once

#include "endpoint/endpoint.h"
#include "os/net.h"

/* After a wait: all that has come. */
void traffic_read(struct net *net, struct endpoint *endpoint, uint64_t now);
/* What goes. True: there may be more. */
bool traffic_write(struct net *net, struct endpoint *endpoint, uint64_t now);
