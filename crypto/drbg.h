/* drbg: HMAC-DRBG (NIST SP 800-90A, SHA-256) as a struct random, seeded by os/ from getrandom(2). */
#ifndef CRYPTO_DRBG_H
#define CRYPTO_DRBG_H

#include <stdbool.h>
#include <stdint.h>

#include "base/random.h"

struct drbg;

enum { DRBG_FRESH = 48 };

/* Where fresh entropy comes from: fills to with DRBG_FRESH bytes, of which 32 are the kernel's. False: none now. */
typedef bool drbg_entropy(uint8_t to[static DRBG_FRESH]);

/* seed: at least 32 bytes of the kernel's randomness. NULL when out of memory. Owned by the caller; drbg_free wipes.
 * entropy: asked before each request, and mixed in: what is drawn then is new even if this memory has a copy that runs too (a virtual
 * machine's snapshot started twice, a fork), and cannot be computed from a state that was read earlier. So whatever is drawn for a
 * handshake, a tag or a cookie is, and no caller has to think of it. NULL: none (known answers). */
struct drbg *drbg_new(const uint8_t *seed, size_t seed_len, drbg_entropy *entropy);
struct random *drbg_random(struct drbg *d);
void drbg_free(struct drbg *d);

/* Known answers of X25519, P-256, SHA-256, ChaCha20-Poly1305, AES-GCM; run at start (BearSSL's X25519 byte order changed
 * between versions). False: refuse to run. */
bool crypto_self_test(void);

/* AES and carry-less multiply in hardware, usable by BearSSL here. */
bool crypto_has_aes(void);

#endif
