/* sha256: SHA-256 (FIPS 180-4), and with it HMAC (RFC 2104) and HKDF (RFC 5869), of messages in
 * parts: nobody copies secrets together first. */
#pragma once

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
void sha256_hmac(struct span key, struct parts message, uint8_t out[static HASH_LEN]);

/* HKDF, whole. An empty salt is 32 zero bytes; out_len <= 255 * 32. */
void sha256_hkdf(struct span salt, struct span ikm, struct span info, uint8_t *out, size_t out_len);
/* Its two halves. PRK = HMAC(salt, ikm); info: at most two parts. */
void sha256_extract(struct span salt, struct parts ikm, uint8_t prk[static HASH_LEN]);
void sha256_expand(const uint8_t prk[static HASH_LEN], struct parts info, uint8_t *out,
                   size_t out_len);
