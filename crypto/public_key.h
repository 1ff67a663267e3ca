/* public_key: long-term public keys: their limits, their lines in files, their fingerprints. A
 * line is "schat-x25519 BASE64 [comment]" or "schat-rsa BASE64 [comment]". */
#pragma once

#include "base/bytes.h"
#include "base/err.h"
#include "crypto/sha256.h"
#include "crypto/x25519.h"

enum key_type { KEY_NONE, KEY_X25519, KEY_RSA };

enum {
	RSA_BITS_MIN = 2048,
	RSA_BITS_MAX = 4096,
	RSA_BITS_DEFAULT = 2048,
	LIMIT_PUBLIC_KEY = RSA_BITS_MAX / 8, /* bytes: an RSA modulus */
	LIMIT_KEY_LINE = 768,
	FINGERPRINT_TEXT = 52 + 12 + 1 /* base32 of SHA-256 in groups of four, and a 0 */
};

/* p, q, d mod p-1, d mod q-1, 1/q mod p: in the order of RFC 8017 A.1.2 */
enum { RSA_P, RSA_Q, RSA_DP, RSA_DQ, RSA_IQ, RSA_PARTS };

/* x25519: 32 bytes as in RFC 7748. rsa: the modulus, big-endian, no leading zero, odd, of
 * 2048..4096 bits; the exponent is 65537. */
struct public_key {
	enum key_type type;
	size_t len;
	uint8_t bytes[LIMIT_PUBLIC_KEY];
};

/* A public key with its secret half. identity.h makes, reads and writes it. */
struct identity {
	struct public_key public;
	union {
		uint8_t x25519[X25519_LEN];
		struct {
			size_t factor_len; /* bytes of each part, big-endian */
			uint8_t parts[RSA_PARTS][RSA_BITS_MAX / 16];
		} rsa;
	} secret;
};

/* The first two words of a line. ERR_FORMAT also for a key outside the limits. */
enum err public_key_read(struct span line, struct public_key *out);
/* Without a newline. ERR_FULL. */
enum err public_key_write(const struct public_key *key, struct writer *line);
/* The limits. ERR_FORMAT. */
enum err public_key_check(const struct public_key *key);
bool public_key_equal(const struct public_key *a, const struct public_key *b);

const char *public_key_type_name(enum key_type type); /* "x25519", "rsa" */
bool public_key_type_parse(struct span name, enum key_type *type);

/* What is hashed of a key: the name of its type, a zero, its bytes; and its SHA-256. */
enum { PUBLIC_KEY_PARTS = 3 };
struct parts public_key_typed(const struct public_key *key,
                              struct span part[static PUBLIC_KEY_PARTS]);
void public_key_hash(const struct public_key *key, uint8_t hash[static HASH_LEN]);

/* "k3v7-6xqa-...": base32(public_key_hash), groups of four. */
void public_key_fingerprint(const struct public_key *key, char out[static FINGERPRINT_TEXT]);
/* "velvet-anchor-...": the first 132 bits of public_key_hash as twelve words, to be read aloud. */
enum { PUBLIC_KEY_WORDS = 12, PUBLIC_KEY_WORDS_TEXT = PUBLIC_KEY_WORDS * 9 };
void public_key_words(const struct public_key *key, char out[static PUBLIC_KEY_WORDS_TEXT]);
/* True when text is that fingerprint, or those words: case and hyphens are forgiven (between words
 * there is one, or a blank), all 52 characters or twelve words are needed. */
bool public_key_has_fingerprint(const struct public_key *key, struct span text);
