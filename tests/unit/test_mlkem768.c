/* mlkem768: FIPS 203 against NIST's vectors, and against other implementations over many keys. */
#include "tests/unit/support.h"

#include "crypto/keccak.h"
#include "crypto/mlkem768.h"
#include "tests/vectors/mlkem768.h"
#include "tests/vectors/mlkem768_acvp.h"

struct key {
	uint8_t dk[MLKEM768_DK];
	const uint8_t *ek;
};

static void key_of(struct key *key, unsigned number)
{
	uint8_t seed[MLKEM768_SEED] = { (uint8_t)number };
	mlkem768_keygen(seed, key->dk);
	key->ek = key->dk + MLKEM768_EK_AT;
}

static void test_mlkem768_nist_keygen(void **unused)
{
	(void)unused;
	uint8_t seed[MLKEM768_SEED], dk[MLKEM768_DK], hash[32];
	unhex(mlkem768_keygen_vector.d, seed, 32);
	unhex(mlkem768_keygen_vector.z, seed + 32, 32);
	mlkem768_keygen(seed, dk);
	struct span ek = span_of(dk + MLKEM768_EK_AT, MLKEM768_EK);
	sha256(PARTS(ek), hash);
	assert_span_hex(span_of(hash, 32), mlkem768_keygen_vector.ek_hash);
	keccak_hash(KECCAK_SHA3_256, PARTS(ek), hash, sizeof hash);
	assert_memory_equal(dk + MLKEM768_DK - 64, hash, sizeof hash);
	assert_memory_equal(dk + MLKEM768_DK - 32, seed + 32, 32);
}

static void test_mlkem768_nist_encapsulate(void **unused)
{
	(void)unused;
	for (size_t i = 0; i < sizeof mlkem768_encaps / sizeof mlkem768_encaps[0]; i++) {
		uint8_t ek[MLKEM768_EK], m[MLKEM768_M], ct[MLKEM768_CT], shared[MLKEM768_SHARED];
		unhex(mlkem768_encaps[i].ek, ek, sizeof ek);
		unhex(mlkem768_encaps[i].m, m, sizeof m);
		assert_true(mlkem768_encapsulate(ek, m, ct, shared));
		assert_span_hex(span_of(ct, sizeof ct), mlkem768_encaps[i].ct);
		assert_span_hex(span_of(shared, sizeof shared), mlkem768_encaps[i].shared);
	}
}

/* One that fits and one that was changed. */
static void test_mlkem768_nist_decapsulate(void **unused)
{
	(void)unused;
	uint8_t dk[MLKEM768_DK], ct[MLKEM768_CT], shared[MLKEM768_SHARED];
	unhex(mlkem768_decaps_dk[0], dk, MLKEM768_EK_AT);
	unhex(mlkem768_decaps_dk[1], dk + MLKEM768_EK_AT, MLKEM768_DK - MLKEM768_EK_AT);
	for (size_t i = 0; i < sizeof mlkem768_decaps / sizeof mlkem768_decaps[0]; i++) {
		unhex(mlkem768_decaps[i].ct, ct, sizeof ct);
		mlkem768_decapsulate(dk, ct, shared);
		assert_span_hex(span_of(shared, sizeof shared), mlkem768_decaps[i].shared);
	}
}

static void assert_sha256(struct span bytes, const char *hash_hex)
{
	uint8_t hash[32];
	sha256(PARTS(bytes), hash);
	assert_span_hex(span_of(hash, sizeof hash), hash_hex);
}

/* Every vector of one edition of NIST's files. */
static void test_mlkem768_acvp_keygen(void **unused)
{
	(void)unused;
	for (size_t i = 0; i < sizeof acvp_keygen / sizeof acvp_keygen[0]; i++) {
		uint8_t seed[MLKEM768_SEED], dk[MLKEM768_DK];
		unhex(acvp_keygen[i].d, seed, 32);
		unhex(acvp_keygen[i].z, seed + 32, 32);
		mlkem768_keygen(seed, dk);
		assert_sha256(span_of(dk + MLKEM768_EK_AT, MLKEM768_EK), acvp_keygen[i].ek_hash);
		assert_sha256(span_of(dk, sizeof dk), acvp_keygen[i].dk_hash);
	}
}

static void test_mlkem768_acvp_encapsulate(void **unused)
{
	(void)unused;
	for (size_t i = 0; i < sizeof acvp_encaps / sizeof acvp_encaps[0]; i++) {
		uint8_t ek[MLKEM768_EK], m[MLKEM768_M], ct[MLKEM768_CT], shared[MLKEM768_SHARED];
		unhex(acvp_encaps[i].ek, ek, sizeof ek);
		unhex(acvp_encaps[i].m, m, sizeof m);
		assert_true(mlkem768_encapsulate(ek, m, ct, shared));
		assert_sha256(span_of(ct, sizeof ct), acvp_encaps[i].ct_hash);
		assert_span_hex(span_of(shared, sizeof shared), acvp_encaps[i].shared);
	}
}

static void test_mlkem768_acvp_decapsulate(void **unused)
{
	(void)unused;
	uint8_t dk[MLKEM768_DK], ct[MLKEM768_CT], shared[MLKEM768_SHARED];
	unhex(acvp_decaps_dk[0], dk, MLKEM768_EK_AT);
	unhex(acvp_decaps_dk[1], dk + MLKEM768_EK_AT, MLKEM768_DK - MLKEM768_EK_AT);
	for (size_t i = 0; i < sizeof acvp_decaps / sizeof acvp_decaps[0]; i++) {
		unhex(acvp_decaps[i].ct, ct, sizeof ct);
		mlkem768_decapsulate(dk, ct, shared);
		assert_span_hex(span_of(shared, sizeof shared), acvp_decaps[i].shared);
	}
}

/* A hundred keys, with a ciphertext that fits and one of random bytes for each. Where the bytes
 * come from, and what SHAKE128 of everything has to be, is said by TestAccumulated of Go's
 * crypto/mlkem; further implementations agree with it. */
static void test_mlkem768_accumulated(void **unused)
{
	(void)unused;
	enum { ROUNDS = 100, ROUND = MLKEM768_EK + MLKEM768_CT + 2 * MLKEM768_SHARED };
	static uint8_t all[ROUNDS * ROUND];
	uint8_t seed[MLKEM768_SEED], m[MLKEM768_M], bad[MLKEM768_CT], shared[MLKEM768_SHARED];
	struct keccak random;
	keccak_absorb(&random, KECCAK_SHAKE128, PARTS({ NULL, 0 }));
	for (uint8_t *at = all; at < all + sizeof all; at += ROUND) {
		uint8_t dk[MLKEM768_DK], *ct = at + MLKEM768_EK, *k = ct + MLKEM768_CT;
		keccak_squeeze(&random, seed, sizeof seed);
		mlkem768_keygen(seed, dk);
		memcpy(at, dk + MLKEM768_EK_AT, MLKEM768_EK);
		keccak_squeeze(&random, m, sizeof m);
		assert_true(mlkem768_encapsulate(at, m, ct, k));
		mlkem768_decapsulate(dk, ct, shared);
		assert_memory_equal(shared, k, sizeof shared);
		keccak_squeeze(&random, bad, sizeof bad);
		mlkem768_decapsulate(dk, bad, k + MLKEM768_SHARED);
	}
	keccak_hash(KECCAK_SHAKE128, PARTS({ all, sizeof all }), shared, sizeof shared);
	assert_span_hex(span_of(shared, sizeof shared),
	                "1114b1b6699ed191734fa339376afa7e285c9e6acf6ff0177d346696ce564415");
}

/* Section 7.2: of each coefficient of an encapsulation key, q - 1 is the highest there is. Nothing
 * is written otherwise. */
static void test_mlkem768_modulus_check(void **unused)
{
	(void)unused;
	static const uint8_t m[MLKEM768_M] = { 1 }, untouched[MLKEM768_CT] = { 0 };
	struct key key;
	key_of(&key, 1);
	for (unsigned i = 0; i < 3 * 256; i += i == 0 || i == 766 ? 1 : 85) {
		static const unsigned values[] = { 3328, 3329, 3330, 4095 };
		for (size_t v = 0; v < sizeof values / sizeof values[0]; v++) {
			uint8_t ek[MLKEM768_EK], ct[MLKEM768_CT] = { 0 }, shared[32] = { 0 };
			memcpy(ek, key.ek, sizeof ek);
			uint8_t *at = ek + i / 2 * 3;
			if (i % 2 == 0) {
				at[0] = (uint8_t)values[v];
				at[1] = (uint8_t)((at[1] & 0xf0) | values[v] >> 8);
			} else {
				at[1] = (uint8_t)((at[1] & 15) | (values[v] & 15) << 4);
				at[2] = (uint8_t)(values[v] >> 4);
			}
			assert_int_equal(mlkem768_encapsulate(ek, m, ct, shared), v == 0);
			if (v > 0)
				assert_memory_equal(ct, untouched, sizeof ct);
		}
	}
}

/* A bit that is changed anywhere in a ciphertext changes the secret, and the same ciphertext always
 * gives the same one. */
static void test_mlkem768_rejects_every_change(void **unused)
{
	(void)unused;
	static const uint8_t m[MLKEM768_M] = { 2 };
	struct key key;
	uint8_t ct[MLKEM768_CT], shared[32], other[32], again[32];
	key_of(&key, 2);
	assert_true(mlkem768_encapsulate(key.ek, m, ct, shared));
	for (size_t i = 0; i < MLKEM768_CT; i += 31) {
		ct[i] ^= (uint8_t)(1 << i % 8);
		mlkem768_decapsulate(key.dk, ct, other);
		mlkem768_decapsulate(key.dk, ct, again);
		assert_memory_not_equal(other, shared, sizeof shared);
		assert_memory_equal(other, again, sizeof again);
		ct[i] ^= (uint8_t)(1 << i % 8);
	}
	mlkem768_decapsulate(key.dk, ct, other);
	assert_memory_equal(other, shared, sizeof shared);
	key_of(&key, 3);
	mlkem768_decapsulate(key.dk, ct, other);
	assert_memory_not_equal(other, shared, sizeof shared);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_mlkem768_nist_keygen),
		cmocka_unit_test(test_mlkem768_nist_encapsulate),
		cmocka_unit_test(test_mlkem768_nist_decapsulate),
		cmocka_unit_test(test_mlkem768_acvp_keygen),
		cmocka_unit_test(test_mlkem768_acvp_encapsulate),
		cmocka_unit_test(test_mlkem768_acvp_decapsulate),
		cmocka_unit_test(test_mlkem768_accumulated),
		cmocka_unit_test(test_mlkem768_modulus_check),
		cmocka_unit_test(test_mlkem768_rejects_every_change),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
