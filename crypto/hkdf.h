/* hkdf: HKDF-SHA256 (RFC 5869), whole and in its two halves. */
#ifndef CRYPTO_HKDF_H
#define CRYPTO_HKDF_H

#include "crypto/hmac.h"

/* PRK = HMAC(salt, ikm). An empty salt is 32 zero bytes. */
void hkdf_extract(struct span salt, struct parts ikm, uint8_t prk[static HASH_LEN]);
/* info: at most two parts. out_len <= 255 * 32 */
void hkdf_expand(const uint8_t prk[static HASH_LEN], struct parts info, uint8_t *out,
                 size_t out_len);

/* Both. */
void hkdf(struct span salt, struct span ikm, struct span info, uint8_t *out, size_t out_len);

#endif
