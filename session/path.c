#include "session/path.h"

#include "base/limits.h"
#include "base/min_max.h"

/* Less is no silence: a packet may be repeated so much later. */
#define SILENCE_US (5 * SECOND)
/* Two sides that follow each other have come to rest. */
#define REPLACED_US (25 * SECOND)

bool path_there(const struct path *p)
{
	return p->proof.stage != PROOF_NONE;
}

bool path_valid(const struct path *p)
{
	return p->proof.stage == PROOF_VALID;
}

bool path_response_due(const struct path *p)
{
	return path_there(p) && !p->blocked && p->proof.response_due;
}

enum flow_kind path_flow(const struct path *p)
{
	if (route_is_stream(&p->route))
		return FLOW_STREAM;
	return route_is_forward(&p->route) ? FLOW_FORWARDED : FLOW_DIRECT;
}

static struct place place_of(const struct path *p)
{
	struct place place = { PLACE_KEPT, p->since };

	if (!path_there(p))
		place.worth = PLACE_FREE;
	else if (p->proof.stage == PROOF_PUNCH && !p->proof.reached)
		place.worth = PLACE_CANDIDATE;
	else if (p->proof.stage == PROOF_PROVE && !p->proof.reached)
		place.worth = PLACE_UNPROVED;
	else if (p->proof.stage == PROOF_LOST || p->proof.stage == PROOF_PUNCH)
		place.worth = route_is_bare(&p->route) ? PLACE_LOST : PLACE_LOST_RELAY;
	return place;
}

/* -1: there are few enough. */
static int surplus(const struct path table[static LIMIT_PATHS], int data)
{
	int count = 0, oldest = -1;

	for (int i = 0; i < LIMIT_PATHS; i++) {
		if (!path_there(&table[i]) || !route_is_stream(&table[i].route))
			continue;
		count++;
		if (i != data && (oldest < 0 || table[i].since < table[oldest].since))
			oldest = i;
	}
	return count < PATH_CONNECTIONS ? -1 : oldest;
}

int path_place(const struct path table[static LIMIT_PATHS], int data, struct places *places,
               const struct route *route, enum place_worth worth, uint64_t now)
{
	struct place standing[LIMIT_PATHS];
	int place = route_is_stream(route) ? surplus(table, data) : -1;

	for (int i = 0; i < LIMIT_PATHS; i++)
		standing[i] = place_of(&table[i]);
	return place >= 0 ? place : places_choose(places, standing, worth, &route->remote, now);
}

unsigned path_rank(const struct path *p)
{
	return p->route.kind->rank + p->lan;
}

bool path_replaced(const struct path *p, const struct path *data, uint64_t chosen_at, uint64_t now)
{
	return route_is_bare(&p->route) && route_is_bare(&data->route) &&
	       addr_same_ip(&p->route.remote, &data->route.remote) &&
	       now >= max_of(p->since, chosen_at) + REPLACED_US;
}

void path_sent(struct path *p, size_t len, uint64_t now)
{
	if (p->sent_at != 0 && now >= p->sent_at + SILENCE_US)
		p->silence = now - p->sent_at;
	p->sent_at = now;
	proof_sent(&p->proof, len);
}

void path_woken(struct path *p, uint64_t now)
{
	p->sent_at = now;
}

void path_heard(struct path *p, uint64_t number, bool probing, size_t len, uint64_t now)
{
	if (!probing)
		p->largest = max_of(p->largest, number + 1);
	proof_heard(&p->proof, len, now);
}

bool path_better(const struct path *a, const struct path *b, uint16_t left)
{
	bool leaves = a->route.link == left;

	if (path_rank(a) != path_rank(b))
		return path_rank(a) > path_rank(b);
	if (leaves != (b->route.link == left))
		return !leaves;
	return a->largest > b->largest;
}

/* Where its packets come from; zeroes behind a forwarder. */
static struct addr seen_from(const struct path *p)
{
	static const struct addr nowhere;

	return route_is_forward(&p->route) ? nowhere : p->route.remote;
}

/* Somebody beside the path in use who is faster than the peer's challenges may draw their answers
 * to himself. Where that path is worse the peer has a reason of its own to ask here; and whether it
 * hears us here is part of what it asks. */
static bool may_be_drawn(const struct path *p, const struct path *data)
{
	return p != data && route_is_bare(&p->route) && path_rank(p) <= path_rank(data);
}

bool path_respond(struct path table[static LIMIT_PATHS], int path, int data, struct writer *w,
                  size_t *pad)
{
	struct path *at = &table[path];
	struct addr seen = seen_from(at);

	if (!path_response_due(at))
		return false;
	if (data >= 0 && may_be_drawn(at, &table[data]) && !path_response_due(&table[data]))
		proof_challenged(&table[data].proof, at->proof.response, 0);
	proof_write_response(&at->proof, &seen, mtu_size(&at->mtu), w, pad);
	return true;
}

int path_find(const struct path table[static LIMIT_PATHS], const struct route *route)
{
	for (int i = 0; i < LIMIT_PATHS; i++) {
		if (path_there(&table[i]) && route_same(&table[i].route, route))
			return i;
	}
	return -1;
}

unsigned path_all_valid(const struct path table[static LIMIT_PATHS])
{
	unsigned mask = 0;

	for (unsigned i = 0; i < LIMIT_PATHS; i++)
		mask |= (unsigned)path_valid(&table[i]) << i;
	return mask;
}

const struct route *path_route_at(const struct path table[static LIMIT_PATHS], unsigned index)
{
	for (unsigned i = 0; i < LIMIT_PATHS; i++) {
		if (path_there(&table[i]) && index-- == 0)
			return &table[i].route;
	}
	return NULL;
}

uint8_t path_unused_id(const struct path table[static LIMIT_PATHS], uint8_t *next)
{
	for (;;) {
		uint8_t id = (*next)++ % LIMIT_PATH_IDS;
		bool taken = false;

		for (unsigned i = 0; i < LIMIT_PATHS; i++)
			taken |= path_there(&table[i]) && table[i].id == id;
		if (!taken)
			return id;
	}
}
