/* self_test: known answers at start. They catch a library of another version, a miscompiled one,
 * and a processor that does not do what it says. Of RFC 7748, FIPS 180-2 and RFC 4231; those of
 * P-256 and the AEADs were computed by OpenSSL. */
#include "crypto/self_test.h"

#include <bearssl.h>
#include <string.h>

#include "crypto/aead.h"
#include "crypto/sha256.h"
#include "crypto/x25519.h"

bool self_test_has_aes(void)
{
	return aead_has_aes();
}

static bool x25519_works(void)
{
	/* RFC 7748 section 6.1: Alice's secret, Bob's public key */
	static const uint8_t secret[] = { 0x77, 0x07, 0x6d, 0x0a, 0x73, 0x18, 0xa5, 0x7d,
		                          0x3c, 0x16, 0xc1, 0x72, 0x51, 0xb2, 0x66, 0x45,
		                          0xdf, 0x4c, 0x2f, 0x87, 0xeb, 0xc0, 0x99, 0x2a,
		                          0xb1, 0x77, 0xfb, 0xa5, 0x1d, 0xb9, 0x2c, 0x2a };
	static const uint8_t public[] = { 0xde, 0x9e, 0xdb, 0x7d, 0x7b, 0x7d, 0xc1, 0xb4,
		                          0xd3, 0x5b, 0x61, 0xc2, 0xec, 0xe4, 0x35, 0x37,
		                          0x3f, 0x83, 0x43, 0xc8, 0x5b, 0x78, 0x67, 0x4d,
		                          0xad, 0xfc, 0x7e, 0x14, 0x6f, 0x88, 0x2b, 0x4f };
	static const uint8_t want[] = { 0x4a, 0x5d, 0x9d, 0x5b, 0xa4, 0xce, 0x2d, 0xe1,
		                        0x72, 0x8e, 0x3b, 0xf4, 0x80, 0x35, 0x0f, 0x25,
		                        0xe0, 0x7e, 0x21, 0xc9, 0x47, 0xd1, 0x9e, 0x33,
		                        0x76, 0xf0, 0x9b, 0x3c, 0x1e, 0x16, 0x17, 0x42 };
	uint8_t shared[X25519_LEN];
	bool sound = x25519(secret, public, shared) && memcmp(shared, want, sizeof want) == 0;

	static const uint8_t zero[X25519_LEN] = { 0 };
	return sound && !x25519(secret, zero, shared);
}

static bool p256_works(void)
{
	/* x of the point of a short scalar: the work grows with its length. */
	static const uint8_t scalar[] = { 0xd5, 0xa1, 0xc3, 0xe7 };
	static const uint8_t want[] = { 0xd9, 0x17, 0xa5, 0xda, 0x9f, 0x38, 0xc0, 0x3e,
		                        0xc3, 0xfe, 0x2c, 0x16, 0x80, 0xe0, 0xc9, 0xbe,
		                        0x4d, 0x21, 0x54, 0x00, 0xc2, 0x8b, 0x60, 0xae,
		                        0xe4, 0xad, 0x8d, 0x06, 0xbc, 0xcf, 0xda, 0x8c };
	uint8_t point[65];
	size_t len = br_ec_p256_m31.mulgen(point, scalar, sizeof scalar, BR_EC_secp256r1);
	return len == sizeof point && memcmp(point + 1, want, sizeof want) == 0;
}

static bool sha256_works(void)
{
	static const uint8_t want[] = { 0xba, 0x78, 0x16, 0xbf, 0x8f, 0x01, 0xcf, 0xea,
		                        0x41, 0x41, 0x40, 0xde, 0x5d, 0xae, 0x22, 0x23,
		                        0xb0, 0x03, 0x61, 0xa3, 0x96, 0x17, 0x7a, 0x9c,
		                        0xb4, 0x10, 0xff, 0x61, 0xf2, 0x00, 0x15, 0xad };
	uint8_t hash[HASH_LEN];
	sha256(PARTS(span_text("abc")), hash);
	return memcmp(hash, want, sizeof want) == 0;
}

static bool hmac_works(void)
{
	/* RFC 4231 section 4.3 */
	static const uint8_t want[] = { 0x5b, 0xdc, 0xc1, 0x46, 0xbf, 0x60, 0x75, 0x4e,
		                        0x6a, 0x04, 0x24, 0x26, 0x08, 0x95, 0x75, 0xc7,
		                        0x5a, 0x00, 0x3f, 0x08, 0x9d, 0x27, 0x39, 0x83,
		                        0x9d, 0xec, 0x58, 0xb9, 0x64, 0xec, 0x38, 0x43 };
	uint8_t mac[HASH_LEN];
	sha256_hmac(span_text("Jefe"), PARTS(span_text("what do ya want for nothing?")), mac);
	return memcmp(mac, want, sizeof want) == 0;
}

/* Seals zeroes under the key 0, 1, 2... and compares the tag; then opens, with and without a
 * flipped bit. */
static bool aead_works(enum aead_kind kind, const uint8_t want[static AEAD_TAG])
{
	uint8_t key[32], nonce[AEAD_NONCE] = { 0 }, data[64 + AEAD_TAG] = { 0 };
	for (unsigned i = 0; i < sizeof key; i++)
		key[i] = (uint8_t)i;
	struct aead a;
	aead_init(&a, kind, span_of(key, sizeof key));
	struct span ad = span_text("schat");

	aead_seal(&a, nonce, ad, data, 64);
	bool sound = memcmp(data + 64, want, AEAD_TAG) == 0;
	sound &= aead_open(&a, nonce, ad, data, sizeof data);
	aead_seal(&a, nonce, ad, data, 64);
	data[63] ^= 1;
	sound &= !aead_open(&a, nonce, ad, data, sizeof data);
	bytes_wipe(&a, sizeof a);
	return sound;
}

bool self_test_passes(void)
{
	static const uint8_t chacha_tag[AEAD_TAG] = { 0x64, 0x81, 0xd4, 0x46, 0x20, 0x3f,
		                                      0x7e, 0xc9, 0x70, 0xad, 0x92, 0xad,
		                                      0xfc, 0x50, 0x2c, 0xed };
	static const uint8_t gcm_tag[AEAD_TAG] = { 0x76, 0xd4, 0xd8, 0x6a, 0xb0, 0xfe, 0x5c, 0x1d,
		                                   0xc0, 0x4a, 0xa9, 0x34, 0x49, 0x70, 0x67, 0x62 };
	return x25519_works() && p256_works() && sha256_works() && hmac_works() &&
	       aead_works(AEAD_CHACHA20_POLY1305, chacha_tag) &&
	       aead_works(AEAD_AES_GCM, gcm_tag) && aead_works(AEAD_AES_GCM_SOFTWARE, gcm_tag);
}
