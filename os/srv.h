/* srv: the hosts that serve "_schat._udp" of a domain (RFC 2782), looked up in a child. */
#pragma once

#include "base/err.h"
#include "base/limits.h"
#include "os/child.h"

enum { SRV_HOST = 256 };

struct srv_target {
	char host[SRV_HOST];
	uint16_t port, priority;
};

/* Others read count and at, and watch child.fd. Zeroes: nothing is looked for. */
struct srv {
	size_t count;
	char domain[SRV_HOST];
	struct srv_target at[LIMIT_VENUES]; /* in the order of RFC 2782, by its weights */
	struct child child;
};

/* domain: a name. ERR_LOCAL: no process. */
enum err srv_start(struct srv *s, const char *domain);
/* ERR_FULL: still looking. OK: at has one or more. ERR_UNREACHABLE: the domain names no such hosts,
 * or no name server answers. */
enum err srv_take(struct srv *s);
/* Needed once for each srv_start. */
void srv_end(struct srv *s);

/* A table as /etc/hosts has that name. Of such a domain srv_start asks nobody. */
bool srv_of_hosts(struct span table, const char *domain);
