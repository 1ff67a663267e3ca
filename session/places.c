/* places: see places.h. */
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

/* may_go: an unproved one may give way now. */
static enum place_worth worth_now(const struct place *place, bool may_go)
{
	return place->worth == PLACE_UNPROVED && !may_go ? PLACE_KEPT : place->worth;
}

static bool gives_way(const struct place *a, const struct place *b, bool may_go)
{
	enum place_worth wa = worth_now(a, may_go), wb = worth_now(b, may_go);

	return wa != wb ? wa < wb : a->since < b->since;
}

static unsigned count_unproved(const struct place *table)
{
	unsigned count = 0;

	for (unsigned i = 0; i < LIMIT_PATHS; i++)
		count += table[i].worth == PLACE_UNPROVED;
	return count;
}

static int oldest_unproved(const struct place *table)
{
	int oldest = -1;

	for (int i = 0; i < LIMIT_PATHS; i++) {
		if (table[i].worth == PLACE_UNPROVED &&
		    (oldest < 0 || table[i].since < table[oldest].since))
			oldest = i;
	}
	return oldest;
}

static int choose(const struct place *table, enum place_worth newcomer, bool may_go)
{
	int worst = 0;

	if (newcomer == PLACE_UNPROVED && count_unproved(table) >= UNPROVED_MAX)
		return may_go ? oldest_unproved(table) : -1;
	for (int i = 1; i < LIMIT_PATHS; i++) {
		if (gives_way(&table[i], &table[worst], may_go))
			worst = i;
	}
	enum place_worth worth = worth_now(&table[worst], may_go);
	if (newcomer == PLACE_CANDIDATE && worth != PLACE_FREE && worth != PLACE_LOST)
		return -1;
	return worth == PLACE_KEPT ? -1 : worst;
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
