/* drbg: HMAC-DRBG against NIST's vector; known answers at start. */
#include "tests/unit/support.h"

#include "crypto/drbg.h"
#include "crypto/prng.h"

/* NIST CAVP HMAC_DRBG, SHA-256, no reseed, no personalisation, no additional input, first case: the
 * second 128 bytes count. */
static void test_drbg_published_vector(void **unused)
{
	(void)unused;
	uint8_t seed[48], out[128];
	/* entropy, then nonce */
	struct span s = unhex("ca851911349384bffe89de1cbdc46e6831e44d34a4fb935ee285dd14b71a7488"
			      "659ba96c601dc69fc902940805ec0ca8",
			      seed, sizeof seed);
	struct drbg *d = drbg_new(s.at, s.len);
	assert_non_null(d);
	random_fill(drbg_random(d), out, sizeof out);
	random_fill(drbg_random(d), out, sizeof out);
	assert_span_hex(span_of(out, sizeof out),
			"e528e9abf2dece54d47c7e75e5fe302149f817ea9fb4bee6f4199697d04d5b89d54fbb97"
			"8a15b5c443c9ec21036d2460b6f73ebad0dc2aba6e624abf07745bc107694bb7547bb099"
			"5f70de25d6b29e2d3011bb19d27676c07162c8b5ccde0668961df86803482cb37ed6d5c0"
			"bb8d50cf1f50d476aa0458bdaba806f48be9dcb8");
	drbg_free(d);
}

/* Large requests are cut as the standard wants, and are all filled; another seed gives other bytes;
 * short seeds are our mistake. */
static void test_drbg_fills_everything(void **unused)
{
	(void)unused;
	static uint8_t one[3 << 16], two[sizeof one];
	uint8_t seed[32] = { 1 };
	struct drbg *d = drbg_new(seed, sizeof seed);
	random_fill(drbg_random(d), one, sizeof one);
	drbg_free(d);
	for (size_t at = 0; at + 32 <= sizeof one; at += 32)
		assert_false(bytes_zero(one + at, 32));
	seed[31] = 1;
	d = drbg_new(seed, sizeof seed);
	random_fill(drbg_random(d), two, sizeof two);
	drbg_free(d);
	assert_memory_not_equal(one, two, 32);
	assert_panics(drbg_new(seed, 31));
	drbg_free(NULL);
}

/* BearSSL draws from the struct random it was given. */
static void test_prng_is_the_random_behind_it(void **unused)
{
	(void)unused;
	struct test_random one = test_random(5), two = test_random(5);
	struct prng p = prng_of(&one.random);
	uint8_t got[40], want[40];
	p.vtable->generate(&p.vtable, got, sizeof got);
	random_fill(&two.random, want, sizeof want);
	assert_memory_equal(got, want, sizeof want);
}

/* The library we are linked with is the one we think. */
static void test_crypto_self_test_passes(void **unused)
{
	(void)unused;
	assert_true(crypto_self_test());
	(void)crypto_has_aes();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_drbg_published_vector),
		cmocka_unit_test(test_drbg_fills_everything),
		cmocka_unit_test(test_prng_is_the_random_behind_it),
		cmocka_unit_test(test_crypto_self_test_passes),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
