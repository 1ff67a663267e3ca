/* hmac: HMAC-SHA256 (RFC 2104). */
#ifndef CRYPTO_HMAC_H
#define CRYPTO_HMAC_H

#include "crypto/sha256.h"

void hmac(struct span key, struct parts message, uint8_t out[static HASH_LEN]);

#endif
