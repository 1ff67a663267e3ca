/* shares: who holds how many places of a table, so that nobody can take it all. Owners are told
 * apart by a prefix of their address, which falls into one of a fixed number of shares by a random
 * key: nobody can choose whom he shares with. Everything is O(1). */
#pragma once

#include "base/addr.h"
#include "base/random.h"
#include "base/siphash.h"
#include "rendezvous/slots.h"

struct share {
	uint32_t count;
	struct slots_list places; /* in the order in which they were added */
};

/* Private to shares.c; others embed it. */
struct shares {
	void (*prefix_of)(const struct addr *a, uint8_t prefix[static ADDR_PREFIX]);
	struct share *at;            /* 1..mask + 1 */
	struct slots_link *ranks;    /* of by_count */
	struct slots_list *by_count; /* the shares that hold so many places, 1..limit */
	struct slots_link *links;    /* of share.places; of one place each */
	uint32_t mask, limit, most;  /* most: what the largest share holds */
	uint8_t key[SIPHASH_KEY];
};

/* prefix_of: addr_host or addr_network. count: of shares, a power of two. places: of the table,
 * counted from 1; 0: places are only counted, and nobody makes way. limit: of one share. false: no
 * memory; s is zeroed before, and freeing it is fine then too. */
bool shares_init(struct shares *s, void (*prefix_of)(const struct addr *, uint8_t *),
                 uint32_t count, uint32_t places, uint32_t limit, struct random *random);
void shares_free(struct shares *s);

uint32_t shares_of(const struct shares *s, const struct addr *owner); /* 1.. */
uint32_t shares_count(const struct shares *s, uint32_t share);
bool shares_full(const struct shares *s, uint32_t share);
void shares_add(struct shares *s, uint32_t share, uint32_t place); /* the share is not full */
void shares_remove(struct shares *s, uint32_t share, uint32_t place);

/* The table is full and an owner wants one more place: the newest of the share that holds most
 * goes, the wanted one counted. 0: that is the owner's own, or no larger: it gets none. */
uint32_t shares_make_way(const struct shares *s, uint32_t share);
