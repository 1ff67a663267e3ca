#include "rendezvous/ids.h"

#include <string.h>

void ids_init(struct ids *ids, struct random *random)
{
	random_fill(random, ids->peer_key, sizeof ids->peer_key);
	random_fill(random, ids->host_key, sizeof ids->host_key);
}

uint64_t ids_peer(const struct ids *ids, const uint8_t token[static TOKEN_LEN],
                  const uint8_t secret[static SECRET_BYTES])
{
	uint8_t in[TOKEN_LEN + SECRET_BYTES];
	memcpy(in, token, TOKEN_LEN);
	memcpy(in + TOKEN_LEN, secret, SECRET_BYTES);
	return siphash(ids->peer_key, span_of(in, sizeof in));
}

uint32_t ids_host(const struct ids *ids, const uint8_t token[static TOKEN_LEN],
                  const struct addr *remote)
{
	uint8_t in[TOKEN_LEN + ADDR_PREFIX];
	memcpy(in, token, TOKEN_LEN);
	addr_site(remote, in + TOKEN_LEN);
	uint32_t id = (uint32_t)siphash(ids->host_key, span_of(in, sizeof in));
	return id ? id : 1;
}
