/* drbg: HMAC-DRBG (NIST SP 800-90A, SHA-256) as a struct random, seeded by os/ from getrandom(2). */
#ifndef CRYPTO_DRBG_H
#define CRYPTO_DRBG_H

#include <stdbool.h>

#include "base/random.h"

struct drbg;

/* seed: at least 32 bytes of the kernel's randomness. NULL when out of memory. Owned by the caller; drbg_free wipes. */
struct drbg *drbg_new(const uint8_t *seed, size_t seed_len);
struct random *drbg_random(struct drbg *d);
void drbg_free(struct drbg *d);

/* Known answers of X25519, P-256, SHA-256, ChaCha20-Poly1305, AES-GCM; run at start (BearSSL's X25519 byte order changed
 * between versions). False: refuse to run. */
bool crypto_self_test(void);

/* AES and carry-less multiply in hardware, usable by BearSSL here. */
bool crypto_has_aes(void);

#endif
