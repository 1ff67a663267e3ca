/* p2p: peers that know no address of each other meet at a signaling server, start on its forwarder,
 * and the session finds a direct path from our UDP sockets meanwhile. See p2p.h for the parts. */
#include "transport/p2p.h"

#include <string.h>

#include "base/assert.h"

static struct p2p *p2p_of(struct communicator *c)
{
	return (struct p2p *)c;
}

void p2p_fail(struct p2p *p, enum err err, const struct addr *where, bool fatal)
{
	if (p->failed && p->failed_fatal && !fatal)
		return; /* the end is told before anything less */
	p->failed = true;
	p->failed_fatal = fatal;
	p->failed_err = err;
	p->failed_addr = *where;
}

bool p2p_may_say(const struct p2p_channel *ch)
{
	return ch->state == SOCKET_UP && !ch->blocked;
}

/* Links. */

static struct p2p_channel *p2p_channel(struct p2p *p, uint16_t link)
{
	for (size_t i = 0; i < P2P_CHANNELS; i++)
		if (p->channels[i].state != SOCKET_NONE && p->channels[i].link == link)
			return &p->channels[i];
	return NULL;
}

static void p2p_link(struct communicator *c, const struct link_event *event, uint64_t now)
{
	struct p2p *p = p2p_of(c);
	struct p2p_channel *ch = p2p_channel(p, event->link);
	if (ch == NULL)
		return;
	if (ch->state == SOCKET_CLOSE) { /* an event that crossed our wish */
		if (event->state == LINK_DOWN)
			ch->state = SOCKET_NONE;
		return;
	}

	switch (event->state) {
	case LINK_UP:
		if (ch->state != SOCKET_OPENING)
			break;
		ch->local = event->local;
		p2p_channel_up(p, ch, now);
		break;
	case LINK_DOWN: p2p_channel_down(p, ch, now); break;
	case LINK_BLOCKED:
	case LINK_WRITABLE: ch->blocked = event->state == LINK_BLOCKED; break;
	case LINK_ACCEPTED: break;
	}
}

static bool p2p_request(struct communicator *c, struct link_request *request)
{
	struct p2p *p = p2p_of(c);
	for (size_t i = 0; i < P2P_CHANNELS; i++) {
		struct p2p_channel *ch = &p->channels[i];
		if (ch->state != SOCKET_CLOSE && ch->state != SOCKET_OPEN)
			continue;
		bool open = ch->state == SOCKET_OPEN;
		ch->state = open ? SOCKET_OPENING : SOCKET_NONE;
		*request = (struct link_request){ .open = open,
			                          .link = ch->link,
			                          .kind = ch->stream ? LINK_TCP : LINK_UDP };
		if (open)
			request->local = ch->bind;
		if (open && ch->stream)
			request->remote = ch->server;
		return true;
	}
	return false;
}

/* What comes in. */

static void p2p_error(struct p2p *p, struct span wire, uint64_t now)
{
	struct error error;
	if (signaling_read_error(wire, &error) != OK)
		return;
	if (error.code == SIGNALING_NO_PAIR)
		p2p_pair_error(p, load_be64(error.about), now);
	else
		p2p_room_error(p, &error, now);
}

/* One message of a server, or a packet straight from a peer. */
static void p2p_message(struct p2p *p, struct p2p_channel *ch, const struct route *from,
                        struct span wire)
{
	struct cookie cookie;
	struct wait wait;
	struct intro intro;
	bool of_contact =
	    ch == p->contact && (ch->stream || addr_equal(&from->remote, &ch->server));

	if (!ch->stream && packet_is_session(wire)) {
		p->pending = true;
		p->pending_proved = false;
		p->pending_route = (struct route){ .kind = ROUTE_UDP,
			                           .link = ch->link,
			                           .local = from->local,
			                           .remote = from->remote };
		p->pending_packet = wire;
		return;
	}
	switch (wire.at[0]) {
	case PACKET_COOKIE:
		if (signaling_read_cookie(wire, &cookie) == OK)
			p2p_cookie(p, ch, &from->remote, &cookie, p->clock);
		break;
	case PACKET_WAIT:
		if (of_contact && signaling_read_wait(wire, &wait) == OK)
			p2p_wait(p, &wait, p->clock);
		break;
	case PACKET_INTRO:
		if (of_contact && signaling_read_intro(wire, &intro) == OK)
			p2p_intro(p, &intro, p->clock);
		break;
	case PACKET_ERROR:
		if (of_contact)
			p2p_error(p, wire, p->clock);
		break;
	case PACKET_FORWARD:
		if (of_contact)
			p2p_forward(p, from, wire, p->clock);
		break;
	default: break;
	}
}

static void p2p_input(struct communicator *c, const struct route *from, struct span wire,
                      uint64_t now)
{
	struct p2p *p = p2p_of(c);
	struct p2p_channel *ch = p2p_channel(p, from->link);
	p->clock = now;
	p->pending = false;
	p->reading = NULL;
	if (ch == NULL || ch->state != SOCKET_UP || wire.len == 0)
		return;
	if (ch->stream) {
		p->reading = ch; /* receive takes the messages out, one by one */
		p->in = wire;
	} else {
		p2p_message(p, ch, from, wire);
	}
}

static bool p2p_receive(struct communicator *c, struct route *route, struct span *packet,
                        bool *proved)
{
	struct p2p *p = p2p_of(c);
	struct p2p_channel *ch = p->reading;
	struct span message;
	while (!p->pending && ch != NULL && ch->state == SOCKET_UP &&
	       framing_next(&ch->reader, &p->in, &message)) {
		struct route from = { .kind = ROUTE_TCP,
			              .link = ch->link,
			              .local = ch->local,
			              .remote = ch->server };
		p2p_message(p, ch, &from, message);
	}
	if (!p->pending) {
		p->reading = NULL;
		if (ch != NULL && ch->state == SOCKET_UP && framing_bad(&ch->reader))
			p2p_channel_close(p, ch, p->clock);
		return false;
	}
	p->pending = false;
	*route = p->pending_route;
	*packet = p->pending_packet;
	*proved = p->pending_proved;
	return true;
}

/* What goes out. */

static int p2p_wrap(struct communicator *c, struct route *route, uint8_t *buffer, size_t len,
                    size_t *wire_len, uint64_t now)
{
	struct p2p *p = p2p_of(c);
	assert(len > 0 && len <= LIMIT_PACKET);
	_Static_assert((int)FRAMING_HEADER + (int)FORWARD_HEADER <= (int)LIMIT_HEADROOM,
	               "FORWARD goes before a packet");
	if (route->kind == ROUTE_UDP) {
		const struct p2p_channel *ch = p2p_channel(p, route->link);
		*wire_len = len;
		return ch != NULL && !ch->stream && ch->state == SOCKET_UP ? LIMIT_HEADROOM : -1;
	}

	struct p2p_pair *pair = p2p_pair_of_route(p, route);
	if (pair == NULL || p->contact->state != SOCKET_UP)
		return -1;
	pair->sent_at = pair->used_at = now;
	pair->ack_due = false;

	int start = LIMIT_HEADROOM - FORWARD_HEADER;
	buffer[start] = PACKET_FORWARD;
	store_be64(buffer + start + 1, pair->id);
	*wire_len = FORWARD_HEADER + len;
	if (p->contact->stream) {
		start -= FRAMING_HEADER;
		framing_header(buffer + start, *wire_len);
		*wire_len += FRAMING_HEADER;
	}
	*route = (struct route){ .kind = p->contact->stream ? ROUTE_TCP : ROUTE_UDP,
		                 .link = route->link,
		                 .remote = route->remote };
	return start;
}

static void p2p_timer(struct communicator *c, uint64_t now)
{
	struct p2p *p = p2p_of(c);
	p->clock = now;
	p2p_server_time(p, now);
	p2p_pairs_time(p, now);
}

static size_t p2p_output(struct communicator *c, struct route *route, uint8_t *wire, size_t cap,
                         uint64_t now)
{
	struct p2p *p = p2p_of(c);
	assert(cap >= LIMIT_WIRE);
	struct writer w = writer_of(wire + FRAMING_HEADER, cap - FRAMING_HEADER);
	struct p2p_channel *ch = p->contact;
	struct addr to = ch != NULL ? ch->server : (struct addr){ .port = 0 };
	if (!p2p_pairs_output(p, &w, now) && !p2p_rooms_output(p, &w, now))
		ch = p2p_server_output(p, &w, &to, now);
	if (w.len == 0)
		return 0;

	*route = (struct route){ .kind = ch->stream ? ROUTE_TCP : ROUTE_UDP,
		                 .link = ch->link,
		                 .remote = to };
	if (ch->stream) {
		framing_header(wire, w.len);
		return FRAMING_HEADER + w.len;
	}
	memmove(wire, wire + FRAMING_HEADER, w.len);
	return w.len;
}

static uint64_t p2p_deadline(const struct communicator *c)
{
	const struct p2p *p = (const struct p2p *)c;
	if (p->finished)
		return NEVER;
	return min_of(p2p_server_deadline(p), min_of(p2p_rooms_deadline(p), p2p_pairs_deadline(p)));
}

/* Events. */

static bool p2p_take(struct communicator *c, struct communicator_event *event)
{
	struct p2p *p = p2p_of(c);
	for (size_t i = 0; i < P2P_CHANNELS; i++)
		if (p2p_channel_take(&p->channels[i], event))
			return true;
	if (p->server_news && p->contact != NULL) {
		p->server_news = false;
		*event = (struct communicator_event){ .kind = COMMUNICATOR_SERVER,
			                              .addr = p->contact->server,
			                              .day = p->day,
			                              .relay_kbit = p->relay_kbit,
			                              .day_ends_s = p->day_ends_s };
		return true;
	}
	for (size_t i = 0; i < LIMIT_ROOMS; i++)
		if (p2p_room_take(&p->rooms[i], event))
			return true;
	if (p2p_pairs_take(p, event))
		return true;
	if (!p->failed)
		return false;
	p->failed = false;
	*event = (struct communicator_event){ .kind = COMMUNICATOR_FAILED,
		                              .err = p->failed_err,
		                              .addr = p->failed_addr,
		                              .fatal = p->failed_fatal };
	return true;
}

/* What the session and the program wish. */

static void p2p_hold(struct communicator *c, const struct route *route)
{
	struct p2p_pair *pair = p2p_pair_of_route(p2p_of(c), route);
	if (pair != NULL)
		pair->held = true;
}

static bool p2p_held(struct communicator *c, unsigned index, struct route *route)
{
	return p2p_pair_held(p2p_of(c), index, route);
}

static void p2p_release(struct communicator *c, const struct route *route)
{
	struct p2p_pair *pair = p2p_pair_of_route(p2p_of(c), route);
	if (pair != NULL)
		pair->held = false;
}

static void p2p_drop(struct communicator *c, const struct route *route)
{
	p2p_pair_drop(p2p_of(c), route);
}

static enum err p2p_join(struct communicator *c, const uint8_t token[static TOKEN_LEN],
                         uint64_t now)
{
	/* that asks for a nameplate: config.nameplate_wanted */
	assert(!bytes_zero(token, TOKEN_LEN));
	return p2p_room_join(p2p_of(c), token, now);
}

static void p2p_leave(struct communicator *c, const uint8_t token[static TOKEN_LEN])
{
	struct p2p *p = p2p_of(c);
	struct p2p_room *room = p2p_room_of_token(p, token);
	if (room != NULL && !room->leaving)
		p2p_room_leave(p, room);
}

static void p2p_finish(struct communicator *c)
{
	struct p2p *p = p2p_of(c);
	for (size_t i = 0; i < LIMIT_ROOMS; i++)
		if (p->rooms[i].used && !p->rooms[i].leaving)
			p2p_room_leave(p, &p->rooms[i]);
	p->finished = true;
}

static void p2p_refresh(struct communicator *c, uint64_t now)
{
	struct p2p *p = p2p_of(c);
	for (size_t i = 0; i < P2P_UDP; i++)
		if (p->channels[i].state == SOCKET_NONE && p->channels[i].wanted)
			p->channels[i].open_at = now;
	if (p->searching)
		p2p_search_faster(p, now);
	else
		p2p_search(p, now);
}

static enum err p2p_init(struct communicator *c, const struct communicator_config *config,
                         uint64_t now)
{
	struct p2p *p = p2p_of(c);
	if (config->peers_count == 0)
		return ERR_USAGE;
	p->config = *config;
	p->clock = now;
	p->asked_at = NEVER;
	p->last_link = P2P_UDP;

	for (size_t i = 0; i < P2P_CHANNELS; i++) {
		struct p2p_channel *ch = &p->channels[i];
		size_t server = i - P2P_UDP;
		ch->stream = i >= P2P_UDP;
		ch->link = (uint16_t)(i + 1);
		ch->hello_at = NEVER;
		ch->wanted = ch->stream ? server < config->peers_count : i == 0;
		ch->bind = addr_any(ch->stream ? ch->wanted && addr_is_v4(&config->peers[server])
		                               : i == 0);
		if (ch->stream && ch->wanted)
			ch->server = config->peers[server];
		ch->open_at = ch->stream ? NEVER : now;
	}
	for (size_t i = 0; i < config->peers_count; i++)
		if (!addr_is_v4(&config->peers[i]))
			p->channels[1].wanted = true;
	for (size_t i = 0; i < config->listen_count; i++)
		p->channels[addr_is_v4(&config->listen[i]) ? 0 : 1].bind = config->listen[i];
	for (size_t i = 0; i < P2P_UDP; i++)
		if (p->channels[i].wanted)
			p->channels[i].state = SOCKET_OPEN;
	p2p_search(p, now);
	return config->nameplate_wanted ? p2p_room_join(p, NULL, now) : OK;
}

const struct communicator_class communicator_p2p = {
	.name = "p2p",
	.scheme = "",
	.meets = true,
	.size = sizeof(struct p2p),
	.init = p2p_init,
	.link = p2p_link,
	.request = p2p_request,
	.input = p2p_input,
	.receive = p2p_receive,
	.wrap = p2p_wrap,
	.output = p2p_output,
	.timer = p2p_timer,
	.deadline = p2p_deadline,
	.take = p2p_take,
	.hold = p2p_hold,
	.held = p2p_held,
	.release = p2p_release,
	.drop = p2p_drop,
	.join = p2p_join,
	.leave = p2p_leave,
	.finish = p2p_finish,
	.refresh = p2p_refresh,
};
