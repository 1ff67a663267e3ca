/* source: whose doing something is, as far as that can be told before anybody has proved a key: one
 * host, which may have many ports and, in IPv6, a whole /64. What is scarce is shared out by
 * source, so that one host gets no more by asking often. */
#pragma once

#include "base/route.h"

struct source {
	uint8_t kind;              /* 0: none */
	uint8_t host[ADDR_PREFIX]; /* addr_host; of a forwarder's peer: the server's */
	uint64_t
	    id; /* of a forwarder's peer: the host as the server tells them apart, else the pair */
};

struct source source_of_addr(const struct addr *a);
struct source source_of_route(const struct route *r);
/* Whose guesses of a code are counted together: of IPv6 the /48, since one customer may have 65536
 * /64s. A server's host ids are of such sites already. */
struct source source_site(const struct source *s);
bool source_same(const struct source *a, const struct source *b);

/* One of a limited number of places that strangers hold. Zeroed memory is one that nobody holds. */
struct place {
	struct source source;
	bool known; /* its holder has shown that it knows a contact's psk: goes last */
	bool spoke; /* it has said something that verified */
	uint64_t since;
};

/* No place is free and one more comes from newcomer: which holder has to go? Who has shown
 * nothing goes before who has; then one of the source that holds most, the newcomer counted, and of
 * equals the newcomer's own; of these the silent, then the oldest. -1: there are none. */
int source_loser(const struct place *places, size_t count, const struct source *newcomer);
