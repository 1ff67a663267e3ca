/* hkdf: see hkdf.h. */
#include "crypto/hkdf.h"

#include <string.h>

#include "base/assert.h"

enum { INFO_PARTS = 2 };

void hkdf_extract(struct span salt, struct parts ikm, uint8_t prk[static HASH_LEN])
{
	hmac(salt, ikm, prk); /* HMAC pads a key with zeroes: no salt and 32 zeroes are the same */
}

/* RFC 5869 section 2.3: T(i) = HMAC(PRK, T(i-1) | info | i), and the output is T(1) | T(2) | ... */
void hkdf_expand(const uint8_t prk[static HASH_LEN], struct parts info, uint8_t *out,
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
		hmac(span_of(prk, HASH_LEN), (struct parts){ message, info.count + 2 }, block);
		message[0] = span_of(block, sizeof block);

		size_t part = out_len - done < HASH_LEN ? out_len - done : HASH_LEN;
		memcpy(out + done, block, part);
		done += part;
	}
	bytes_wipe(block, sizeof block);
}

void hkdf(struct span salt, struct span ikm, struct span info, uint8_t *out, size_t out_len)
{
	uint8_t prk[HASH_LEN];
	hkdf_extract(salt, PARTS(ikm), prk);
	hkdf_expand(prk, PARTS(info), out, out_len);
	bytes_wipe(prk, sizeof prk);
}
