/* place: which place in the table of paths a new one gets. Whoever repeats genuine packets from
 * forged addresses can make many paths, so those that have answered nothing have a share of their
 * own and give way to each other; docs/PROTOCOL.md 6.6. But they do so with measure: between two
 * NATs that give each destination another port every packet comes from a new address, and if each
 * of them were answered at once, two honest hosts would answer each other without end. */
#include "base/min_max.h"
#include "session/core.h"

enum {
	UNPROVED_MAX = 8
}; /* addresses that have answered nothing yet: the other places are for others */
#define UNPROVED_EVERY_US                                                                          \
	(200 * MS) /* ... of which the oldest goes for a newer one, no more often than this */
#define UNPROVED_AGAIN_US (50 * MS) /* ... or, for one that was turned away lately, than this */

/* An address from which a packet came, but which has not shown that it receives any: whoever
 * repeats packets can make many. */
static bool unproved(const struct path *p)
{
	return p->stage == PATH_PROVE && !p->reached;
}

/* Who gives its place to a new path: the least of these that there is, and of equals the one that
 * has stood there for longest. */
enum worth {
	WORTH_NOTHING,
	WORTH_CANDIDATE,
	WORTH_LOST,
	WORTH_UNPROVED,
	WORTH_LOST_RELAY,
	WORTH_KEEPING
};

static enum worth worth_of(const struct session *s, unsigned path, uint64_t now)
{
	const struct path *p = &s->paths[path];

	if (p->stage == PATH_FREE)
		return WORTH_NOTHING;
	if ((int)path == s->data_path)
		return WORTH_KEEPING;
	if (p->stage == PATH_PUNCH)
		return WORTH_CANDIDATE;
	if (unproved(p) && now >= s->unproved_may_go_at)
		return WORTH_UNPROVED;
	if (p->stage == PATH_LOST)
		return route_is_bare(&p->route) ? WORTH_LOST : WORTH_LOST_RELAY;
	return WORTH_KEEPING;
}

static bool gives_way(const struct session *s, unsigned a, unsigned b, uint64_t now)
{
	enum worth wa = worth_of(s, a, now), wb = worth_of(s, b, now);

	return wa != wb ? wa < wb : s->paths[a].added_at < s->paths[b].added_at;
}

/* The place of the oldest unproved path; -1: none may go now. *count: how many there are. */
static int oldest_unproved(const struct session *s, unsigned *count, uint64_t now)
{
	int oldest = -1;

	*count = 0;
	for (int i = 0; i < LIMIT_PATHS; i++) {
		*count += unproved(&s->paths[i]);
		if (worth_of(s, (unsigned)i, now) == WORTH_UNPROVED &&
		    (oldest < 0 || s->paths[i].added_at < s->paths[oldest].added_at))
			oldest = i;
	}
	return oldest;
}

/* Was this address turned away lately? Then it is not of those that are seen once, and its turn has
 * come. */
static bool turned_away(const struct session *s, const struct addr *addr)
{
	for (unsigned i = 0; i < TURNED_AWAY; i++) {
		if (addr_equal(&s->turned_away[i], addr))
			return true;
	}
	return false;
}

/* -1: none. A candidate takes the place of lost paths only. */
static int choose(const struct session *s, enum path_stage stage, bool reached, uint64_t now)
{
	unsigned least_worth = 0, count;
	int oldest = oldest_unproved(s, &count, now);

	if (stage == PATH_PROVE && !reached && count >= UNPROVED_MAX)
		return oldest;
	for (unsigned i = 1; i < LIMIT_PATHS; i++) {
		if (gives_way(s, i, least_worth, now))
			least_worth = i;
	}
	enum worth worth = worth_of(s, least_worth, now);
	if (stage == PATH_PUNCH && worth != WORTH_NOTHING && worth != WORTH_LOST)
		return -1;
	return worth == WORTH_KEEPING ? -1 : (int)least_worth;
}

int place_for_path(struct session *s, const struct route *route, enum path_stage stage,
                   bool reached, uint64_t now)
{
	s->unproved_may_go_at =
	    s->unproved_at +
	    (turned_away(s, &route->remote) ? UNPROVED_AGAIN_US : UNPROVED_EVERY_US);
	int place = choose(s, stage, reached, now);

	if (place < 0)
		s->turned_away[s->turned_away_count++ % TURNED_AWAY] = route->remote;
	else if (stage == PATH_PROVE && !reached)
		s->unproved_at = now;
	return place;
}
