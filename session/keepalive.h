/* keepalive: how long a path may be silent before a NAT on its way forgets it. Where a server
 * helps, that is measured (transport/lifetime.h), and each side keeps its own NAT awake by a byte
 * that needs no answer. Else it is learned from paths that were silent for a while, and then lived
 * or did not. docs/PROTOCOL.md 6.5-9. */
#pragma once

#include "session/path.h"

/* Only keepalive.c writes to it. */
struct keepalive {
	bool initiator; /* set at the start, when all else is zero */
	unsigned lived; /* silences that were survived: at the start, and since dead_us is known */
	uint64_t dead_us;     /* a path that had been silent for so long was dead; 0: none was */
	uint64_t quiet_us[2]; /* measured, of IPv4, of IPv6: paths may be unused so long; or 0 */
};

void keepalive_measured(struct keepalive *k, const uint64_t quiet_us[static 2]);

/* A packet came over the path. */
void keepalive_heard(struct keepalive *k, struct path *path);
/* What was sent over it was not answered. */
void keepalive_lost(struct keepalive *k, struct path *path);

/* So long nothing need leave on this path; LIMIT_KEEPALIVE_US at most, unless it is measured. */
uint64_t keepalive_interval(const struct keepalive *k, const struct path *path);
/* It is validated, and its NATs are kept awake without asking the peer, or remember connections for
 * minutes. */
bool keepalive_awake(const struct keepalive *k, const struct path *path);
/* While the path carries the data, the peer is asked something after such a silence at the latest.
 */
uint64_t keepalive_ask_us(const struct keepalive *k, const struct path *path);
/* When the next byte is due for that; *which: the path, below end. NEVER: none is. */
uint64_t keepalive_wake_at(const struct keepalive *k, const struct path *table, int end,
                           int *which);
/* A path without data is asked when its proof says so, or sooner. */
uint64_t keepalive_ask_at(const struct keepalive *k, const struct path *path);
void keepalive_ask(const struct keepalive *k, struct path *path, uint64_t now);
