/* seed: see seed.h. */
#include "cmd/seed.h"

#include <stdlib.h>

#include "base/bytes.h"
#include "cmd/report.h"
#include "crypto/drbg.h"
#include "os/entropy.h"

static struct drbg *generator;

struct random *seed_random(void)
{
	uint8_t seed[48];
	if (generator)
		return drbg_random(generator);
	if (!entropy_fill(seed, sizeof seed))
		exit(report_error(
		    EXIT_OTHER,
		    "this system gives no random numbers (no getrandom, no /dev/urandom).", NULL));
	generator = drbg_new(seed, sizeof seed);
	bytes_wipe(seed, sizeof seed);
	if (!generator)
		exit(report_error(EXIT_OTHER, "out of memory.", NULL));
	return drbg_random(generator);
}

void seed_again(void)
{
	generator = NULL; /* the child ends soon; the parent's copy stays untouched */
}

void seed_end(void)
{
	drbg_free(generator);
	generator = NULL;
}
