/* resolve: addresses of a name, looked up in a child with the host's own resolver. Numeric
 * addresses never fork, nor does localhost, which is always this host (RFC 6761 section 6.3). */
#pragma once

#include "base/addr.h"
#include "base/err.h"
#include "base/limits.h"
#include "os/child.h"

/* While it looks, resolve_take is worth a call when child.fd is readable, and at the deadline. End
 * the child in any case. */
struct resolve {
	struct child child;
	char host[256];
	uint16_t port;
	uint64_t deadline; /* us */
};

/* Both: OK: 1..LIMIT_PEER_ADDRS addresses, as the system prefers them. ERR_FULL: still looking,
 * until resolve_take gives something else, or child_end. ERR_FORMAT: no host name looks like this.
 * ERR_UNREACHABLE: no such name, or nobody to ask. ERR_TIMEOUT: no answer. */
enum err resolve_start(struct resolve *r, struct span host, uint16_t port,
                       struct addr out[static LIMIT_PEER_ADDRS], size_t *count, uint64_t now);
enum err resolve_take(struct resolve *r, struct addr out[static LIMIT_PEER_ADDRS], size_t *count,
                      uint64_t now);
