/* random: numbers made of the bytes of a struct random. The same bytes give the same numbers on
 * every host. */
#include "base/random.h"

#include "base/assert.h"
#include "base/bytes.h"

uint64_t random_u64(struct random *r)
{
	uint8_t bytes[8];
	random_fill(r, bytes, sizeof bytes);
	uint64_t v = load_le64(bytes);
	bytes_wipe(bytes, sizeof bytes);
	return v;
}

uint64_t random_below(struct random *r, uint64_t limit)
{
	assert(limit >= 1);

	/* 2^64 mod limit values at the bottom would make the first results likelier: draw again.
	 * Less than two draws on average. */
	uint64_t unfair = (0 - limit) % limit;
	uint64_t v;
	do {
		v = random_u64(r);
	} while (v < unfair);
	return v % limit;
}
