/* rates: how often a host, and its network (base/addr.h), may ask for what others hear of or what
 * gets an answer larger than the question. docs/SIGNALING.md S3, S6. */
#ifndef RENDEZVOUS_RATES_H
#define RENDEZVOUS_RATES_H

#include "base/addr.h"
#include "base/random.h"
#include "rendezvous/bucket.h"

/* Private to rates.c; others embed it. */
struct rates {
	struct bucket_table joins, network_joins, no_pairs;
};

/* false: no memory; r is zeroed before, and freeing it is fine then too. */
bool rates_init(struct rates *r, struct random *random);
void rates_free(struct rates *r);

/* Whether a host may make or move a member now; pays if so. tries: it comes with a nameplate's
 * number, which it may be guessing: it must have the price of a try. */
bool rates_join(struct rates *r, const struct addr *from, bool tries, uint64_t now);
/* The number that rates_join was just paid for was not tried in vain: gives back all of the price
 * but that of a JOIN. */
void rates_found(struct rates *r, const struct addr *from);
/* Whether ERROR 4 may go to this address now; pays if so. */
bool rates_no_pair(struct rates *r, const struct addr *to, uint64_t now);

#endif
