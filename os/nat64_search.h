/* nat64_search: does this host need a translator for IPv4, and is there one (os/nat64.h)? Asks the
 * name servers, in a child process, for an address that has IPv4 alone (RFC 7050). */
#pragma once

#include "os/net.h"

/* The program begins, or its network may be another one: a prefix that is known is kept until the
 * name servers have answered, or IPv4 is there. */
void nat64_search_begin(uint64_t now);
/* Once a turn. True: from now on, IPv4 hosts are reached. */
bool nat64_search_turn(uint64_t now);
void nat64_search_watch(struct watch *out);
uint64_t nat64_search_deadline(void);
void nat64_search_end(void);
