#include "transport/sockets.h"

uint16_t sockets_of(bool v4)
{
	return v4 ? 1 : 2;
}

uint16_t sockets_v4(const struct sockets *s)
{
	return s->main4;
}

bool sockets_in_use(const struct sockets *s, uint16_t link)
{
	return link == s->main4 || link == sockets_of(false);
}

static struct sockets_socket *of_family(struct sockets *s, bool v4)
{
	return &s->at[(v4 ? s->main4 : sockets_of(false)) - 1];
}

void sockets_init(struct sockets *s, const char *kind, const struct addr *listen, size_t count,
                  struct random *random)
{
	*s = (struct sockets){ .kind = kind, .random = random, .main4 = 1 };
	for (size_t i = 0; i < SOCKETS_FRESH; i++) {
		s->at[i].bind = carrier_any(i + 1 != sockets_of(false));
		s->at[i].open_at = NEVER;
	}
	for (size_t i = 0; i < count; i++)
		of_family(s, addr_is_v4(&listen[i]))->bind = listen[i];
}

void sockets_want(struct sockets *s, bool v4)
{
	struct sockets_socket *own = of_family(s, v4);

	own->wanted = true;
	if (own->state == SOCKET_NONE)
		own->state = SOCKET_OPEN;
}

void sockets_toward(struct sockets *s, const struct addr *server)
{
	unsigned name;

	if (addr_is_name(server, &name))
		return;
	sockets_want(s, true);
	sockets_want(s, addr_is_v4(server));
}

/* The place beside that of IPv4 in use. */
static uint16_t fresh_link(const struct sockets *s)
{
	return s->main4 == 1 ? SOCKETS_FRESH : 1;
}

void sockets_freshen(struct sockets *s)
{
	struct sockets_socket *fresh = &s->at[fresh_link(s) - 1];

	if (of_family(s, true)->bind.port != 0)
		return;
	fresh->bind = of_family(s, true)->bind;
	fresh->wanted = true;
	bool open = fresh->state == SOCKET_UP || fresh->state == SOCKET_OPENING;
	fresh->state = open ? SOCKET_CLOSE : SOCKET_OPEN;
}

void sockets_turn(struct sockets *s, uint16_t link)
{
	struct sockets_socket *fresh = &s->at[fresh_link(s) - 1];

	if (link != fresh_link(s) || fresh->state != SOCKET_UP || !fresh->wanted)
		return;
	of_family(s, true)->wanted = false;
	s->main4 = link;
}

enum sockets_change sockets_link(struct sockets *s, const struct link_event *event, uint64_t now)
{
	if (event->link < 1 || event->link > SOCKETS_FRESH)
		return SOCKETS_NOTHING;

	struct sockets_socket *own = &s->at[event->link - 1];
	if (event->state == LINK_UP && own->state == SOCKET_OPENING) {
		own->state = SOCKET_UP;
		own->local = event->local;
		own->failures = 0;
		own->reported = false;
		return SOCKETS_UP;
	}
	if (event->state == LINK_DOWN && own->state != SOCKET_NONE) {
		own->state = SOCKET_NONE;
		own->open_at = now + carrier_pause(s->random, own->failures++);
		return own->failures == 1 ? SOCKETS_FAILED : SOCKETS_DOWN;
	}
	return SOCKETS_NOTHING;
}

bool sockets_request(struct sockets *s, struct link_request *request)
{
	for (unsigned i = 0; i < SOCKETS_FRESH; i++) {
		struct sockets_socket *own = &s->at[i];
		bool open = own->state == SOCKET_OPEN;

		if (!open && own->state != SOCKET_CLOSE)
			continue;
		own->state = open ? SOCKET_OPENING : SOCKET_OPEN;
		*request = (struct link_request){
			.open = open, .link = (uint16_t)(i + 1), .kind = s->kind, .local = own->bind
		};
		return true;
	}
	return false;
}

void sockets_timer(struct sockets *s, uint64_t now)
{
	for (size_t i = 0; i < SOCKETS_FRESH; i++)
		if (s->at[i].wanted && s->at[i].state == SOCKET_NONE && s->at[i].open_at <= now)
			s->at[i].state = SOCKET_OPEN;
}

uint64_t sockets_deadline(const struct sockets *s)
{
	uint64_t at = NEVER;

	for (size_t i = 0; i < SOCKETS_FRESH; i++)
		if (s->at[i].wanted && s->at[i].state == SOCKET_NONE)
			at = min_of(at, s->at[i].open_at);
	return at;
}

bool sockets_up(const struct sockets *s, uint16_t link)
{
	return link >= 1 && link <= SOCKETS_FRESH && s->at[link - 1].state == SOCKET_UP;
}

bool sockets_none(const struct sockets *s)
{
	return s->at[s->main4 - 1].state == SOCKET_NONE && s->at[1].state == SOCKET_NONE;
}

bool sockets_missed(const struct sockets *s, const struct link_event *event)
{
	return sockets_none(s) || event->why != ERR_USAGE;
}

const struct addr *sockets_bind(const struct sockets *s, uint16_t link)
{
	return &s->at[link - 1].bind;
}

bool sockets_report(struct sockets *s, enum communicator_event_kind kind,
                    struct communicator_event *event)
{
	for (unsigned i = 0; i < SOCKETS_FRESH; i++) {
		struct sockets_socket *own = &s->at[i];

		if (own->state != SOCKET_UP || own->reported ||
		    !sockets_in_use(s, (uint16_t)(i + 1)))
			continue;
		own->reported = true;
		*event = (struct communicator_event){
			.kind = kind,
			.addr = own->local,
			.route = { .kind = ROUTE_UDP,
			           .link = (uint16_t)(i + 1),
			           .local = own->local },
		};
		return true;
	}
	return false;
}
