/* cookies: what shows that a client receives at the address it sends from, without anything kept
 * about it: SipHash over the time and the address, under a key of the server's (or of a udp://
 * responder's) own. docs/SIGNALING.md S2. */
#pragma once

#include "base/addr.h"
#include "base/random.h"
#include "base/siphash.h"
#include "wire/packet.h"

/* Private to cookies.c; others embed it. */
struct cookies {
	uint8_t key[SIPHASH_KEY];
};

void cookies_init(struct cookies *c, struct random *random);
/* now: us. */
void cookies_make(const struct cookies *c, const struct addr *address, uint64_t now,
                  uint8_t cookie[static COOKIE_BYTES]);
/* Whether the cookie was made for this address less than 120 to 240 s ago. */
bool cookies_good(const struct cookies *c, const struct addr *address, uint64_t now,
                  const uint8_t cookie[static COOKIE_BYTES]);
