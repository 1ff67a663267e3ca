#include "rendezvous/rates.h"

#include "base/limits.h"

enum {
	/* members made or moved by one host, and by its network: a second, and at once; as many at
	   once as an office, or a program with many contacts, brings when the server is back */
	JOIN_RATE = 80,
	JOIN_BURST = 1024,
	NETWORK_JOIN_RATE = 16 * JOIN_RATE,
	NETWORK_JOIN_BURST = 16 * JOIN_BURST,
	/* in rooms of nameplates, whose numbers are few: 5 a second, and 64 at once */
	NUMBER_PRICE = 16,
	/* what it costs both to try a nameplate's number in vain: one every 4 s, and four hosts of
	   a network at full speed */
	TRY_PRICE = 20 * NUMBER_PRICE,
	NETWORK_TRY_PRICE = 80 * NUMBER_PRICE,
	/* ... and its block, whose bucket is like a network's: 128 tries a second. Some thousand
	   networks of one owner would else use up the buckets of all hosts, which share them. */
	BLOCK_TRY_PRICE = 10,
	NO_PAIR_RATE = 1, /* ERROR 4 to one address, a second */
	/* ERROR to all together who have not shown a cookie: a second, and at once. An answer costs
	   more than to read what it answers, and forged senders ask for as many as they like. */
	STRANGER_RATE = 5000,
	HELLO_RATE = 10000, /* COOKIE to all together who ask for the first time */
	AGAIN_RATE = 20000, /* ... and again, beyond that; as many as are called back in a second */
	/* Times as much each of these costs while more comes than is read: an answer takes as long
	   as it takes to read several others, which members have sent, too. */
	BEHIND_PRICE = 10
};

void rates_init(struct rates *r, struct random *random)
{
	r->price = 1;
	random_fill(random, r->key, sizeof r->key);
}

void rates_turn(struct rates *r, uint64_t datagrams)
{
	r->price = datagrams - r->datagrams < LIMIT_BATCH ? 1 : BEHIND_PRICE;
	r->datagrams = datagrams;
}

ONE_COPY static struct bucket *bucket_of(struct rates *r, enum rate rate, struct span asker)
{
	return &r->buckets[rate][siphash(r->key, asker) % RATES_BUCKETS];
}

static struct bucket *of_host(struct rates *r, const struct addr *from)
{
	uint8_t host[ADDR_PREFIX];
	addr_host(from, host);
	return bucket_of(r, RATE_HOST_JOINS, span_of(host, sizeof host));
}

static struct bucket *of_network(struct rates *r, const struct addr *from)
{
	uint8_t network[ADDR_PREFIX];
	addr_network(from, network);
	return bucket_of(r, RATE_NETWORK_JOINS, span_of(network, sizeof network));
}

/* Among those of the networks, none of which ends like this. */
static struct bucket *of_block(struct rates *r, const struct addr *from)
{
	uint8_t block[ADDR_PREFIX];
	addr_block(from, block);
	block[ADDR_PREFIX - 1] = 1;
	return bucket_of(r, RATE_NETWORK_JOINS, span_of(block, sizeof block));
}

static bool take_shared(struct bucket *b, uint64_t price, uint64_t now)
{
	return bucket_take(b, price, NETWORK_JOIN_RATE, NETWORK_JOIN_BURST, now);
}

bool rates_join(struct rates *r, const struct addr *from, enum rates_join what, uint64_t now)
{
	static const uint16_t prices[][2] = { [RATES_ROOM] = { 1, 1 },
		                              [RATES_NUMBER] = { NUMBER_PRICE, NUMBER_PRICE },
		                              [RATES_TRY] = { TRY_PRICE, NETWORK_TRY_PRICE } };
	uint64_t price = prices[what][0], network_price = prices[what][1];
	struct bucket *host = of_host(r, from), *network = of_network(r, from);
	if (!bucket_take(host, price, JOIN_RATE, JOIN_BURST, now))
		return false;
	if (take_shared(network, network_price, now)) {
		if (what != RATES_TRY || take_shared(of_block(r, from), BLOCK_TRY_PRICE, now))
			return true;
		bucket_give_back(network, network_price);
	}
	bucket_give_back(host, price);
	return false;
}

void rates_found(struct rates *r, const struct addr *from)
{
	bucket_give_back(of_host(r, from), TRY_PRICE - NUMBER_PRICE);
	bucket_give_back(of_network(r, from), NETWORK_TRY_PRICE - NUMBER_PRICE);
	bucket_give_back(of_block(r, from), BLOCK_TRY_PRICE);
}

static uint64_t hash_of(const struct rates *r, const struct addr *a)
{
	uint8_t wire[ADDR_WIRE];
	struct writer w = writer_of(wire, sizeof wire);
	addr_write(&w, a);
	return siphash(r->key, written(&w));
}

bool rates_hello(struct rates *r, const struct addr *from, uint64_t now)
{
	if (bucket_take(&r->hellos, r->price, HELLO_RATE, HELLO_RATE, now))
		return true;
	uint64_t hash = hash_of(r, from);
	uint16_t *seen = &r->seen[hash % RATES_SEEN], mark = (uint16_t)(hash >> 48);
	bool again = *seen == mark && bucket_take(&r->again, r->price, AGAIN_RATE, AGAIN_RATE, now);
	*seen = again ? (uint16_t)~mark : mark; /* each second one, of those who do not stop */
	return again;
}

bool rates_stranger(struct rates *r, uint64_t now)
{
	return bucket_take(&r->strangers, r->price, STRANGER_RATE, STRANGER_RATE, now);
}

bool rates_no_pair(struct rates *r, const struct addr *to, uint64_t now)
{
	struct bucket *bucket = &r->buckets[RATE_NO_PAIRS][hash_of(r, to) % RATES_BUCKETS];
	return bucket_take(bucket, 1, NO_PAIR_RATE, 1, now);
}
