/* noise_engine: see noise_engine.h. Sections are those of the Noise specification, revision 34. */
#include "crypto/noise_engine.h"

#include <string.h>

#include "base/assert.h"
#include "crypto/aead.h"
#include "crypto/ct.h"
#include "crypto/mlkem768.h"
#include "crypto/x25519.h"

const struct noise_pattern noise_engine_xxpsk0 = {
	.name = "Noise_XXpsk0_25519_ChaChaPoly_SHA256",
	.psk = true,
	.messages = 3,
	.tokens = { { NOISE_PSK, NOISE_E },
	            { NOISE_E, NOISE_EE, NOISE_S, NOISE_ES },
	            { NOISE_S, NOISE_SE } },
};

const struct noise_pattern noise_engine_hybrid = {
	.name = "Noise_XXhfs+psk0_25519+MLKEM768_ChaChaPoly_SHA256",
	.psk = true,
	.messages = 3,
	.tokens = { { NOISE_PSK, NOISE_E, NOISE_E1 },
	            { NOISE_E, NOISE_EE, NOISE_EKEM1, NOISE_S, NOISE_ES },
	            { NOISE_S, NOISE_SE } },
};

/* ---- 5.2 The SymmetricState object ---- */

static void mix_hash(struct noise_state *state, struct span data)
{
	sha256(PARTS({ state->h, HASH_LEN }, data), state->h);
}

/* [HKDF] of section 4.3 is RFC 5869 with the chaining key as salt and no info. hash: MixKeyAndHash,
 * for a psk; else MixKey. */
static void mix_key(struct noise_state *state, struct span ikm, bool hash)
{
	uint8_t out[3][HASH_LEN];
	sha256_hkdf(span_of(state->ck, HASH_LEN), ikm, span_of(NULL, 0), out[0], sizeof out);
	memcpy(state->ck, out[0], HASH_LEN);
	if (hash)
		mix_hash(state, span_of(out[1], HASH_LEN));
	memcpy(state->k, out[hash ? 2 : 1], HASH_LEN);
	state->has_key = true;
	state->n = 0;
	bytes_wipe(out, sizeof out);
}

static void cipher(struct noise_state *state, struct aead *a, uint8_t nonce[static AEAD_NONCE])
{
	aead_init(a, AEAD_CHACHA20_POLY1305, span_of(state->k, sizeof state->k));
	aead_nonce(a, state->n++, nonce);
}

/* text: encrypted once there is a key, and hashed as it goes over the wire. */
static void encrypt_and_hash(struct noise_state *state, struct span text, struct writer *out)
{
	uint8_t *at = out->at + out->len;
	write_span(out, text);
	write_zeroes(out, state->has_key ? NOISE_TAG : 0);
	assert(!out->full);
	if (state->has_key) {
		struct aead a;
		uint8_t nonce[AEAD_NONCE];
		cipher(state, &a, nonce);
		aead_seal(&a, nonce, span_of(state->h, HASH_LEN), at, text.len);
		bytes_wipe(&a, sizeof a);
	}
	mix_hash(state, span_of(at, text.len + (state->has_key ? NOISE_TAG : 0)));
}

/* sealed: with its tag, where there is a key. False when it does not verify; out may hold garbage
 * then. */
static bool decrypt_and_hash(struct noise_state *state, struct span sealed, uint8_t *out)
{
	bool genuine = true;
	if (sealed.len > 0)
		memcpy(out, sealed.at, sealed.len);
	if (state->has_key) {
		struct aead a;
		uint8_t nonce[AEAD_NONCE];
		cipher(state, &a, nonce);
		genuine = aead_open(&a, nonce, span_of(state->h, HASH_LEN), out, sealed.len);
		bytes_wipe(&a, sizeof a);
	}
	mix_hash(state, sealed);
	return genuine;
}

/* ---- 5.3 The HandshakeState object ---- */

void noise_engine_start(struct noise_state *state, const struct noise_config *config)
{
	assert(config->psks_count <= NOISE_PSKS);
	memset(state, 0, sizeof *state);
	state->pattern = config->pattern;
	state->initiator = config->initiator;
	state->kem = config->kem;

	struct span name = span_text(config->pattern->name);
	if (name.len <= HASH_LEN)
		memcpy(state->h, name.at, name.len);
	else
		sha256(PARTS(name), state->h);
	memcpy(state->ck, state->h, HASH_LEN);
	mix_hash(state, config->prologue);

	if (config->s != NULL) {
		memcpy(state->s, config->s, X25519_LEN);
		memcpy(state->s_public, config->s_public, X25519_LEN);
	}
	if (config->psks_count > 0)
		memcpy(state->psks, config->psks, config->psks_count * sizeof state->psks[0]);
}

/* The tokens that read the same for writer and reader: es is the initiator's e and the responder's
 * s, and so on. */
static bool mix_token(struct noise_state *state, enum noise_token token)
{
	if (token == NOISE_PSK) {
		mix_key(state, span_of(state->psks[state->psks_used++], sizeof state->psks[0]),
		        true);
		return true;
	}
	bool own_s = token == NOISE_SS || token == (state->initiator ? NOISE_SE : NOISE_ES);
	bool peer_s = token == NOISE_SS || token == (state->initiator ? NOISE_ES : NOISE_SE);
	uint8_t shared[X25519_LEN];
	bool usable = x25519(own_s ? state->s : state->e, peer_s ? state->rs : state->re, shared);
	mix_key(state, span_of(shared, sizeof shared), false);
	bytes_wipe(shared, sizeof shared);
	return usable;
}

/* An e on its way in or out; section 9.2: with a psk it goes into the key too, so that no two
 * messages share one. */
static void mix_e(struct noise_state *state, const uint8_t *e_public)
{
	mix_hash(state, span_of(e_public, X25519_LEN));
	if (state->pattern->psk)
		mix_key(state, span_of(e_public, X25519_LEN), false);
}

static void write_e1(struct noise_state *state, struct random *random, struct writer *out)
{
	uint8_t seed[MLKEM768_SEED];
	random_fill(random, seed, sizeof seed);
	mlkem768_keygen(seed, state->kem);
	bytes_wipe(seed, sizeof seed);
	encrypt_and_hash(state, span_of(state->kem + MLKEM768_EK_AT, MLKEM768_EK), out);
}

static bool write_ekem1(struct noise_state *state, struct random *random, struct writer *out)
{
	uint8_t m[MLKEM768_M], shared[MLKEM768_SHARED], ct[MLKEM768_CT];
	random_fill(random, m, sizeof m);
	bool usable = mlkem768_encapsulate(state->kem + MLKEM768_EK_AT, m, ct, shared);
	if (usable) {
		encrypt_and_hash(state, span_of(ct, sizeof ct), out);
		mix_key(state, span_of(shared, sizeof shared), false);
	}
	bytes_wipe(m, sizeof m);
	bytes_wipe(shared, sizeof shared);
	return usable;
}

static bool write_tokens(struct noise_state *state, struct random *random, struct writer *out)
{
	bool usable = true;
	for (const enum noise_token *token = state->pattern->tokens[state->next];
	     *token != NOISE_END; token++) {
		if (*token == NOISE_E) {
			random_fill(random, state->e, sizeof state->e);
			x25519_public(state->e, state->e_public);
			write_span(out, span_of(state->e_public, X25519_LEN));
			mix_e(state, state->e_public);
		} else if (*token == NOISE_S) {
			encrypt_and_hash(state, span_of(state->s_public, X25519_LEN), out);
		} else if (*token == NOISE_E1) {
			write_e1(state, random, out);
		} else if (*token == NOISE_EKEM1) {
			usable &= usable && write_ekem1(state, random, out);
		} else {
			usable &= mix_token(state, *token);
		}
	}
	return usable;
}

static bool our_turn(const struct noise_state *state)
{
	return state->next < state->pattern->messages && (state->next % 2 == 0) == state->initiator;
}

enum err noise_engine_write(struct noise_state *state, struct random *random, struct span payload,
                            struct writer *out)
{
	assert(our_turn(state));
	struct noise_state after = *state;
	size_t start = out->len;
	bool usable = write_tokens(&after, random, out);
	if (usable) {
		encrypt_and_hash(&after, payload, out);
		after.next++;
		*state = after;
	} else {
		out->len = start;
	}
	bytes_wipe(&after, sizeof after);
	return usable ? OK : ERR_AUTH;
}

/* The next len bytes, behind which is a tag if there is a key. to has room for the tag, too. */
static bool read_sealed(struct noise_state *state, struct reader *r, uint8_t *to, size_t len)
{
	return decrypt_and_hash(state, read_span(r, len + (state->has_key ? NOISE_TAG : 0)), to);
}

static bool read_ekem1(struct noise_state *state, struct reader *r)
{
	uint8_t ct[MLKEM768_CT + NOISE_TAG] = { 0 }, shared[MLKEM768_SHARED];
	bool genuine = read_sealed(state, r, ct, MLKEM768_CT);
	mlkem768_decapsulate(state->kem, ct, shared);
	mix_key(state, span_of(shared, sizeof shared), false);
	bytes_wipe(shared, sizeof shared);
	return genuine;
}

/* Everything is computed even after a failure: which of the parts was wrong takes the same time to
 * say. */
static bool read_tokens(struct noise_state *state, struct reader *r)
{
	bool genuine = true;
	for (const enum noise_token *token = state->pattern->tokens[state->next];
	     *token != NOISE_END; token++) {
		if (*token == NOISE_E) {
			read_bytes(r, state->re, sizeof state->re);
			mix_e(state, state->re);
		} else if (*token == NOISE_S) {
			uint8_t s[X25519_LEN + NOISE_TAG] = { 0 };
			genuine &= read_sealed(state, r, s, X25519_LEN);
			memcpy(state->rs, s, X25519_LEN);
			bytes_wipe(s, sizeof s);
		} else if (*token == NOISE_E1) {
			uint8_t *ek = state->kem + MLKEM768_EK_AT;
			genuine &= read_sealed(state, r, ek, MLKEM768_EK);
			ct_public(ek, MLKEM768_EK); /* to its receiver */
		} else if (*token == NOISE_EKEM1) {
			genuine &= read_ekem1(state, r);
		} else {
			genuine &= mix_token(state, *token);
		}
	}
	return genuine;
}

enum err noise_engine_read(struct noise_state *state, struct span in, struct writer *payload)
{
	assert(state->next < state->pattern->messages && !our_turn(state));

	uint8_t text[LIMIT_NOISE_PAYLOAD + NOISE_TAG];
	struct noise_state after = *state;
	struct reader r = reader_of(in);
	bool genuine = read_tokens(&after, &r);
	size_t tag = after.has_key ? NOISE_TAG : 0, len = r.left - tag;
	bool fits =
	    !r.bad && r.left >= tag && len <= LIMIT_NOISE_PAYLOAD && len <= writer_room(payload);
	genuine &= fits && decrypt_and_hash(&after, read_span(&r, r.left), text);
	if (genuine) {
		write_span(payload, span_of(text, len));
		after.next++;
		*state = after;
	}
	bytes_wipe(&after, sizeof after);
	bytes_wipe(text, sizeof text);
	return !fits ? ERR_FORMAT : genuine ? OK : ERR_AUTH;
}

void noise_engine_split(const struct noise_state *state, uint8_t k1[static 32],
                        uint8_t k2[static 32])
{
	assert(state->next == state->pattern->messages);
	uint8_t out[2 * HASH_LEN];
	sha256_hkdf(span_of(state->ck, HASH_LEN), span_of(NULL, 0), span_of(NULL, 0), out,
	            sizeof out);
	memcpy(k1, out, HASH_LEN);
	memcpy(k2, out + HASH_LEN, HASH_LEN);
	bytes_wipe(out, sizeof out);
}
