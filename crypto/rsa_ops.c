#include "crypto/rsa_ops.h"

#include <bearssl.h>
#include <string.h>

#include "base/assert.h"
#include "crypto/ct.h"

enum { LIMIT_DECRYPTED = 64 };

const uint8_t rsa_ops_exponent[3] = { RSA_EXPONENT >> 16, RSA_EXPONENT >> 8 & 0xff,
	                              RSA_EXPONENT & 0xff };

/* ---- what BearSSL wants ---- */

/* A struct random as BearSSL's functions want their randomness. Only generate: nothing we call of
 * BearSSL seeds a generator it was given. */
struct prng {
	const br_prng_class *vtable;
	struct random *random;
};

static void prng_generate(const br_prng_class **vtable, void *out, size_t len)
{
	random_fill(((struct prng *)(void *)vtable)->random, out, len);
}

static const br_prng_class prng_class = { .context_size = sizeof(struct prng),
	                                  .generate = prng_generate };

/* BearSSL takes no const, so it gets copies: our keys are nobody's to change. */
struct public_copy {
	struct public_key copy;
	uint8_t exponent[sizeof rsa_ops_exponent];
	br_rsa_public_key key;
};

static void copy_public(struct public_copy *p, const struct public_key *key)
{
	assert(key->type == KEY_RSA);
	p->copy = *key;
	memcpy(p->exponent, rsa_ops_exponent, sizeof p->exponent);
	p->key = (br_rsa_public_key){ p->copy.bytes, p->copy.len, p->exponent, sizeof p->exponent };
}

struct private_copy {
	struct identity copy;
	br_rsa_private_key key;
};

static uint32_t bits_of(const struct public_key *key)
{
	uint32_t bits = (uint32_t)key->len * 8;
	for (unsigned top = key->bytes[0]; top < 0x80; top <<= 1)
		bits--;
	return bits;
}

static void copy_private(struct private_copy *p, const struct identity *id)
{
	assert(id->public.type == KEY_RSA);
	assert(id->public.len > 0 && id->public.bytes[0] != 0);
	p->copy = *id;
	size_t len = id->secret.rsa.factor_len;
	p->key = (br_rsa_private_key){
		.n_bitlen = bits_of(&id->public),
		.p = p->copy.secret.rsa.parts[RSA_P],
		.plen = len,
		.q = p->copy.secret.rsa.parts[RSA_Q],
		.qlen = len,
		.dp = p->copy.secret.rsa.parts[RSA_DP],
		.dplen = len,
		.dq = p->copy.secret.rsa.parts[RSA_DQ],
		.dqlen = len,
		.iq = p->copy.secret.rsa.parts[RSA_IQ],
		.iqlen = len,
	};
}

/* ---- keys ---- */

bool rsa_ops_generate(unsigned bits, struct random *random, struct identity *out)
{
	struct {
		br_rsa_private_key key;
		uint8_t bytes[BR_RSA_KBUF_PRIV_SIZE(RSA_BITS_MAX)];
	} secret;
	br_rsa_public_key public;
	uint8_t public_bytes[BR_RSA_KBUF_PUB_SIZE(RSA_BITS_MAX)];
	struct prng prng = { &prng_class, random };

	br_rsa_keygen generate = br_rsa_i62_keygen_get(); /* wants 128-bit products */
	if (generate == NULL)
		generate = br_rsa_i31_keygen;
	uint32_t done = generate(&prng.vtable, &secret.key, secret.bytes, &public, public_bytes,
	                         bits, RSA_EXPONENT);
	if (done) {
		/* Both factors have half the bits, so all five parts have the same length. */
		size_t len = secret.key.plen;
		const uint8_t *const parts[] = { secret.key.p, secret.key.q, secret.key.dp,
			                         secret.key.dq, secret.key.iq };
		assert(len <= sizeof out->secret.rsa.parts[0]);
		out->public.type = KEY_RSA;
		out->public.len = public.nlen;
		memcpy(out->public.bytes, public.n, public.nlen);
		out->secret.rsa.factor_len = len;
		for (size_t i = 0; i < RSA_PARTS; i++)
			memcpy(out->secret.rsa.parts[i], parts[i], len);
	}
	bytes_wipe(&secret, sizeof secret);
	return done;
}

bool rsa_ops_compute_d(const struct identity *id, uint8_t d[static LIMIT_PUBLIC_KEY])
{
	struct private_copy private;
	copy_private(&private, id);
	size_t len = br_rsa_i31_compute_privexp(d, &private.key, RSA_EXPONENT);
	bytes_wipe(&private, sizeof private);
	return len == id->public.len;
}

/* ---- signatures ---- */

/* EMSA-PKCS1-v1_5 (RFC 8017 section 9.2): 00 01 FF ... FF, then 00, a SHA-256's DER header, the
 * hash. */
static void encode(struct parts message, uint8_t *out, size_t len)
{
	static const uint8_t header[] = {
		0x00, 0x30, 0x31, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48,
		0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x05, 0x00, 0x04, 0x20,
	};
	size_t filled = len - sizeof header - HASH_LEN;
	memset(out, 0xff, filled);
	out[0] = 0x00;
	out[1] = 0x01;
	memcpy(out + filled, header, sizeof header);
	sha256(message, out + filled + sizeof header);
}

bool rsa_ops_verify(const struct public_key *key, struct parts message, struct span signature)
{
	struct public_copy public;
	uint8_t opened[LIMIT_PUBLIC_KEY], expected[LIMIT_PUBLIC_KEY];
	if (public_key_check(key) || key->type != KEY_RSA || signature.len != key->len)
		return false;
	copy_public(&public, key);
	memcpy(opened, signature.at, signature.len);
	if (br_rsa_public_get_default()(opened, signature.len, &public.key) != 1)
		return false; /* a number not below the modulus */
	encode(message, expected, key->len);
	return ct_verdict(bytes_equal(opened, expected, key->len));
}

/* A signature of as many bytes as the modulus has, if it verifies. With one wrong bit in one half
 * of the computation a signature gives the key away: that one is wiped. */
static bool sign(const struct identity *id, struct parts message,
                 uint8_t out[static LIMIT_PUBLIC_KEY])
{
	struct private_copy private;
	uint8_t hash[HASH_LEN];
	sha256(message, hash);
	copy_private(&private, id);
	uint32_t done = br_rsa_pkcs1_sign_get_default()(BR_HASH_OID_SHA256, hash, sizeof hash,
	                                                &private.key, out);
	bytes_wipe(&private, sizeof private);
	ct_public(out, LIMIT_PUBLIC_KEY);
	bool good = ct_verdict(done == 1) &&
	            rsa_ops_verify(&id->public, message, span_of(out, id->public.len));
	if (!good)
		bytes_wipe(out, LIMIT_PUBLIC_KEY);
	return good;
}

void rsa_ops_sign(const struct identity *id, struct parts message, struct writer *signature)
{
	uint8_t out[LIMIT_PUBLIC_KEY];
	bool good = sign(id, message, out);
	assert(good);
	write_span(signature, span_of(out, id->public.len));
}

bool rsa_ops_fits(const struct identity *id)
{
	uint8_t out[LIMIT_PUBLIC_KEY];
	return sign(id, PARTS(span_text("schat rsa key file")), out);
}

/* ---- encryption ---- */

/* to ^= MGF1(seed) */
static void unmask(uint8_t *to, size_t len, struct span seed)
{
	uint8_t counter[4], mask[HASH_LEN];
	for (uint32_t i = 0; len > 0; i++) {
		size_t part = len < HASH_LEN ? len : HASH_LEN;
		store_be32(counter, i);
		sha256(PARTS(seed, { counter, sizeof counter }), mask);
		for (size_t k = 0; k < part; k++)
			to[k] ^= mask[k];
		to += part;
		len -= part;
	}
	bytes_wipe(mask, sizeof mask);
}

/* em = 0 | masked seed (32) | masked block      block = SHA-256("") (32) | zeroes | 1 | text */
uint32_t rsa_ops_unpad(uint8_t *em, size_t len, uint8_t *text, size_t text_len)
{
	assert(len >= 1 + HASH_LEN + HASH_LEN + 1 + text_len);
	uint8_t *seed = em + 1, *block = seed + HASH_LEN, label[HASH_LEN];
	size_t block_len = len - 1 - HASH_LEN, one = block_len - text_len - 1;
	unmask(seed, HASH_LEN, span_of(block, block_len));
	unmask(block, block_len, span_of(seed, HASH_LEN));

	sha256(PARTS({ NULL, 0 }), label);
	unsigned wrong = em[0];
	for (size_t i = 0; i < HASH_LEN; i++)
		wrong |= (unsigned)(block[i] ^ label[i]);
	for (size_t i = HASH_LEN; i < one; i++)
		wrong |= block[i];
	wrong |= (unsigned)(block[one] ^ 1);
	memcpy(text, block + one + 1, text_len);
	return (wrong - 1) >> 31; /* wrong is 0..255: only 0 borrows */
}

void rsa_ops_encrypt(const struct public_key *key, struct span text, struct random *random,
                     struct writer *sealed)
{
	struct public_copy public;
	struct prng prng = { &prng_class, random };
	uint8_t out[LIMIT_PUBLIC_KEY];
	assert(text.len + RSA_OAEP_OVERHEAD <= key->len);
	copy_public(&public, key);
	size_t len =
	    br_rsa_oaep_encrypt_get_default()(&prng.vtable, &br_sha256_vtable, NULL, 0, &public.key,
	                                      out, sizeof out, text.at, text.len);
	ct_public(out, sizeof out);
	ct_public(&len, sizeof len);
	assert(len == key->len);
	write_span(sealed, span_of(out, len));
}

void rsa_ops_decrypt(const struct identity *id, struct span sealed, struct random *random,
                     uint8_t *out, size_t out_len)
{
	struct private_copy private;
	uint8_t data[LIMIT_PUBLIC_KEY] = { 0 }, text[LIMIT_DECRYPTED];
	size_t len = id->public.len;
	assert(out_len <= LIMIT_DECRYPTED);
	copy_private(&private, id);

	/* A wrong length is known to the sender: it may show, but goes the same way. */
	bool fits = sealed.len == len;
	if (fits)
		memcpy(data, sealed.at, len);
	uint32_t good = br_rsa_private_get_default()(data, &private.key);
	bytes_wipe(&private, sizeof private);
	good &= rsa_ops_unpad(data, len, text, out_len) & (uint32_t)fits;
	bytes_wipe(data, sizeof data);

	uint8_t keep = (uint8_t)(0 - good);
	random_fill(random, out, out_len);
	for (size_t i = 0; i < out_len; i++)
		out[i] ^= keep & (out[i] ^ text[i]);
	bytes_wipe(text, sizeof text);
}
