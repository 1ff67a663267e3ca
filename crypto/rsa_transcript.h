/* rsa_transcript: what the messages of the rsa suite are made of, for rsa.c, which has their order.
 * docs/PROTOCOL.md section 5.2; names are its names. */
#ifndef CRYPTO_RSA_TRANSCRIPT_H
#define CRYPTO_RSA_TRANSCRIPT_H

#include "crypto/hello.h"
#include "crypto/records.h"

enum {
	RSA_NONCE = 32,
	RSA_SESSION_KEY = 16,
	RSA_PROLOGUE_MAX = 64,
	RSA_MESSAGE_0 = RSA_NONCE + HASH_LEN,
	RSA_KEY_MAX = 2 + LIMIT_PUBLIC_KEY, /* a modulus with its length; a signature is as long */
	RSA_SEALED1_MAX = 2 * RSA_KEY_MAX + AEAD_TAG,
	RSA_SEALED2_MAX = 2 * RSA_KEY_MAX + LIMIT_HELLO + AEAD_TAG
};

struct rsa {
	struct records records; /* and the base */
	unsigned next;          /* number of the message that comes in next */
	const struct identity *identity, *session_key;
	uint8_t prologue[RSA_PROLOGUE_MAX];
	size_t prologue_len;
	uint8_t psks[LIMIT_PSKS][PSK_LEN]; /* once it is known, the right one is [0] */
	size_t psks_count;

	uint8_t message_0[RSA_MESSAGE_0];
	uint8_t sealed1[RSA_SEALED1_MAX]; /* responder: as sent, until h2 is made */
	size_t sealed1_len;
	uint8_t h[HASH_LEN]; /* h0, h1, h2, h3, h4 */
	uint8_t prk[HASH_LEN];
	uint8_t k1[RSA_SESSION_KEY], kc[RSA_SESSION_KEY], ks[RSA_SESSION_KEY];
};

/* ---- parts of messages ---- */

struct span rsa_transcript_read_len16(struct reader *r);
void rsa_transcript_write_key(struct writer *w, const struct public_key *key);
/* ERR_FORMAT also for a key that is not within the limits. */
enum err rsa_transcript_read_key(struct reader *r, struct public_key *key);
/* Signatures are over the label, its final 0 included, and h; written with their length. */
void rsa_transcript_write_signature(struct writer *w, const struct rsa *r, struct span label);
bool rsa_transcript_signature_fits(const struct rsa *r, const struct public_key *key,
                                   struct span label, struct span signature);

/* ---- transcript and keys ---- */

void rsa_transcript_hash_first(struct rsa *r, struct span part1); /* h becomes h0 */
void rsa_transcript_hash_next(struct rsa *r, struct span a,
                              struct span b); /* h becomes SHA-256(h || a || b) */
void rsa_transcript_first_mac(const struct rsa *r, const uint8_t psk[static PSK_LEN],
                              const uint8_t nonce[static RSA_NONCE], uint8_t mac[static HASH_LEN]);
/* k1, under which the responder shows who it is. h is h0. */
void rsa_transcript_make_reveal_key(struct rsa *r, const uint8_t nonce_s[static RSA_NONCE]);
/* kc and ks. h is h2. */
void rsa_transcript_make_handshake_keys(struct rsa *r, const uint8_t key[static RSA_SESSION_KEY]);
/* Records and exporter; what only the handshake needed is wiped. h is h4. */
void rsa_transcript_finish(struct rsa *r);
void rsa_transcript_forget(
    struct rsa *r); /* wipes all that the handshake needs and the records do not */

/* k1, kc and ks seal one message each: their nonce is zero; ad is the associated data. */
/* Seals what out holds since start, in place, and adds the tag. */
void rsa_transcript_seal_once(const uint8_t key[static RSA_SESSION_KEY],
                              const uint8_t ad[static HASH_LEN], struct writer *out, size_t start);
/* text: room for all of sealed; what it says is the text. */
enum err rsa_transcript_open_once(const uint8_t key[static RSA_SESSION_KEY],
                                  const uint8_t ad[static HASH_LEN], struct span sealed,
                                  struct writer *text);

#endif
