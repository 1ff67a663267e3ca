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
	uint16_t links;     /* so many are open, numbered from 1 */
	uint16_t both;      /* ... of which so many are pairs: UDP, then TCP */
	const char *reason; /* the system's words for the last failure; NULL */
	size_t count;
	struct addr at[PORTS_MAX]; /* [::] stands for every address of both families */
	uint16_t first[PORTS_MAX]; /* ... and its first link */
	/* UDP alone, beside the first port and on all its addresses: what a host looks like from
	 * two ports tells what NAT it is behind. 0: none */
	uint16_t other;
	uint16_t beside[PORTS_LINKS + 1]; /* by link: that of the other port at its address; 0 */
};

/* Opens what listen names, each ADDR:PORT, NAME:PORT, :PORT or PORT; the default port on every
 * address if it is empty. Names are looked up now, and all their addresses are listened on. Then
 * other, if it is free. Signals end the waiting. 0, or the exit status after saying why. */
int ports_open(struct ports *p, struct net *net, const struct option_list *listen);

/* Whether the link has this number and is one of UDP. */
bool ports_datagrams(const struct ports *p, uint16_t link);

/* "[::]:7242, 192.0.2.1:443" */
void ports_text(const struct ports *p, struct text *out);
