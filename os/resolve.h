/* resolve: addresses of a name, looked up in a child with the host's own resolver. Numeric
 * addresses never fork, nor does localhost, which is always this host (RFC 6761 section 6.3). */
#ifndef OS_RESOLVE_H
#define OS_RESOLVE_H

#include "base/addr.h"
#include "base/err.h"
#include "base/limits.h"
#include "os/child.h"

struct resolve {
	struct child child;
	char host[256];
	uint16_t port;
	size_t known_count; /* of addresses that need no look-up */
	struct addr known[2];
	uint64_t deadline; /* us */
};

/* Ends a look-up that was running. ERR_FORMAT: no host name looks like this. */
enum err resolve_start(struct resolve *r, struct span host, uint16_t port, uint64_t now);
/* Readable when resolve_take is worth a call; -1: at once. */
int resolve_fd(const struct resolve *r);
uint64_t resolve_deadline(const struct resolve *r);

/* ERR_FULL: still looking. OK: 1..LIMIT_PEER_ADDRS addresses, in the order the system prefers.
 * ERR_UNREACHABLE: no such name, or nobody to ask. ERR_TIMEOUT: no answer. */
enum err resolve_take(struct resolve *r, struct addr out[static LIMIT_PEER_ADDRS], size_t *count,
                      uint64_t now);
void resolve_end(struct resolve *r);

#endif
