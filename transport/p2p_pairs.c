/* p2p_pairs: the peers that the server has introduced to us, docs/SIGNALING.md S5, S6. A pair is a
 * path through the forwarder. It rests while the server is lost or changes, and wakes when the room
 * is joined again: a server that only was out of reach knows it still, and one that does not says
 * so (ERROR 4) when it is used. */
#include <string.h>

#include "base/source.h"
#include "transport/p2p.h"

/* docs/SIGNALING.md S6: the server has forgotten it as well */
#define P2P_PAIR_IDLE_US (300 * SECOND)
/* a WAIT from before an INTRO may come after it, by as much as a network reorders */
#define P2P_REORDER_US (5 * SECOND)
/* packets of a pair come for so long, and no INTRO: all four were lost */
#define P2P_UNINTRODUCED_US (500 * MS)

static struct p2p_pair *pair_of_id(struct p2p *p, uint64_t id)
{
	for (size_t i = 0; i < P2P_PAIRS; i++)
		if (p->pairs[i].live && p->pairs[i].id == id)
			return &p->pairs[i];
	return NULL;
}

static bool usable(const struct p2p *p, const struct p2p_pair *pair)
{
	return pair->live && pair->ready && p->contact != NULL;
}

static struct route pair_route(const struct p2p *p, const struct p2p_pair *pair)
{
	const struct p2p_channel *ch = p->contact;
	return (struct route){ .kind = ch->stream ? ROUTE_FORWARD_TCP : ROUTE_FORWARD_UDP,
		               .link = ch->link,
		               .remote = ch->server,
		               .pair = pair->id,
		               .host = pair->host };
}

struct p2p_pair *p2p_pair_of_route(struct p2p *p, const struct route *route)
{
	struct p2p_pair *pair = pair_of_id(p, route->pair);
	if (pair == NULL || !usable(p, pair))
		return NULL;
	struct route now = pair_route(p, pair);
	return route_same(&now, route) ? pair : NULL;
}

bool p2p_pair_held(struct p2p *p, unsigned index, struct route *route)
{
	for (size_t i = 0; i < P2P_PAIRS; i++) {
		struct p2p_pair *pair = &p->pairs[i];
		if (!usable(p, pair) || !pair->held || index-- > 0)
			continue;
		*route = pair_route(p, pair);
		return true;
	}
	return false;
}

/* Not by the id alone: the route may be one of the past, from before the server was reached another
 * way. */
void p2p_pair_drop(struct p2p *p, const struct route *route)
{
	struct p2p_pair *pair = pair_of_id(p, route->pair);
	if (pair == NULL)
		return;
	bool told = pair->told && route_same(&pair->told_route, route);
	if (told || p2p_pair_of_route(p, route) != NULL)
		pair->live = pair->told = false;
}

/* A place for a new pair, at once: whoever has filled them all must not keep the next INTRO out. Of
 * those that no session uses the host that has most of them loses the one unused for longest. */
static struct p2p_pair *place(struct p2p *p, const struct route *newcomer)
{
	struct source source = source_of_route(newcomer);
	struct place places[P2P_PAIRS];
	struct p2p_pair *holders[P2P_PAIRS], *dead = NULL;
	size_t count = 0;

	for (size_t i = 0; i < P2P_PAIRS; i++) {
		struct p2p_pair *pair = &p->pairs[i];
		if (!pair->live && (dead == NULL || pair->used_at < dead->used_at))
			dead = pair;
		if (!pair->live || pair->held)
			continue;
		struct route route = pair_route(p, pair);
		holders[count] = pair;
		places[count++] =
		    (struct place){ .source = source_of_route(&route), .since = pair->used_at };
	}
	if (dead != NULL)
		return dead;
	int loser = places_loser(places, count, &source);
	return loser >= 0 ? holders[loser] : NULL;
}

/* Of whoever had the place DOWN is told yet: before UP, as told_route stays. */
static struct p2p_pair *add(struct p2p *p, const struct p2p_pair *new)
{
	struct route route = pair_route(p, new);
	struct p2p_pair *pair = place(p, &route);
	if (pair == NULL)
		return NULL;
	bool told = pair->told;
	struct route told_route = pair->told_route;
	*pair = *new;
	pair->told = told;
	pair->told_route = told_route;
	return pair;
}

void p2p_pairs_rest(struct p2p *p)
{
	for (size_t i = 0; i < P2P_PAIRS; i++)
		p->pairs[i].ready = p->pairs[i].sure = false;
}

void p2p_pairs_forget(struct p2p *p)
{
	for (size_t i = 0; i < P2P_PAIRS; i++)
		p->pairs[i].live = false;
}

void p2p_pairs_of_room(struct p2p *p, int room, bool forget, uint64_t now)
{
	for (size_t i = 0; i < P2P_PAIRS; i++) {
		struct p2p_pair *pair = &p->pairs[i];
		if (pair->room != room)
			continue;
		if (!forget)
			pair->ready = true;
		else if (now >= pair->heard_at + P2P_REORDER_US)
			pair->live = false;
	}
}

bool p2p_room_has_pair(const struct p2p *p, int room)
{
	for (size_t i = 0; i < P2P_PAIRS; i++) {
		if (p->pairs[i].live && p->pairs[i].room == room)
			return true;
	}
	return false;
}

/* The same peer under another id: the server has forgotten the old one. */
static void replace_old(struct p2p *p, int room, const uint8_t peer[static 8], uint64_t id)
{
	for (size_t i = 0; i < P2P_PAIRS; i++) {
		struct p2p_pair *pair = &p->pairs[i];
		if (pair->room == room && pair->id != id &&
		    memcmp(pair->peer, peer, sizeof pair->peer) == 0)
			pair->live = false;
	}
}

static void confirmed(struct p2p_pair *pair, uint64_t now)
{
	pair->ready = pair->sure = true;
	pair->used_at = pair->heard_at = now;
}

static void deliver(struct p2p *p, const struct p2p_pair *pair, const struct addr *local,
                    struct span packet)
{
	p->pending = true;
	p->pending_proved = true; /* the server has seen its cookie */
	p->pending_route = pair_route(p, pair);
	p->pending_route.local = *local;
	p->pending_packet = packet;
}

void p2p_intro(struct p2p *p, const struct intro *m, uint64_t now)
{
	const struct p2p_room *room = p2p_room_of_secret(p, m->own_secret);
	if (room == NULL || room->leaving || m->responder == p->config.initiator || m->pair == 0)
		return;
	p2p_heard(p);
	int number = (int)(room - p->rooms);
	replace_old(p, number, m->peer_id, m->pair);

	struct p2p_pair *pair = pair_of_id(p, m->pair);
	if (pair == NULL)
		pair = add(p, &(struct p2p_pair){ .live = true,
		                                  .id = m->pair,
		                                  .host = m->host,
		                                  .sent_at = now,
		                                  .used_at = now });
	if (pair == NULL)
		return; /* sessions use them all; INTRO is repeated */
	pair->room = number;
	memcpy(pair->peer, m->peer_id, sizeof pair->peer);
	pair->host = m->host;
	pair->ack_due = true;
	confirmed(pair, now);
	if (p->early.pair == pair->id) {
		struct addr local = p->early.local;
		deliver(p, pair, &local, span_of(p->early.packet, p->early.len));
		p->early.pair = 0;
	}
}

/* A packet that has overtaken its INTRO: whose it is, and so whose places and guesses it takes up, is
 * known by INTRO only, so it waits. It is not acknowledged: the server repeats INTRO then, and when
 * that came to nothing too, starts over as we join again. */
static void keep_early(struct p2p *p, uint64_t id, const struct addr *local, struct span packet,
                       uint64_t now)
{
	struct p2p_early *early = &p->early;
	if (packet.len > sizeof early->packet)
		return;
	if (early->pair != id)
		early->since = now;
	early->pair = id;
	early->local = *local;
	early->len = packet.len;
	memcpy(early->packet, packet.at, packet.len);
	if (now >= early->since + P2P_UNINTRODUCED_US) {
		early->since = now;
		p2p_rooms_rejoin(p, false, now);
	}
}

/* A pair of ours that was dropped, and its place not taken yet: the server does not introduce it
 * again, and its host is the same. */
static struct p2p_pair *revived(struct p2p *p, uint64_t id)
{
	for (size_t i = 0; i < P2P_PAIRS; i++) {
		struct p2p_pair *pair = &p->pairs[i];
		if (pair->live || pair->id != id)
			continue;
		if (pair->room >= 0 && (!p->rooms[pair->room].used || p->rooms[pair->room].leaving))
			pair->room = -1;
		pair->live = true;
		pair->held = false;
		return pair;
	}
	return NULL;
}

void p2p_forward(struct p2p *p, const struct route *from, struct span wire, uint64_t now)
{
	struct reader r = reader_of(wire);
	read_u8(&r);
	uint64_t id = read_be64(&r);
	struct span packet = span_of(r.at, r.left);
	if (r.bad || id == 0 || !packet_is_session(packet))
		return;

	struct p2p_pair *pair = pair_of_id(p, id);
	if (pair == NULL && !p->config.initiator && (pair = revived(p, id)) == NULL)
		keep_early(p, id, &from->local, packet, now);
	if (pair == NULL)
		return;
	confirmed(pair, now);
	p2p_heard(p);
	deliver(p, pair, &from->local, packet);
}

void p2p_pair_error(struct p2p *p, uint64_t id, uint64_t now)
{
	struct p2p_pair *pair = pair_of_id(p, id);
	if (pair == NULL)
		return;
	p2p_heard(p);
	if (!pair->sure || pair->room < 0) {
		pair->live = false;
		return;
	}
	/* Our address may have changed: joining again moves us, and INTRO confirms the pair; or
	 * else the next error ends it. */
	pair->sure = false;
	p->rooms[pair->room].next_at = now;
	p->rooms[pair->room].tries = 0;
}

void p2p_pairs_time(struct p2p *p, uint64_t now)
{
	for (size_t i = 0; i < P2P_PAIRS; i++) {
		struct p2p_pair *pair = &p->pairs[i];
		if (pair->live && now >= pair->used_at + P2P_PAIR_IDLE_US)
			pair->live = false;
		if (pair->live && pair->held && now >= pair->sent_at + LIMIT_KEEPALIVE_US)
			pair->ack_due = true;
	}
}

bool p2p_pairs_output(struct p2p *p, struct writer *w, uint64_t now)
{
	for (size_t i = 0; i < P2P_PAIRS; i++) {
		struct p2p_pair *pair = &p->pairs[i];
		if (!pair->ack_due || !usable(p, pair) || !p2p_may_say(p->contact))
			continue;
		pair->ack_due = false;
		pair->sent_at = now;
		if (pair->held)
			pair->used_at = now;
		write_u8(w, PACKET_FORWARD);
		write_be64(w, pair->id);
		return true;
	}
	return false;
}

uint64_t p2p_pairs_deadline(const struct p2p *p)
{
	uint64_t at = NEVER;
	for (size_t i = 0; i < P2P_PAIRS; i++) {
		const struct p2p_pair *pair = &p->pairs[i];
		if (pair->live)
			at = min_of(at, pair->used_at + P2P_PAIR_IDLE_US);
		if (usable(p, pair) && pair->held && p2p_may_say(p->contact))
			at = min_of(at, pair->sent_at + LIMIT_KEEPALIVE_US);
	}
	return at;
}

/* The end of one way comes before the beginning of another. */
bool p2p_pairs_take(struct p2p *p, struct communicator_event *event)
{
	for (size_t i = 0; i < P2P_PAIRS; i++) {
		struct p2p_pair *pair = &p->pairs[i];
		if (!pair->told)
			continue;
		if (usable(p, pair)) {
			struct route now = pair_route(p, pair);
			if (route_same(&now, &pair->told_route))
				continue;
		}
		pair->told = false;
		*event = (struct communicator_event){ .kind = COMMUNICATOR_DOWN,
			                              .route = pair->told_route };
		return true;
	}
	for (size_t i = 0; i < P2P_PAIRS; i++) {
		struct p2p_pair *pair = &p->pairs[i];
		if (pair->told || !usable(p, pair))
			continue;
		pair->told = true;
		pair->told_route = pair_route(p, pair);
		*event = (struct communicator_event){ .kind = COMMUNICATOR_UP,
			                              .route = pair->told_route };
		return true;
	}
	return false;
}
