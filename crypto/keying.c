/* keying: see keying.h; docs/PROTOCOL.md section 4.
 *
 *   plain    initiator  START -> SUITE
 *            responder  START -> SUITE
 *   pairing  initiator  START -> SHARED (share A sent) -> CONFIRMED (confirm A sent) -> SUITE
 *            responder  START -> SHARED (share B sent) -> SUITE (confirm B sent)
 *
 * In SUITE all further messages are the suite's. What does not verify leads to DEAD, except a
 * responder's first message: that came from a stranger, and another may come. */
#include "crypto/keying.h"

#include <stdlib.h>
#include <string.h>

#include "base/assert.h"
#include "crypto/ct.h"
#include "crypto/sha256.h"

enum { VERSION = 1, PROLOGUE_LEN = 8, CONTEXT_LEN = PROLOGUE_LEN + 4 };

enum form { FORM_PLAIN = 0, FORM_PAIRING = 1 }; /* as on the wire: the first byte of message 0 */

/* ---- start and end ---- */

static bool has_trust(const struct keying_config *c)
{
	if (c->suite->insecure)
		return !c->code && !c->expected && !c->contacts;
	return c->code || c->first_use || (c->initiator ? c->expected != NULL : c->contacts);
}

struct keying *keying_new(const struct keying_config *config)
{
	assert(config->payload.len <= LIMIT_HELLO_PAYLOAD);
	if (!has_trust(config) || !encryptor_has_keys(config->suite, config->initiator,
	                                              config->identity, config->session_key))
		return NULL;
	struct keying *k = calloc(1, sizeof *k);
	if (!k)
		return NULL;
	struct writer payload = writer_of(k->payload, sizeof k->payload);
	write_span(&payload, config->payload);
	k->config = *config;
	k->config.payload = written(&payload);
	if (config->code) {
		k->code = *config->code;
		k->config.code = &k->code;
	}
	return k;
}

void keying_free(struct keying *k)
{
	if (k == NULL)
		return;
	encryptor_free(k->encryptor);
	bytes_wipe(k, sizeof *k);
	free(k);
}

/* ---- the suite inside ---- */

static void write_prologue(struct writer *w, const struct keying *k, enum form form)
{
	write_span(w, span_text("schat"));
	write_u8(w, VERSION);
	write_u8(w, (uint8_t)k->config.suite->suite);
	write_u8(w, (uint8_t)form);
}

static void add_psk(struct keying *k, enum trust trust, const uint8_t psk[static PSK_LEN])
{
	memcpy(k->psks[k->psks_count], psk, PSK_LEN);
	k->trusts[k->psks_count++] = trust;
}

/* A plain handshake: the responder's key, known to both, is a secret from strangers; zeroes are
 * not. An initiator has exactly one psk. */
static void add_plain_psks(struct keying *k)
{
	const struct keying_config *c = &k->config;
	const struct public_key *own = c->contacts ? &c->identity->public : NULL;
	const struct public_key *responder = c->initiator ? c->expected : own;
	static const uint8_t zeroes[PSK_LEN];

	k->psks_count = 0;
	if (responder != NULL && !(c->initiator && c->first_use)) {
		uint8_t psk[PSK_LEN];
		mutual_psk(responder, psk);
		add_psk(k, TRUST_CONTACT, psk);
		bytes_wipe(psk, sizeof psk);
	}
	if (c->first_use || c->suite->insecure)
		add_psk(k, c->suite->insecure ? TRUST_NONE : TRUST_FIRST_USE, zeroes);
}

static enum err suite_start(struct keying *k, enum form form)
{
	const struct keying_config *c = &k->config;
	uint8_t bytes[PROLOGUE_LEN];
	struct writer prologue = writer_of(bytes, sizeof bytes);
	write_prologue(&prologue, k, form);

	enum err err;
	encryptor_free(k->encryptor);
	k->encryptor = encryptor_new(c->suite,
	                             &(struct encryptor_config){
					 .initiator = c->initiator,
					 .aes = c->aes,
					 .identity = c->identity,
					 .session_key = c->session_key,
					 .expected = c->expected,
					 .psks = (const uint8_t(*)[PSK_LEN])k->psks,
					 .psks_count = k->psks_count,
					 .prologue = written(&prologue),
					 .payload = c->payload,
					 .random = c->random,
				     },
	                             &err);
	bytes_wipe(k->psks, sizeof k->psks); /* the suite has copied them */
	return err;
}

static enum err suite_step(struct keying *k, struct span in, struct writer *out)
{
	if (k->encryptor == NULL)
		return ERR_STATE;
	enum err err = encryptor_handshake(k->encryptor, in, out);
	if (!err)
		k->state = KEYING_SUITE;
	if (!err && k->encryptor->ready)
		k->trust = k->trusts[k->encryptor->psk_index];
	return err;
}

/* ---- plain ---- */

static void piece_key(const uint8_t psk[static PSK_LEN], uint8_t key[static 32])
{
	sha256_hkdf(span_of(NULL, 0), span_of(psk, PSK_LEN), span_text("schat piece v1"), key, 32);
}

static void tag_of(const uint8_t key[static 32], struct span header, struct span piece,
                   uint8_t tag[static KEYING_TAG])
{
	uint8_t whole[HASH_LEN];
	sha256_hmac(span_of(key, 32), PARTS(header, piece), whole);
	memcpy(tag, whole, KEYING_TAG);
}

size_t keying_split(const struct keying *k)
{
	return k->config.suite->split > 0 ? 1 + k->config.suite->split : 0;
}

void keying_tag(const struct keying *k, struct span header, struct span piece,
                uint8_t tag[static KEYING_TAG])
{
	tag_of(k->piece_key, header, piece, tag);
	ct_public(tag, KEYING_TAG);
}

bool keying_tag_fits(struct keying *k, struct span header, struct span piece,
                     const uint8_t tag[static KEYING_TAG])
{
	bool had = k->has_piece_key;
	uint8_t right[KEYING_TAG];
	if (!had)
		add_plain_psks(k);
	for (size_t i = 0; i < (had ? 1 : k->psks_count); i++) {
		if (!had)
			piece_key(k->psks[i], k->piece_key);
		tag_of(k->piece_key, header, piece, right);
		if (!ct_verdict(bytes_equal(right, tag, KEYING_TAG)))
			continue;
		if (!had) {
			memmove(k->psks[0], k->psks[i], PSK_LEN);
			k->trusts[0] = k->trusts[i];
			k->psks_count = 1;
		}
		k->has_piece_key = true;
		return true;
	}
	return false;
}

static enum err begin_plain(struct keying *k, struct writer *out)
{
	add_plain_psks(k);
	piece_key(k->psks[0], k->piece_key);
	enum err err = suite_start(k, FORM_PLAIN);
	if (err)
		return err;
	write_u8(out, FORM_PLAIN);
	return suite_step(k, span_of(NULL, 0), out);
}

static enum err answer_plain(struct keying *k, struct span suite_message, struct writer *out)
{
	if (k->encryptor == NULL) { /* else it waits since an earlier stranger failed */
		if (!k->has_piece_key)
			add_plain_psks(k);
		if (k->psks_count == 0)
			return ERR_AUTH;
		enum err err = suite_start(k, FORM_PLAIN);
		if (err)
			return err;
	}
	return suite_step(k, suite_message, out);
}

/* ---- pairing ---- */

static enum err begin_pairing(struct keying *k, struct writer *out)
{
	uint8_t share[SPAKE2_SHARE];
	spake2_start(&k->spake2, true, k->config.code, k->config.random, share);
	write_u8(out, FORM_PAIRING);
	write_span(out, span_of(share, sizeof share));
	k->state = KEYING_SHARED;
	return OK;
}

/* The peer's share; both confirmations, and the suite's psk, follow from it. */
static enum err join_shares(struct keying *k, struct span share)
{
	uint8_t bytes[CONTEXT_LEN];
	struct writer context = writer_of(bytes, sizeof bytes);
	write_prologue(&context, k, FORM_PAIRING);
	write_be32(&context, k->config.code->has_nameplate ? k->config.code->nameplate : 0);
	return spake2_share(&k->spake2, share, written(&context));
}

static enum err answer_share(struct keying *k, struct span share, struct writer *out)
{
	if (!k->config.code)
		return ERR_AUTH;
	uint8_t own[SPAKE2_SHARE];
	spake2_start(&k->spake2, false, k->config.code, k->config.random, own);
	enum err err = join_shares(k, share);
	if (err) {
		bytes_wipe(&k->spake2, sizeof k->spake2);
		return err;
	}
	write_span(out, span_of(own, sizeof own));
	k->state = KEYING_SHARED;
	return OK;
}

/* Our confirmation, and behind it the suite's next message. */
static enum err confirm(struct keying *k, struct span suite_message, struct writer *out)
{
	uint8_t own[SPAKE2_CONFIRM];
	spake2_confirm(&k->spake2, own);
	write_span(out, span_of(own, sizeof own));

	k->psks_count = 0;
	add_psk(k, TRUST_CODE, spake2_key(&k->spake2));
	enum err err = suite_start(k, FORM_PAIRING);
	return err ? err : suite_step(k, suite_message, out);
}

/* Takes the peer's confirmation off the front of its message. */
static enum err verify(struct keying *k, struct reader *message)
{
	enum err err = spake2_verify(&k->spake2, read_span(message, SPAKE2_CONFIRM));
	k->guessed = err != OK;
	return err;
}

/* ---- messages ---- */

static enum err initiate(struct keying *k, struct span in, struct writer *out)
{
	if (in.len > 0)
		return ERR_STATE;
	return k->config.code ? begin_pairing(k, out) : begin_plain(k, out);
}

static enum err respond(struct keying *k, struct span in, struct writer *out)
{
	struct reader r = reader_of(in);
	uint8_t form = read_u8(&r);
	struct span rest = read_span(&r, r.left);
	if (r.bad || form > FORM_PAIRING)
		return ERR_FORMAT;
	return form == FORM_PAIRING ? answer_share(k, rest, out) : answer_plain(k, rest, out);
}

static enum err initiator_shared(struct keying *k, struct span in, struct writer *out)
{
	enum err err = join_shares(k, in);
	if (!err)
		err = confirm(k, span_of(NULL, 0), out);
	if (!err)
		k->state = KEYING_CONFIRMED;
	return err;
}

static enum err initiator_confirmed(struct keying *k, struct span in, struct writer *out)
{
	struct reader r = reader_of(in);
	enum err err = verify(k, &r);
	return err ? err : suite_step(k, read_span(&r, r.left), out);
}

static enum err responder_shared(struct keying *k, struct span in, struct writer *out)
{
	struct reader r = reader_of(in);
	enum err err = verify(k, &r);
	return err ? err : confirm(k, read_span(&r, r.left), out);
}

static enum err step(struct keying *k, struct span in, struct writer *out)
{
	bool initiator = k->config.initiator;
	switch (k->state) {
	case KEYING_START: return initiator ? initiate(k, in, out) : respond(k, in, out);
	case KEYING_SHARED:
		return initiator ? initiator_shared(k, in, out) : responder_shared(k, in, out);
	case KEYING_CONFIRMED: return initiator_confirmed(k, in, out);
	case KEYING_SUITE: return suite_step(k, in, out);
	case KEYING_DEAD: break;
	}
	return ERR_STATE;
}

enum err keying_handshake(struct keying *k, struct span in, struct writer *out)
{
	assert(writer_room(out) >= LIMIT_HANDSHAKE);
	bool first = k->state == KEYING_START && !k->config.initiator;
	struct writer before = *out;
	enum err err = step(k, in, out);
	assert(!out->full);
	if (err)
		*out = before;
	if (err && err != ERR_STATE && !first)
		k->state = KEYING_DEAD;
	if (k->state == KEYING_SUITE || k->state == KEYING_DEAD) {
		bytes_wipe(&k->spake2, sizeof k->spake2);
		bytes_wipe(&k->code, sizeof k->code);
	}
	return err;
}

enum trust keying_claim(const struct keying *k)
{
	bool known = k->state == KEYING_SUITE && k->encryptor != NULL && !k->config.initiator;
	return known              ? k->trusts[k->encryptor->psk_index]
	       : k->has_piece_key ? k->trusts[0]
	                          : TRUST_NONE;
}

bool keying_ready(const struct keying *k)
{
	return k->encryptor != NULL && k->encryptor->ready;
}

struct encryptor *keying_take(struct keying *k)
{
	if (!keying_ready(k))
		return NULL;
	struct encryptor *ready = k->encryptor;
	k->encryptor = NULL;
	return ready;
}

bool keying_is_pairing(struct span first_message)
{
	return first_message.len > 0 && first_message.at[0] == FORM_PAIRING;
}
