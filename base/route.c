/* route: see route.h. */
#include "base/route.h"

bool route_same(const struct route *a, const struct route *b)
{
	return a->kind == b->kind && a->link == b->link && a->pair == b->pair &&
	       addr_equal(&a->remote, &b->remote);
}

bool route_is_forward(const struct route *r)
{
	return r->kind == ROUTE_FORWARD_UDP || r->kind == ROUTE_FORWARD_TCP;
}

bool route_is_stream(const struct route *r)
{
	return r->kind == ROUTE_TCP;
}

const char *route_kind_text(const struct route *r)
{
	static const char *const names[] = {
		[ROUTE_NONE] = "none",
		[ROUTE_UDP] = "direct udp",
		[ROUTE_TCP] = "tcp",
		[ROUTE_FORWARD_UDP] = "relay udp",
		[ROUTE_FORWARD_TCP] = "relay tcp",
	};
	return r->kind < sizeof names / sizeof names[0] ? names[r->kind] : "none";
}
