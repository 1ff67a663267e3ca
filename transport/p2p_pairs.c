/* p2p_pairs: the peers that the server has introduced to us, docs/SIGNALING.md S5, S6. A pair is a
 * path through the forwarder. It rests while the server is lost or changes, and wakes when the room
 * is joined again: a server that only was out of reach knows it still, and one that does not says
 * so (ERROR 4) when it is used. */
#include <string.h>

#include "transport/p2p.h"

/* docs/SIGNALING.md S6: the server has forgotten it as well */
#define P2P_PAIR_IDLE_US (300 * SECOND)
/* a WAIT from before an INTRO may come after it, by as much as a network reorders */
#define P2P_REORDER_US (5 * SECOND)

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
	                       .remote = ch->server, .pair = pair->id, .host = pair->host };
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

/* A place for a new pair. When all are taken the one unheld for longest has to go; its place is
 * free when DOWN was told. */
static struct p2p_pair *place(struct p2p *p)
{
	struct p2p_pair *oldest = NULL;
	for (size_t i = 0; i < P2P_PAIRS; i++) {
		struct p2p_pair *pair = &p->pairs[i];
		if (!pair->live && !pair->told)
			return pair;
		if (pair->live && !pair->held &&
		    (oldest == NULL || pair->used_at < oldest->used_at))
			oldest = pair;
	}
	if (oldest != NULL)
		oldest->live = false;
	return NULL;
}

static struct p2p_pair *add(struct p2p *p, uint64_t id, uint64_t now)
{
	struct p2p_pair *pair = place(p);
	if (pair != NULL)
		*pair = (struct p2p_pair){ .live = true, .id = id, .room = -1, .sent_at = now,
		                           .used_at = now };
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

void p2p_intro(struct p2p *p, const struct intro *m, uint64_t now)
{
	const struct p2p_room *room = p2p_room_of_tag(p, m->own_tag);
	if (room == NULL || room->leaving || m->responder == p->config.initiator || m->pair == 0)
		return;
	p2p_heard(p);
	int number = (int)(room - p->rooms);
	replace_old(p, number, m->peer_id, m->pair);

	struct p2p_pair *pair = pair_of_id(p, m->pair);
	if (pair == NULL)
		pair = add(p, m->pair, now);
	if (pair == NULL)
		return; /* INTRO is repeated */
	pair->room = number;
	memcpy(pair->peer, m->peer_id, sizeof pair->peer);
	pair->host = m->host;
	pair->ack_due = true;
	confirmed(pair, now);
}

void p2p_forward(struct p2p *p, const struct route *from, struct span wire, uint64_t now)
{
	struct reader r = reader_of(wire);
	read_u8(&r);
	uint64_t id = read_be64(&r);
	struct span packet = span_of(r.at, r.left);
	if (r.bad || id == 0 || !packet_is(packet))
		return;

	/* A responder whose INTRO was lost hears from the initiator first. */
	struct p2p_pair *pair = pair_of_id(p, id);
	if (pair == NULL && !p->config.initiator) {
		pair = add(p, id, now);
		if (pair != NULL)
			pair->ack_due = true;
	}
	if (pair == NULL)
		return;
	confirmed(pair, now);
	p2p_heard(p);
	p->pending = true;
	p->pending_proved = true; /* the server has seen its cookie */
	p->pending_route = pair_route(p, pair);
	p->pending_route.local = from->local;
	p->pending_packet = packet;
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
		write_u8(w, MESSAGE_FORWARD);
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
			at = least(at, pair->used_at + P2P_PAIR_IDLE_US);
		if (usable(p, pair) && pair->held && p2p_may_say(p->contact))
			at = least(at, pair->sent_at + LIMIT_KEEPALIVE_US);
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
