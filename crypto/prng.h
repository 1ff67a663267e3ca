/* prng: a struct random as BearSSL's functions want their randomness. */
#ifndef CRYPTO_PRNG_H
#define CRYPTO_PRNG_H

#include <bearssl.h>

#include "base/random.h"

struct prng {
	const br_prng_class *vtable; /* pass &p.vtable */
	struct random *random;
};

struct prng prng_of(struct random *random);

#endif
