/* key_pair: a public key with its secret half, as identity makes, reads and writes it and the
 * suites use it. */
#ifndef CRYPTO_KEY_PAIR_H
#define CRYPTO_KEY_PAIR_H

#include "crypto/public_key.h"

/* Wipe with identity_wipe. */
struct identity {
	struct public_key public;
	union {
		uint8_t x25519[X25519_LEN];
		struct {
			size_t factor_len; /* bytes of each of p q dp dq iq, big-endian */
			uint8_t p[RSA_BITS_MAX / 16], q[RSA_BITS_MAX / 16];
			uint8_t dp[RSA_BITS_MAX / 16], dq[RSA_BITS_MAX / 16], iq[RSA_BITS_MAX / 16];
		} rsa;
	} secret;
};

#endif
