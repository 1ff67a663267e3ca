/* proxy_talk: what is said to a proxy before it passes bytes on: SOCKS 5 (RFC 1928, RFC 1929) or
 * CONNECT of HTTP (RFC 9110 section 9.3.6, RFC 7617). Pure: bytes in, bytes out. The proxy is
 * believed in nothing but that bytes now go somewhere, for who is there has to prove itself.
 *
 *   proxy_talk_begin; while ERR_FULL: read proxy_talk_wants bytes or less, proxy_talk_input */
#pragma once

#include "base/bytes.h"
#include "base/err.h"

enum {
	PROXY_URL = 1024,   /* with its final 0 */
	PROXY_NAME = 256,   /* a host's name and its final 0 */
	PROXY_SECRET = 256, /* a user's name, or a password, and its final 0: RFC 1929 */
	PROXY_SAYS = 2048,  /* bytes that are said at once */
	PROXY_HEARS = 512   /* ... that are heard at once */
};

/* A proxy. A record. Wipe it. */
struct proxy {
	bool socks; /* else HTTP */
	uint16_t port;
	char host[PROXY_NAME];
	char user[PROXY_SECRET], password[PROXY_SECRET]; /* "": none */
};

/* Private to proxy_talk.c, but for why. */
struct proxy_talk {
	const struct proxy *proxy; /* borrowed */
	uint16_t port;
	unsigned step;
	size_t have, want, lines;
	const char *why;         /* it has failed: a static string */
	char host[PROXY_NAME];   /* where to, as a name or a numeric address */
	uint8_t in[PROXY_HEARS]; /* of the answer now being read */
};

/* host: shorter than PROXY_NAME. out: PROXY_SAYS bytes of room; gets what is to be said. */
void proxy_talk_begin(struct proxy_talk *t, const struct proxy *proxy, struct span host,
                      uint16_t port, struct writer *out);
/* So many bytes of the answer may be read now, 1 to PROXY_HEARS: what follows isn't the proxy's. */
size_t proxy_talk_wants(const struct proxy_talk *t);
/* What to think of one that has said nothing at all: a static string. closed: but has hung up.
 * NULL: nothing, since its target may be what is silent. */
const char *proxy_talk_silence(const struct proxy *proxy, bool closed);
/* bytes: no more than proxy_talk_wants. OK: the proxy passes bytes on now. ERR_FULL: it goes on.
 * ERR_UNREACHABLE: why says what is wrong. */
enum err proxy_talk_input(struct proxy_talk *t, struct span bytes, struct writer *out);
