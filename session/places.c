#include "session/places.h"

enum { UNPROVED_MAX = 8 }; /* the other places are for others */

/* Of the unproved the oldest goes for a newer one, no more often than this, */
#define UNPROVED_EVERY_US (200 * MS)
/* ... or, for one that was turned away lately, than this. */
#define UNPROVED_AGAIN_US (50 * MS)

/* Was this address turned away lately? Then it is not one of those that are seen once, and its turn
 * has come. */
static bool turned_away(const struct places *p, const struct addr *addr)
{
	for (unsigned i = 0; i < PLACES_TURNED_AWAY; i++) {
		if (addr_equal(&p->turned_away[i], addr))
			return true;
	}
	return false;
}

/* May a newcomer have a place of this worth? full: the unproved have their share. may_go: one of
 * them may give way now. */
static bool gives_way(enum place_worth worth, enum place_worth newcomer, bool full, bool may_go)
{
	if (worth == PLACE_UNPROVED)
		return may_go && newcomer != PLACE_CANDIDATE;
	if (newcomer == PLACE_CANDIDATE)
		return worth == PLACE_FREE || worth == PLACE_LOST;
	return worth != PLACE_KEPT && !(full && newcomer == PLACE_UNPROVED);
}

/* ... and sooner than another? */
static bool goes_before(const struct place *a, const struct place *b)
{
	return a->worth != b->worth ? a->worth < b->worth : a->since < b->since;
}

static int choose(const struct place *table, enum place_worth newcomer, bool may_go)
{
	unsigned unproved = 0;
	int best = -1;

	for (int i = 0; i < LIMIT_PATHS; i++)
		unproved += table[i].worth == PLACE_UNPROVED;
	for (int i = 0; i < LIMIT_PATHS; i++) {
		if (gives_way(table[i].worth, newcomer, unproved >= UNPROVED_MAX, may_go) &&
		    (best < 0 || goes_before(&table[i], &table[best])))
			best = i;
	}
	return best;
}

int places_choose(struct places *p, const struct place table[static LIMIT_PATHS],
                  enum place_worth newcomer, const struct addr *addr, uint64_t now)
{
	uint64_t wait = turned_away(p, addr) ? UNPROVED_AGAIN_US : UNPROVED_EVERY_US;
	int place = choose(table, newcomer, now >= p->unproved_at + wait);

	if (place < 0)
		p->turned_away[p->turned_away_count++ % PLACES_TURNED_AWAY] = *addr;
	else if (newcomer == PLACE_UNPROVED)
		p->unproved_at = now;
	return place;
}
