/* p2p: peers that know no address of each other meet at a signaling server, start on its forwarder,
 * and the session finds a direct path from our UDP sockets meanwhile. docs/SIGNALING.md.
 *
 *   sockets        our UDP sockets; packets straight from peers
 *   uplink         which way the server is reached: HELLO, COOKIE
 *   membership     rooms: JOIN, WAIT
 *   introductions  pairs: INTRO, FORWARD
 *
 * None of these knows another; what one of them says is taken to the others here. */
#include <string.h>

#include "base/assert.h"
#include "transport/introductions.h"
#include "transport/membership.h"
#include "transport/sockets.h"
#include "transport/uplink.h"

struct p2p {
	struct communicator base;
	bool finished;

	/* What the last input left for receive: bytes of a TCP link, or a packet from a peer. */
	uint64_t clock;
	struct route reading; /* link 0: none */
	struct span in;
	struct carrier_inbox inbox;
	struct carrier_failure failure;
	struct sockets sockets;
	struct membership membership;
	struct introductions introductions;
	struct uplink uplink;
};

static struct p2p *p2p_of(struct communicator *c)
{
	return (struct p2p *)c;
}

/* Tells the others what has become of the uplink. */
static void follow_uplink(struct p2p *p, uint64_t now)
{
	enum uplink_news news = uplink_take(&p->uplink);
	struct route way;

	if (news == UPLINK_NOTHING)
		return;
	if (news == UPLINK_NEW || news == UPLINK_SAME)
		carrier_because(&p->failure, NULL);
	if (news == UPLINK_NEW)
		introductions_rest(&p->introductions);
	if (news == UPLINK_CUT)
		introductions_forget(&p->introductions);
	introductions_way(&p->introductions, uplink_way(&p->uplink, &way) ? &way : NULL);
	membership_rejoin(&p->membership, news != UPLINK_SAME, now);
}

/* ---- links ---- */

static void p2p_link(struct communicator *c, const struct link_event *event, uint64_t now)
{
	struct p2p *p = p2p_of(c);
	enum sockets_change change = sockets_link(&p->sockets, event, now);

	if (change != SOCKETS_NOTHING || event->link > SOCKETS)
		uplink_link(&p->uplink, event, now);
	/* a host without IPv6 does not miss it; a port that was asked for is needed */
	if (change == SOCKETS_FAILED && event->link == sockets_of(true)) {
		const struct addr *bind = sockets_bind(&p->sockets, event->link);
		carrier_fail_link(&p->failure, event, bind, bind->port != 0);
	}
	if (event->link > SOCKETS) /* a connection to the server, or the end of one */
		carrier_because(&p->failure, event->reason);
	follow_uplink(p, now);
}

static bool p2p_request(struct communicator *c, struct link_request *request)
{
	return sockets_request(&p2p_of(c)->sockets, request) ||
	       uplink_request(&p2p_of(c)->uplink, request);
}

/* ---- what comes in ---- */

/* Each of these says whether the message answers a question of ours, or else is meant for us. */

static bool take_wait(struct p2p *p, struct span wire)
{
	struct wait m;

	if (!signaling_read_wait(wire, &m))
		return false;
	int room = membership_room_of_secret(&p->membership, m.secret);
	if (room < 0 || !membership_wait(&p->membership, room, &m,
	                                 introductions_has_room(&p->introductions, room), p->clock))
		return false;
	introductions_room(&p->introductions, room, m.others == 0, p->clock);
	return true;
}

static bool take_intro(struct p2p *p, struct span wire)
{
	struct intro m;

	if (!signaling_read_intro(wire, &m))
		return false;
	int room = membership_room_of_secret(&p->membership, m.own_secret);
	return room >= 0 && introductions_intro(&p->introductions, room, &m, &p->inbox, p->clock);
}

static bool take_forward(struct p2p *p, const struct route *from, struct span wire)
{
	enum introductions_forward forward =
	    introductions_forward(&p->introductions, &from->local, wire, &p->inbox, p->clock);

	if (forward == INTRODUCTIONS_MISSING)
		membership_rejoin(&p->membership, false, p->clock);
	return forward == INTRODUCTIONS_HEARD;
}

static bool take_pair_error(struct p2p *p, uint64_t pair)
{
	int room;

	if (!introductions_error(&p->introductions, pair, &room))
		return false;
	if (room != INTRODUCTIONS_NO_ROOM)
		membership_rejoin_room(&p->membership, room, p->clock);
	return true;
}

static bool take_error(struct p2p *p, const struct route *from, struct span wire)
{
	struct error m;

	_Static_assert(sizeof m.about == SECRET_BYTES, "an error is about a secret, or a pair");
	if (!signaling_read_error(wire, &m))
		return false;
	if (m.code == SIGNALING_NO_PAIR)
		return take_pair_error(p, load_be64(m.about));
	int room = membership_room_of_secret(&p->membership, m.about);
	if (room < 0)
		return false; /* who else knows the secret? */
	if (m.code == SIGNALING_BAD_COOKIE && uplink_refused(&p->uplink, p->clock))
		membership_rejoin(&p->membership, false, p->clock);
	if ((m.code == SIGNALING_RATE || m.code == SIGNALING_FULL) &&
	    membership_refused(&p->membership, room, m.code == SIGNALING_FULL, p->clock))
		carrier_fail(&p->failure, ERR_BUSY, &from->remote, false);
	return true;
}

static bool take_from_contact(struct p2p *p, const struct route *from, struct span wire)
{
	switch (wire.at[0]) {
	case PACKET_WAIT: return take_wait(p, wire);
	case PACKET_INTRO: return take_intro(p, wire);
	case PACKET_ERROR: return take_error(p, from, wire);
	case PACKET_FORWARD: return take_forward(p, from, wire);
	default: return false;
	}
}

static void take_message(struct p2p *p, const struct route *from, struct span wire)
{
	if (wire.at[0] == PACKET_COOKIE)
		uplink_cookie(&p->uplink, from, wire, p->clock);
	else if (uplink_is_contact(&p->uplink, from) && take_from_contact(p, from, wire))
		uplink_heard(&p->uplink);
	follow_uplink(p, p->clock);
}

static void p2p_input(struct communicator *c, const struct route *from, struct span wire,
                      uint64_t now)
{
	struct p2p *p = p2p_of(c);

	p->clock = now;
	p->reading.link = 0;
	if (wire.len == 0)
		return;
	if (!sockets_up(&p->sockets, from->link)) {
		p->reading = *from; /* receive takes the messages out, one by one */
		p->in = wire;
	} else if (packet_is_session(wire)) {
		carrier_put_direct(&p->inbox, from, wire, false);
	} else {
		take_message(p, from, wire);
	}
}

static bool p2p_receive(struct communicator *c, struct route *route, struct span *packet,
                        bool *proved)
{
	struct p2p *p = p2p_of(c);
	struct span message;

	while (!carrier_get(&p->inbox, route, packet, proved)) {
		if (p->reading.link == 0)
			return false;
		if (uplink_read(&p->uplink, p->reading.link, &p->in, &message, p->clock))
			take_message(p, &p->reading, message);
		else
			p->reading.link = 0;
		follow_uplink(p, p->clock);
	}
	return true;
}

/* ---- what goes out ---- */

static int p2p_wrap(struct communicator *c, struct route *route, uint8_t *buffer, size_t len,
                    size_t *wire_len, uint64_t now)
{
	struct p2p *p = p2p_of(c);

	assert(len > 0 && len <= LIMIT_PACKET);
	_Static_assert((int)FRAMING_HEADER + (int)FORWARD_HEADER <= (int)LIMIT_HEADROOM,
	               "FORWARD goes before a packet");
	if (route_is_bare(route)) {
		*wire_len = len;
		return sockets_up(&p->sockets, route->link) ? LIMIT_HEADROOM : -1;
	}

	int start = introductions_wrap(&p->introductions, route, buffer, now);
	if (start < 0 || !uplink_way(&p->uplink, route))
		return -1;
	*wire_len = FORWARD_HEADER + len;
	if (route_is_stream(route)) {
		start -= FRAMING_HEADER;
		framing_header(buffer + start, *wire_len);
		*wire_len += FRAMING_HEADER;
	}
	return start;
}

static void p2p_timer(struct communicator *c, uint64_t now)
{
	struct p2p *p = p2p_of(c);

	p->clock = now;
	if (p->finished)
		return;
	sockets_timer(&p->sockets, now);
	if (membership_deadline(&p->membership) <= now)
		uplink_freshen(&p->uplink, now);
	uplink_timer(&p->uplink, now);
	follow_uplink(p, now);
	introductions_timer(&p->introductions, now);
}

static bool say_join(struct p2p *p, struct writer *w, uint64_t now)
{
	const uint8_t *cookie;
	bool fresh = uplink_fresh(&p->uplink, &cookie, now);
	enum membership_message said = membership_output(&p->membership, cookie, fresh, w, now);

	if (said == MEMBERSHIP_JOINS)
		uplink_asked(&p->uplink, now);
	return said != MEMBERSHIP_NOTHING;
}

static size_t p2p_output(struct communicator *c, struct route *route, uint8_t *wire, size_t cap,
                         uint64_t now)
{
	struct p2p *p = p2p_of(c);
	struct writer w = writer_of(wire + FRAMING_HEADER, cap - FRAMING_HEADER);

	assert(cap >= LIMIT_WIRE);
	if (uplink_ready(&p->uplink) &&
	    (introductions_output(&p->introductions, &w, now) || say_join(p, &w, now)))
		uplink_way(&p->uplink, route);
	else if (p->finished || !uplink_output(&p->uplink, &w, route))
		return 0;
	if (route_is_stream(route)) {
		framing_header(wire, w.len);
		return FRAMING_HEADER + w.len;
	}
	memmove(wire, wire + FRAMING_HEADER, w.len);
	return w.len;
}

static uint64_t p2p_deadline(const struct communicator *c)
{
	const struct p2p *p = (const struct p2p *)c;
	uint64_t at =
	    min_of(sockets_deadline(&p->sockets),
	           min_of(uplink_deadline(&p->uplink), introductions_deadline(&p->introductions)));

	if (p->finished)
		return NEVER;
	/* no JOIN before there is a contact, or its cookie has come */
	bool joins = uplink_ready(&p->uplink) && !uplink_asking(&p->uplink);
	return joins ? min_of(at, membership_deadline(&p->membership)) : at;
}

/* ---- the program ---- */

static bool p2p_take(struct communicator *c, struct communicator_event *event)
{
	struct p2p *p = p2p_of(c);

	return sockets_report(&p->sockets, COMMUNICATOR_BOUND, event) ||
	       uplink_report(&p->uplink, event) || membership_report(&p->membership, event) ||
	       introductions_report(&p->introductions, event) || carrier_failed(&p->failure, event);
}

static void p2p_regard(struct communicator *c, const struct route *route,
                       enum communicator_standing standing)
{
	introductions_regard(&p2p_of(c)->introductions, route, standing);
}

static bool p2p_held(struct communicator *c, unsigned index, struct route *route)
{
	return introductions_held(&p2p_of(c)->introductions, index, route);
}

static enum err p2p_join(struct communicator *c, const uint8_t token[static TOKEN_LEN],
                         uint64_t now)
{
	return membership_join(&p2p_of(c)->membership, bytes_zero(token, TOKEN_LEN) ? NULL : token,
	                       now);
}

static void p2p_leave(struct communicator *c, const uint8_t token[static TOKEN_LEN])
{
	struct p2p *p = p2p_of(c);
	int room = membership_leave(&p->membership, token);

	if (room >= 0)
		introductions_leave(&p->introductions, room);
}

static void p2p_finish(struct communicator *c)
{
	struct p2p *p = p2p_of(c);

	introductions_forget(&p->introductions);
	membership_finish(&p->membership);
	p->finished = true;
}

static void p2p_refresh(struct communicator *c, uint64_t now)
{
	sockets_timer(&p2p_of(c)->sockets, NEVER);
	uplink_refresh(&p2p_of(c)->uplink, now);
}

static void p2p_peers(struct communicator *c, const struct addr *peers, size_t count, bool other,
                      uint64_t now)
{
	struct p2p *p = p2p_of(c);

	for (size_t i = 0; i < count; i++)
		sockets_want(&p->sockets, addr_is_v4(&peers[i]));
	uplink_servers(&p->uplink, peers, count, now);
	if (other)
		membership_renumber(&p->membership);
	follow_uplink(p, now);
}

static enum err p2p_init(struct communicator *c, const struct communicator_config *config,
                         uint64_t now)
{
	struct p2p *p = p2p_of(c);

	p->clock = now;
	sockets_init(&p->sockets, LINK_UDP, config->listen, config->listen_count, config->random);
	sockets_want(&p->sockets, true);
	uplink_init(&p->uplink, config->peers, 0, config->random, &p->failure, now);
	membership_init(&p->membership, !config->initiator, config->random);
	introductions_init(&p->introductions, !config->initiator);
	p2p_peers(c, config->peers, config->peers_count, false, now);
	return config->nameplate_wanted ? membership_join(&p->membership, NULL, now) : OK;
}

const struct communicator_class p2p_communicator = {
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
	.regard = p2p_regard,
	.held = p2p_held,
	.join = p2p_join,
	.leave = p2p_leave,
	.finish = p2p_finish,
	.refresh = p2p_refresh,
	.peers = p2p_peers,
};
