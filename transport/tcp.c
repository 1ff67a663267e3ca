/* tcp: client-server over TCP, docs/PROTOCOL.md 2.2. The responder listens and gives each stranger
 * ten seconds; how the initiator connects is in tcp_connect.c. */
#include "transport/tcp.h"

#include <string.h>

#include "base/assert.h"
#include "base/source.h"

static struct tcp *tcp_of(struct communicator *c)
{
	return (struct tcp *)c;
}

struct tcp_link *tcp_find(struct tcp *t, uint16_t number)
{
	for (size_t i = 0; i < LIMIT_LINKS; i++)
		if (t->links[i].state != SOCKET_NONE && t->links[i].number == number)
			return &t->links[i];
	return NULL;
}

static struct tcp_link *tcp_find_up(struct tcp *t, uint16_t number)
{
	struct tcp_link *l = tcp_find(t, number);
	return l != NULL && l->state == SOCKET_UP ? l : NULL;
}

struct tcp_link *tcp_place(struct tcp *t)
{
	for (size_t i = 0; i < LIMIT_LINKS; i++) {
		struct tcp_link *l = &t->links[i];
		if (l->state == SOCKET_NONE && !l->known) {
			memset(l, 0, sizeof *l);
			return l;
		}
	}
	return NULL;
}

size_t tcp_count(const struct tcp *t, enum socket_state from, enum socket_state to)
{
	size_t count = 0;
	for (size_t i = 0; i < LIMIT_LINKS; i++)
		count += t->links[i].state >= from && t->links[i].state <= to;
	return count;
}

static struct route tcp_route(const struct tcp_link *l)
{
	return (struct route){
		.kind = ROUTE_TCP, .link = l->number, .local = l->local, .remote = l->remote
	};
}

void tcp_fail(struct tcp *t, enum err err, const struct addr *where, bool fatal)
{
	if (t->failed && t->failed_fatal && !fatal)
		return; /* the end is told before anything less */
	t->failed = true;
	t->failed_fatal = fatal;
	t->failed_err = err;
	t->failed_addr = *where;
}

/* We end a link or an attempt; os/ says nothing about it afterwards. */
static void tcp_end(struct tcp *t, struct tcp_link *l, uint64_t now)
{
	bool attempt = l->state != SOCKET_UP;
	l->state = l->state == SOCKET_OPEN ? SOCKET_NONE : SOCKET_CLOSE;
	tcp_lost(t, attempt, now);
}

static void tcp_up(struct tcp *t, struct tcp_link *l, const struct link_event *event, uint64_t now)
{
	l->state = SOCKET_UP;
	l->local = event->local;
	l->remote = event->remote;
	l->since = now;
	l->until = now + TCP_GRACE_US;
	if (t->config.initiator)
		tcp_connected(t, l);
}

static size_t tcp_held_count(const struct tcp *t)
{
	size_t count = 0;
	for (size_t i = 0; i < LIMIT_LINKS; i++)
		count += t->links[i].state == SOCKET_UP && t->links[i].held;
	return count;
}

/* Who has to go when one more comes: places_loser's choice, so that no host keeps others out, however
 * many connections it opens. NULL: there is room. */
static struct tcp_link *tcp_stranger_to_end(struct tcp *t, const struct addr *newcomer)
{
	struct place places[LIMIT_LINKS];
	struct tcp_link *links[LIMIT_LINKS];
	struct source source = source_of_addr(newcomer);
	size_t strangers = 0;
	for (size_t i = 0; i < LIMIT_LINKS; i++) {
		struct tcp_link *l = &t->links[i];
		if (l->state != SOCKET_UP || l->held)
			continue;
		links[strangers] = l;
		places[strangers++] = (struct place){ .source = source_of_addr(&l->remote),
			                              .known = l->vouched,
			                              .spoke = l->spoke,
			                              .since = l->since };
	}
	int loser = places_loser(places, strangers, &source);
	bool room = strangers < TCP_STRANGERS && tcp_place(t) != NULL;
	return room || loser < 0 ? NULL : links[loser];
}

static void tcp_accepted(struct tcp *t, const struct link_event *event, uint64_t now)
{
	struct tcp_link *old = tcp_stranger_to_end(t, &event->remote), *l;
	if (old != NULL) {
		tcp_end(t, old, now);
		if (!old->known && t->refused_count < LIMIT_LINKS) { /* its place is free at once */
			t->refused[t->refused_count++] = old->number;
			old->state = SOCKET_NONE;
		}
	}
	if ((l = tcp_place(t)) != NULL) {
		l->number = event->link;
		tcp_up(t, l, event, now);
	} else if (t->refused_count < LIMIT_LINKS) {
		t->refused[t->refused_count++] = event->link;
	}
}

static void tcp_listener_event(struct tcp *t, const struct link_event *event)
{
	struct tcp_listener *own = &t->listeners[event->link - 1];
	if (event->state == LINK_UP && own->state == SOCKET_OPENING) {
		own->state = SOCKET_UP;
		own->local = event->local;
	} else if (event->state == LINK_DOWN) {
		own->state = SOCKET_NONE;
		/* as long as one listens, or may yet, the others are a pity only */
		bool fatal = true;
		for (size_t i = 0; i < TCP_LISTENERS; i++)
			fatal = fatal && t->listeners[i].state == SOCKET_NONE;
		tcp_fail(t, ERR_LOCAL, &t->config.listen[event->link - 1], fatal);
	}
}

static void tcp_link_event(struct communicator *c, const struct link_event *event, uint64_t now)
{
	struct tcp *t = tcp_of(c);
	t->clock = now;
	if (event->state == LINK_ACCEPTED) {
		tcp_accepted(t, event, now);
		return;
	}
	if (event->link >= 1 && event->link <= TCP_LISTENERS) {
		tcp_listener_event(t, event);
		return;
	}
	struct tcp_link *l = tcp_find(t, event->link);
	if (l == NULL)
		return;
	if (l->state == SOCKET_CLOSE) { /* an event that crossed our wish */
		if (event->state == LINK_DOWN)
			l->state = SOCKET_NONE;
		return;
	}

	switch (event->state) {
	case LINK_UP:
		if (l->state == SOCKET_OPENING)
			tcp_up(t, l, event, now);
		break;
	case LINK_DOWN: {
		bool attempt = l->state != SOCKET_UP;
		l->state = SOCKET_NONE;
		tcp_lost(t, attempt, now);
		break;
	}
	case LINK_BLOCKED:
	case LINK_WRITABLE: l->blocked = event->state == LINK_BLOCKED; break;
	case LINK_ACCEPTED: break;
	}
}

static bool tcp_request(struct communicator *c, struct link_request *request)
{
	struct tcp *t = tcp_of(c);
	for (size_t i = 0; i < LIMIT_LINKS; i++) {
		struct tcp_link *l = &t->links[i];
		if (l->state == SOCKET_CLOSE) {
			l->state = SOCKET_NONE;
			*request = (struct link_request){ .link = l->number, .kind = LINK_TCP };
			return true;
		}
		if (l->state == SOCKET_OPEN) {
			l->state = SOCKET_OPENING;
			*request =
			    (struct link_request){ .open = true,
				                   .link = l->number,
				                   .kind = LINK_TCP,
				                   .local = carrier_any(addr_is_v4(&l->remote)),
				                   .remote = l->remote };
			return true;
		}
	}
	for (uint16_t i = 0; i < TCP_LISTENERS; i++) {
		if (t->listeners[i].state == SOCKET_OPEN) {
			t->listeners[i].state = SOCKET_OPENING;
			*request = (struct link_request){ .open = true,
				                          .link = (uint16_t)(i + 1),
				                          .kind = LINK_LISTEN,
				                          .local = t->config.listen[i] };
			return true;
		}
	}
	if (t->refused_count == 0)
		return false;
	*request =
	    (struct link_request){ .link = t->refused[--t->refused_count], .kind = LINK_TCP };
	return true;
}

static void tcp_input(struct communicator *c, const struct route *from, struct span wire,
                      uint64_t now)
{
	struct tcp *t = tcp_of(c);
	t->reading = tcp_find_up(t, from->link);
	t->in = wire;
	t->clock = now;
}

static bool tcp_receive(struct communicator *c, struct route *route, struct span *packet,
                        bool *proved)
{
	struct tcp *t = tcp_of(c);
	struct tcp_link *l = t->reading;
	struct span found;
	while (l != NULL && l->state == SOCKET_UP && framing_next(&l->reader, &t->in, &found)) {
		if (!packet_is_session(found))
			continue;
		l->known = true;
		*route = tcp_route(l);
		*packet = found;
		*proved = true;
		return true;
	}
	if (l != NULL && l->state == SOCKET_UP && framing_bad(&l->reader))
		tcp_end(t, l, t->clock);
	t->reading = NULL;
	return false;
}

static int tcp_wrap(struct communicator *c, struct route *route, uint8_t *buffer, size_t len,
                    size_t *wire_len, uint64_t now)
{
	(void)now;
	assert(len > 0 && len <= LIMIT_PACKET);
	struct tcp_link *l = tcp_find_up(tcp_of(c), route->link);
	if (l == NULL)
		return -1;
	framing_header(buffer + LIMIT_HEADROOM - FRAMING_HEADER, len);
	*wire_len = FRAMING_HEADER + len;
	return LIMIT_HEADROOM - FRAMING_HEADER;
}

/* There is nothing to say but what the session says. */
static size_t tcp_output(struct communicator *c, struct route *route, uint8_t *wire, size_t cap,
                         uint64_t now)
{
	(void)c, (void)route, (void)wire, (void)cap, (void)now;
	return 0;
}

static void tcp_timer(struct communicator *c, uint64_t now)
{
	struct tcp *t = tcp_of(c);
	t->clock = now;
	for (size_t i = 0; i < LIMIT_LINKS; i++) {
		struct tcp_link *l = &t->links[i];
		bool stranger = l->state == SOCKET_UP && !l->held && !t->config.initiator;
		if ((stranger || l->state == SOCKET_OPENING) && l->until <= now)
			tcp_end(t, l, now);
	}
	tcp_connect_time(t, now);
}

static uint64_t tcp_deadline(const struct communicator *c)
{
	const struct tcp *t = (const struct tcp *)c;
	uint64_t at = t->next_at;
	for (size_t i = 0; i < LIMIT_LINKS; i++) {
		const struct tcp_link *l = &t->links[i];
		bool stranger = l->state == SOCKET_UP && !l->held && !t->config.initiator;
		if (stranger || l->state == SOCKET_OPENING)
			at = min_of(at, l->until);
	}
	return at;
}

static bool tcp_tell(struct communicator_event *event, enum communicator_event_kind kind,
                     const struct tcp_link *l)
{
	*event = (struct communicator_event){ .kind = kind, .route = tcp_route(l) };
	return true;
}

/* What has changed about one link; the end of a link comes before the beginning of another. */
static bool tcp_take_link(const struct tcp *t, struct tcp_link *l, bool ends,
                          struct communicator_event *event)
{
	bool up = l->state == SOCKET_UP;
	if (ends) {
		if (up || !l->known)
			return false;
		l->known = false;
		return tcp_tell(event, COMMUNICATOR_DOWN, l);
	}
	if (up && !l->known && t->config.initiator) {
		l->known = true;
		return tcp_tell(event, COMMUNICATOR_UP, l);
	}
	if (up && l->known && l->blocked != l->blocked_reported) {
		bool blocked = l->blocked_reported = l->blocked;
		return tcp_tell(event, blocked ? COMMUNICATOR_BLOCKED : COMMUNICATOR_WRITABLE, l);
	}
	return false;
}

static bool tcp_take(struct communicator *c, struct communicator_event *event)
{
	struct tcp *t = tcp_of(c);
	for (size_t i = 0; i < TCP_LISTENERS; i++) {
		struct tcp_listener *own = &t->listeners[i];
		if (own->state == SOCKET_UP && !own->told) {
			own->told = true;
			*event = (struct communicator_event){ .kind = COMMUNICATOR_LISTENING,
				                              .addr = own->local };
			return true;
		}
	}
	for (int ends = 1; ends >= 0; ends--)
		for (size_t i = 0; i < LIMIT_LINKS; i++)
			if (tcp_take_link(t, &t->links[i], ends == 1, event))
				return true;
	if (!t->failed)
		return false;
	t->failed = false;
	*event = (struct communicator_event){ .kind = COMMUNICATOR_FAILED,
		                              .err = t->failed_err,
		                              .addr = t->failed_addr,
		                              .fatal = t->failed_fatal };
	return true;
}

static void tcp_hold(struct communicator *c, const struct route *route)
{
	struct tcp *t = tcp_of(c);
	struct tcp_link *l = tcp_find_up(t, route->link);
	if (l == NULL || (!t->config.initiator && !l->held && tcp_held_count(t) >= TCP_HELD))
		return;
	l->held = true;
	if (t->config.initiator)
		tcp_held(t, l);
}

static bool tcp_nth_held(struct communicator *c, unsigned index, struct route *route)
{
	struct tcp *t = tcp_of(c);
	for (size_t i = 0; i < LIMIT_LINKS; i++) {
		struct tcp_link *l = &t->links[i];
		if (l->state != SOCKET_UP || !l->held || index-- > 0)
			continue;
		*route = tcp_route(l);
		return true;
	}
	return false;
}

static void tcp_vouch(struct communicator *c, const struct route *route, bool known)
{
	struct tcp_link *l = tcp_find_up(tcp_of(c), route->link);
	if (l == NULL)
		return;
	l->spoke = true;
	l->vouched |= known;
}

static void tcp_drop(struct communicator *c, const struct route *route)
{
	struct tcp *t = tcp_of(c);
	struct tcp_link *l = tcp_find_up(t, route->link);
	if (l == NULL)
		return;
	l->known = false; /* it is the session that ends it */
	tcp_end(t, l, t->clock);
}

static void tcp_finish(struct communicator *c)
{
	struct tcp *t = tcp_of(c);
	t->finished = true;
	t->next_at = NEVER;
}

static void tcp_refresh(struct communicator *c, uint64_t now)
{
	struct tcp *t = tcp_of(c);
	if (t->config.initiator)
		tcp_connect_again(t, now);
}

static enum err tcp_init(struct communicator *c, const struct communicator_config *config,
                         uint64_t now)
{
	struct tcp *t = tcp_of(c);
	if (config->initiator ? config->peers_count == 0 : config->listen_count == 0)
		return ERR_USAGE;
	t->config = *config;
	t->last_number = TCP_LISTENERS;
	t->next_at = NEVER;
	t->clock = now;
	if (config->initiator) {
		tcp_connect_start(t, now);
	} else {
		for (size_t i = 0; i < config->listen_count; i++)
			t->listeners[i].state = SOCKET_OPEN;
	}
	return OK;
}

const struct communicator_class communicator_tcp = {
	.name = "tcp",
	.scheme = "tcp://",
	.size = sizeof(struct tcp),
	.init = tcp_init,
	.link = tcp_link_event,
	.request = tcp_request,
	.input = tcp_input,
	.receive = tcp_receive,
	.wrap = tcp_wrap,
	.output = tcp_output,
	.timer = tcp_timer,
	.deadline = tcp_deadline,
	.take = tcp_take,
	.hold = tcp_hold,
	.held = tcp_nth_held,
	.release = tcp_drop,
	.vouch = tcp_vouch,
	.drop = tcp_drop,
	.finish = tcp_finish,
	.refresh = tcp_refresh,
};
