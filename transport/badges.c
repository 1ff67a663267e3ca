#include "transport/badges.h"

#include <string.h>

#include "base/assert.h"
#include "wire/framing.h"

void badges_server(struct badges *b, unsigned server, const uint8_t *key, const struct addr *at,
                   size_t count)
{
	assert(server < LIMIT_VENUES);
	assert(count <= LIMIT_PEER_ADDRS);
	b->of[server].given = key != NULL;
	b->of[server].count = count;
	memcpy(b->of[server].servers, at, count * sizeof *at);
	if (key != NULL)
		memcpy(b->of[server].key, key, STAMP_KEY);
}

/* The key for that address; if none has this port, that for the host, which has other ports, too.
 */
static const uint8_t *key_for(const struct badges *b, const struct addr *to)
{
	const uint8_t *key = NULL;
	for (size_t i = 0; i < LIMIT_VENUES; i++)
		for (size_t n = 0; n < b->of[i].count; n++) {
			const struct addr *at = &b->of[i].servers[n];
			if (addr_equal(at, to))
				return b->of[i].given ? b->of[i].key : NULL;
			if (addr_same_ip(at, to) && b->of[i].given)
				key = b->of[i].key;
		}
	return key;
}

size_t badges_put(const struct badges *b, const struct route *to, uint8_t *wire, size_t len)
{
	size_t header = route_is_stream(to) ? FRAMING_HEADER : 0;
	const uint8_t *key = len > header ? key_for(b, &to->remote) : NULL;
	if (key != NULL)
		stamp_put(wire + header, len - header, key);
	return len;
}
