#include "transport/sockets.h"

uint16_t sockets_of(bool v4)
{
	return v4 ? 1 : 2;
}

void sockets_init(struct sockets *s, const char *kind, const struct addr *listen, size_t count,
                  struct random *random)
{
	*s = (struct sockets){ .kind = kind, .random = random };
	for (size_t i = 0; i < SOCKETS; i++) {
		s->at[i].bind = carrier_any(i == 0);
		s->at[i].open_at = NEVER;
	}
	for (size_t i = 0; i < count; i++)
		s->at[sockets_of(addr_is_v4(&listen[i])) - 1].bind = listen[i];
}

void sockets_want(struct sockets *s, bool v4)
{
	struct sockets_socket *own = &s->at[sockets_of(v4) - 1];

	own->wanted = true;
	if (own->state == SOCKET_NONE)
		own->state = SOCKET_OPEN;
}

enum sockets_change sockets_link(struct sockets *s, const struct link_event *event, uint64_t now)
{
	if (event->link < 1 || event->link > SOCKETS)
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
	for (unsigned i = 0; i < SOCKETS; i++) {
		if (s->at[i].state != SOCKET_OPEN)
			continue;
		s->at[i].state = SOCKET_OPENING;
		*request = (struct link_request){ .open = true,
			                          .link = (uint16_t)(i + 1),
			                          .kind = s->kind,
			                          .local = s->at[i].bind };
		return true;
	}
	return false;
}

void sockets_timer(struct sockets *s, uint64_t now)
{
	for (size_t i = 0; i < SOCKETS; i++)
		if (s->at[i].wanted && s->at[i].state == SOCKET_NONE && s->at[i].open_at <= now)
			s->at[i].state = SOCKET_OPEN;
}

uint64_t sockets_deadline(const struct sockets *s)
{
	uint64_t at = NEVER;

	for (size_t i = 0; i < SOCKETS; i++)
		if (s->at[i].wanted && s->at[i].state == SOCKET_NONE)
			at = min_of(at, s->at[i].open_at);
	return at;
}

bool sockets_up(const struct sockets *s, uint16_t link)
{
	return link >= 1 && link <= SOCKETS && s->at[link - 1].state == SOCKET_UP;
}

bool sockets_none(const struct sockets *s)
{
	return s->at[0].state == SOCKET_NONE && s->at[1].state == SOCKET_NONE;
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
	for (unsigned i = 0; i < SOCKETS; i++) {
		struct sockets_socket *own = &s->at[i];

		if (own->state != SOCKET_UP || own->reported)
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
