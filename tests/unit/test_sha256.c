/* sha256, and HMAC and HKDF with it: RFC 5869 appendix A, RFC 4231. */
#include "tests/unit/support.h"

#include "crypto/sha256.h"

/* RFC 5869 A.1, A.2, A.3: the cases with SHA-256. */
static void test_hkdf_rfc5869(void **unused)
{
	(void)unused;
	static const struct {
		const char *ikm, *salt, *info, *okm;
	} cases[] = {
		{ "0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b", "000102030405060708090a0b0c",
		  "f0f1f2f3f4f5f6f7f8f9",
		  "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b88718"
		  "5865" },
		{ "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f2021222324252627"
		  "28292a2b2c2d2e2f303132333435363738393a3b3c3d3e3f404142434445464748494a4b4c4d4e4"
		  "f",
		  "606162636465666768696a6b6c6d6e6f707172737475767778797a7b7c7d7e7f8081828384858687"
		  "88898a8b8c8d8e8f909192939495969798999a9b9c9d9e9fa0a1a2a3a4a5a6a7a8a9aaabacadaea"
		  "f",
		  "b0b1b2b3b4b5b6b7b8b9babbbcbdbebfc0c1c2c3c4c5c6c7c8c9cacbcccdcecfd0d1d2d3d4d5d6d7"
		  "d8d9dadbdcdddedfe0e1e2e3e4e5e6e7e8e9eaebecedeeeff0f1f2f3f4f5f6f7f8f9fafbfcfdfef"
		  "f",
		  "b11e398dc80327a1c8e7f78c596a49344f012eda2d4efad8a050cc4c19afa97c59045a99cac78272"
		  "71cb41c65e590e09da3275600c2f09b8367793a9aca3db71cc30c58179ec3e87c14c01d5c1f3434f"
		  "1d87" },
		{ "0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b", "", "",
		  "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a"
		  "96c8" },
	};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		uint8_t ikm[80], salt[80], info[80], want[82], okm[82];
		struct span w = unhex(cases[i].okm, want, sizeof want);
		sha256_hkdf(unhex(cases[i].salt, salt, sizeof salt),
		            unhex(cases[i].ikm, ikm, sizeof ikm),
		            unhex(cases[i].info, info, sizeof info), okm, w.len);
		assert_span_hex(span_of(okm, w.len), cases[i].okm);
	}
}

/* The longest output ends exactly there, one byte more is our mistake; shorter outputs are its
 * beginning. */
static void test_hkdf_lengths(void **unused)
{
	(void)unused;
	static uint8_t all[255 * HASH_LEN], part[sizeof all];
	uint8_t prk[HASH_LEN] = { 7 };
	struct parts info = PARTS(span_text("in"), span_text("fo"));
	sha256_expand(prk, info, all, sizeof all);
	static const size_t lens[] = { 0, 1, 31, 32, 33, 64, 8159 };
	for (size_t i = 0; i < sizeof lens / sizeof lens[0]; i++) {
		memset(part, 0, sizeof part);
		sha256_expand(prk, PARTS(span_text("info")), part, lens[i]);
		assert_memory_equal(part, all, lens[i]);
		assert_true(bytes_zero(part + lens[i], sizeof part - lens[i]));
	}
	assert_panics(sha256_expand(prk, info, all, sizeof all + 1));
}

/* RFC 4231 cases 1, 2 and 6 (a key longer than a block), and the parts of a message are one
 * message. */
static void test_hmac_rfc4231(void **unused)
{
	(void)unused;
	static const struct {
		const char *key, *message, *tag;
	} cases[] = {
		{ "0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b", "4869205468657265",
		  "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7" },
		{ "4a656665", "7768617420646f2079612077616e7420666f72206e6f7468696e673f",
		  "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843" },
		{ "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
		  "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
		  "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
		  "aaaaaaaaaaaaaaaaaaaaaa",
		  "54657374205573696e67204c6172676572205468616e20426c6f636b2d53697a65204b6579202d20"
		  "48617368204b6579204669727374",
		  "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54" },
	};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		uint8_t key[140], message[80], tag[HASH_LEN];
		struct span k = unhex(cases[i].key, key, sizeof key),
			    m = unhex(cases[i].message, message, sizeof message);
		if (i == 2)
			k.len = 131;
		sha256_hmac(k, PARTS(m), tag);
		assert_span_hex(span_of(tag, sizeof tag), cases[i].tag);
		sha256_hmac(k,
		            PARTS(span_of(m.at, 3), span_of(NULL, 0), span_of(m.at + 3, m.len - 3)),
		            tag);
		assert_span_hex(span_of(tag, sizeof tag), cases[i].tag);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_hkdf_rfc5869),
		cmocka_unit_test(test_hkdf_lengths),
		cmocka_unit_test(test_hmac_rfc4231),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
