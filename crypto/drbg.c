#include "crypto/drbg.h"

#include <bearssl.h>
#include <stdlib.h>

#include "base/assert.h"
#include "base/bytes.h"

enum { REQUEST_MAX = 1 << 16 }; /* bytes: SP 800-90A table 2, 2^19 bits a request */

struct drbg {
	struct random random;
	drbg_entropy *entropy;
	br_hmac_drbg_context state;
};

/* SP 800-90A 10.1.2.4: reseeding. */
static void mix_in_fresh(struct drbg *d)
{
	uint8_t fresh[DRBG_FRESH];
	if (d->entropy && d->entropy(fresh))
		br_hmac_drbg_update(&d->state, fresh, sizeof fresh);
	bytes_wipe(fresh, sizeof fresh);
}

static void drbg_fill(struct random *r, void *to, size_t len)
{
	struct drbg *d = (struct drbg *)r;
	mix_in_fresh(d);
	for (uint8_t *at = to; len > 0;) {
		size_t part = len < REQUEST_MAX ? len : REQUEST_MAX;
		br_hmac_drbg_generate(&d->state, at, part);
		at += part;
		len -= part;
	}
}

struct random *drbg_new(const uint8_t *seed, size_t seed_len, drbg_entropy *entropy)
{
	assert(seed_len >= 32);
	struct drbg *d = calloc(1, sizeof *d);
	if (!d)
		return NULL;
	d->random.fill = drbg_fill;
	d->entropy = entropy;
	br_hmac_drbg_init(&d->state, &br_sha256_vtable, seed, seed_len);
	return &d->random;
}

void drbg_free(struct random *r)
{
	struct drbg *d = (struct drbg *)r;
	if (!d)
		return;
	bytes_wipe(d, sizeof *d);
	free(d);
}
