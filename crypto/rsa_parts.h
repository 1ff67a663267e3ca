/* rsa_parts: do the numbers of an RSA private key belong together? Constant time in them. */
#ifndef CRYPTO_RSA_PARTS_H
#define CRYPTO_RSA_PARTS_H

#include "crypto/identity.h"

enum { RSA_EXPONENT = 65537 };

/* Big-endian. n and d have at most RSA_BITS_MAX bits, the others at most half of that. */
struct rsa_parts {
	struct span n, d, p, q, dp, dq, iq;
};

/* n = p q; d, dp, dq are inverses of 65537 modulo p - 1 and q - 1; iq is the inverse of q modulo p.
 * Not whether p and q are prime: a file's owner does not deceive himself. */
bool rsa_parts_fit(const struct rsa_parts *parts);

#endif
