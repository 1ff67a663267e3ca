#include "wire/cookies.h"

#define EPOCH_US (120 * SECOND)

void cookies_init(struct cookies *c, struct random *random)
{
	random_fill(random, c->key, sizeof c->key);
}

static void of_epoch(const struct cookies *c, const struct addr *address, uint64_t epoch,
                     uint8_t cookie[static COOKIE_BYTES])
{
	uint8_t in[8 + ADDR_WIRE];
	struct writer w = writer_of(in, sizeof in);
	write_be64(&w, epoch);
	addr_write(&w, address);
	siphash_128(c->key, written(&w), cookie);
}

void cookies_make(const struct cookies *c, const struct addr *address, uint64_t now,
                  uint8_t cookie[static COOKIE_BYTES])
{
	of_epoch(c, address, now / EPOCH_US, cookie);
}

bool cookies_good(const struct cookies *c, const struct addr *address, uint64_t now,
                  const uint8_t cookie[static COOKIE_BYTES])
{
	uint64_t epoch = now / EPOCH_US;
	for (uint64_t age = 0; age < 2 && age <= epoch; age++) {
		uint8_t expected[COOKIE_BYTES];
		of_epoch(c, address, epoch - age, expected);
		if (bytes_equal(expected, cookie, COOKIE_BYTES))
			return true;
	}
	return false;
}
