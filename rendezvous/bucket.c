/* bucket: see bucket.h. Counting what was taken, not what is left, makes a zeroed bucket full and
 * needs no set-up. */
#include "rendezvous/bucket.h"

#include <stdlib.h>
#include <string.h>

#include "base/assert.h"
#include "base/limits.h"

bool bucket_take(struct bucket *b, uint64_t cost, uint64_t rate, uint64_t burst, uint64_t now)
{
	uint64_t elapsed = now - b->at; /* us: each refills rate millionths */
	b->debt = rate > 0 && elapsed > b->debt / rate ? 0 : b->debt - elapsed * rate;
	b->at = now;
	if (cost > burst || b->debt > (burst - cost) * SECOND)
		return false;
	b->debt += cost * SECOND;
	return true;
}

void bucket_give(struct bucket *b, uint64_t units)
{
	assert(b->debt >= units * SECOND);
	b->debt -= units * SECOND;
}

bool bucket_table_init(struct bucket_table *t, uint32_t count,
                       const uint8_t key[static SIPHASH_KEY])
{
	assert(count > 0);
	assert((count & (count - 1)) == 0);
	t->buckets = calloc(count, sizeof *t->buckets);
	t->mask = count - 1;
	memcpy(t->key, key, SIPHASH_KEY);
	return t->buckets != NULL;
}

void bucket_table_free(struct bucket_table *t)
{
	free(t->buckets);
	bytes_wipe(t->key, sizeof t->key);
}

static struct bucket *bucket_of(struct bucket_table *t, struct span what)
{
	return &t->buckets[(uint32_t)siphash(t->key, what) & t->mask];
}

struct bucket *bucket_of_address(struct bucket_table *t, const struct addr *a)
{
	uint8_t wire[ADDR_WIRE];
	struct writer w = writer_of(wire, sizeof wire);
	addr_write(&w, a);
	return bucket_of(t, written(&w));
}

struct bucket *bucket_of_prefix(struct bucket_table *t, const uint8_t prefix[static ADDR_PREFIX])
{
	return bucket_of(t, span_of(prefix, ADDR_PREFIX));
}
