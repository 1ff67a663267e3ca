/* spake2: see spake2.h; docs/PROTOCOL.md section 4.1. */
#include "crypto/spake2.h"

#include <bearssl.h>
#include <string.h>

#include "base/assert.h"
#include "crypto/ct.h"
#include "crypto/sha256.h"

/* ---- numbers modulo n, the order of P-256: 32 bytes, big-endian ---- */

enum { SCALAR = SPAKE2_SCALAR, WIDE = 48 };

static const uint8_t order[SCALAR] = {
	0xff, 0xff, 0xff, 0xff, 0x00, 0x00, 0x00, 0x00, 0xff, 0xff, 0xff,
	0xff, 0xff, 0xff, 0xff, 0xff, 0xbc, 0xe6, 0xfa, 0xad, 0xa7, 0x17,
	0x9e, 0x84, 0xf3, 0xb9, 0xca, 0xc2, 0xfc, 0x63, 0x25, 0x51,
};

/* out = a - b modulo 2^256; the borrow, 0 or 1. Here and below time does not depend on values. */
static unsigned subtract(uint8_t out[static SCALAR], const uint8_t a[static SCALAR],
                         const uint8_t b[static SCALAR])
{
	unsigned borrow = 0;
	for (size_t i = SCALAR; i-- > 0;) {
		unsigned difference = 0x100u + a[i] - b[i] - borrow;
		out[i] = (uint8_t)difference;
		borrow = 1 - (difference >> 8);
	}
	return borrow;
}

/* r = 2r + bit mod n, for r < n. The doubled r may need a 257th bit; it is at most 2n - 1, so one
 * subtraction is enough. */
static void shift_in(uint8_t r[static SCALAR], unsigned bit)
{
	unsigned carry = bit;
	for (size_t i = SCALAR; i-- > 0;) {
		unsigned v = (unsigned)r[i] << 1 | carry;
		r[i] = (uint8_t)v;
		carry = v >> 8;
	}
	uint8_t less[SCALAR];
	unsigned fits = carry | (1 - subtract(less, r, order));
	uint8_t mask = (uint8_t)(0 - fits);
	for (size_t i = 0; i < SCALAR; i++)
		r[i] ^= mask & (r[i] ^ less[i]);
	bytes_wipe(less, sizeof less);
}

static void reduce(uint8_t out[static SCALAR], const uint8_t in[static WIDE])
{
	memset(out, 0, SCALAR);
	for (size_t i = 0; i < WIDE * 8; i++)
		shift_in(out, in[i / 8] >> (7 - i % 8) & 1);
}

/* Uniform in 1..n-1. What is thrown away tells nothing about what is kept. */
static void random_scalar(uint8_t out[static SCALAR], struct random *random)
{
	uint8_t unused[SCALAR];
	bool fits;
	do {
		random_fill(random, out, SCALAR);
		unsigned below = subtract(unused, out, order), zero = bytes_zero(out, SCALAR);
		fits = ct_verdict(below & ~zero);
	} while (!fits);
	bytes_wipe(unused, sizeof unused);
}

/* w of RFC 9382: the words as a number. (Zero would need a preimage of zero: not looked for.) */
static void words_scalar(uint8_t w[static SCALAR], const struct code *code)
{
	char words[CODE_TEXT];
	uint8_t wide[WIDE];
	code_words(code, words);
	sha256_hkdf(span_text("schat spake2 v1"), span_text(words), span_text("w"), wide,
	            sizeof wide);
	reduce(w, wide);
	bytes_wipe(words, sizeof words);
	bytes_wipe(wide, sizeof wide);
}

/* ---- SPAKE2 ---- */

/* The two points of RFC 9382 section 4 whose discrete logarithms nobody knows. */
static const uint8_t point_m[SPAKE2_SHARE] = {
	0x04, 0x88, 0x6e, 0x2f, 0x97, 0xac, 0xe4, 0x6e, 0x55, 0xba, 0x9d, 0xd7, 0x24,
	0x25, 0x79, 0xf2, 0x99, 0x3b, 0x64, 0xe1, 0x6e, 0xf3, 0xdc, 0xab, 0x95, 0xaf,
	0xd4, 0x97, 0x33, 0x3d, 0x8f, 0xa1, 0x2f, 0x5f, 0xf3, 0x55, 0x16, 0x3e, 0x43,
	0xce, 0x22, 0x4e, 0x0b, 0x0e, 0x65, 0xff, 0x02, 0xac, 0x8e, 0x5c, 0x7b, 0xe0,
	0x94, 0x19, 0xc7, 0x85, 0xe0, 0xca, 0x54, 0x7d, 0x55, 0xa1, 0x2e, 0x2d, 0x20,
};
static const uint8_t point_n[SPAKE2_SHARE] = {
	0x04, 0xd8, 0xbb, 0xd6, 0xc6, 0x39, 0xc6, 0x29, 0x37, 0xb0, 0x4d, 0x99, 0x7f,
	0x38, 0xc3, 0x77, 0x07, 0x19, 0xc6, 0x29, 0xd7, 0x01, 0x4d, 0x49, 0xa2, 0x4b,
	0x4f, 0x98, 0xba, 0xa1, 0x29, 0x2b, 0x49, 0x07, 0xd6, 0x0a, 0xa6, 0xbf, 0xad,
	0xe4, 0x50, 0x08, 0xa6, 0x36, 0x33, 0x7f, 0x51, 0x68, 0xc6, 0x4d, 0x9b, 0xd3,
	0x60, 0x34, 0x80, 0x8c, 0xd5, 0x64, 0x49, 0x0b, 0x1e, 0x65, 0x6e, 0xdb, 0xe7,
};

static const br_ec_impl *const p256 = &br_ec_p256_m31;

/* share = scalar * G + w * M, for B w * N. */
bool spake2_given(struct spake2 *s, bool is_a, const uint8_t w[static SCALAR],
                  const uint8_t scalar[static SCALAR])
{
	*s = (struct spake2){ .is_a = is_a };
	memcpy(s->w, w, SCALAR);
	memcpy(s->scalar, scalar, SCALAR);
	memcpy(s->own_share, is_a ? point_m : point_n, SPAKE2_SHARE);
	bool made = p256->muladd(s->own_share, NULL, SPAKE2_SHARE, w, SCALAR, scalar, SCALAR,
	                         BR_EC_secp256r1) == 1;
	ct_public(s->own_share, SPAKE2_SHARE);
	return ct_verdict(made);
}

/* k = scalar * (peer's share - w * N), for B w * M. False: no point of the curve, or nothing is
 * left of it. BearSSL checks the curve's equation, but takes the length for granted; the cofactor
 * of P-256 is 1, so that is all there is to check. */
static bool shared_point(const struct spake2 *s, struct span peer_share,
                         uint8_t k[static SPAKE2_SHARE])
{
	static const uint8_t one[SCALAR] = { [SCALAR - 1] = 1 };
	if (peer_share.len != SPAKE2_SHARE || peer_share.at[0] != 4)
		return false;

	uint8_t minus_w[SCALAR];
	subtract(minus_w, order, s->w);
	memcpy(k, peer_share.at, SPAKE2_SHARE);
	uint32_t good = p256->muladd(k, s->is_a ? point_n : point_m, SPAKE2_SHARE, one, SCALAR,
	                             minus_w, SCALAR, BR_EC_secp256r1);
	good &= p256->mul(k, SPAKE2_SHARE, s->scalar, SCALAR, BR_EC_secp256r1);
	bytes_wipe(minus_w, sizeof minus_w);
	return ct_verdict(good == 1);
}

/* TT: six fields, each behind its length in eight little-endian bytes. */
struct transcript {
	uint8_t lengths[6][8];
	struct span parts[12];
	size_t count;
};

static void transcript_add(struct transcript *tt, struct span field)
{
	uint8_t *length = tt->lengths[tt->count / 2];
	store_le64(length, field.len);
	tt->parts[tt->count++] = span_of(length, 8);
	tt->parts[tt->count++] = field;
}

enum err spake2_join(struct spake2 *s, const struct span ids[static 2], struct span peer_share,
                     struct span aad, uint8_t ke[static 16])
{
	struct {
		uint8_t k[SPAKE2_SHARE];
		uint8_t hash[HASH_LEN]; /* Ke, Ka */
		uint8_t prk[HASH_LEN];
		uint8_t kc[HASH_LEN]; /* KcA, KcB */
	} secret;
	enum { HALF = HASH_LEN / 2 };

	if (!shared_point(s, peer_share, secret.k)) {
		bytes_wipe(&secret, sizeof secret);
		return ERR_FORMAT;
	}
	struct span own_share = span_of(s->own_share, SPAKE2_SHARE);
	struct transcript tt = { .count = 0 };
	transcript_add(&tt, ids[0]);
	transcript_add(&tt, ids[1]);
	transcript_add(&tt, s->is_a ? own_share : peer_share);
	transcript_add(&tt, s->is_a ? peer_share : own_share);
	transcript_add(&tt, span_of(secret.k, sizeof secret.k));
	transcript_add(&tt, span_of(s->w, SCALAR));
	struct parts message = { tt.parts, tt.count };

	sha256(message, secret.hash);
	memcpy(ke, secret.hash, HALF);
	sha256_extract(span_of(NULL, 0), PARTS(span_of(secret.hash + HALF, HALF)), secret.prk);
	sha256_expand(secret.prk, PARTS(span_text("ConfirmationKeys"), aad), secret.kc,
	              sizeof secret.kc);
	sha256_hmac(span_of(secret.kc, HALF), message, s->is_a ? s->own_confirm : s->peer_confirm);
	sha256_hmac(span_of(secret.kc + HALF, HALF), message,
	            s->is_a ? s->peer_confirm : s->own_confirm);
	bytes_wipe(&secret, sizeof secret);
	return OK;
}

void spake2_start(struct spake2 *s, bool is_a, const struct code *code, struct random *random,
                  uint8_t share[static SPAKE2_SHARE])
{
	assert(code->words_count >= CODE_WORDS && code->words_count <= CODE_WORDS_MAX);
	uint8_t w[SCALAR], scalar[SCALAR];
	words_scalar(w, code);
	do
		random_scalar(scalar, random);
	while (!spake2_given(s, is_a, w, scalar));
	memcpy(share, s->own_share, SPAKE2_SHARE);
	bytes_wipe(w, sizeof w);
	bytes_wipe(scalar, sizeof scalar);
}

enum err spake2_share(struct spake2 *s, struct span peer_share, struct span context)
{
	const struct span ids[2] = { span_text("schat connect"), span_text("schat serve") };
	uint8_t ke[16];
	enum err err = spake2_join(s, ids, peer_share, context, ke);
	if (!err) {
		sha256_hkdf(span_of(NULL, 0), span_of(ke, sizeof ke), span_text("schat pairing v1"),
		            s->key, sizeof s->key);
		/* Done with both: what stays cannot be used to try other words. */
		bytes_wipe(s->scalar, sizeof s->scalar);
		bytes_wipe(s->w, sizeof s->w);
	}
	bytes_wipe(ke, sizeof ke);
	return err;
}

void spake2_confirm(const struct spake2 *s, uint8_t confirm[static SPAKE2_CONFIRM])
{
	assert(!ct_verdict(bytes_zero(s->own_confirm, SPAKE2_CONFIRM)));
	memcpy(confirm, s->own_confirm, SPAKE2_CONFIRM);
	ct_public(confirm, SPAKE2_CONFIRM);
}

enum err spake2_verify(const struct spake2 *s, struct span peer_confirm)
{
	/* before spake2_share zeroes would verify */
	assert(!ct_verdict(bytes_zero(s->peer_confirm, SPAKE2_CONFIRM)));
	if (peer_confirm.len != SPAKE2_CONFIRM)
		return ERR_AUTH;
	return ct_verdict(bytes_equal(peer_confirm.at, s->peer_confirm, SPAKE2_CONFIRM)) ? OK
	                                                                                 : ERR_AUTH;
}

const uint8_t *spake2_key(const struct spake2 *s)
{
	return s->key;
}
