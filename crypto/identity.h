/* identity: long-term key pairs and their files. Pure: os/ reads and writes them. A private key
 * is PKCS#8 PEM (RFC 5958, RFC 8410 for X25519, RFC 8017 A.1 for RSA), as `openssl pkey` reads
 * and writes it. BearSSL's key decoder is not used. */
#pragma once

#include "base/random.h"
#include "crypto/public_key.h"

enum { LIMIT_KEY_PEM = 4096 }; /* bytes: RSA-4096 in PKCS#8 PEM is 3.3 KB */

/* rsa_bits is 2048..4096 and a multiple of 8; ignored for x25519. RSA takes from 0.1 s to minutes:
 * call it in a child. */
enum err identity_generate(enum key_type type, unsigned rsa_bits, struct random *random,
                           struct identity *out);

/* Text around the key is skipped. ERR_FORMAT: not one key, or its parts don't fit together. */
enum err identity_read(struct span pem, struct identity *out);
/* What a file is that identity_read refuses, and what to do: a static phrase that goes on behind
 * its name. */
const char *identity_refusal(struct span file);
enum err identity_write(const struct identity *id, struct writer *pem); /* ERR_FULL */
