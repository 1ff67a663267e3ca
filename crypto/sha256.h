/* sha256: SHA-256 (FIPS 180-4) of a message in parts: nobody copies secrets together first. */
#ifndef CRYPTO_SHA256_H
#define CRYPTO_SHA256_H

#include "base/bytes.h"

enum { HASH_LEN = 32 };

struct parts {
	const struct span *at;
	size_t count;
};

#define PARTS(...)                                                                                 \
	((struct parts){ (const struct span[]){ __VA_ARGS__ },                                     \
	                 sizeof((const struct span[]){ __VA_ARGS__ }) / sizeof(struct span) })

void sha256(struct parts message, uint8_t out[static HASH_LEN]);

#endif
