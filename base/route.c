#include "base/route.h"

#include "base/limits.h"

const struct route_kind route_udp = {
	.label = "direct udp", .rank = 4, .bare = true, .large = LIMIT_PACKET_MAX
};
const struct route_kind route_tcp = {
	.label = "tcp", .rank = 3, .stream = true, .large = LIMIT_PACKET_MAX
};
const struct route_kind route_forward_udp = {
	.label = "relay udp", .rank = 2, .forward = true, .large = LIMIT_PACKET_MAX
};
/* a server passes no larger ones over TCP (docs/SIGNALING.md S6-2) */
const struct route_kind route_forward_tcp = { .label = "relay tcp", .rank = 1, .forward = true };

bool route_same(const struct route *a, const struct route *b)
{
	return a->kind == b->kind && a->link == b->link && a->pair == b->pair &&
	       addr_equal(&a->remote, &b->remote);
}

bool route_takes(const struct route *lost, const struct route *r)
{
	bool shared =
	    lost->kind != NULL && (route_is_bare(r) || route_is_forward(r) || r->link == 0);

	return lost->link == r->link && lost->pair == r->pair && (!shared || route_same(lost, r));
}

bool route_is_forward(const struct route *r)
{
	return r->kind != NULL && r->kind->forward;
}

bool route_is_stream(const struct route *r)
{
	return r->kind != NULL && r->kind->stream;
}

bool route_is_bare(const struct route *r)
{
	return r->kind != NULL && r->kind->bare;
}
