/* nat64: IPv4 hosts as hosts with IPv6 alone reach them: by a translator of their network, at IPv6
 * addresses that have the IPv4 address in them (RFC 6052). Nothing above os/ knows of it: there a
 * socket of IPv4 is one, whatever carries its datagrams. */
#pragma once

#include "base/addr.h"

/* The prefix of the translator; bits: 32, 40, 48, 56, 64 or 96; 0: there is none, or no need. */
void nat64_use(const struct addr *prefix, unsigned bits);
bool nat64_on(void);

/* Of IPv4 to IPv6, and back. False: the address stays, as it is none that a translator carries, or
 * none of its. */
bool nat64_map(struct addr *a);
bool nat64_unmap(struct addr *a);

/* The prefix, from the IPv6 addresses of ipv4only.arpa, of which IPv4's are known (RFC 7050).
 * False: there is none in them. */
bool nat64_find(const struct addr *answers, size_t count, struct addr *prefix, unsigned *bits);
