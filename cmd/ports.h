/* ports: where the signaling server listens: each address with UDP and TCP on one number. */
#pragma once

#include "base/addr.h"
#include "base/text.h"
#include "cmd/options.h"
#include "os/net.h"

enum { PORTS_MAX = 8, PORTS_LINKS = 6 * PORTS_MAX };

/* Only ports.c writes to it; others may read it. */
struct ports {
	struct net *net;
	uint16_t links;     /* number of open links, numbered from 1 */
	uint16_t both;      /* how many of these are in pairs: UDP, then TCP */
	const char *reason; /* the system's words for the last failure; NULL */
	size_t count;
	struct addr at[PORTS_MAX]; /* [::] stands for every address of both families */
	uint16_t first[PORTS_MAX]; /* ... and its first link */
	/* The second UDP port, on all addresses of the first: a host that is seen from two ports
	 * learns what NAT it is behind. 0: none */
	uint16_t other;
	uint16_t beside[PORTS_LINKS + 1]; /* for each link, the one of other at its address; or 0 */
};

/* Opens what listen names, each ADDR:PORT, NAME:PORT, :PORT or PORT, or the default port on every
 * address if it is empty; then other, if it is free. Names are looked up now, and all their
 * addresses are listened on; a signal interrupts that. Returns 0, or the exit status after saying
 * why. */
int ports_open(struct ports *p, struct net *net, const struct option_list *listen);

/* Whether there is a link of this number, and it is one of UDP. */
bool ports_datagrams(const struct ports *p, uint16_t link);

/* "[::]:7242, 192.0.2.1:443" */
void ports_text(const struct ports *p, struct text *out);
