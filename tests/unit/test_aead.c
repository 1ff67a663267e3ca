/* aead: published vectors, and the same properties for every kind and implementation. */
#include "tests/unit/support.h"

#include "crypto/aead.h"

struct vector {
	const char *from;
	bool gcm;
	const char *key, *nonce, *ad, *text, *sealed; /* sealed: with its tag */
};

static const struct vector vectors[] = {
	{ "RFC 8439 2.8.2", false,
	  "808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9f",
	  "070000004041424344454647", "50515253c0c1c2c3c4c5c6c7",
	  "4c616469657320616e642047656e746c656d656e206f662074686520636c617373206f66202739393a204966"
	  "204920636f756c64206f6666657220796f75206f6e6c79206f6e652074697020666f72207468652066757475"
	  "72652c2073756e73637265656e20776f756c642062652069742e",
	  "d31a8d34648e60db7b86afbc53ef7ec2a4aded51296e08fea9e2b5a736ee62d63dbea45e8ca9671282fafb69"
	  "da92728b1a71de0a9e060b2905d6a5b67ecd3b3692ddbd7f2d778b8c9803aee328091b58fab324e4fad67594"
	  "5585808b4831d7bc3ff4def08e4b7a9de576d26586cec64b61161ae10b594f09e26a7e902ecbd0600691" },
	{ "GCM test case 1", true, "00000000000000000000000000000000", "000000000000000000000000",
	  "", "", "58e2fccefa7e3061367f1d57a4e7455a" },
	{ "GCM test case 2", true, "00000000000000000000000000000000", "000000000000000000000000",
	  "", "00000000000000000000000000000000",
	  "0388dace60b6a392f328c2b971b2fe78ab6e47d42cec13bdf53a67b21257bddf" },
	{ "GCM test case 3", true, "feffe9928665731c6d6a8f9467308308", "cafebabefacedbaddecaf888",
	  "",
	  "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e24"
	  "49a6b525b16aedf5aa0de657ba637b391aafd255",
	  "42831ec2217774244b7221b784d0d49ce3aa212f2c02a4e035c17e2329aca12e21d514b25466931c7d8f6a5a"
	  "ac84aa051ba30b396a0aac973d58e091473f59854d5c2af327cd64a62cf35abd2ba6fab4" },
	{ "GCM test case 4", true, "feffe9928665731c6d6a8f9467308308", "cafebabefacedbaddecaf888",
	  "feedfacedeadbeeffeedfacedeadbeefabaddad2",
	  "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e24"
	  "49a6b525b16aedf5aa0de657ba637b39",
	  "42831ec2217774244b7221b784d0d49ce3aa212f2c02a4e035c17e2329aca12e21d514b25466931c7d8f6a5a"
	  "ac84aa051ba30b396a0aac973d58e0915bc94fbc3221a5db94fae95ae7121a47" },
	{ "GCM test case 13", true,
	  "0000000000000000000000000000000000000000000000000000000000000000",
	  "000000000000000000000000", "", "", "530f8afbc74536b9a963b4f1c4cb738b" },
	{ "GCM test case 14", true,
	  "0000000000000000000000000000000000000000000000000000000000000000",
	  "000000000000000000000000", "", "00000000000000000000000000000000",
	  "cea7403d4d606b6e074ec5d3baf39d18d0d1c8a799996bf0265b98b5d48ab919" },
	{ "GCM test case 15", true,
	  "feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308",
	  "cafebabefacedbaddecaf888", "",
	  "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e24"
	  "49a6b525b16aedf5aa0de657ba637b391aafd255",
	  "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8cb08e48590dbb3da7b08b10"
	  "56828838c5f61e6393ba7a0abcc9f662898015adb094dac5d93471bdec1a502270e3cc6c" },
	{ "GCM test case 16", true,
	  "feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308",
	  "cafebabefacedbaddecaf888", "feedfacedeadbeeffeedfacedeadbeefabaddad2",
	  "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e24"
	  "49a6b525b16aedf5aa0de657ba637b39",
	  "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8cb08e48590dbb3da7b08b10"
	  "56828838c5f61e6393ba7a0abcc9f66276fc6ece0f4e1768cddf8853bb2d551b" },
};

static void run_vector(const struct vector *v, enum aead_kind kind)
{
	uint8_t key[32], nonce[AEAD_NONCE], ad[64], data[256];
	struct aead a;
	aead_init(&a, kind, unhex(v->key, key, sizeof key));
	unhex(v->nonce, nonce, sizeof nonce);
	struct span ad_span = unhex(v->ad, ad, sizeof ad), text = unhex(v->text, data, sizeof data);
	aead_seal(&a, nonce, ad_span, data, text.len);
	assert_span_hex(span_of(data, text.len + AEAD_TAG), v->sealed);
	assert_true(aead_open(&a, nonce, ad_span, data, text.len + AEAD_TAG));
	assert_span_hex(span_of(data, text.len), v->text);
	bytes_wipe(&a, sizeof a);
}

/* RFC 8439, and the test cases of GCM's specification (McGrew, Viega; also NIST's), in hardware and
 * in software. */
static void test_aead_published_vectors(void **unused)
{
	(void)unused;
	for (size_t i = 0; i < sizeof vectors / sizeof vectors[0]; i++) {
		if (!vectors[i].gcm) {
			run_vector(&vectors[i], AEAD_CHACHA20_POLY1305);
		} else {
			run_vector(&vectors[i], AEAD_AES_GCM);
			run_vector(&vectors[i], AEAD_AES_GCM_SOFTWARE);
		}
	}
}

static const struct {
	enum aead_kind kind;
	size_t key_len;
} kinds[] = {
	{ AEAD_CHACHA20_POLY1305, 32 }, { AEAD_AES_GCM, 16 },          { AEAD_AES_GCM, 32 },
	{ AEAD_AES_GCM_SOFTWARE, 16 },  { AEAD_AES_GCM_SOFTWARE, 32 },
};
enum { KINDS = sizeof kinds / sizeof kinds[0] };

/* Hardware and software give the same bytes for every length around the block sizes. */
static void test_aead_implementations_agree(void **unused)
{
	(void)unused;
	struct test_random r = test_random(1);
	uint8_t key[32], nonce[AEAD_NONCE], ad[40], one[300 + AEAD_TAG], two[300 + AEAD_TAG];
	for (size_t len = 0; len <= 300; len++) {
		random_fill(&r.random, key, sizeof key);
		random_fill(&r.random, nonce, sizeof nonce);
		random_fill(&r.random, ad, sizeof ad);
		random_fill(&r.random, one, sizeof one);
		memcpy(two, one, sizeof two);
		struct aead hardware, software;
		struct span k = span_of(key, len % 2 ? 16 : 32), d = span_of(ad, len % sizeof ad);
		aead_init(&hardware, AEAD_AES_GCM, k);
		aead_init(&software, AEAD_AES_GCM_SOFTWARE, k);
		aead_seal(&hardware, nonce, d, one, len);
		aead_seal(&software, nonce, d, two, len);
		assert_memory_equal(one, two, len + AEAD_TAG);
	}
}

/* Every flipped bit of sealed text, tag, associated data or nonce, and every shorter length, is
 * refused. */
static void test_aead_refuses_what_was_altered(void **unused)
{
	(void)unused;
	struct test_random r = test_random(2);
	for (size_t k = 0; k < KINDS; k++) {
		uint8_t key[32], nonce[AEAD_NONCE], ad[17], sealed[45 + AEAD_TAG],
		    data[sizeof sealed];
		random_fill(&r.random, key, sizeof key);
		random_fill(&r.random, nonce, sizeof nonce);
		random_fill(&r.random, ad, sizeof ad);
		random_fill(&r.random, sealed, sizeof sealed);
		struct aead a;
		aead_init(&a, kinds[k].kind, span_of(key, kinds[k].key_len));
		aead_seal(&a, nonce, span_of(ad, sizeof ad), sealed, 45);

		struct {
			uint8_t *at;
			size_t len;
		} const places[] = { { sealed, sizeof sealed },
			             { ad, sizeof ad },
			             { nonce, sizeof nonce } };
		for (size_t p = 0; p < 3; p++)
			for (size_t bit = 0; bit < places[p].len * 8; bit++) {
				places[p].at[bit / 8] ^= (uint8_t)(1 << bit % 8);
				memcpy(data, sealed, sizeof data);
				assert_false(aead_open(&a, nonce, span_of(ad, sizeof ad), data,
				                       sizeof data));
				places[p].at[bit / 8] ^= (uint8_t)(1 << bit % 8);
			}
		for (size_t len = 0; len < sizeof sealed; len++) {
			memcpy(data, sealed, sizeof data);
			assert_false(aead_open(&a, nonce, span_of(ad, sizeof ad), data, len));
		}
		assert_true(aead_open(&a, nonce, span_of(ad, sizeof ad), sealed, sizeof sealed));
	}
}

/* The nonce of a counter is 4 zero bytes and 8 in the order of the AEAD; wiping leaves nothing. */
static void test_aead_nonce_and_wipe(void **unused)
{
	(void)unused;
	for (size_t k = 0; k < KINDS; k++) {
		uint8_t key[32], nonce[AEAD_NONCE];
		memset(key, 0xa5, sizeof key);
		struct aead a;
		aead_init(&a, kinds[k].kind, span_of(key, kinds[k].key_len));
		aead_nonce(&a, UINT64_C(0x0102030405060708), nonce);
		bool little = kinds[k].kind == AEAD_CHACHA20_POLY1305;
		assert_span_hex(span_of(nonce, sizeof nonce),
		                little ? "000000000807060504030201" : "000000000102030405060708");
		bytes_wipe(&a, sizeof a);
		assert_true(bytes_zero(&a, sizeof a));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_aead_published_vectors),
		cmocka_unit_test(test_aead_implementations_agree),
		cmocka_unit_test(test_aead_refuses_what_was_altered),
		cmocka_unit_test(test_aead_nonce_and_wipe),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
