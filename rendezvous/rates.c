/* rates: see rates.h. */
#include "rendezvous/rates.h"

enum {
	/* members made or moved by one host, and by its network: a second, and at once */
	JOIN_RATE = 5,
	JOIN_BURST = 64,
	NETWORK_JOIN_RATE = 16 * JOIN_RATE,
	NETWORK_JOIN_BURST = 16 * JOIN_BURST,
	JOIN_BUCKETS = 16384,
	/* what it costs both to try a nameplate's number in vain: one every 4 s, and four hosts of
	   a network at full speed */
	TRY_PRICE = 20,
	NETWORK_TRY_PRICE = 80,
	/* ERROR 4 to one address, a second */
	NO_PAIR_RATE = 1,
	NO_PAIR_BUCKETS = 16384
};

static bool init_table(struct bucket_table *t, uint32_t count, struct random *random)
{
	uint8_t key[SIPHASH_KEY];
	random_fill(random, key, sizeof key);
	return bucket_table_init(t, count, key);
}

bool rates_init(struct rates *r, struct random *random)
{
	return init_table(&r->joins, JOIN_BUCKETS, random) &&
	       init_table(&r->network_joins, JOIN_BUCKETS, random) &&
	       init_table(&r->no_pairs, NO_PAIR_BUCKETS, random);
}

void rates_free(struct rates *r)
{
	bucket_table_free(&r->joins);
	bucket_table_free(&r->network_joins);
	bucket_table_free(&r->no_pairs);
}

static struct bucket *of_host(struct rates *r, const struct addr *from)
{
	uint8_t host[ADDR_PREFIX];
	addr_host(from, host);
	return bucket_of_prefix(&r->joins, host);
}

static struct bucket *of_network(struct rates *r, const struct addr *from)
{
	uint8_t network[ADDR_PREFIX];
	addr_network(from, network);
	return bucket_of_prefix(&r->network_joins, network);
}

bool rates_join(struct rates *r, const struct addr *from, bool tries, uint64_t now)
{
	uint64_t price = tries ? TRY_PRICE : 1, network_price = tries ? NETWORK_TRY_PRICE : 1;
	struct bucket *host = of_host(r, from), *network = of_network(r, from);
	if (!bucket_take(host, price, JOIN_RATE, JOIN_BURST, now))
		return false;
	if (bucket_take(network, network_price, NETWORK_JOIN_RATE, NETWORK_JOIN_BURST, now))
		return true;
	bucket_give(host, price);
	return false;
}

void rates_found(struct rates *r, const struct addr *from)
{
	bucket_give(of_host(r, from), TRY_PRICE - 1);
	bucket_give(of_network(r, from), NETWORK_TRY_PRICE - 1);
}

bool rates_no_pair(struct rates *r, const struct addr *to, uint64_t now)
{
	return bucket_take(bucket_of_address(&r->no_pairs, to), 1, NO_PAIR_RATE, 1, now);
}
