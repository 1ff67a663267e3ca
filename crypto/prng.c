/* prng: see prng.h. */
#include "crypto/prng.h"

static void prng_generate(const br_prng_class **ctx, void *out, size_t len)
{
	/* vtable is the first field of struct prng. */
	struct prng *p = (struct prng *)(void *)ctx;
	random_fill(p->random, out, len);
}

struct prng prng_of(struct random *random)
{
	/* Only generate: nothing we call of BearSSL seeds a generator it was given. */
	static const br_prng_class class = { .context_size = sizeof(struct prng),
		                             .generate = prng_generate };
	return (struct prng){ &class, random };
}
