/* rates: how often a host, and its network (base/addr.h), may ask for what
 * others hear of or what gets an answer larger than the question. docs/SIGNALING.md S3, S6. */
#pragma once

#include "base/addr.h"
#include "base/bucket.h"
#include "base/random.h"
#include "base/siphash.h"

enum rate { RATE_HOST_JOINS, RATE_NETWORK_JOINS, RATE_NO_PAIRS, RATES };
enum { RATES_BUCKETS = 16384, RATES_SEEN = 1 << 17 };

/* A fixed number of buckets for any number of askers: which ones share is decided by a random key.
 * Private to rates.c; others embed it, zeroed. */
struct rates {
	uint8_t key[SIPHASH_KEY];
	struct bucket buckets[RATES][RATES_BUCKETS];
	struct bucket strangers, hellos, again;
	uint64_t datagrams;        /* by the last rates_turn */
	uint64_t price;            /* of an answer to a stranger */
	uint16_t seen[RATES_SEEN]; /* marks of addresses that were not answered */
};

void rates_init(struct rates *r, struct random *random);
/* A turn of the loop begins; datagrams: read so far, in all turns. As long as turns are full, more
 * comes than is read, and strangers are answered less often. */
void rates_turn(struct rates *r, uint64_t datagrams);

/* Where a member is made or moved: in a room whose token nobody guesses; in that of a nameplate;
 * there, but by the number alone, which may be guessed. */
enum rates_join { RATES_ROOM, RATES_NUMBER, RATES_TRY };

/* Whether a host may do so now; pays if so. */
bool rates_join(struct rates *r, const struct addr *from, enum rates_join what, uint64_t now);
/* RATES_TRY, just paid for, was not in vain: gives back what RATES_NUMBER would not have cost. */
void rates_found(struct rates *r, const struct addr *from);
/* Whether a HELLO from this address is to be answered. Beyond a rate of all together, it is if it
 * is not the first: a client asks again, a forger of addresses has no use for the same one. */
bool rates_hello(struct rates *r, const struct addr *from, uint64_t now);
/* Whether an ERROR may go to anybody at all who has not shown a cookie; pays if so. */
bool rates_stranger(struct rates *r, uint64_t now);
/* Whether ERROR 4 may go to this address now; pays if so. */
bool rates_no_pair(struct rates *r, const struct addr *to, uint64_t now);
