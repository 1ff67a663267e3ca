/* aliases: see aliases.h. */
#include "rendezvous/aliases.h"

#include <string.h>

void aliases_init(struct aliases *a, struct random *random)
{
	random_fill(random, a->peer_key, sizeof a->peer_key);
	random_fill(random, a->host_key, sizeof a->host_key);
}

uint64_t aliases_peer(const struct aliases *a, const uint8_t token[static TOKEN_LEN],
                      const uint8_t secret[static SECRET_BYTES])
{
	uint8_t in[TOKEN_LEN + SECRET_BYTES];
	memcpy(in, token, TOKEN_LEN);
	memcpy(in + TOKEN_LEN, secret, SECRET_BYTES);
	return siphash(a->peer_key, span_of(in, sizeof in));
}

/* The whole of an IPv6 /48 is one host: it has 65536 /64s, and a code of two words would have two
 * guesses for each. */
uint32_t aliases_host(const struct aliases *a, const uint8_t token[static TOKEN_LEN],
                      const struct addr *host)
{
	uint8_t in[TOKEN_LEN + ADDR_PREFIX];
	memcpy(in, token, TOKEN_LEN);
	addr_site(host, in + TOKEN_LEN);
	uint32_t id = (uint32_t)siphash(a->host_key, span_of(in, sizeof in));
	return id ? id : 1;
}
