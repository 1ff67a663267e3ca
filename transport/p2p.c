/* p2p: peers that know no address of each other meet at signaling servers, start on a server's
 * forwarder, and the session finds a direct path from our UDP sockets meanwhile. docs/SIGNALING.md.
 *
 *   sockets   our UDP sockets; packets straight from peers
 *   spread    sockets beside these, what NAT is before us, and searches
 *   straight  TCP straight from peers and to them
 *   venues    the servers, each with its uplink, rooms and pairs; all use the same sockets
 *   choice    at which of them we wait in a room
 *   portmap   the router of our network, which may lead others to our IPv4 socket
 *   badges    the keys of closed servers
 * A server's number, 0 to LIMIT_VENUES - 1, is the program's. */
#include <string.h>

#include "base/assert.h"
#include "transport/badges.h"
#include "transport/choice.h"
#include "transport/portmap.h"
#include "transport/sockets.h"
#include "transport/spread.h"
#include "transport/straight.h"
#include "transport/venue.h"

struct p2p {
	struct communicator base;
	bool finished, responder, hidden;
	struct random *random;

	/* What the last input left for receive: bytes of a TCP link, or a packet from a peer. */
	uint64_t clock;
	struct route reading; /* link 0: none */
	struct span in;
	struct carrier_inbox inbox;
	struct carrier_failure failure; /* of a socket of ours */
	struct sockets sockets;
	struct portmap portmap;
	struct choice choice;
	struct badges badges;
	unsigned home; /* the server at which our numbers are */
	size_t count;  /* of the servers we know of; one at least */
	struct spread spread;
	struct straight straight;
	struct venue venues[LIMIT_VENUES];
};

static struct p2p *p2p_of(struct communicator *c)
{
	return (struct p2p *)c;
}

/* ---- links ---- */

static void p2p_link(struct communicator *c, const struct link_event *event, uint64_t now)
{
	struct p2p *p = p2p_of(c);
	if (spread_link(&p->spread, event, now) || straight_link(&p->straight, event, now))
		return;
	enum sockets_change change = sockets_link(&p->sockets, event, now);
	bool socket = event->link <= SOCKETS_FRESH, v4 = event->link == sockets_v4(&p->sockets);
	/* a host without IPv6 does not miss it; a port that was asked for is needed */
	if (change == SOCKETS_FAILED && v4) {
		const struct addr *bind = sockets_bind(&p->sockets, event->link);
		carrier_fail_link(&p->failure, event, bind, bind->port != 0);
	}
	if (change == SOCKETS_UP && v4)
		portmap_socket(&p->portmap, event->local.port, now);
	bool told = change == SOCKETS_UP || !socket || event->state == LINK_REJECTED;
	told |= change != SOCKETS_NOTHING && sockets_in_use(&p->sockets, event->link);
	for (size_t i = 0; i < p->count && told; i++)
		venue_link(&p->venues[i], event, socket, now);
}

static bool p2p_request(struct communicator *c, struct link_request *request)
{
	struct p2p *p = p2p_of(c);
	bool any = sockets_request(&p->sockets, request) || spread_request(&p->spread, request) ||
	           straight_request(&p->straight, request);

	for (size_t i = 0; i < p->count && !any; i++)
		any = venue_request(&p->venues[i], request);
	return any;
}

/* ---- what comes in ---- */

static void take_message(struct p2p *p, const struct route *from, struct span wire)
{
	bool taken = spread_cookie(&p->spread, from, wire, p->clock);

	for (size_t i = 0; i < p->count && !taken; i++) {
		taken = venue_message(&p->venues[i], from, wire, &p->inbox, p->clock);
		if (taken)
			spread_outside(&p->spread, from, wire, p->clock);
		if (taken) /* the first that comes there is COOKIE */
			sockets_turn(&p->sockets, from->link);
	}
}

static void p2p_input(struct communicator *c, const struct route *from, struct span wire,
                      uint64_t now)
{
	struct p2p *p = p2p_of(c);

	p->clock = now;
	p->reading.link = 0;
	if (wire.len == 0)
		return;
	if (!sockets_up(&p->sockets, from->link) && !spread_up(&p->spread, from->link)) {
		p->reading = *from; /* receive takes the messages out, one by one */
		p->in = wire;
	} else if (!portmap_input(&p->portmap, &from->remote, wire, now)) {
		if (packet_is_session(wire))
			carrier_put_direct(&p->inbox, from, wire, false);
		else
			take_message(p, from, wire);
	}
}

static bool p2p_receive(struct communicator *c, struct route *route, struct span *packet,
                        bool *proved)
{
	struct p2p *p = p2p_of(c);

	while (!carrier_get(&p->inbox, route, packet, proved)) {
		bool any = false; /* the next message among the bytes of a TCP link */

		*proved = false; /* sessions begin at a server */
		if (straight_read(&p->straight, p->reading.link, &p->in, packet, route))
			return true;
		if (p->reading.link == 0)
			return false;
		for (size_t i = 0; i < p->count && !any; i++)
			any = venue_read(&p->venues[i], &p->reading, &p->in, &p->inbox, p->clock);
		if (!any)
			p->reading.link = 0;
	}
	return true;
}

/* ---- what goes out ---- */

static int p2p_wrap(struct communicator *c, struct route *route, uint8_t *buffer, size_t len,
                    size_t *wire_len, uint64_t now)
{
	struct p2p *p = p2p_of(c);
	int start = -1;

	assert(len > 0 && len <= LIMIT_PACKET_MAX);
	if (route_is_bare(route)) {
		*wire_len = len;
		bool up =
		    sockets_up(&p->sockets, route->link) || spread_up(&p->spread, route->link);
		return up ? LIMIT_HEADROOM : -1;
	}
	if (route->kind == ROUTE_TCP)
		return straight_wrap(&p->straight, route, buffer, len, wire_len, now);
	for (size_t i = 0; i < p->count && start < 0; i++)
		start = venue_wrap(&p->venues[i], route, buffer, len, wire_len, now);
	return start;
}

/* Joins rooms at the servers where that is due. */
static void choose(struct p2p *p, uint64_t now)
{
	unsigned server, home = choice_home(&p->choice, venue_answering(p->venues, p->count), now);
	const uint8_t *token;

	while (home != p->home && venue_leave_number(&p->venues[p->home]))
		(void)venue_join(&p->venues[home], NULL, now);
	p->home = home;
	while (choice_take(&p->choice, venue_others(p->venues, p->count) > 0, &server, &token, now))
		(void)venue_join(&p->venues[server], token, now);
}

static void p2p_refresh(struct communicator *c, uint64_t now)
{
	struct p2p *p = p2p_of(c);

	sockets_timer(&p->sockets, NEVER);
	for (size_t i = 0; i < p->count; i++)
		venue_refresh(&p->venues[i], now);
}

static void p2p_timer(struct communicator *c, uint64_t now)
{
	struct p2p *p = p2p_of(c);

	p->clock = now;
	if (p->finished)
		return;
	sockets_timer(&p->sockets, now);
	spread_timer(&p->spread, now);
	enum expiry_news news = spread_expiry(&p->spread);
	if (news == EXPIRY_FRESH)
		sockets_freshen(&p->sockets);
	else if (news == EXPIRY_ENDED)
		p2p_refresh(c, now);
	straight_timer(&p->straight, now);
	choose(p, now);
	portmap_timer(&p->portmap, now);
	uint64_t quiet_us[2];
	spread_quiet(&p->spread, quiet_us);
	for (size_t i = 0; i < p->count; i++)
		venue_timer(&p->venues[i], quiet_us, now);
}

static size_t p2p_output(struct communicator *c, struct route *route, uint8_t *wire, size_t cap,
                         uint64_t now)
{
	struct p2p *p = p2p_of(c);
	struct writer w = writer_of(wire, cap);
	size_t len = 0;

	assert(cap >= LIMIT_WIRE);
	if (spread_output(&p->spread, &w, route))
		len = w.len;
	for (size_t i = 0; i < p->count && len == 0; i++)
		len = venue_output(&p->venues[i], route, wire, cap, now);
	if (len > 0)
		return badges_put(&p->badges, route, wire, len);
	*route = (struct route){ .kind = ROUTE_UDP, .link = sockets_v4(&p->sockets) };
	return portmap_output(&p->portmap, &w, &route->remote) ? w.len : 0;
}

static uint64_t p2p_deadline(const struct communicator *c)
{
	const struct p2p *p = (const struct p2p *)c;
	uint64_t at = min_of(sockets_deadline(&p->sockets), spread_deadline(&p->spread));

	if (p->finished)
		return NEVER;
	at = min_of(at, min_of(straight_deadline(&p->straight), portmap_deadline(&p->portmap)));
	at = min_of(at, choice_deadline(&p->choice, venue_others(p->venues, p->count) > 0));
	at = min_of(at, choice_home_deadline(&p->choice, venue_answering(p->venues, p->count)));
	for (size_t i = 0; i < p->count; i++)
		at = min_of(at, venue_deadline(&p->venues[i]));
	return at;
}

/* ---- the program ---- */

static bool p2p_take(struct communicator *c, struct communicator_event *event)
{
	struct p2p *p = p2p_of(c);

	if (sockets_report(&p->sockets, COMMUNICATOR_BOUND, event) ||
	    portmap_report(&p->portmap, event) || spread_report(&p->spread, event) ||
	    straight_report(&p->straight, event))
		return true;
	for (size_t i = 0; i < p->count; i++) {
		if (!venue_report(&p->venues[i], event))
			continue;
		event->server = (uint8_t)i;
		straight_learn(&p->straight, event);
		if (event->kind == COMMUNICATOR_WAITING)
			venue_sum(p->venues, p->count, event);
		return true;
	}
	return carrier_failed(&p->failure, event);
}

static void p2p_regard(struct communicator *c, const struct route *route,
                       enum communicator_standing standing)
{
	struct p2p *p = p2p_of(c);

	spread_regard(&p->spread, route, standing);
	straight_regard(&p->straight, route, standing);
	for (size_t i = 0; i < p->count; i++)
		venue_regard(&p->venues[i], route, standing);
}

static bool p2p_held(struct communicator *c, unsigned index, struct route *route)
{
	const struct p2p *p = p2p_of(c);
	bool any =
	    spread_held(&p->spread, &index, route) || straight_held(&p->straight, &index, route);

	for (size_t i = 0; i < p->count && !any; i++)
		any = venue_held(&p->venues[i], &index, route);
	return any;
}

static enum err p2p_join(struct communicator *c, const uint8_t token[static TOKEN_LEN],
                         uint64_t now)
{
	struct p2p *p = p2p_of(c);

	return bytes_zero(token, TOKEN_LEN) ? venue_join(&p->venues[p->home], NULL, now)
	                                    : choice_join(&p->choice, token, now);
}

static void p2p_leave(struct communicator *c, const uint8_t token[static TOKEN_LEN])
{
	struct p2p *p = p2p_of(c);

	choice_leave(&p->choice, token);
	for (size_t i = 0; i < p->count; i++)
		venue_leave(&p->venues[i], token);
}

static void p2p_finish(struct communicator *c)
{
	struct p2p *p = p2p_of(c);

	for (size_t i = 0; i < p->count; i++)
		venue_finish(&p->venues[i]);
	portmap_finish(&p->portmap);
	p->finished = true;
}

static void p2p_router(struct communicator *c, const struct addr *router, const struct addr *own,
                       uint64_t now)
{
	portmap_router(&p2p_of(c)->portmap, router, own, now);
}

static void p2p_spare(struct communicator *c, unsigned count, bool low, bool measure, uint64_t now)
{
	spread_spare(&p2p_of(c)->spread, count, low, measure, now);
}

/* Another server: it gets the sockets that there are. */
static void add_venue(struct p2p *p, uint64_t now)
{
	struct venue *v = &p->venues[p->count];

	venue_init(v, (unsigned)p->count++, p->responder, p->random, now);
	if (p->straight.wanted)
		venue_cross(v);
	if (p->hidden)
		venue_hide(v);
	for (unsigned link = 1; link <= SOCKETS_FRESH; link++) {
		struct link_event up = { .state = LINK_UP, .link = (uint16_t)link };

		if (sockets_in_use(&p->sockets, up.link) && sockets_up(&p->sockets, up.link))
			venue_link(v, &up, true, now);
	}
}

static void p2p_peers(struct communicator *c, const struct communicator_place *place,
                      const struct addr *peers, size_t count, uint64_t now)
{
	struct p2p *p = p2p_of(c);

	assert(place->number < LIMIT_VENUES);
	for (size_t i = 0; i < count; i++)
		sockets_toward(&p->sockets, &peers[i]);
	while (p->count <= place->number)
		add_venue(p, now);
	badges_server(&p->badges, place->number, place->key, peers, count);
	venue_servers(&p->venues[place->number], place->key != NULL, peers, count, now);
	choice_server(&p->choice, place->number, place->name, place->priority);
}

static enum err p2p_init(struct communicator *c, const struct communicator_config *config,
                         uint64_t now)
{
	struct p2p *p = p2p_of(c);

	p->clock = now;
	p->responder = !config->initiator;
	p->random = config->random;
	choice_init(&p->choice);
	portmap_init(&p->portmap, config->random);
	sockets_init(&p->sockets, LINK_UDP, config->listen, config->listen_count, config->random);
	spread_init(&p->spread, config->random);
	p->hidden = config->hidden;
	straight_init(&p->straight, config->streams);
	add_venue(p, now);
	if (config->peers_count > 0)
		p2p_peers(c, &(struct communicator_place){ .name = "", .key = config->key },
		          config->peers, config->peers_count, now);
	return config->nameplate_wanted ? p2p_join(c, (uint8_t[TOKEN_LEN]){ 0 }, now) : OK;
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
	.router = p2p_router,
	.spare = p2p_spare,
	.peers = p2p_peers,
};
