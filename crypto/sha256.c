#include "crypto/sha256.h"

#include <bearssl.h>
#include <string.h>

#include "base/assert.h"

enum { INFO_PARTS = 2 };

void sha256(struct parts message, uint8_t out[static HASH_LEN])
{
	br_sha256_context c;
	br_sha256_init(&c);
	for (size_t i = 0; i < message.count; i++)
		br_sha256_update(&c, message.at[i].at, message.at[i].len);
	br_sha256_out(&c, out);
	bytes_wipe(&c, sizeof c);
}

void sha256_hmac(struct span key, struct parts message, uint8_t out[static HASH_LEN])
{
	br_hmac_key_context k;
	br_hmac_context c;
	br_hmac_key_init(&k, &br_sha256_vtable, key.len > 0 ? (const void *)key.at : "", key.len);
	br_hmac_init(&c, &k, 0);
	for (size_t i = 0; i < message.count; i++)
		br_hmac_update(&c, message.at[i].at, message.at[i].len);
	br_hmac_out(&c, out);
	bytes_wipe(&k, sizeof k);
	bytes_wipe(&c, sizeof c);
}

void sha256_extract(struct span salt, struct parts ikm, uint8_t prk[static HASH_LEN])
{
	sha256_hmac(salt, ikm,
	            prk); /* HMAC pads a key with zeroes: no salt and 32 zeroes are the same */
}

/* RFC 5869 section 2.3: T(i) = HMAC(PRK, T(i-1) | info | i), and the output is T(1) | T(2) | ... */
void sha256_expand(const uint8_t prk[static HASH_LEN], struct parts info, uint8_t *out,
                   size_t out_len)
{
	assert(out_len <= 255 * HASH_LEN);
	assert(info.count <= INFO_PARTS);
	uint8_t block[HASH_LEN], number = 0;
	struct span message[1 + INFO_PARTS + 1] = { { NULL, 0 } };
	for (size_t i = 0; i < info.count; i++)
		message[1 + i] = info.at[i];
	message[1 + info.count] = span_of(&number, 1);
	for (size_t done = 0; done < out_len;) {
		number++;
		sha256_hmac(span_of(prk, HASH_LEN), (struct parts){ message, info.count + 2 },
		            block);
		message[0] = span_of(block, sizeof block);

		size_t part = out_len - done < HASH_LEN ? out_len - done : HASH_LEN;
		memcpy(out + done, block, part);
		done += part;
	}
	bytes_wipe(block, sizeof block);
}

void sha256_hkdf(struct span salt, struct span ikm, struct span info, uint8_t *out, size_t out_len)
{
	uint8_t prk[HASH_LEN];
	sha256_extract(salt, PARTS(ikm), prk);
	sha256_expand(prk, PARTS(info), out, out_len);
	bytes_wipe(prk, sizeof prk);
}
