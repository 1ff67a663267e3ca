/* seed: the program's random generator (crypto/drbg.h), seeded from the kernel at first and before
 * each draw. */
#pragma once

#include "base/random.h"

/* Made on first use. On a host without randomness the program ends here, for nothing would be
 * safe. */
struct random *seed_random(void);
/* In a forked child, whose copy of the parent's generator would draw the parent's secrets. */
void seed_again(void);
/* Wipes it, at the end. */
void seed_end(void);
