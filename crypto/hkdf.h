/* hkdf: SHA-256, HMAC-SHA256 (RFC 2104), and HKDF-SHA256 (RFC 5869), whole and in its two halves. */
#ifndef CRYPTO_HKDF_H
#define CRYPTO_HKDF_H

#include "base/bytes.h"

enum { HASH_LEN = 32 };

/* A message in parts, so that nobody copies secrets together first. */
struct parts {
	const struct span *at;
	size_t count;
};

#define PARTS(...)                                                                                 \
	((struct parts){ (const struct span[]){ __VA_ARGS__ },                                     \
	                 sizeof((const struct span[]){ __VA_ARGS__ }) / sizeof(struct span) })

void sha256(struct parts message, uint8_t out[static HASH_LEN]);
void hmac(struct span key, struct parts message, uint8_t out[static HASH_LEN]);

/* PRK = HMAC(salt, ikm). An empty salt is 32 zero bytes. */
void hkdf_extract(struct span salt, struct parts ikm, uint8_t prk[static HASH_LEN]);
/* out_len <= 255 * 32 */
void hkdf_expand(const uint8_t prk[static HASH_LEN], struct parts info, uint8_t *out,
                 size_t out_len);

/* Both. */
void hkdf(struct span salt, struct span ikm, struct span info, uint8_t *out, size_t out_len);

#endif
