/* seed: the program's random generator (crypto/drbg.h), seeded from the kernel at first and before
 * each draw. */
#ifndef CMD_SEED_H
#define CMD_SEED_H

#include "base/random.h"

/* Made on first use. Where the host has no randomness the program ends here: nothing is safe then.
 */
struct random *seed_random(void);
/* In a forked child: a copy of the parent's generator would give the parent's secrets. */
void seed_again(void);
/* At the end: wipes. */
void seed_end(void);

#endif
