/* aliases: the names under which a server tells members of each other, so that neither a member's
 * secret nor its address can be read from them, nor a host be recognised in another room.
 * docs/SIGNALING.md S5. */
#ifndef RENDEZVOUS_ALIASES_H
#define RENDEZVOUS_ALIASES_H

#include "base/addr.h"
#include "base/random.h"
#include "base/siphash.h"
#include "wire/packet.h"

struct aliases {
	uint8_t peer_key[SIPHASH_KEY], host_key[SIPHASH_KEY];
};

void aliases_init(struct aliases *a, struct random *random);
/* INTRO's peer id: of the member with this secret in the room of this token. */
uint64_t aliases_peer(const struct aliases *a, const uint8_t token[static TOKEN_LEN],
                      const uint8_t secret[static SECRET_BYTES]);
/* INTRO's host id: of the host (an IPv4 address, an IPv6 /48) in that room; never 0. */
uint32_t aliases_host(const struct aliases *a, const uint8_t token[static TOKEN_LEN],
                      const struct addr *host);

#endif
