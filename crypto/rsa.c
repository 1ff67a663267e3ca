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
#include "crypto/rsa_ops.h"
#include "crypto/rsa_transcript.h"
#include "crypto/suites.h"

/* With their final 0, which is part of them. */
static const char server_label[] = "schat rsa server v1", client_label[] = "schat rsa client v1";

static struct rsa *rsa_of(struct encryptor *e)
{
	return (struct rsa *)e;
}

static bool is_rsa(const struct identity *id)
{
	return id != NULL && id->public.type == KEY_RSA;
}

static enum err rsa_init(struct encryptor *e, const struct encryptor_config *config)
{
	struct rsa *r = rsa_of(e);
	if (!is_rsa(config->identity) || (!config->initiator && !is_rsa(config->session_key)))
		return ERR_STATE;
	r->identity = config->identity;
	r->session_key = config->session_key;
	struct writer prologue = writer_of(r->prologue, sizeof r->prologue);
	write_span(&prologue, config->prologue);
	assert(!prologue.full);
	r->prologue_len = prologue.len;
	r->psks_count = config->psks_count;
	for (size_t i = 0; i < r->psks_count; i++)
		memcpy(r->psks[i], config->psks[i], PSK_LEN);
	return OK;
}

/* What has been written since start. */
static struct span since(const struct writer *w, size_t start)
{
	return span_of(w->at + start, w->len - start);
}

/* ---- initiator ---- */

static enum err write_message_0(struct rsa *r, struct span in, struct writer *out)
{
	if (in.len > 0)
		return ERR_STATE;
	random_fill(r->records.base.random, r->message_0, RSA_NONCE);
	rsa_transcript_first_mac(r, r->psks[0], r->message_0, r->message_0 + RSA_NONCE);
	write_span(out, span_of(r->message_0, RSA_MESSAGE_0));
	return OK;
}

/* Who the responder is: the text of sealed1. h is h0, and becomes h1. */
static enum err read_server(struct rsa *r, struct span text)
{
	struct reader m = reader_of(text);
	struct public_key peer;
	if (rsa_transcript_read_key(&m, &peer))
		return ERR_FORMAT;
	struct span shown = span_of(text.at, text.len - m.left);
	struct span signature = rsa_transcript_read_len16(&m);
	if (!read_end(&m))
		return ERR_FORMAT;

	rsa_transcript_hash_next(r, shown, span_of(NULL, 0)); /* h1 */
	if (!rsa_transcript_signature_fits(r, &peer, span_of(server_label, sizeof server_label),
	                                   signature))
		return ERR_AUTH;
	r->records.base.peer = peer;
	r->records.base.peer_known = true;
	const struct public_key *expected = r->records.base.expected;
	return expected != NULL && !public_key_equal(expected, &peer) ? ERR_TRUST : OK;
}

/* *session: the key to encrypt to; *sealed1: what of the message is hashed into h2 as it came. */
static enum err read_message_1(struct rsa *r, struct span in, struct public_key *session,
                               struct span *sealed1)
{
	struct reader m = reader_of(in);
	struct span nonce = read_span(&m, RSA_NONCE);
	if (rsa_transcript_read_key(&m, session))
		return ERR_FORMAT;
	*sealed1 = span_of(m.at, m.left);
	rsa_transcript_hash_first(r, span_of(in.at, in.len - m.left)); /* h0 */
	rsa_transcript_make_reveal_key(r, nonce.at);

	uint8_t bytes[RSA_SEALED1_MAX];
	struct writer text = writer_of(bytes, sizeof bytes);
	enum err err = rsa_transcript_open_once(r->k1, r->h, *sealed1, &text);
	if (!err)
		err = read_server(r, written(&text));
	bytes_wipe(bytes, sizeof bytes);
	return err;
}

static void write_message_2(struct rsa *r, const struct public_key *session, struct span sealed1,
                            struct writer *out)
{
	uint8_t key[RSA_SESSION_KEY];
	random_fill(r->records.base.random, key, sizeof key);

	size_t start = out->len;
	write_be16(out, (uint16_t)session->len);
	rsa_ops_encrypt(session, span_of(key, sizeof key), r->records.base.random, out);
	rsa_transcript_hash_next(r, sealed1, since(out, start)); /* h2 */
	rsa_transcript_make_handshake_keys(r, key);
	bytes_wipe(key, sizeof key);

	start = out->len;
	rsa_transcript_write_key(out, &r->identity->public);
	rsa_transcript_write_signature(out, r, span_of(client_label, sizeof client_label));
	hello_write(&r->records.base, out);
	rsa_transcript_seal_once(r->kc, r->h, out, start);
	rsa_transcript_hash_next(r, since(out, start), span_of(NULL, 0)); /* h3 */
}

static enum err answer_message_1(struct rsa *r, struct span in, struct writer *out)
{
	struct public_key session;
	struct span sealed1;
	enum err err = read_message_1(r, in, &session, &sealed1);
	if (!err)
		write_message_2(r, &session, sealed1, out);
	return err;
}

static enum err read_message_3(struct rsa *r, struct span in)
{
	uint8_t bytes[LIMIT_HELLO + AEAD_TAG];
	struct writer text = writer_of(bytes, sizeof bytes);
	bool aes; /* of no consequence: the records are AES anyway */
	enum err err = rsa_transcript_open_once(r->ks, r->h, in, &text);
	if (!err)
		err = hello_read(&r->records.base, written(&text), &aes);
	bytes_wipe(bytes, sizeof bytes);
	if (err)
		return err;
	rsa_transcript_hash_next(r, in, span_of(NULL, 0)); /* h4 */
	rsa_transcript_finish(r);
	return OK;
}

/* ---- responder ---- */

/* Which of the psks made the MAC; the rest are forgotten. */
static enum err read_message_0(struct rsa *r, struct span in)
{
	uint8_t mac[HASH_LEN];
	size_t i;
	if (in.len != RSA_MESSAGE_0)
		return ERR_FORMAT;
	for (i = 0; i < r->psks_count; i++) {
		rsa_transcript_first_mac(r, r->psks[i], in.at, mac);
		if (ct_verdict(bytes_equal(mac, in.at + RSA_NONCE, HASH_LEN)))
			break;
	}
	bytes_wipe(mac, sizeof mac);
	if (i == r->psks_count)
		return ERR_AUTH;

	r->records.base.psk_index = i;
	memmove(r->psks[0], r->psks[i], PSK_LEN);
	bytes_wipe(r->psks[1], sizeof r->psks - PSK_LEN);
	memcpy(r->message_0, in.at, RSA_MESSAGE_0);
	return OK;
}

static void write_message_1(struct rsa *r, struct writer *out)
{
	uint8_t nonce[RSA_NONCE], h0[HASH_LEN];
	size_t start = out->len;
	random_fill(r->records.base.random, nonce, sizeof nonce);
	write_span(out, span_of(nonce, sizeof nonce));
	rsa_transcript_write_key(out, &r->session_key->public);
	rsa_transcript_hash_first(r, since(out, start)); /* h0 */
	rsa_transcript_make_reveal_key(r, nonce);
	memcpy(h0, r->h, sizeof h0);

	start = out->len;
	rsa_transcript_write_key(out, &r->identity->public);
	rsa_transcript_hash_next(r, since(out, start), span_of(NULL, 0)); /* h1 */
	rsa_transcript_write_signature(out, r, span_of(server_label, sizeof server_label));
	rsa_transcript_seal_once(r->k1, h0, out, start);

	struct writer sealed1 = writer_of(r->sealed1, sizeof r->sealed1);
	write_span(&sealed1, since(out, start));
	assert(!sealed1.full);
	r->sealed1_len = sealed1.len;
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
	if (rsa_transcript_read_key(&m, &peer))
		return ERR_FORMAT;
	struct span signature = rsa_transcript_read_len16(&m);
	struct span payload = read_span(&m, m.left);
	if (!read_end(&m))
		return ERR_FORMAT;
	if (!rsa_transcript_signature_fits(r, &peer, span_of(client_label, sizeof client_label),
	                                   signature))
		return ERR_AUTH;
	r->records.base.peer = peer;
	r->records.base.peer_known = true;
	return hello_read(&r->records.base, payload, &aes);
}

/* A session key that does not decrypt is a random one from here on: then sealed2 does not open, and
 * nobody can tell the one from the other. */
static enum err read_message_2(struct rsa *r, struct span in)
{
	struct reader m = reader_of(in);
	struct span encrypted = rsa_transcript_read_len16(&m);
	struct span part2 = span_of(in.at, in.len - m.left);
	struct span sealed = read_span(&m, m.left);
	if (!read_end(&m))
		return ERR_FORMAT;
	rsa_transcript_hash_next(r, span_of(r->sealed1, r->sealed1_len), part2); /* h2 */

	uint8_t key[RSA_SESSION_KEY];
	rsa_ops_decrypt(r->session_key, encrypted, r->records.base.random, key, sizeof key);
	rsa_transcript_make_handshake_keys(r, key);
	bytes_wipe(key, sizeof key);

	uint8_t bytes[RSA_SEALED2_MAX];
	struct writer text = writer_of(bytes, sizeof bytes);
	enum err err = rsa_transcript_open_once(r->kc, r->h, sealed, &text);
	if (!err)
		err = read_client(r, written(&text));
	bytes_wipe(bytes, sizeof bytes);
	if (!err)
		rsa_transcript_hash_next(r, sealed, span_of(NULL, 0)); /* h3 */
	return err;
}

static void write_message_3(struct rsa *r, struct writer *out)
{
	size_t start = out->len;
	hello_write(&r->records.base, out);
	rsa_transcript_seal_once(r->ks, r->h, out, start);
	rsa_transcript_hash_next(r, since(out, start), span_of(NULL, 0)); /* h4 */
	rsa_transcript_finish(r);
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
	case 0:
		return r->records.base.initiator ? write_message_0(r, in, out)
		                                 : answer_message_0(r, in, out);
	case 1: return answer_message_1(r, in, out);
	case 2: return answer_message_2(r, in, out);
	default: return read_message_3(r, in);
	}
}

static enum err rsa_handshake(struct encryptor *e, struct span in, struct writer *out)
{
	struct rsa *r = rsa_of(e);
	if (e->dead || e->ready)
		return ERR_STATE;
	enum err err = step(r, in, out);
	if (!err) {
		r->next += r->next == 0 && e->initiator ? 1 : 2;
	} else if (r->next > 0) {
		e->dead = true;
		rsa_transcript_forget(r);
	}
	return err;
}

const struct encryptor_class rsa_class = {
	.name = "rsa",
	.suite = SUITE_RSA,
	.key_type = KEY_RSA,
	.session_key = KEY_RSA,
	.insecure = false,
	.messages = 4,
	.size = sizeof(struct rsa),
	.init = rsa_init,
	.handshake = rsa_handshake,
	.seal = records_seal,
	.open = records_open,
	.export = records_export,
};
