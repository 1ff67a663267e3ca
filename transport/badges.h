/* badges: the keys of closed signaling servers, and the messages to them that are stamped with one
 * (docs/SIGNALING.md S14). Every HELLO and JOIN passes here on its way out, whoever made it. */
#pragma once

#include "base/limits.h"
#include "base/route.h"
#include "wire/stamp.h"

/* Private to badges.c; others embed it. All zero: no server wants a key. */
struct badges {
	struct {
		bool given;
		uint8_t key[STAMP_KEY];
		size_t count;
		struct addr servers[LIMIT_PEER_ADDRS];
	} of[LIMIT_VENUES];
};

/* Where a server is, in place of what was said of it before. key: NULL: it wants none. */
void badges_server(struct badges *b, unsigned server, const uint8_t *key, const struct addr *at,
                   size_t count);
/* wire: a message that goes there, behind its length if that is a stream. Returns len. */
size_t badges_put(const struct badges *b, const struct route *to, uint8_t *wire, size_t len);
