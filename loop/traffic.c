#include "loop/traffic.h"

enum { PACKETS_AT_ONCE = 256 };

static void link_events(struct net *net, struct endpoint *endpoint, uint64_t now)
{
	UNSET struct link_event event;
	while (net_event(net, &event))
		endpoint_link(endpoint, &event, now);
}

static void link_requests(struct net *net, struct endpoint *endpoint)
{
	UNSET struct link_request request;
	while (endpoint_request(endpoint, &request))
		net_request(net, &request);
}

void traffic_read(struct net *net, struct endpoint *endpoint, uint64_t now)
{
	UNSET struct route from;
	struct span bytes;
	link_events(net, endpoint, now);
	while (net_read(net, &from, &bytes))
		endpoint_input(endpoint, &from, bytes, now);
}

/* Sends one datagram, and those after it to the same destination. Returns how many; 0: none. */
static unsigned write_train(struct net *net, struct endpoint *endpoint,
                            uint8_t room[static TRAFFIC_ROOM], uint64_t now)
{
	UNSET struct span pieces[NET_TRAIN];
	UNSET struct route to;
	const uint8_t *wire;
	unsigned count = 0;
	size_t len = endpoint_output(endpoint, &to, room, TRAFFIC_ROOM, &wire, now), all = 0;
	while (len > 0) {
		uint8_t *next = room + (wire - room) + len;
		pieces[count++] = span_of(wire, len);
		all += len;
		if (count == NET_TRAIN || all + len > TRAFFIC_TRAIN)
			break;
		len = endpoint_more(endpoint, next, &wire, now);
	}
	if (count > 0)
		(void)net_send(net, &to, pieces, count);
	return count;
}

bool traffic_write(struct net *net, struct endpoint *endpoint, uint8_t room[static TRAFFIC_ROOM],
                   uint64_t now)
{
	unsigned packets = 0, count = 1;
	while (count > 0 && packets < PACKETS_AT_ONCE) {
		link_requests(net, endpoint);
		/* a stream link that is full says so before it would have to refuse */
		link_events(net, endpoint, now);
		count = write_train(net, endpoint, room, now);
		packets += count;
	}
	link_requests(net, endpoint);
	net_flush(net);
	return count > 0;
}
