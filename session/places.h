/* places: which place in a full table of paths a new one gets. Whoever repeats genuine packets from
 * forged addresses can make many paths, so those that have answered nothing have a share of their
 * own and give way to each other; docs/PROTOCOL.md 6.6. But they do so with measure: between two
 * NATs that give each destination another port every packet comes from a new address, and if each
 * of them were answered at once, two honest hosts would answer each other without end. */
#pragma once

#include <stdbool.h>

#include "base/addr.h"
#include "base/limits.h"

/* Who gives its place to a new path: the least of these that there is, and of equals the one that
 * has stood there for longest. */
enum place_worth {
	PLACE_FREE,
	PLACE_CANDIDATE,
	PLACE_LOST,
	PLACE_UNPROVED, /* an address from which a packet came, and that has answered nothing */
	PLACE_LOST_RELAY,
	PLACE_KEPT
};

struct place {
	enum place_worth worth;
	uint64_t since;
};

enum { PLACES_TURNED_AWAY = 8 };

struct places {               /* all zero at the start */
	uint64_t unproved_at; /* when an unproved address was last given a place */
	struct addr turned_away[PLACES_TURNED_AWAY]; /* those that got none, a ring */
	unsigned turned_away_count;
};

/* What the new one is: PLACE_CANDIDATE takes the place of lost paths only, PLACE_UNPROVED keeps to
 * its share, PLACE_KEPT takes what there is. Returns the place; -1: none. */
int places_choose(struct places *p, const struct place table[static LIMIT_PATHS],
                  enum place_worth newcomer, const struct addr *addr, uint64_t now);
