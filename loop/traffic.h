/* traffic: carries links and packets between the sockets and the endpoint. */
#pragma once

#include "endpoint/endpoint.h"
#include "os/net.h"

/* After a wait: all that has come. */
void traffic_read(struct net *net, struct endpoint *endpoint, uint64_t now);
/* Bytes: one UDP datagram, what UDP_SEGMENT takes, and what is before each packet of it. */
enum {
	TRAFFIC_TRAIN = 65507,
	TRAFFIC_ROOM = TRAFFIC_TRAIN + NET_TRAIN * LIMIT_HEADROOM + LIMIT_WIRE
};

/* What goes. room: to build it in. True: there may be more. */
bool traffic_write(struct net *net, struct endpoint *endpoint, uint8_t room[static TRAFFIC_ROOM],
                   uint64_t now);
