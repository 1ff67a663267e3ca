#include "transport/connection.h"

/* What has no bytes yet takes no memory for them. */
static void begin(struct connection *c, enum socket_state state, uint16_t link,
                  const struct addr *local, const struct addr *remote)
{
	c->state = state;
	c->blocked = c->blocked_reported = false;
	c->link = link;
	c->local = *local;
	c->remote = *remote;
	framing_init(&c->framing);
}

void connection_open(struct connection *c, uint16_t link, const struct addr *remote)
{
	begin(c, SOCKET_OPEN, link, &(struct addr){ .port = 0 }, remote);
}

void connection_from(struct connection *c, const struct addr *local)
{
	c->local = *local;
}

void connection_accept(struct connection *c, const struct link_event *link)
{
	begin(c, SOCKET_UP, link->link, &link->local, &link->remote);
}

void connection_close(struct connection *c)
{
	if (c->state == SOCKET_OPEN)
		c->state = SOCKET_NONE;
	else if (c->state != SOCKET_NONE)
		c->state = SOCKET_CLOSE;
}

void connection_drop(struct connection *c)
{
	c->state = SOCKET_NONE;
}

bool connection_request(struct connection *c, struct link_request *request)
{
	bool open = c->state == SOCKET_OPEN;

	if (!open && c->state != SOCKET_CLOSE)
		return false;
	c->state = open ? SOCKET_OPENING : SOCKET_NONE;
	*request = (struct link_request){ .open = open, .link = c->link, .kind = LINK_TCP };
	if (open) {
		request->local =
		    c->local.port != 0 ? c->local : carrier_any(addr_is_v4(&c->remote));
		request->remote = c->remote;
	}
	return true;
}

enum connection_change connection_link(struct connection *c, const struct link_event *event)
{
	bool closed = c->state == SOCKET_CLOSE;

	switch (event->state) {
	case LINK_UP:
		if (c->state != SOCKET_OPENING)
			break;
		c->state = SOCKET_UP;
		c->local = event->local;
		return CONNECTION_UP;
	case LINK_DOWN:
		c->state = SOCKET_NONE;
		return closed ? CONNECTION_NOTHING : CONNECTION_DOWN;
	case LINK_BLOCKED:
	case LINK_WRITABLE: c->blocked = event->state == LINK_BLOCKED; break;
	case LINK_ACCEPTED:
	case LINK_REJECTED: break;
	}
	return CONNECTION_NOTHING;
}

bool connection_has(const struct connection *c, uint16_t link)
{
	return c->state != SOCKET_NONE && c->link == link;
}

bool connection_none(const struct connection *c)
{
	return c->state == SOCKET_NONE;
}

bool connection_pending(const struct connection *c)
{
	return c->state == SOCKET_OPEN || c->state == SOCKET_OPENING;
}

bool connection_up(const struct connection *c)
{
	return c->state == SOCKET_UP;
}

bool connection_may_say(const struct connection *c)
{
	return c->state == SOCKET_UP && !c->blocked;
}

ONE_COPY struct route connection_route(const struct connection *c)
{
	return (struct route){
		.kind = ROUTE_TCP, .link = c->link, .local = c->local, .remote = c->remote
	};
}

bool connection_read(struct connection *c, struct span *in, struct span *packet, bool *bad)
{
	bool whole = framing_next(&c->framing, in, packet);

	*bad = framing_bad(&c->framing);
	return whole;
}

bool connection_report(struct connection *c, struct communicator_event *event)
{
	if (c->state != SOCKET_UP || c->blocked == c->blocked_reported)
		return false;
	c->blocked_reported = c->blocked;
	*event = (struct communicator_event){
		.kind = c->blocked ? COMMUNICATOR_BLOCKED : COMMUNICATOR_WRITABLE,
		.route = connection_route(c),
	};
	return true;
}
