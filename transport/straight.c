#include "transport/straight.h"

/* Connections that peers can have us open in a minute: to whom they please; and to where a server
 * sees them, which are tried again at once where they are refused. */
enum { OPENED_MAX = 3, CROSSED_MAX = 14 };
#define MINUTE_US (60 * SECOND)

void straight_init(struct straight *s, bool wanted)
{
	s->wanted = wanted;
	tcp_links_init(&s->links, s->links_at, STRAIGHT_LINKS, true, STRAIGHT_FIRST,
	               STRAIGHT_NUMBERS);
}

/* ---- listening ---- */

/* Behind a NAT the address is another host's, and the system refuses it. */
void straight_learn(struct straight *s, const struct communicator_event *event)
{
	const struct addr *addr = &event->addr;
	struct straight_listener *l = &s->at[!addr_is_v4(addr)];

	if (!s->wanted || event->kind != COMMUNICATOR_OBSERVED || addr_same_ip(&l->bind, addr) ||
	    addr_is_private(addr) || addr_is_loopback(addr) || addr_is_link_local(addr) ||
	    !addr_is_unicast(addr))
		return;
	if (l->state != SOCKET_NONE && l->state != SOCKET_UP)
		return;
	l->state = SOCKET_OPEN; /* another one has its number: os/ closes it */
	l->bind = *addr;
	l->bind.port = 0;
}

static bool listener_link(struct straight_listener *l, const struct link_event *event)
{
	if (event->state == LINK_UP && l->state == SOCKET_OPENING) {
		l->state = SOCKET_UP;
		l->local = event->local;
		l->reported = false;
	} else if (event->state == LINK_DOWN) {
		l->state = SOCKET_NONE;
	}
	return true;
}

static bool listener_request(struct straight *s, struct link_request *request)
{
	for (uint16_t i = 0; i < 2; i++) {
		if (s->at[i].state != SOCKET_OPEN)
			continue;
		s->at[i].state = SOCKET_OPENING;
		*request = (struct link_request){ .open = true,
			                          .link = STRAIGHT_LISTEN + i,
			                          .kind = LINK_LISTEN,
			                          .local = s->at[i].bind };
		return true;
	}
	return false;
}

/* ---- routes ---- */

/* As the session knows it. */
static void outward(struct route *route)
{
	if (route->link < LINK_ACCEPTED_FIRST)
		*route = (struct route){ .kind = ROUTE_TCP, .remote = route->remote };
}

/* As the system knows it; false: there is none. */
static bool inward(const struct straight *s, struct route *route)
{
	return route->link != 0 || tcp_links_to(&s->links, &route->remote, route);
}

static bool may_open(struct straight *s, bool crosses, uint64_t now)
{
	if (now >= s->minute_at + MINUTE_US) {
		s->minute_at = now;
		s->opened = s->crossed = 0;
	}
	return s->wanted && (crosses ? s->crossed++ < CROSSED_MAX : s->opened++ < OPENED_MAX);
}

int straight_wrap(struct straight *s, struct route *route, uint8_t *buffer, size_t len,
                  size_t *wire_len, uint64_t now)
{
	if (!inward(s, route)) {
		struct connection *new = may_open(s, route->local.port != 0, now)
		                             ? tcp_links_connect(&s->links, &route->remote, now)
		                             : NULL;

		if (new == NULL)
			return -1;
		connection_from(new, &route->local);
		(void)inward(s, route);
	} else if (route->link >= LINK_ACCEPTED_FIRST && !tcp_links_up(&s->links, route->link)) {
		return -1;
	}
	/* what goes to one that does not stand yet is lost */
	framing_header(buffer + LIMIT_HEADROOM - FRAMING_HEADER, len);
	*wire_len = FRAMING_HEADER + len;
	return LIMIT_HEADROOM - FRAMING_HEADER;
}

/* ---- links ---- */

bool straight_link(struct straight *s, const struct link_event *event, uint64_t now)
{
	uint16_t listener = event->link - STRAIGHT_LISTEN;

	if (event->state != LINK_ACCEPTED && listener < 2)
		return listener_link(&s->at[listener], event);
	if (event->state != LINK_ACCEPTED && !tcp_links_has(&s->links, event->link))
		return false;
	(void)tcp_links_link(&s->links, event, now);
	return true;
}

bool straight_request(struct straight *s, struct link_request *request)
{
	return listener_request(s, request) || tcp_links_request(&s->links, request);
}

bool straight_read(struct straight *s, uint16_t link, struct span *in, struct span *packet,
                   struct route *route)
{
	bool ended;

	if (!tcp_links_read(&s->links, link, in, packet, route, &ended))
		return false;
	outward(route);
	return true;
}

void straight_timer(struct straight *s, uint64_t now)
{
	(void)tcp_links_timer(&s->links, now);
}

uint64_t straight_deadline(const struct straight *s)
{
	return tcp_links_deadline(&s->links);
}

void straight_regard(struct straight *s, const struct route *route,
                     enum communicator_standing standing)
{
	struct route real = *route;

	if (inward(s, &real))
		(void)tcp_links_regard(&s->links, &real, standing);
}

bool straight_held(const struct straight *s, unsigned *index, struct route *route)
{
	unsigned i = 0;

	while (tcp_links_held(&s->links, i, route)) {
		outward(route);
		if (i++ == *index)
			return true;
	}
	*index -= i;
	return false;
}

bool straight_report(struct straight *s, struct communicator_event *event)
{
	for (unsigned i = 0; i < 2; i++) {
		struct straight_listener *l = &s->at[i];

		if (l->state != SOCKET_UP || l->reported)
			continue;
		l->reported = true;
		*event = (struct communicator_event){ .kind = COMMUNICATOR_BOUND,
			                              .addr = l->local,
			                              .route = { .kind = ROUTE_TCP } };
		return true;
	}
	if (!tcp_links_report(&s->links, event))
		return false;
	outward(&event->route);
	return true;
}
