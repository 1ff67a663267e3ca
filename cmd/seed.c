#include "cmd/seed.h"

#include <stdlib.h>

#include "base/bytes.h"
#include "cmd/report.h"
#include "crypto/drbg.h"
#include "os/clock.h"
#include "os/entropy.h"

static struct random *generator;

/* The kernel's bytes, and the clocks: a kernel that was restored from a snapshot may not have
 * noticed yet that it gives the same bytes as before. */
static bool fresh_entropy(uint8_t to[static DRBG_FRESH])
{
	struct writer w = writer_of(to, DRBG_FRESH);
	write_be64(&w, clock_us());
	write_be64(&w, clock_unix_s());
	return entropy_fill(to + w.len, DRBG_FRESH - w.len);
}

struct random *seed_random(void)
{
	uint8_t seed[48];
	if (generator)
		return generator;
	if (!entropy_fill(seed, sizeof seed))
		exit(report_error(
		    EXIT_OTHER,
		    "this system provides no random numbers (no getrandom, no /dev/urandom)"));
	generator = drbg_new(seed, sizeof seed, fresh_entropy);
	bytes_wipe(seed, sizeof seed);
	if (generator == NULL)
		exit(report_error(EXIT_OTHER, "out of memory"));
	return generator;
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
