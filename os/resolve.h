/* resolve: addresses of a name, looked up in children with the host's own resolver, one for each
 * family: a server that answers for one of them only, or late for the other, costs nothing. Numeric
 * addresses never fork, nor does localhost, which is always this host (RFC 6761 section 6.3). What
 * is reached through a proxy is not looked up, but the proxy is (os/proxy.h). */
#pragma once

#include "base/addr.h"
#include "base/err.h"
#include "base/limits.h"
#include "os/child.h"
#include "os/net.h"

enum { RESOLVE_FAMILIES = 2 };

/* Private to resolve.c, but for deadline. Zeroes: nothing is looked for. */
struct resolve {
	uint16_t port;
	struct addr name;  /* of what is reached through a proxy, which is looked for; or unset */
	int family;        /* that the next child looks for */
	uint64_t deadline; /* us: when resolve_take is worth a call, though no watch is readable */
	struct resolve_found {
		enum err err;
		size_t count;
		struct addr at[LIMIT_PEER_ADDRS];
	} found[RESOLVE_FAMILIES];
	struct child child[RESOLVE_FAMILIES];
	char host[256];
};

/* OK: a host may be called so: a name in ASCII, or a numeric address, with its zone. ERR_FORMAT: it
 * may not. ERR_USAGE, ERR_UNREACHABLE: of zones, as interfaces_parse. */
enum err resolve_check(struct span host);

/* Both: OK: 1..LIMIT_PEER_ADDRS addresses, those first that are worth trying first. ERR_FULL: still
 * looking, until resolve_take gives something else, or resolve_end. What resolve_check
 * says. ERR_UNREACHABLE: the name servers say that there is no such name, or no address of it.
 * ERR_TIMEOUT: no answer, or one that may be another soon. ERR_LOCAL: no process. */
enum err resolve_start(struct resolve *r, struct span host, uint16_t port,
                       struct addr out[static LIMIT_PEER_ADDRS], size_t *count, uint64_t now);
enum err resolve_take(struct resolve *r, struct addr out[static LIMIT_PEER_ADDRS], size_t *count,
                      uint64_t now);
/* As resolve_start, of what is reached without the proxy. */
enum err resolve_here(struct resolve *r, struct span host, uint16_t port,
                      struct addr out[static LIMIT_PEER_ADDRS], size_t *count, uint64_t now);
/* What to wait for while it looks; nothing otherwise. */
void resolve_watch(const struct resolve *r, struct watch out[static RESOLVE_FAMILIES]);
/* Needed once for each resolve_start or resolve_here. */
void resolve_end(struct resolve *r);
