/* keepalive: how long a path may be silent before a NAT on its way forgets it. Nobody tells; it is
 * learned from paths that were silent for a while, and then lived or did not. docs/PROTOCOL.md
 * 6.5-9. */
#pragma once

#include "session/path.h"

/* Only keepalive.c writes to it. */
struct keepalive {
	bool initiator; /* set at the start, when all else is zero */
	unsigned lived; /* silences that were survived: at the start, and since dead_us is known */
	uint64_t dead_us; /* a path that had been silent for so long was dead; 0: none was */
	uint64_t long_us; /* beyond LIMIT_KEEPALIVE_US: what is tried now; 0: nothing was yet */
};

/* A packet came over the path. */
void keepalive_heard(struct keepalive *k, struct path *path);
/* What was sent over it was not answered. */
void keepalive_lost(struct keepalive *k, struct path *path);

/* So long this path may be silent: LIMIT_KEEPALIVE_US at most, or longer where another path would
 * carry the data if this one were dead then. */
uint64_t keepalive_interval(const struct keepalive *k, const struct path *path, bool another);
/* A path without data is asked when its proof says so, or sooner. */
uint64_t keepalive_ask_at(const struct keepalive *k, const struct path *path);
void keepalive_ask(const struct keepalive *k, struct path *path, uint64_t now);
