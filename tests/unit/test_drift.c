/* drift: a cryptographic library that is not the one we think is refused at start. The files of
 * crypto/ that the known answers go through are compiled once more, here, over a library that
 * drifts on demand: other byte orders, other constants, a result that is not checked.
 * docs/SECURITY.md, S15 and S16. */
#include "tests/unit/support.h"

#include <bearssl.h>

static enum drift {
	NOTHING,
	SCALAR_BYTE_ORDER, /* as BearSSL has it since 2018-12-08 */
	POINT_BYTE_ORDER,
	P256_SCALAR_BYTE_ORDER,
	SHA256_WORD_ORDER,
	SHA256_LAST_BYTE,
	HMAC_KEY,
	GCM_COUNTER,
	GCM_TAG,
	CHACHA_KEY,
	CHACHA_NONCE,
	POLY_TAG,
	DRIFTS
} drift;

static const char *const drift_names[DRIFTS] = {
	"nothing",        "scalar byte order", "point byte order", "P-256 scalar byte order",
	"SHA word order", "SHA last byte",     "HMAC key",         "GCM counter",
	"GCM tag",        "ChaCha20 key",      "ChaCha20 nonce",   "Poly1305 tag",
};

static void reverse(uint8_t *to, const uint8_t *from, size_t len)
{
	for (size_t i = 0; i < len; i++)
		to[i] = from[len - 1 - i];
}

static uint32_t mul(unsigned char *G, size_t Glen, const unsigned char *x, size_t xlen, int curve)
{
	uint8_t scalar[32], point[32];
	assert_int_equal(xlen, sizeof scalar);
	assert_int_equal(Glen, sizeof point);
	memcpy(scalar, x, sizeof scalar);
	memcpy(point, G, sizeof point);
	if (drift == SCALAR_BYTE_ORDER)
		reverse(scalar, x, sizeof scalar);
	if (drift == POINT_BYTE_ORDER)
		reverse(G, point, sizeof point);
	return br_ec_c25519_m31.mul(G, Glen, scalar, sizeof scalar, curve);
}
static const br_ec_impl c25519 = { .mul = mul };

static size_t mulgen(unsigned char *R, const unsigned char *x, size_t xlen, int curve)
{
	uint8_t scalar[32];
	assert_in_range(xlen, 1, sizeof scalar);
	memcpy(scalar, x, xlen);
	if (drift == P256_SCALAR_BYTE_ORDER)
		reverse(scalar, x, xlen);
	return br_ec_p256_m31.mulgen(R, scalar, xlen, curve);
}
static const br_ec_impl p256 = { .mulgen = mulgen };

static void hash_out(const br_sha256_context *c, void *out)
{
	uint8_t hash[32], *to = out;
	br_sha256_out(c, hash);
	memcpy(to, hash, sizeof hash);
	for (unsigned i = 0; drift == SHA256_WORD_ORDER && i < 32; i += 4)
		reverse(to + i, hash + i, 4);
	to[31] ^= drift == SHA256_LAST_BYTE;
}

static void hmac_key(br_hmac_key_context *k, const br_hash_class *hash, const void *key, size_t len)
{
	br_hmac_key_init(k, hash, key, len);
	k->kso[0] ^= drift == HMAC_KEY;
}

static void gcm_reset(br_gcm_context *c, const void *iv, size_t len)
{
	br_gcm_reset(c, iv, len);
	c->j0_2 += drift == GCM_COUNTER;
}

static void gcm_tag(br_gcm_context *c, void *tag)
{
	br_gcm_get_tag(c, tag);
	((uint8_t *)tag)[7] ^= drift == GCM_TAG;
}

static void poly1305(const void *key, const void *iv, void *data, size_t len, const void *aad,
                     size_t aad_len, void *tag, br_chacha20_run chacha, int encrypt)
{
	uint8_t k[32], n[12];
	memcpy(k, key, sizeof k);
	memcpy(n, iv, sizeof n);
	k[0] ^= drift == CHACHA_KEY;
	n[11] ^= drift == CHACHA_NONCE;
#ifdef __SIZEOF_INT128__
	br_poly1305_ctmulq_run(k, n, data, len, aad, aad_len, tag, chacha, encrypt);
#else
	br_poly1305_ctmul_run(k, n, data, len, aad, aad_len, tag, chacha, encrypt);
#endif
	((uint8_t *)tag)[15] ^= drift == POLY_TAG;
}

#define br_ec_c25519_m31       c25519
#define br_ec_p256_m31         p256
#define br_sha256_out          hash_out
#define br_hmac_key_init       hmac_key
#define br_gcm_reset           gcm_reset
#define br_gcm_get_tag         gcm_tag
#define br_poly1305_ctmulq_run poly1305
#define br_poly1305_ctmul_run  poly1305
#include "crypto/aead.c"
#include "crypto/self_test.c"
#include "crypto/sha256.c"
#include "crypto/x25519.c"

/* Each drift by itself is seen; and the control: without one the known answers come. */
static void test_drift_of_the_library_is_refused(void **unused)
{
	(void)unused;
	for (drift = NOTHING; drift < DRIFTS; drift++) {
		bool passes = self_test_passes();
		if (passes != (drift == NOTHING))
			fail_msg("%s: the self-test %s", drift_names[drift],
			         passes ? "passes" : "fails");
	}
	drift = NOTHING;
}

/* A library that lets the result of a low-order point pass, as BearSSL 0.6 does, is made good by
 * the wrapper; without its check the self-test says so. */
static void test_drift_zero_result_is_refused_whatever_the_library_says(void **unused)
{
	(void)unused;
	static const uint8_t secret[X25519_LEN] = { 1 };
	uint8_t point[X25519_LEN] = { 0 }, shared[X25519_LEN];
	assert_int_equal(mul(point, sizeof point, secret, sizeof secret, BR_EC_curve25519), 1);
	assert_true(bytes_zero(point, sizeof point));
	assert_false(x25519(secret, point, shared));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_drift_of_the_library_is_refused),
		cmocka_unit_test(test_drift_zero_result_is_refused_whatever_the_library_says),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
