/* bucket: token buckets: so many units a second, and a burst. Zeroed memory is a full bucket. */
#ifndef RENDEZVOUS_BUCKET_H
#define RENDEZVOUS_BUCKET_H

#include "base/addr.h"
#include "base/siphash.h"

struct bucket {
	uint64_t debt; /* millionths of a unit taken and not yet refilled */
	uint64_t at;   /* when debt was true, us */
};

/* Takes cost units when they are there, else nothing. rate (units a second) and burst (units) below
 * 2^43. */
bool bucket_take(struct bucket *b, uint64_t cost, uint64_t rate, uint64_t burst, uint64_t now);
void bucket_give(struct bucket *b, uint64_t units); /* back, of what was just taken */

/* A fixed number of buckets for any number of addresses: which ones share is decided by a random
 * key. */
struct bucket_table {
	struct bucket *buckets;
	uint32_t mask;
	uint8_t key[SIPHASH_KEY];
};

/* count: a power of two. false: no memory. */
bool bucket_table_init(struct bucket_table *t, uint32_t count,
                       const uint8_t key[static SIPHASH_KEY]);
void bucket_table_free(struct bucket_table *t);
struct bucket *bucket_of_address(struct bucket_table *t, const struct addr *a);
/* prefix: as from addr_host or addr_network. */
struct bucket *bucket_of_prefix(struct bucket_table *t, const uint8_t prefix[static ADDR_PREFIX]);

#endif
