/* rsa_ops: RSA (RFC 8017) by BearSSL: make keys, sign and verify
 * (RSASSA-PKCS1-v1_5), encrypt and decrypt (RSAES-OAEP, MGF1, empty label), all with SHA-256. Keys
 * passed public_key_check. PKCS#1 v1.5 encryption does not exist here. */
#pragma once

#include "base/random.h"
#include "crypto/public_key.h"
#include "crypto/sha256.h"

enum {
	RSA_EXPONENT = 65537,
	RSA_OAEP_OVERHEAD = 2 * HASH_LEN + 2 /* bytes of the modulus that are not text */
};

extern const uint8_t rsa_ops_exponent[3]; /* RSA_EXPONENT, big-endian */

/* A new pair. False: the generator of primes failed, and out is as before. */
bool rsa_ops_generate(unsigned bits, struct random *random, struct identity *out);
/* The private exponent, as long as the modulus. It is not kept: it follows from the factors. */
bool rsa_ops_compute_d(const struct identity *id, uint8_t d[static LIMIT_PUBLIC_KEY]);
/* Do the parts of a private key fit together: does what they sign verify under the modulus? */
bool rsa_ops_fits(const struct identity *id);

/* Appends as many bytes as the modulus has. */
void rsa_ops_sign(const struct identity *id, struct parts message, struct writer *signature);

/* By re-encoding: what the signature opens to must be, to the last byte, what rsa_ops_sign signs.
 * Any key may be given: one outside the limits verifies nothing. */
bool rsa_ops_verify(const struct public_key *key, struct parts message, struct span signature);

/* Appends as many bytes as the modulus has; text is at most that less RSA_OAEP_OVERHEAD. */
void rsa_ops_encrypt(const struct public_key *key, struct span text, struct random *random,
                     struct writer *sealed);

/* What RSA decryption gives back, opened (RFC 8017 section 7.1.2 step 3), for a text whose length
 * is known. BearSSL's own takes a branch when the padding is right, which it may; here nobody may
 * learn even that. em: len bytes, as long as the modulus and at least text_len + 66; garbage
 * afterwards. 1: text is what was encrypted; 0: it is garbage, for whatever reason. Time and
 * memory accesses depend on the lengths alone. */
uint32_t rsa_ops_unpad(uint8_t *em, size_t len, uint8_t *text, size_t text_len);

/* out gets the text, if sealed opens to exactly out_len (at most 64) bytes; random bytes if not, in
 * the same time: who sends what does not open learns nothing from when and how that shows. */
void rsa_ops_decrypt(const struct identity *id, struct span sealed, struct random *random,
                     uint8_t *out, size_t out_len);
