/* rsa_oaep: RFC 8017 section 7.1.2 step 3, against an encoding written here: one layout is right,
 * everything else is wrong. Whole decryptions, with published vectors, are in test_rsa.c; that it
 * takes no branch, tests/ct sees. */
#include "crypto/rsa_ops.h"

#include "crypto/sha256.h"
#include "tests/unit/support.h"

enum { EM = 256, TEXT = 16, BLOCK = EM - 1 - HASH_LEN };

static void mask(uint8_t *to, size_t len, const uint8_t *seed, size_t seed_len)
{
	for (size_t i = 0; i < len; i++) {
		uint8_t counter[4], hash[HASH_LEN];
		store_be32(counter, (uint32_t)(i / HASH_LEN));
		sha256(PARTS({ seed, seed_len }, { counter, 4 }), hash);
		to[i] ^= hash[i % HASH_LEN];
	}
}

/* em as it is before the masks: 0 | seed | SHA-256("") | zeroes | 1 | text. */
static void plain(uint8_t em[static EM], const char *text)
{
	struct test_random random = test_random(1);
	memset(em, 0, EM);
	random_fill(&random.random, em + 1, HASH_LEN);
	sha256(PARTS({ NULL, 0 }), em + 1 + HASH_LEN);
	memcpy(em + EM - TEXT, text, TEXT);
	em[EM - TEXT - 1] = 1;
}

static void masked(uint8_t em[static EM])
{
	mask(em + 1 + HASH_LEN, BLOCK, em + 1, HASH_LEN);
	mask(em + 1, HASH_LEN, em + 1 + HASH_LEN, BLOCK);
}

static void test_rsa_ops_unpads_the_one_right_layout(void **state)
{
	(void)state;
	uint8_t em[EM], text[TEXT];
	plain(em, "0123456789abcdef");
	masked(em);
	assert_int_equal(rsa_ops_unpad(em, EM, text, TEXT), 1);
	assert_memory_equal(text, "0123456789abcdef", TEXT);
}

/* Every bit before the text counts, but for the seed, which may be anything; the bits of the text
 * are the text. */
static void test_rsa_oaep_refuses_every_other_layout(void **state)
{
	(void)state;
	for (size_t bit = 0; bit < 8 * EM; bit++) {
		uint8_t em[EM], text[TEXT];
		size_t at = bit / 8;
		bool free_to_vary = (at >= 1 && at < 1 + HASH_LEN) || at >= EM - TEXT;
		plain(em, "0123456789abcdef");
		em[at] ^= (uint8_t)(1U << bit % 8);
		masked(em);
		if (rsa_ops_unpad(em, EM, text, TEXT) != free_to_vary)
			fail_msg("bit %zu", bit);
	}
}

/* After the masks, too: a changed bit anywhere is seen (by chance, once in 2^1700, it would not
 * be). */
static void test_rsa_oaep_refuses_every_changed_bit(void **state)
{
	(void)state;
	for (size_t bit = 0; bit < 8 * EM; bit++) {
		uint8_t em[EM], text[TEXT];
		plain(em, "0123456789abcdef");
		masked(em);
		em[bit / 8] ^= (uint8_t)(1U << bit % 8);
		assert_int_equal(rsa_ops_unpad(em, EM, text, TEXT), 0);
	}
}

/* A text of another length is none: its 1 stands elsewhere. */
static void test_rsa_oaep_knows_the_length(void **state)
{
	(void)state;
	for (size_t len = 0; len <= 64; len++) {
		uint8_t em[EM], text[64];
		plain(em, "\0\0\0\0\0\0\0\1\0\0\0\1\0\0\0\1");
		masked(em);
		assert_int_equal(rsa_ops_unpad(em, EM, text, len), len == TEXT);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rsa_ops_unpads_the_one_right_layout),
		cmocka_unit_test(test_rsa_oaep_refuses_every_other_layout),
		cmocka_unit_test(test_rsa_oaep_refuses_every_changed_bit),
		cmocka_unit_test(test_rsa_oaep_knows_the_length),
	};
	return cmocka_run_group_tests_name("rsa_oaep", tests, NULL, NULL);
}
