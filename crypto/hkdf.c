/* hkdf: see hkdf.h; over BearSSL's SHA-256. */
#include "crypto/hkdf.h"

#include <bearssl.h>
#include <string.h>

#include "base/assert.h"

void sha256(struct parts message, uint8_t out[static HASH_LEN])
{
	br_sha256_context c;
	br_sha256_init(&c);
	for (size_t i = 0; i < message.count; i++)
		br_sha256_update(&c, message.at[i].at, message.at[i].len);
	br_sha256_out(&c, out);
	bytes_wipe(&c, sizeof c);
}

static void key_init(br_hmac_key_context *k, struct span key)
{
	br_hmac_key_init(k, &br_sha256_vtable, key.len > 0 ? (const void *)key.at : "", key.len);
}

static void feed(br_hmac_context *c, struct parts message)
{
	for (size_t i = 0; i < message.count; i++)
		br_hmac_update(c, message.at[i].at, message.at[i].len);
}

void hmac(struct span key, struct parts message, uint8_t out[static HASH_LEN])
{
	br_hmac_key_context k;
	br_hmac_context c;
	key_init(&k, key);
	br_hmac_init(&c, &k, 0);
	feed(&c, message);
	br_hmac_out(&c, out);
	bytes_wipe(&k, sizeof k);
	bytes_wipe(&c, sizeof c);
}

void hkdf_extract(struct span salt, struct parts ikm, uint8_t prk[static HASH_LEN])
{
	hmac(salt, ikm, prk); /* HMAC pads a key with zeroes: no salt and 32 zeroes are the same */
}

/* RFC 5869 section 2.3: T(i) = HMAC(PRK, T(i-1) | info | i), and the output is T(1) | T(2) | ... */
void hkdf_expand(const uint8_t prk[static HASH_LEN], struct parts info, uint8_t *out,
                 size_t out_len)
{
	assert(out_len <= 255 * HASH_LEN);
	br_hmac_key_context k;
	br_hmac_context c;
	uint8_t block[HASH_LEN], number = 0;
	key_init(&k, span_of(prk, HASH_LEN));
	for (size_t done = 0; done < out_len;) {
		br_hmac_init(&c, &k, 0);
		br_hmac_update(&c, block, number > 0 ? sizeof block : 0);
		feed(&c, info);
		number++;
		br_hmac_update(&c, &number, 1);
		br_hmac_out(&c, block);

		size_t part = out_len - done < HASH_LEN ? out_len - done : HASH_LEN;
		memcpy(out + done, block, part);
		done += part;
	}
	bytes_wipe(&k, sizeof k);
	bytes_wipe(&c, sizeof c);
	bytes_wipe(block, sizeof block);
}

void hkdf(struct span salt, struct span ikm, struct span info, uint8_t *out, size_t out_len)
{
	uint8_t prk[HASH_LEN];
	hkdf_extract(salt, PARTS(ikm), prk);
	hkdf_expand(prk, PARTS(info), out, out_len);
	bytes_wipe(prk, sizeof prk);
}
