/* rsa: the session key travels under an RSA key made for this session; both sides sign with their
 * long-term keys; records are under AES-128-GCM. docs/PROTOCOL.md section 5.2; names are its names.
 *
 *   initiator                                    responder
 *   0: nonce C, MAC under the psk     ---------> tries its psks; silence when none fits
 *   peer is known; expected?          <--------- 1: nonce S, modulus S, sealed under the psk:
 *                                                   modulus Is, signature by Is
 *   2: K under S, sealed: modulus Ic, ---------> peer is known
 *      signature by Ic, payload
 *   ready                             <--------- 3: sealed: payload; ready
 */
#include <string.h>

#include "base/assert.h"
#include "crypto/ct.h"
#include "crypto/records.h"
#include "crypto/rsa_ops.h"
#include "crypto/sha256.h"

enum {
	NONCE = 32,
	SESSION_KEY = 16,
	MESSAGE_0 = NONCE + HASH_LEN,
	KEY_MAX = 2 + LIMIT_PUBLIC_KEY, /* a modulus with its length; a signature is as long */
	SEALED_1_MAX = 2 * KEY_MAX + AEAD_TAG,
	SEALED_2_MAX = 2 * KEY_MAX + LIMIT_HELLO + AEAD_TAG
};

struct rsa {
	struct records records; /* and the base */
	uint8_t message_0[MESSAGE_0];
	uint8_t sealed_1[SEALED_1_MAX]; /* responder: as sent, until h2 is made */
	size_t sealed_1_len;
	uint8_t h[HASH_LEN]; /* h0, h1, h2, h3, h4 */
	struct {
		uint8_t prk[HASH_LEN];
		uint8_t keys[2 * SESSION_KEY]; /* k1; then kc, ks; then those of the records */
	} secret;
};

static const struct span nothing = { NULL, 0 };

static const struct encryptor_config *config_of(const struct rsa *r)
{
	return &r->records.base.config;
}

/* ---- parts of messages ---- */

/* What has been written since start. */
static struct span since(const struct writer *w, size_t start)
{
	return span_of(w->at + start, w->len - start);
}

static struct span read_len16(struct reader *r)
{
	size_t len = read_be16(r);
	return read_span(r, len);
}

static void write_key(struct writer *w, const struct public_key *key)
{
	write_be16(w, (uint16_t)key->len);
	write_span(w, span_of(key->bytes, key->len));
}

/* ERR_FORMAT also for a key that is not within the limits. */
static enum err read_key(struct reader *r, struct public_key *key)
{
	struct span modulus = read_len16(r);
	if (r->bad || modulus.len > sizeof key->bytes)
		return ERR_FORMAT;
	*key = (struct public_key){ .type = KEY_RSA, .len = modulus.len };
	memcpy(key->bytes, modulus.at, modulus.len);
	return public_key_check(key);
}

/* What a side signs is this, its final 0 included, and h. */
static struct span label_of(bool initiator)
{
	static const char labels[2][20] = { "schat rsa server v1", "schat rsa client v1" };
	return span_of(labels[initiator], sizeof labels[0]);
}

static void write_signature(struct writer *w, const struct rsa *r)
{
	write_be16(w, (uint16_t)config_of(r)->identity->public.len);
	rsa_ops_sign(config_of(r)->identity,
	             PARTS(label_of(config_of(r)->initiator), { r->h, HASH_LEN }), w);
}

/* ---- transcript and keys ---- */

/* h becomes h0. part: message 1 up to its modulus. */
static void hash_first(struct rsa *r, struct span part)
{
	struct span prologue = config_of(r)->prologue;
	uint8_t len[2];
	store_be16(len, (uint16_t)prologue.len);
	sha256(PARTS({ len, sizeof len }, prologue, { r->message_0, MESSAGE_0 }, part), r->h);
}

static void hash_next(struct rsa *r, struct span a, struct span b)
{
	sha256(PARTS({ r->h, HASH_LEN }, a, b), r->h);
}

static void first_mac(const struct rsa *r, const uint8_t psk[static PSK_LEN],
                      const uint8_t nonce[static NONCE], uint8_t mac[static HASH_LEN])
{
	uint8_t key[HASH_LEN];
	sha256_hkdf(nothing, span_of(psk, PSK_LEN), span_text("schat rsa hello v1"), key,
	            sizeof key);
	sha256_hmac(span_of(key, sizeof key), PARTS(config_of(r)->prologue, { nonce, NONCE }), mac);
	bytes_wipe(key, sizeof key);
}

static void expand(const struct rsa *r, const char *label, uint8_t out[static 2 * SESSION_KEY])
{
	sha256_expand(r->secret.prk, PARTS(span_text(label), { r->h, HASH_LEN }), out,
	              2 * SESSION_KEY);
}

/* From the psk and ikm: what is expanded into keys from here on. */
static void extract(struct rsa *r, struct parts ikm)
{
	const uint8_t *psk = config_of(r)->psks[r->records.base.psk_index];
	sha256_extract(span_of(psk, PSK_LEN), ikm, r->secret.prk);
}

/* keys begin with k1, under which the responder shows who it is. h is h0. */
static void make_reveal_key(struct rsa *r, const uint8_t nonce_s[static NONCE])
{
	extract(r, PARTS({ r->message_0, NONCE }, { nonce_s, NONCE }));
	expand(r, "schat rsa reveal v1", r->secret.keys);
}

/* keys become kc and ks. h is h2. */
static void make_handshake_keys(struct rsa *r, const uint8_t key[static SESSION_KEY])
{
	extract(r, PARTS({ key, SESSION_KEY }));
	expand(r, "schat rsa handshake v1", r->secret.keys);
}

/* Records and exporter; what only the handshake needed is wiped. h is h4. */
static void finish(struct rsa *r)
{
	struct encryptor *e = &r->records.base;
	expand(r, "schat rsa traffic v1", r->secret.keys);
	expand(r, "schat rsa exporter v1", e->exporter);
	memcpy(e->session_id, r->h, SESSION_ID_LEN);
	records_start(&r->records, AEAD_AES_GCM, r->secret.keys, SESSION_KEY);
	bytes_wipe(&r->secret, sizeof r->secret);
}

/* ---- what is sealed ---- */

/* k1, kc and ks seal one message each. */
static const uint8_t zero_nonce[AEAD_NONCE];

/* What out holds since start, in place; the tag is added. */
static void seal_once(const uint8_t key[static SESSION_KEY], const uint8_t ad[static HASH_LEN],
                      struct writer *out, size_t start)
{
	struct aead aead;
	size_t len = out->len - start;
	write_zeroes(out, AEAD_TAG);
	assert(!out->full);
	aead_init(&aead, AEAD_AES_GCM, span_of(key, SESSION_KEY));
	aead_seal(&aead, zero_nonce, span_of(ad, HASH_LEN), out->at + start, len);
	bytes_wipe(&aead, sizeof aead);
}

/* Who the peer is, and from an initiator its hello: the text of messages 1 and 2. h is h0, and
 * becomes h1; or it is h2. */
static enum err read_peer(struct rsa *r, struct span text)
{
	struct encryptor *e = &r->records.base;
	struct reader m = reader_of(text);
	struct public_key peer;
	if (read_key(&m, &peer))
		return ERR_FORMAT;
	struct span shown = span_of(text.at, text.len - m.left);
	struct span signature = read_len16(&m), hello = read_span(&m, m.left);
	if (!read_end(&m) || (e->config.initiator && hello.len > 0))
		return ERR_FORMAT;
	if (e->config.initiator)
		hash_next(r, shown, nothing); /* h1 */
	if (!rsa_ops_verify(&peer, PARTS(label_of(!e->config.initiator), { r->h, HASH_LEN }),
	                    signature))
		return ERR_AUTH;
	enum err err = encryptor_meet(e, &peer);
	return e->config.initiator ? err : encryptor_read_hello(e, hello);
}

/* What the next message has sealed under key; h is its associated data. */
static enum err read_sealed(struct rsa *r, const uint8_t key[static SESSION_KEY],
                            struct span sealed)
{
	struct encryptor *e = &r->records.base;
	uint8_t bytes[SEALED_2_MAX];
	struct writer text = writer_of(bytes, sizeof bytes);
	struct aead aead;
	write_span(&text, sealed);
	if (text.full)
		return ERR_FORMAT;
	aead_init(&aead, AEAD_AES_GCM, span_of(key, SESSION_KEY));
	bool good = aead_open(&aead, zero_nonce, span_of(r->h, HASH_LEN), text.at, text.len);
	bytes_wipe(&aead, sizeof aead);

	enum err err = ERR_AUTH;
	if (good) {
		text.len -= AEAD_TAG;
		ct_public(text.at, text.len); /* to its receiver: keys, signatures, payloads */
		err = e->next < 3 ? read_peer(r, written(&text))
		                  : encryptor_read_hello(e, written(&text));
	}
	bytes_wipe(bytes, sizeof bytes);
	return err;
}

/* ---- initiator ---- */

static enum err write_message_0(struct rsa *r, struct writer *out)
{
	random_fill(config_of(r)->random, r->message_0, NONCE);
	first_mac(r, config_of(r)->psks[0], r->message_0, r->message_0 + NONCE);
	write_span(out, span_of(r->message_0, MESSAGE_0));
	return OK;
}

/* session: the key to encrypt to; sealed_1: what of message 1 is hashed into h2 as it came. */
static void write_message_2(struct rsa *r, const struct public_key *session, struct span sealed_1,
                            struct writer *out)
{
	uint8_t key[SESSION_KEY];
	random_fill(config_of(r)->random, key, sizeof key);

	size_t start = out->len;
	write_be16(out, (uint16_t)session->len);
	rsa_ops_encrypt(session, span_of(key, sizeof key), config_of(r)->random, out);
	hash_next(r, sealed_1, since(out, start)); /* h2 */
	make_handshake_keys(r, key);
	bytes_wipe(key, sizeof key);

	start = out->len;
	write_key(out, &config_of(r)->identity->public);
	write_signature(out, r);
	encryptor_write_hello(&r->records.base, out);
	seal_once(r->secret.keys, r->h, out, start);
	hash_next(r, since(out, start), nothing); /* h3 */
}

static enum err answer_message_1(struct rsa *r, struct span in, struct writer *out)
{
	struct reader m = reader_of(in);
	struct span nonce = read_span(&m, NONCE);
	struct public_key session;
	if (read_key(&m, &session))
		return ERR_FORMAT;
	hash_first(r, span_of(in.at, in.len - m.left)); /* h0 */
	make_reveal_key(r, nonce.at);

	struct span sealed_1 = read_span(&m, m.left);
	enum err err = read_sealed(r, r->secret.keys, sealed_1);
	if (!err)
		write_message_2(r, &session, sealed_1, out);
	return err;
}

static enum err read_message_3(struct rsa *r, struct span in)
{
	enum err err = read_sealed(r, r->secret.keys + SESSION_KEY, in);
	if (err)
		return err;
	hash_next(r, in, nothing); /* h4 */
	finish(r);
	return OK;
}

/* ---- responder ---- */

/* Which of the psks made the MAC. */
static enum err read_message_0(struct rsa *r, struct span in)
{
	uint8_t mac[HASH_LEN];
	size_t i;
	if (in.len != MESSAGE_0)
		return ERR_FORMAT;
	for (i = 0; i < config_of(r)->psks_count; i++) {
		first_mac(r, config_of(r)->psks[i], in.at, mac);
		if (ct_verdict(bytes_equal(mac, in.at + NONCE, HASH_LEN)))
			break;
	}
	bytes_wipe(mac, sizeof mac);
	if (i == config_of(r)->psks_count)
		return ERR_AUTH;

	r->records.base.psk_index = i;
	memcpy(r->message_0, in.at, MESSAGE_0);
	return OK;
}

static enum err answer_message_0(struct rsa *r, struct span in, struct writer *out)
{
	enum err err = read_message_0(r, in);
	if (err)
		return err;

	uint8_t nonce[NONCE], h0[HASH_LEN];
	size_t start = out->len;
	random_fill(config_of(r)->random, nonce, sizeof nonce);
	write_span(out, span_of(nonce, sizeof nonce));
	write_key(out, &config_of(r)->session_key->public);
	hash_first(r, since(out, start)); /* h0 */
	make_reveal_key(r, nonce);
	memcpy(h0, r->h, sizeof h0);

	start = out->len;
	write_key(out, &config_of(r)->identity->public);
	hash_next(r, since(out, start), nothing); /* h1 */
	write_signature(out, r);
	seal_once(r->secret.keys, h0, out, start);

	struct writer sealed_1 = writer_of(r->sealed_1, sizeof r->sealed_1);
	write_span(&sealed_1, since(out, start));
	assert(!sealed_1.full);
	r->sealed_1_len = sealed_1.len;
	return OK;
}

/* A session key that does not decrypt is a random one from here on: then the rest does not open,
 * and nobody can tell the one from the other. */
static enum err answer_message_2(struct rsa *r, struct span in, struct writer *out)
{
	struct reader m = reader_of(in);
	struct span encrypted = read_len16(&m);
	struct span part_2 = span_of(in.at, in.len - m.left);
	struct span sealed_2 = read_span(&m, m.left);
	if (!read_end(&m))
		return ERR_FORMAT;
	hash_next(r, span_of(r->sealed_1, r->sealed_1_len), part_2); /* h2 */

	uint8_t key[SESSION_KEY];
	rsa_ops_decrypt(config_of(r)->session_key, encrypted, config_of(r)->random, key,
	                sizeof key);
	make_handshake_keys(r, key);
	bytes_wipe(key, sizeof key);
	enum err err = read_sealed(r, r->secret.keys, sealed_2);
	if (err)
		return err;
	hash_next(r, sealed_2, nothing); /* h3 */

	size_t start = out->len;
	encryptor_write_hello(&r->records.base, out);
	seal_once(r->secret.keys + SESSION_KEY, r->h, out, start);
	hash_next(r, since(out, start), nothing); /* h4 */
	finish(r);
	return OK;
}

/* ---- the class ---- */

static enum err rsa_handshake(struct encryptor *e, struct span in, struct writer *out)
{
	struct rsa *r = (struct rsa *)e;
	switch (e->next) {
	case 0: return e->config.initiator ? write_message_0(r, out) : answer_message_0(r, in, out);
	case 1: return answer_message_1(r, in, out);
	case 2: return answer_message_2(r, in, out);
	default: return read_message_3(r, in);
	}
}

const struct encryptor_class rsa_class = {
	.name = "rsa",
	.suite = SUITE_RSA,
	.key_type = KEY_RSA,
	.session_key = KEY_RSA,
	.messages = 4,
	.size = sizeof(struct rsa),
	.handshake = rsa_handshake,
	.seal = records_seal,
	.open = records_open,
};
