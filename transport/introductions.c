#include "transport/introductions.h"

#include <string.h>

#include "base/source.h"

/* docs/SIGNALING.md S6-7: the server has forgotten it as well */
#define IDLE_US (300 * SECOND)
/* a WAIT from before an INTRO may come after it, by as much as a network reorders */
#define REORDER_US (5 * SECOND)
/* packets of a pair come for so long, and no INTRO: all four were lost */
#define UNINTRODUCED_US (500 * MS)

void introductions_init(struct introductions *i, bool responder)
{
	i->responder = responder;
}

/* ---- pairs ---- */

static struct introduction *pair_of_id(struct introductions *i, uint64_t id, bool live)
{
	for (size_t n = 0; n < i->end; n++)
		if (i->pairs[n].live == live && i->pairs[n].id == id)
			return &i->pairs[n];
	return NULL;
}

static bool usable(const struct introductions *i, const struct introduction *pair)
{
	return pair->live && pair->ready && i->way.kind != NULL;
}

static struct route route_of(const struct introductions *i, const struct introduction *pair)
{
	return (struct route){ .kind =
		                   route_is_stream(&i->way) ? ROUTE_FORWARD_TCP : ROUTE_FORWARD_UDP,
		               .link = i->way.link,
		               .remote = i->way.remote,
		               .pair = pair->id,
		               .host = pair->host };
}

/* NULL: it is gone, or rests, or the route is one of the past, from before the server was reached
 * another way. */
static struct introduction *pair_of_route(struct introductions *i, const struct route *route)
{
	struct introduction *pair = pair_of_id(i, route->pair, true);
	struct route now = pair != NULL ? route_of(i, pair) : i->way;

	return pair != NULL && usable(i, pair) && route_same(&now, route) ? pair : NULL;
}

/* A place for a new pair, at once: whoever has filled them all must not keep the next INTRO out. Of
 * those that no session uses, the host that has most of them loses the one unused for longest. */
static struct introduction *place(struct introductions *i, const struct introduction *newcomer)
{
	struct route route = route_of(i, newcomer);
	struct source source = source_of_route(&route);
	struct place places[INTRODUCTIONS_PAIRS] = { { .known = false } };
	struct introduction *dead = NULL;

	if (i->end < INTRODUCTIONS_PAIRS)
		return &i->pairs[i->end++];
	for (size_t n = 0; n < i->end; n++) {
		struct introduction *pair = &i->pairs[n];

		if (!pair->live && (dead == NULL || pair->used_at < dead->used_at))
			dead = pair;
		route = route_of(i, pair);
		if (pair->live && !pair->held)
			places[n] = (struct place){ .source = source_of_route(&route),
				                    .since = pair->used_at };
	}
	int loser = dead == NULL ? source_loser(places, INTRODUCTIONS_PAIRS, &source) : -1;
	return loser >= 0 ? &i->pairs[loser] : dead;
}

/* DOWN is still reported of whoever had the place, and before UP, as reported_route stays. */
static struct introduction *add(struct introductions *i, const struct introduction *new)
{
	struct introduction *pair = place(i, new);

	if (pair == NULL)
		return NULL;
	struct introduction old = *pair;
	*pair = *new;
	pair->reported = old.reported;
	pair->reported_route = old.reported_route;
	return pair;
}

/* A pair of ours that was dropped, and its place not taken yet: the server does not introduce it
 * again, and its host is the same. */
static struct introduction *revived(struct introductions *i, uint64_t id)
{
	struct introduction *pair = pair_of_id(i, id, false);

	if (pair != NULL) {
		pair->live = true;
		pair->held = false;
	}
	return pair;
}

/* ---- the server and its rooms ---- */

void introductions_way(struct introductions *i, const struct route *way)
{
	i->way = way != NULL ? *way : (struct route){ .kind = NULL };
}

void introductions_rest(struct introductions *i)
{
	for (size_t n = 0; n < i->end; n++)
		i->pairs[n].ready = i->pairs[n].sure = false;
}

void introductions_forget(struct introductions *i)
{
	for (size_t n = 0; n < i->end; n++)
		i->pairs[n].live = false;
}

bool introductions_has_room(const struct introductions *i, int room)
{
	for (size_t n = 0; n < i->end; n++)
		if (i->pairs[n].live && i->pairs[n].room == room)
			return true;
	return false;
}

void introductions_room(struct introductions *i, int room, bool empty, bool kept, uint64_t now)
{
	i->kept = kept;
	for (struct introduction *pair = i->pairs; pair < i->pairs + i->end; pair++) {
		if (pair->room != room)
			continue;
		if (!empty)
			pair->ready = true;
		else if (now >= pair->heard_at + REORDER_US)
			pair->live = false;
	}
}

void introductions_leave(struct introductions *i, int room)
{
	for (size_t n = 0; n < i->end; n++) {
		if (i->pairs[n].room != room)
			continue;
		i->pairs[n].live = false;
		i->pairs[n].room = INTRODUCTIONS_NO_ROOM;
	}
}

/* ---- messages ---- */

static void confirmed(struct introduction *pair, uint64_t now)
{
	pair->ready = pair->sure = true;
	pair->used_at = pair->heard_at = now;
}

/* The server has seen its sender's cookie. */
static void deliver(const struct introductions *i, const struct introduction *pair,
                    const struct addr *local, struct span packet, struct carrier_inbox *in)
{
	struct route route = route_of(i, pair);

	route.local = *local;
	carrier_put(in, &route, packet, true);
}

/* The same peer under another id: the server has forgotten the old one. */
static void replace_old(struct introductions *i, int room, const struct intro *m)
{
	for (struct introduction *pair = i->pairs; pair < i->pairs + i->end; pair++) {
		if (pair->room == room && pair->id != m->pair &&
		    memcmp(pair->peer, m->peer_id, sizeof pair->peer) == 0)
			pair->live = false;
	}
}

bool introductions_intro(struct introductions *i, int room, const struct intro *m,
                         struct carrier_inbox *in, uint64_t now)
{
	if (m->responder != i->responder || m->pair == 0)
		return false;
	replace_old(i, room, m);

	struct introduction *pair = pair_of_id(i, m->pair, true);
	if (pair == NULL)
		pair = add(i, &(struct introduction){
				  .live = true, .id = m->pair, .host = m->host, .sent_at = now });
	if (pair == NULL)
		return true; /* sessions use them all; INTRO is repeated */
	pair->room = room;
	memcpy(pair->peer, m->peer_id, sizeof pair->peer);
	pair->host = m->host;
	pair->addr_due |= addr_is_set(&m->peer) && !addr_equal(&pair->addr, &m->peer);
	pair->addr = m->peer;
	pair->stream = m->stream;
	pair->ack_due = true;
	confirmed(pair, now);
	if (i->early.pair == pair->id) {
		deliver(i, pair, &i->early.local, span_of(i->early.packet, i->early.len), in);
		i->early.pair = 0;
	}
	return true;
}

/* A packet that has overtaken its INTRO: whose it is, and so whose places and guesses it takes up,
 * is known by INTRO only, so it waits. It is not acknowledged: the server repeats INTRO then, and
 * when that came to nothing too, starts over as we join again: true. Packets of several pairs may
 * come by turns. */
static bool keep_early(struct introductions *i, uint64_t id, const struct addr *local,
                       struct span packet, uint64_t now)
{
	struct introductions_early *early = &i->early;

	if (early->pair == 0)
		early->since = now;
	early->pair = id;
	early->local = *local;
	early->len = packet.len;
	memcpy(early->packet, packet.at, packet.len);
	if (now < early->since + UNINTRODUCED_US)
		return false;
	early->since = now;
	return true;
}

enum introductions_forward introductions_forward(struct introductions *i, const struct addr *local,
                                                 struct span wire, struct carrier_inbox *in,
                                                 uint64_t now)
{
	struct reader r = reader_of(wire);
	bool forward = read_u8(&r) == PACKET_FORWARD;
	uint64_t id = read_be64(&r);
	struct span packet = span_of(r.at, r.left);

	if (r.bad || !forward || id == 0 || !packet_is_session(packet))
		return INTRODUCTIONS_IGNORED;
	struct introduction *pair = pair_of_id(i, id, true);
	if (pair == NULL && i->responder)
		pair = revived(i, id);
	if (pair != NULL) {
		confirmed(pair, now);
		deliver(i, pair, local, packet, in);
		return INTRODUCTIONS_HEARD;
	}
	return i->responder && keep_early(i, id, local, packet, now) ? INTRODUCTIONS_MISSING
	                                                             : INTRODUCTIONS_IGNORED;
}

bool introductions_error(struct introductions *i, uint64_t id, int *room)
{
	struct introduction *pair = pair_of_id(i, id, true);

	*room = INTRODUCTIONS_NO_ROOM;
	if (pair == NULL)
		return false;
	if (!pair->sure || pair->room == INTRODUCTIONS_NO_ROOM) {
		pair->live = false;
		return true;
	}
	/* Our address may have changed: to join again moves us. INTRO follows, or an error. */
	pair->sure = false;
	*room = pair->room;
	return true;
}

int introductions_wrap(struct introductions *i, const struct route *route, uint8_t *buffer,
                       uint64_t now)
{
	struct introduction *pair = pair_of_route(i, route);
	uint8_t *start = buffer + LIMIT_HEADROOM - FORWARD_HEADER;

	if (pair == NULL)
		return -1;
	pair->sent_at = pair->used_at = now;
	pair->ack_due = false;
	*start = PACKET_FORWARD;
	store_be64(start + 1, pair->id);
	return LIMIT_HEADROOM - FORWARD_HEADER;
}

/* When it is over, or to be kept; where KEEP keeps it, a WAIT or an ERROR ends it. */
static uint64_t due_at(const struct introductions *i, const struct introduction *pair)
{
	uint64_t at = pair->live ? pair->used_at + IDLE_US : NEVER;

	if (usable(i, pair) && pair->held && !pair->ack_due)
		at = min_of(at, pair->sent_at + LIMIT_KEEPALIVE_US);
	return i->kept && pair->room >= 0 ? NEVER : at;
}

void introductions_timer(struct introductions *i, uint64_t now)
{
	for (struct introduction *pair = i->pairs; pair < i->pairs + i->end; pair++) {
		if (now < due_at(i, pair))
			continue;
		pair->live &= now < pair->used_at + IDLE_US;
		pair->ack_due |= pair->held;
	}
}

bool introductions_output(struct introductions *i, struct writer *w, uint64_t now)
{
	for (struct introduction *pair = i->pairs; pair < i->pairs + i->end; pair++) {
		if (!pair->ack_due || !usable(i, pair))
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

uint64_t introductions_deadline(const struct introductions *i)
{
	uint64_t at = NEVER;

	for (size_t n = 0; n < i->end; n++)
		at = min_of(at, due_at(i, &i->pairs[n]));
	return at;
}

static void drop(struct introductions *i, const struct route *route)
{
	struct introduction *pair = pair_of_id(i, route->pair, true);

	if (pair == NULL)
		return;
	bool reported = pair->reported && route_same(&pair->reported_route, route);
	if (reported || pair_of_route(i, route) != NULL)
		pair->live = pair->reported = false;
}

void introductions_regard(struct introductions *i, const struct route *route,
                          enum communicator_standing standing)
{
	struct introduction *pair = pair_of_route(i, route);

	if (standing == STANDING_UNWANTED)
		drop(i, route);
	else if (pair != NULL && (standing == STANDING_HELD || standing == STANDING_UNUSED))
		pair->held = standing == STANDING_HELD;
}

bool introductions_held(const struct introductions *i, unsigned *index, struct route *route)
{
	for (const struct introduction *pair = i->pairs; pair < i->pairs + i->end; pair++) {
		if (!usable(i, pair) || !pair->held)
			continue;
		if (*index == 0) {
			*route = route_of(i, pair);
			return true;
		}
		--*index;
	}
	return false;
}

/* The end of one way comes before the beginning of another. */
bool introductions_report(struct introductions *i, struct communicator_event *event)
{
	for (struct introduction *pair = i->pairs; pair < i->pairs + i->end; pair++) {
		if (!pair->reported || pair_of_route(i, &pair->reported_route) == pair)
			continue;
		pair->reported = false;
		*event = (struct communicator_event){ .kind = COMMUNICATOR_DOWN,
			                              .route = pair->reported_route };
		return true;
	}
	for (struct introduction *pair = i->pairs; pair < i->pairs + i->end; pair++) {
		if (!pair->live || !pair->addr_due || pair->room == INTRODUCTIONS_NO_ROOM)
			continue;
		pair->addr_due = false;
		*event = (struct communicator_event){ .kind = COMMUNICATOR_ATTESTED,
			                              .addr = pair->addr,
			                              .number = (uint32_t)pair->room };
		event->route.kind = pair->stream ? ROUTE_TCP : ROUTE_UDP;
		return true;
	}
	for (struct introduction *pair = i->pairs; pair < i->pairs + i->end; pair++) {
		if (pair->reported || !usable(i, pair))
			continue;
		pair->reported = true;
		pair->reported_route = route_of(i, pair);
		*event = (struct communicator_event){ .kind = COMMUNICATOR_UP,
			                              .route = pair->reported_route };
		return true;
	}
	return false;
}
