/* noise: Noise_XXpsk0_25519_ChaChaPoly_SHA256 and records under AES-256-GCM or ChaCha20-Poly1305.
 * docs/PROTOCOL.md section 5.1. And hybrid, the same with ML-KEM-768 beside X25519: section 5.4.
 * The handshake itself is in noise_engine.c.
 *
 *   initiator                              responder
 *   0: psk, e (, e1)         ------------> tries its psks; silence when none fits
 *   peer is known; expected? <------------ 1: e, ee, (ekem1,) s, es, responder's hello
 *   2: s, se, hello          ------------> peer is known, ready
 */
#include "crypto/noise.h"

#include <string.h>

#include "crypto/ct.h"
#include "crypto/mlkem768.h"
#include "crypto/noise_engine.h"
#include "crypto/records.h"
#include "crypto/sha256.h"

struct noise {
	struct records records; /* and the base */
	struct noise_state state;
	uint8_t kem[]; /* of MLKEM768_DK, in hybrid */
};

/* The handshake from its beginning, under one of the psks. */
static void start(struct noise *n, size_t psk)
{
	const struct encryptor_config *c = &n->records.base.config;
	bool hybrid = n->records.base.class == &noise_hybrid_class;
	noise_engine_start(&n->state,
	                   &(struct noise_config){
			       .pattern = hybrid ? &noise_engine_hybrid : &noise_engine_xxpsk0,
			       .kem = hybrid ? n->kem : NULL,
			       .initiator = c->initiator,
			       .prologue = c->prologue,
			       .s = c->identity->secret.x25519,
			       .s_public = c->identity->public.bytes,
			       .psks = &c->psks[psk],
			       .psks_count = 1,
			   });
}

static enum err write_hello(struct noise *n, struct writer *out)
{
	uint8_t text[LIMIT_HELLO];
	struct writer hello = writer_of(text, sizeof text);
	encryptor_write_hello(&n->records.base, &hello);
	enum err err =
	    noise_engine_write(&n->state, n->records.base.config.random, written(&hello), out);
	bytes_wipe(text, sizeof text);
	return err;
}

/* The peer's long-term key and hello, both authenticated. */
static enum err read_hello(struct noise *n, struct span in)
{
	struct encryptor *e = &n->records.base;
	uint8_t text[LIMIT_HELLO];
	struct writer hello = writer_of(text, sizeof text);
	enum err err = noise_engine_read(&n->state, in, &hello);
	if (!err)
		err = encryptor_read_hello(e, written(&hello));
	bytes_wipe(text, sizeof text);
	if (err)
		return err;

	struct public_key peer = { .type = KEY_X25519, .len = X25519_LEN };
	memcpy(peer.bytes, n->state.rs, X25519_LEN);
	ct_public(peer.bytes, X25519_LEN); /* to its receiver */
	if (public_key_check(&peer))
		return ERR_AUTH;
	return encryptor_meet(e, &peer);
}

/* The key of one direction from its half of Split(): bound to the AEAD, so that no key ever serves
 * two. */
static void record_key(enum aead_kind kind, const uint8_t half[static 32], uint8_t key[static 32])
{
	const char *name = kind == AEAD_AES_GCM ? "AES-256-GCM" : "ChaCha20-Poly1305";
	sha256_hkdf(span_of(NULL, 0), span_of(half, 32), span_text(name), key, 32);
}

static void finish(struct noise *n)
{
	struct encryptor *e = &n->records.base;
	struct {
		uint8_t halves[2][32], keys[2][32], prk[HASH_LEN];
	} secret; /* [0]: initiator to responder */
	/* cppcheck-suppress uninitvar ; it is written here */
	noise_engine_split(&n->state, secret.halves[0], secret.halves[1]);
	memcpy(e->session_id, n->state.h, SESSION_ID_LEN);

	sha256_extract(span_of(n->state.h, HASH_LEN),
	               PARTS({ secret.halves[0], sizeof secret.halves }), secret.prk);
	sha256_expand(secret.prk, PARTS(span_text("schat exporter v1")), e->exporter,
	              sizeof e->exporter);

	enum aead_kind kind = e->config.aes && e->peer_aes ? AEAD_AES_GCM : AEAD_CHACHA20_POLY1305;
	record_key(kind, secret.halves[0], secret.keys[0]);
	record_key(kind, secret.halves[1], secret.keys[1]);
	records_start(&n->records, kind, secret.keys[0], sizeof secret.keys[0]);

	bytes_wipe(&secret, sizeof secret);
	bytes_wipe(&n->state, sizeof n->state);
}

/* Message 0 in, message 1 out. If anything fails, another first message may come. */
static enum err respond(struct noise *n, struct span in, struct writer *out)
{
	enum err err = ERR_AUTH;
	size_t i;
	for (i = 0; i < n->records.base.config.psks_count; i++) {
		start(n, i);
		struct writer nothing = writer_of(NULL, 0);
		err = noise_engine_read(&n->state, in, &nothing);
		if (err != ERR_AUTH)
			break;
	}
	if (!err)
		err = write_hello(n, out);
	if (!err)
		n->records.base.psk_index = i;
	return err;
}

static enum err conclude(struct noise *n, struct span in, struct writer *out)
{
	enum err err = read_hello(n, in);
	if (!err && n->records.base.config.initiator)
		err = write_hello(n, out);
	if (!err)
		finish(n);
	return err;
}

static enum err noise_handshake(struct encryptor *e, struct span in, struct writer *out)
{
	struct noise *n = (struct noise *)e;
	if (e->next > 0)
		return conclude(n, in, out);
	if (!e->config.initiator)
		return respond(n, in, out);
	start(n, 0);
	return noise_engine_write(&n->state, e->config.random, span_of(NULL, 0), out);
}

const struct encryptor_class noise_class = {
	.name = "noise",
	.suite = SUITE_NOISE,
	.key_type = KEY_X25519,
	.messages = 3,
	.size = sizeof(struct noise),
	.handshake = noise_handshake,
	.seal = records_seal,
	.open = records_open,
};

const struct encryptor_class noise_hybrid_class = {
	.name = "hybrid",
	.suite = SUITE_HYBRID,
	.key_type = KEY_X25519,
	.messages = 3,
	.split = X25519_LEN + MLKEM768_EK + 2 * NOISE_TAG,
	.size = sizeof(struct noise) + MLKEM768_DK,
	.handshake = noise_handshake,
	.seal = records_seal,
	.open = records_open,
};
