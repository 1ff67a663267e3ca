#include "cmd/talk/traffic.h"

enum { PACKETS_AT_ONCE = 256 };

static void link_events(struct net *net, struct endpoint *endpoint, uint64_t now)
{
	struct link_event event;
	while (net_event(net, &event))
		endpoint_link(endpoint, &event, now);
}

static void link_requests(struct net *net, struct endpoint *endpoint)
{
	struct link_request request;
	while (endpoint_request(endpoint, &request))
		net_request(net, &request);
}

void traffic_read(struct net *net, struct endpoint *endpoint, uint64_t now)
{
	struct route from;
	struct span bytes;
	link_events(net, endpoint, now);
	while (net_read(net, &from, &bytes))
		endpoint_input(endpoint, &from, bytes, now);
}

bool traffic_write(struct net *net, struct endpoint *endpoint, uint64_t now)
{
	uint8_t buffer[LIMIT_WIRE];
	struct route to;
	const uint8_t *wire;
	size_t len = 1;
	for (int packets = 0; packets < PACKETS_AT_ONCE && len > 0; packets++) {
		link_requests(net, endpoint);
		/* a stream link that is full says so before it would have to refuse */
		link_events(net, endpoint, now);
		len = endpoint_output(endpoint, &to, buffer, sizeof buffer, &wire, now);
		if (len > 0)
			(void)net_write(net, &to, span_of(wire, len));
	}
	link_requests(net, endpoint);
	net_flush(net);
	return len > 0;
}
