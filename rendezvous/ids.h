/* ids: what others know a member by, and a host. Nobody can find a secret or an address from them,
 * and they differ after each start of the server. */
#pragma once

#include "base/addr.h"
#include "base/random.h"
#include "base/siphash.h"
#include "wire/signaling.h"

/* Only ids.c writes to it; others embed it. */
struct ids {
	uint8_t peer_key[SIPHASH_KEY], host_key[SIPHASH_KEY];
};

void ids_init(struct ids *ids, struct random *random);
/* Of the member that has this secret in the room of this token. */
uint64_t ids_peer(const struct ids *ids, const uint8_t token[static TOKEN_LEN],
                  const uint8_t secret[static SECRET_BYTES]);
/* Of one room, so that nobody recognises a host in another; never 0. An IPv6 /48 is one host: it
 * has 65536 /64s, and a code of two words would have two guesses for each. */
uint32_t ids_host(const struct ids *ids, const uint8_t token[static TOKEN_LEN],
                  const struct addr *remote);
