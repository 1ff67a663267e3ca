/* replay: which packet numbers were opened before: a sliding window of LIMIT_REPLAY numbers below
 * the newest (RFC 4303 section 3.4.3). For the suites. */
#ifndef CRYPTO_REPLAY_H
#define CRYPTO_REPLAY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/limits.h"

struct replay_window {
	uint64_t next; /* one above the newest */
	uint64_t seen[LIMIT_REPLAY / 64];
};

/* False: opened before, or too old to tell. */
bool replay_fresh(const struct replay_window *w, uint64_t counter);
/* After authentication. */
void replay_mark(struct replay_window *w, uint64_t counter);

#endif
