/* identity: long-term key pairs and public keys; their files, lines and fingerprints. Pure: files are read and written by os/.
 * Private key: PKCS#8 PEM (RFC 5958, RFC 8410 for X25519, RFC 8017 A.1 for RSA), as `openssl pkey` reads and writes it.
 * Public key: one line "schat-x25519 BASE64 [comment]" or "schat-rsa BASE64 [comment]".
 * BearSSL's key decoder is not used; RSA keys must be 2048..4096 bits, odd n, e = 65537. */
#ifndef CRYPTO_IDENTITY_H
#define CRYPTO_IDENTITY_H

#include "base/bytes.h"
#include "base/err.h"
#include "base/random.h"

enum key_type { KEY_NONE, KEY_X25519, KEY_RSA };

enum {
	X25519_LEN = 32,
	RSA_BITS_MIN = 2048,
	RSA_BITS_MAX = 4096,
	RSA_BITS_DEFAULT = 2048,
	LIMIT_PUBLIC_KEY = RSA_BITS_MAX / 8, /* bytes: an RSA modulus */
	LIMIT_KEY_PEM = 4096,                /* bytes: RSA-4096 in PKCS#8 PEM is 3.3 KB */
	LIMIT_KEY_LINE = 768,
	FINGERPRINT_TEXT = 52 + 12 + 1
}; /* base32 of SHA-256 in groups of four, and a 0 */

/* x25519: 32 bytes as in RFC 7748. rsa: the modulus, big-endian, no leading zero; the exponent is 65537. */
struct public_key {
	enum key_type type;
	size_t len;
	uint8_t bytes[LIMIT_PUBLIC_KEY];
};

/* Wipe with identity_wipe. */
struct identity {
	struct public_key public;
	union {
		uint8_t x25519[X25519_LEN];
		struct {
			size_t factor_len; /* bytes of each of p q dp dq iq, big-endian */
			uint8_t p[RSA_BITS_MAX / 16], q[RSA_BITS_MAX / 16], dp[RSA_BITS_MAX / 16],
			    dq[RSA_BITS_MAX / 16], iq[RSA_BITS_MAX / 16];
		} rsa;
	} secret;
};

/* rsa_bits is 2048..4096 and a multiple of 8; ignored for x25519. RSA takes from 0.1 s to minutes: call it in a child. */
enum err identity_generate(enum key_type type, unsigned rsa_bits, struct random *random,
                           struct identity *out);
void identity_wipe(struct identity *id);

enum err identity_read(struct span pem,
                       struct identity *out); /* ERR_FORMAT; checks that the parts fit together */
enum err identity_write(const struct identity *id, struct writer *pem); /* ERR_FULL */

enum err public_key_read(struct span line,
                         struct public_key *out); /* the first two words of a line */
enum err public_key_write(const struct public_key *key, struct writer *line); /* without newline */
enum err public_key_check(const struct public_key *key); /* the limits above; ERR_FORMAT */
bool public_key_equal(const struct public_key *a, const struct public_key *b);
const char *key_type_name(enum key_type type); /* "x25519", "rsa" */
bool key_type_parse(struct span name, enum key_type *type);

/* "k3v7-6xqa-...": base32(SHA-256(type name, 0, bytes)), groups of four. */
void public_key_fingerprint(const struct public_key *key, char out[static FINGERPRINT_TEXT]);
/* True when text is that fingerprint: case and hyphens are forgiven, all 52 characters are needed. */
bool public_key_has_fingerprint(const struct public_key *key, struct span text);

/* For --tofu: three words of the word list (33 bits) over both keys, the session id and one random value of each side: equal on both
 * sides of one session. They are as good as their bits only because r was committed to before i was known (session/compare.h). */
enum { COMPARE_WORDS = 3, COMPARE_RANDOM = 32, COMPARE_TEXT = COMPARE_WORDS * 9 };
void session_words(const struct public_key *a, const struct public_key *b,
                   const uint8_t session_id[static 32], const uint8_t i[static COMPARE_RANDOM],
                   const uint8_t r[static COMPARE_RANDOM], struct writer *out);
/* The commitment to r: its hash with a label. */
void compare_commit(const uint8_t r[static COMPARE_RANDOM], uint8_t commit[static 32]);

/* psk of a contact: HKDF(ikm = the responder's public key): a scanner that does not know the key gets no answer. */
void contact_psk(const struct public_key *responder, uint8_t psk[static 32]);
/* Secret of an x25519 pair from which room tokens are made: X25519(static, static). ERR_AUTH for a low-order key, ERR_STATE for rsa. */
enum err contact_pair_secret(const struct identity *own, const struct public_key *peer,
                             uint8_t secret[static 32]);
/* Room token of a day (days since 1970-01-01 by the server's clock): HKDF(secret, day). */
void contact_token(const uint8_t secret[static 32], uint32_t day, uint8_t token[static 16]);

#endif
