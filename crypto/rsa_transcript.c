/* rsa_transcript: the parts the rsa suite's messages are made of: keys and signatures on the wire,
 * the transcript's hashes, the keys made from it, and what is sealed once. See rsa_transcript.h. */
#include "crypto/rsa_transcript.h"

#include <string.h>

#include "base/assert.h"
#include "crypto/ct.h"
#include "crypto/rsa_ops.h"

/* ---- parts of messages ---- */

static void write_len16(struct writer *w, struct span bytes)
{
	write_be16(w, (uint16_t)bytes.len);
	write_span(w, bytes);
}

struct span rsa_transcript_read_len16(struct reader *r)
{
	size_t len = read_be16(r);
	return read_span(r, len);
}

void rsa_transcript_write_key(struct writer *w, const struct public_key *key)
{
	write_len16(w, span_of(key->bytes, key->len));
}

enum err rsa_transcript_read_key(struct reader *r, struct public_key *key)
{
	struct span modulus = rsa_transcript_read_len16(r);
	if (r->bad || modulus.len > sizeof key->bytes)
		return ERR_FORMAT;
	*key = (struct public_key){ .type = KEY_RSA, .len = modulus.len };
	memcpy(key->bytes, modulus.at, modulus.len);
	return public_key_check(key);
}

void rsa_transcript_write_signature(struct writer *w, const struct rsa *r, struct span label)
{
	write_be16(w, (uint16_t)r->identity->public.len);
	rsa_ops_sign(r->identity, PARTS(label, { r->h, HASH_LEN }), w);
}

bool rsa_transcript_signature_fits(const struct rsa *r, const struct public_key *key,
                                   struct span label, struct span signature)
{
	return rsa_ops_verify(key, PARTS(label, { r->h, HASH_LEN }), signature);
}

/* ---- transcript and keys ---- */

void rsa_transcript_hash_first(struct rsa *r, struct span part1)
{
	uint8_t len[2];
	store_be16(len, (uint16_t)r->prologue_len);
	sha256(PARTS({ len, sizeof len }, { r->prologue, r->prologue_len },
	             { r->message_0, RSA_MESSAGE_0 }, part1),
	       r->h);
}

void rsa_transcript_hash_next(struct rsa *r, struct span a, struct span b)
{
	sha256(PARTS({ r->h, HASH_LEN }, a, b), r->h);
}

void rsa_transcript_first_mac(const struct rsa *r, const uint8_t psk[static PSK_LEN],
                              const uint8_t nonce[static RSA_NONCE], uint8_t mac[static HASH_LEN])
{
	uint8_t key[HASH_LEN];
	hkdf(span_of(NULL, 0), span_of(psk, PSK_LEN), span_text("schat rsa hello v1"), key,
	     sizeof key);
	hmac(span_of(key, sizeof key),
	     PARTS({ r->prologue, r->prologue_len }, { nonce, RSA_NONCE }), mac);
	bytes_wipe(key, sizeof key);
}

static void derive(const struct rsa *r, const char *label, uint8_t out[static 2 * RSA_SESSION_KEY])
{
	hkdf_expand(r->prk, PARTS(span_text(label), { r->h, HASH_LEN }), out, 2 * RSA_SESSION_KEY);
}

void rsa_transcript_make_reveal_key(struct rsa *r, const uint8_t nonce_s[static RSA_NONCE])
{
	uint8_t prk[HASH_LEN];
	hkdf_extract(span_of(r->psks[0], PSK_LEN),
	             PARTS({ r->message_0, RSA_NONCE }, { nonce_s, RSA_NONCE }), prk);
	hkdf_expand(prk, PARTS(span_text("schat rsa reveal v1"), { r->h, HASH_LEN }), r->k1,
	            sizeof r->k1);
	bytes_wipe(prk, sizeof prk);
}

void rsa_transcript_make_handshake_keys(struct rsa *r, const uint8_t key[static RSA_SESSION_KEY])
{
	uint8_t both[2 * RSA_SESSION_KEY];
	hkdf_extract(span_of(r->psks[0], PSK_LEN), PARTS({ key, RSA_SESSION_KEY }), r->prk);
	derive(r, "schat rsa handshake v1", both);
	memcpy(r->kc, both, RSA_SESSION_KEY);
	memcpy(r->ks, both + RSA_SESSION_KEY, RSA_SESSION_KEY);
	bytes_wipe(both, sizeof both);
}

static const uint8_t zero_nonce[AEAD_NONCE];

void rsa_transcript_seal_once(const uint8_t key[static RSA_SESSION_KEY],
                              const uint8_t ad[static HASH_LEN], struct writer *out, size_t start)
{
	struct aead aead;
	size_t len = out->len - start;
	write_zeroes(out, AEAD_TAG);
	assert(!out->full);
	aead_init(&aead, AEAD_AES_GCM, span_of(key, RSA_SESSION_KEY));
	aead_seal(&aead, zero_nonce, span_of(ad, HASH_LEN), out->at + start, len);
	aead_wipe(&aead);
}

enum err rsa_transcript_open_once(const uint8_t key[static RSA_SESSION_KEY],
                                  const uint8_t ad[static HASH_LEN], struct span sealed,
                                  struct writer *text)
{
	struct aead aead;
	write_span(text, sealed);
	if (text->full)
		return ERR_FORMAT;
	aead_init(&aead, AEAD_AES_GCM, span_of(key, RSA_SESSION_KEY));
	bool good = aead_open(&aead, zero_nonce, span_of(ad, HASH_LEN), text->at, text->len);
	aead_wipe(&aead);
	if (!good)
		return ERR_AUTH;
	text->len -= AEAD_TAG;
	ct_public(text->at, text->len); /* to its receiver: keys, signatures, payloads */
	return OK;
}

void rsa_transcript_forget(struct rsa *r)
{
	bytes_wipe(r->psks, sizeof r->psks);
	bytes_wipe(r->prk, sizeof r->prk);
	bytes_wipe(r->k1, sizeof r->k1);
	bytes_wipe(r->kc, sizeof r->kc);
	bytes_wipe(r->ks, sizeof r->ks);
}

void rsa_transcript_finish(struct rsa *r)
{
	uint8_t traffic[2 * RSA_SESSION_KEY]; /* the initiator's key first */
	derive(r, "schat rsa traffic v1", traffic);
	derive(r, "schat rsa exporter v1", r->records.exporter);
	memcpy(r->records.base.session_id, r->h, SESSION_ID_LEN);
	records_start(&r->records, AEAD_AES_GCM, traffic, RSA_SESSION_KEY);
	bytes_wipe(traffic, sizeof traffic);
	rsa_transcript_forget(r);
}
