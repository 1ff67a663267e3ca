/* rsa: the session key travels under an RSA key made for this session; both sides sign with their
 * long-term keys; records are under AES-128-GCM. docs/PROTOCOL.md section 5.2; names are its names.
 *
 *   initiator                                    responder
 *   0: nonce C, MAC under the psk     ---------> tries its psks; silence when none fits
 *   peer is known; expected?          <--------- 1: nonce S, modulus S, modulus Is, signature by Is
 *   2: K under S, sealed: modulus Ic, ---------> peer is known
 *      signature by Ic, payload
 *   ready                             <--------- 3: sealed: payload; ready
 */
#include <string.h>

#include "base/assert.h"
#include "crypto/hkdf.h"
#include "crypto/records.h"
#include "crypto/rsa_ops.h"
#include "crypto/suites.h"

enum { NONCE = 32, SESSION_KEY = 16, LIMIT_PROLOGUE = 64,
       MESSAGE_0 = NONCE + HASH_LEN,
       LIMIT_SIGNATURE = 2 + LIMIT_PUBLIC_KEY, /* with its length */
       LIMIT_SEALED = LIMIT_PUBLIC_KEY + 2 + LIMIT_SIGNATURE + LIMIT_HELLO + AEAD_TAG };

/* With their final 0, which is part of them. */
static const char server_label[] = "schat rsa server v1", client_label[] = "schat rsa client v1";

struct rsa {
	struct encryptor base;
	bool initiator, aes, dead;
	unsigned next;                     /* number of the message that comes in next */
	struct random *random;
	const struct identity *identity, *session_pair;
	const struct public_key *expected;
	uint8_t payload[LIMIT_HELLO_PAYLOAD];
	size_t payload_len;
	uint8_t prologue[LIMIT_PROLOGUE];
	size_t prologue_len;
	uint8_t psks[LIMIT_PSKS][PSK_LEN]; /* once it is known, the right one is [0] */
	size_t psks_count;

	uint8_t message_0[MESSAGE_0];
	uint8_t signature[LIMIT_SIGNATURE]; /* responder: the end of message 1, until h2 is made */
	size_t signature_len;
	uint8_t h[HASH_LEN];               /* h1, h2, h3, h4 */
	uint8_t prk[HASH_LEN];
	uint8_t kc[SESSION_KEY], ks[SESSION_KEY];
	uint8_t exporter[HASH_LEN];
	struct records records;
};

static struct rsa *rsa_of(struct encryptor *e)
{
	return (struct rsa *)e;
}

static bool is_rsa(const struct identity *id)
{
	return id && id->public.type == KEY_RSA;
}

static enum err rsa_init(struct encryptor *e, const struct encryptor_config *config)
{
	struct rsa *r = rsa_of(e);
	if (!is_rsa(config->identity) || (!config->initiator && !is_rsa(config->session_pair)))
		return ERR_STATE;

	r->initiator = config->initiator;
	r->aes = config->aes;
	r->random = config->random;
	r->identity = config->identity;
	r->session_pair = config->session_pair;
	r->expected = config->initiator ? config->expected : NULL;
	struct writer payload = writer_of(r->payload, sizeof r->payload);
	write_span(&payload, config->payload);
	r->payload_len = payload.len;
	struct writer prologue = writer_of(r->prologue, sizeof r->prologue);
	write_span(&prologue, config->prologue);
	assert(!prologue.full);
	r->prologue_len = prologue.len;
	r->psks_count = config->psks_count;
	for (size_t i = 0; i < r->psks_count; i++)
		memcpy(r->psks[i], config->psks[i], PSK_LEN);
	return OK;
}

/* ---- parts of messages ---- */

static void write_len16(struct writer *w, struct span bytes)
{
	write_be16(w, (uint16_t)bytes.len);
	write_span(w, bytes);
}

static struct span read_len16(struct reader *r)
{
	size_t len = read_be16(r);
	return read_span(r, len);
}

static void write_key(struct writer *w, const struct public_key *key)
{
	write_len16(w, span_of(key->bytes, key->len));
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

/* What has been written since start. */
static struct span since(const struct writer *w, size_t start)
{
	return span_of(w->at + start, w->len - start);
}

static void write_signature(struct writer *w, const struct rsa *r, struct span label)
{
	write_be16(w, (uint16_t)r->identity->public.len);
	rsa_sign(r->identity, PARTS(label, { r->h, HASH_LEN }), w);
}

static bool signature_fits(const struct rsa *r, const struct public_key *key, struct span label,
			   struct span signature)
{
	return rsa_verify(key, PARTS(label, { r->h, HASH_LEN }), signature);
}

/* ---- transcript and keys ---- */

static void hash_first(struct rsa *r, struct span part1)
{
	uint8_t len[2];
	store_be16(len, (uint16_t)r->prologue_len);
	sha256(PARTS({ len, sizeof len }, { r->prologue, r->prologue_len },
		     { r->message_0, MESSAGE_0 }, part1),
	       r->h);
}

static void hash_next(struct rsa *r, struct span a, struct span b)
{
	sha256(PARTS({ r->h, HASH_LEN }, a, b), r->h);
}

static void first_mac(const struct rsa *r, const uint8_t psk[static PSK_LEN],
		      const uint8_t nonce[static NONCE], uint8_t mac[static HASH_LEN])
{
	uint8_t key[HASH_LEN];
	hkdf(span_of(NULL, 0), span_of(psk, PSK_LEN), span_text("schat rsa hello v1"), key,
	     sizeof key);
	hmac(span_of(key, sizeof key), PARTS({ r->prologue, r->prologue_len }, { nonce, NONCE }),
	     mac);
	bytes_wipe(key, sizeof key);
}

static void derive(const struct rsa *r, const char *label, uint8_t out[static 2 * SESSION_KEY])
{
	hkdf_expand(r->prk, PARTS(span_text(label), { r->h, HASH_LEN }), out, 2 * SESSION_KEY);
}

/* h is h2. */
static void make_handshake_keys(struct rsa *r, const uint8_t key[static SESSION_KEY])
{
	uint8_t both[2 * SESSION_KEY];
	hkdf_extract(span_of(r->psks[0], PSK_LEN), PARTS({ key, SESSION_KEY }), r->prk);
	derive(r, "schat rsa handshake v1", both);
	memcpy(r->kc, both, SESSION_KEY);
	memcpy(r->ks, both + SESSION_KEY, SESSION_KEY);
	bytes_wipe(both, sizeof both);
}

/* kc and ks seal one message each, so the nonce is zero; h is the associated data. */
static const uint8_t zero_nonce[AEAD_NONCE];

/* Seals what out holds since start, in place, and adds the tag. */
static void seal_once(const struct rsa *r, const uint8_t key[static SESSION_KEY],
		      struct writer *out, size_t start)
{
	struct aead aead;
	size_t len = out->len - start;
	write_zeroes(out, AEAD_TAG);
	assert(!out->full);
	aead_init(&aead, AEAD_AES_GCM, span_of(key, SESSION_KEY));
	aead_seal(&aead, zero_nonce, span_of(r->h, HASH_LEN), out->at + start, len);
	aead_wipe(&aead);
}

/* text: room for all of sealed; what it says is the text. */
static enum err open_once(const struct rsa *r, const uint8_t key[static SESSION_KEY],
			  struct span sealed, struct writer *text)
{
	struct aead aead;
	write_span(text, sealed);
	if (text->full)
		return ERR_FORMAT;
	aead_init(&aead, AEAD_AES_GCM, span_of(key, SESSION_KEY));
	bool good = aead_open(&aead, zero_nonce, span_of(r->h, HASH_LEN), text->at, text->len);
	aead_wipe(&aead);
	if (!good)
		return ERR_AUTH;
	text->len -= AEAD_TAG;
	return OK;
}

/* All that the handshake needed and the records do not. */
static void forget(struct rsa *r)
{
	bytes_wipe(r->psks, sizeof r->psks);
	bytes_wipe(r->prk, sizeof r->prk);
	bytes_wipe(r->kc, sizeof r->kc);
	bytes_wipe(r->ks, sizeof r->ks);
}

/* h is h4. */
static void finish(struct rsa *r)
{
	uint8_t traffic[2 * SESSION_KEY]; /* the initiator's key first */
	derive(r, "schat rsa traffic v1", traffic);
	struct span own = span_of(traffic + (r->initiator ? 0 : SESSION_KEY), SESSION_KEY);
	struct span peers = span_of(traffic + (r->initiator ? SESSION_KEY : 0), SESSION_KEY);
	records_init(&r->records, AEAD_AES_GCM, own, peers);
	derive(r, "schat rsa exporter v1", r->exporter);
	memcpy(r->base.session_id, r->h, SESSION_ID_LEN);
	bytes_wipe(traffic, sizeof traffic);
	forget(r);
	r->base.ready = true;
}

/* ---- initiator ---- */

static enum err write_message_0(struct rsa *r, struct span in, struct writer *out)
{
	if (in.len > 0)
		return ERR_STATE;
	random_fill(r->random, r->message_0, NONCE);
	first_mac(r, r->psks[0], r->message_0, r->message_0 + NONCE);
	write_span(out, span_of(r->message_0, MESSAGE_0));
	return OK;
}

/* *session: the key to encrypt to; *rest: what of the message h1 leaves for h2. */
static enum err read_message_1(struct rsa *r, struct span in, struct public_key *session,
			       struct span *rest)
{
	struct reader m = reader_of(in);
	struct public_key peer;
	read_span(&m, NONCE);
	if (read_key(&m, session) || read_key(&m, &peer))
		return ERR_FORMAT;
	struct span part1 = span_of(in.at, in.len - m.left);
	*rest = span_of(m.at, m.left);
	struct span signature = read_len16(&m);
	if (!read_end(&m))
		return ERR_FORMAT;

	hash_first(r, part1);
	if (!signature_fits(r, &peer, span_of(server_label, sizeof server_label), signature))
		return ERR_AUTH;
	r->base.peer = peer;
	r->base.peer_known = true;
	return r->expected && !public_key_equal(r->expected, &peer) ? ERR_TRUST : OK;
}

static void write_message_2(struct rsa *r, const struct public_key *session, struct span rest,
			    struct writer *out)
{
	uint8_t key[SESSION_KEY];
	random_fill(r->random, key, sizeof key);

	size_t start = out->len;
	write_be16(out, (uint16_t)session->len);
	rsa_encrypt(session, span_of(key, sizeof key), r->random, out);
	hash_next(r, rest, since(out, start)); /* h2 */
	make_handshake_keys(r, key);
	bytes_wipe(key, sizeof key);

	start = out->len;
	write_key(out, &r->identity->public);
	write_signature(out, r, span_of(client_label, sizeof client_label));
	payload_write(out, r->aes, span_of(r->payload, r->payload_len));
	seal_once(r, r->kc, out, start);
	hash_next(r, since(out, start), span_of(NULL, 0)); /* h3 */
}

static enum err answer_message_1(struct rsa *r, struct span in, struct writer *out)
{
	struct public_key session;
	struct span rest;
	enum err err = read_message_1(r, in, &session, &rest);
	if (!err)
		write_message_2(r, &session, rest, out);
	return err;
}

static enum err read_message_3(struct rsa *r, struct span in)
{
	uint8_t bytes[LIMIT_HELLO + AEAD_TAG];
	struct writer text = writer_of(bytes, sizeof bytes);
	bool aes; /* of no consequence: the records are AES anyway */
	enum err err = open_once(r, r->ks, in, &text);
	if (!err)
		err = payload_read(&r->base, written(&text), &aes);
	bytes_wipe(bytes, sizeof bytes);
	if (err)
		return err;
	hash_next(r, in, span_of(NULL, 0)); /* h4 */
	finish(r);
	return OK;
}

/* ---- responder ---- */

/* Which of the psks made the MAC; the rest are forgotten. */
static enum err read_message_0(struct rsa *r, struct span in)
{
	uint8_t mac[HASH_LEN];
	size_t i;
	if (in.len != MESSAGE_0)
		return ERR_FORMAT;
	for (i = 0; i < r->psks_count; i++) {
		first_mac(r, r->psks[i], in.at, mac);
		if (bytes_equal(mac, in.at + NONCE, HASH_LEN))
			break;
	}
	bytes_wipe(mac, sizeof mac);
	if (i == r->psks_count)
		return ERR_AUTH;

	r->base.psk_index = i;
	memmove(r->psks[0], r->psks[i], PSK_LEN);
	bytes_wipe(r->psks[1], sizeof r->psks - PSK_LEN);
	memcpy(r->message_0, in.at, MESSAGE_0);
	return OK;
}

static void write_message_1(struct rsa *r, struct writer *out)
{
	uint8_t nonce[NONCE];
	size_t start = out->len;
	random_fill(r->random, nonce, sizeof nonce);
	write_span(out, span_of(nonce, sizeof nonce));
	write_key(out, &r->session_pair->public);
	write_key(out, &r->identity->public);
	hash_first(r, since(out, start)); /* h1 */

	struct writer signature = writer_of(r->signature, sizeof r->signature);
	write_signature(&signature, r, span_of(server_label, sizeof server_label));
	r->signature_len = signature.len;
	write_span(out, written(&signature));
}

static enum err answer_message_0(struct rsa *r, struct span in, struct writer *out)
{
	enum err err = read_message_0(r, in);
	if (!err)
		write_message_1(r, out);
	return err;
}

/* The text of sealed2. h is h2. */
static enum err read_client(struct rsa *r, struct span text)
{
	struct reader m = reader_of(text);
	struct public_key peer;
	bool aes;
	if (read_key(&m, &peer))
		return ERR_FORMAT;
	struct span signature = read_len16(&m);
	struct span payload = read_span(&m, m.left);
	if (!read_end(&m))
		return ERR_FORMAT;
	if (!signature_fits(r, &peer, span_of(client_label, sizeof client_label), signature))
		return ERR_AUTH;
	r->base.peer = peer;
	r->base.peer_known = true;
	return payload_read(&r->base, payload, &aes);
}

/* A session key that does not decrypt is a random one from here on: then sealed2 does not open, and
 * nobody can tell the one from the other. */
static enum err read_message_2(struct rsa *r, struct span in)
{
	struct reader m = reader_of(in);
	struct span encrypted = read_len16(&m);
	struct span part2 = span_of(in.at, in.len - m.left);
	struct span sealed = read_span(&m, m.left);
	if (!read_end(&m))
		return ERR_FORMAT;
	hash_next(r, span_of(r->signature, r->signature_len), part2); /* h2 */

	uint8_t key[SESSION_KEY];
	rsa_decrypt(r->session_pair, encrypted, r->random, key, sizeof key);
	make_handshake_keys(r, key);
	bytes_wipe(key, sizeof key);

	uint8_t bytes[LIMIT_SEALED];
	struct writer text = writer_of(bytes, sizeof bytes);
	enum err err = open_once(r, r->kc, sealed, &text);
	if (!err)
		err = read_client(r, written(&text));
	bytes_wipe(bytes, sizeof bytes);
	if (!err)
		hash_next(r, sealed, span_of(NULL, 0)); /* h3 */
	return err;
}

static void write_message_3(struct rsa *r, struct writer *out)
{
	size_t start = out->len;
	payload_write(out, r->aes, span_of(r->payload, r->payload_len));
	seal_once(r, r->ks, out, start);
	hash_next(r, since(out, start), span_of(NULL, 0)); /* h4 */
	finish(r);
}

static enum err answer_message_2(struct rsa *r, struct span in, struct writer *out)
{
	enum err err = read_message_2(r, in);
	if (!err)
		write_message_3(r, out);
	return err;
}

/* ---- the class ---- */

static enum err step(struct rsa *r, struct span in, struct writer *out)
{
	switch (r->next) {
	case 0: return r->initiator ? write_message_0(r, in, out) : answer_message_0(r, in, out);
	case 1: return answer_message_1(r, in, out);
	case 2: return answer_message_2(r, in, out);
	default: return read_message_3(r, in);
	}
}

static enum err rsa_handshake(struct encryptor *e, struct span in, struct writer *out)
{
	struct rsa *r = rsa_of(e);
	if (r->dead || e->ready)
		return ERR_STATE;
	enum err err = step(r, in, out);
	if (!err) {
		r->next += r->next == 0 && r->initiator ? 1 : 2;
	} else if (r->next > 0) {
		r->dead = true;
		forget(r);
	}
	return err;
}

static void rsa_seal(struct encryptor *e, uint64_t counter, struct span header, uint8_t *data,
		     size_t len)
{
	assert(e->ready);
	records_seal(&rsa_of(e)->records, counter, header, data, len);
}

static enum err rsa_open(struct encryptor *e, uint64_t counter, struct span header, uint8_t *data,
			 size_t len)
{
	assert(e->ready);
	return records_open(&rsa_of(e)->records, counter, header, data, len);
}

static void rsa_export(const struct encryptor *e, struct span label, uint8_t out[static 32])
{
	assert(e->ready);
	hkdf_expand(((const struct rsa *)e)->exporter, PARTS(label), out, 32);
}

const struct encryptor_class rsa_class = {
	.name = "rsa",
	.suite = SUITE_RSA,
	.key_type = KEY_RSA,
	.insecure = false,
	.messages = 4,
	.size = sizeof(struct rsa),
	.init = rsa_init,
	.handshake = rsa_handshake,
	.seal = rsa_seal,
	.open = rsa_open,
	.export = rsa_export,
};
