/* bucket: see bucket.h. Counting what was taken, not what is left, makes a zeroed bucket full and
 * needs no set-up. */
#include "base/bucket.h"

#include "base/limits.h"
#include "base/min_max.h"

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

void bucket_give_back(struct bucket *b, uint64_t units)
{
	b->debt -= min_of(b->debt, units * SECOND);
}

uint64_t bucket_ready_at(const struct bucket *b, uint64_t cost, uint64_t rate, uint64_t burst)
{
	uint64_t most = (burst - cost) * SECOND;
	return b->debt <= most ? b->at : b->at + (b->debt - most + rate - 1) / rate;
}
