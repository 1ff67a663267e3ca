/* rsa_oaep: see rsa_oaep.h.
 *
 *   em = 0 | masked seed (32) | masked block      block = SHA-256("") (32) | zeroes | 1 | text */
#include "crypto/rsa_oaep.h"

#include <string.h>

#include "base/assert.h"
#include "crypto/sha256.h"

/* to ^= MGF1(seed) */
static void unmask(uint8_t *to, size_t len, struct span seed)
{
	uint8_t counter[4], mask[HASH_LEN];
	for (uint32_t i = 0; len > 0; i++) {
		size_t part = len < HASH_LEN ? len : HASH_LEN;
		store_be32(counter, i);
		sha256(PARTS(seed, { counter, sizeof counter }), mask);
		for (size_t k = 0; k < part; k++)
			to[k] ^= mask[k];
		to += part;
		len -= part;
	}
	bytes_wipe(mask, sizeof mask);
}

uint32_t rsa_oaep_open(uint8_t *em, size_t len, uint8_t *text, size_t text_len)
{
	assert(len >= 1 + HASH_LEN + HASH_LEN + 1 + text_len);
	uint8_t *seed = em + 1, *block = seed + HASH_LEN, label[HASH_LEN];
	size_t block_len = len - 1 - HASH_LEN, one = block_len - text_len - 1;
	unmask(seed, HASH_LEN, span_of(block, block_len));
	unmask(block, block_len, span_of(seed, HASH_LEN));

	sha256(PARTS({ NULL, 0 }), label);
	unsigned wrong = em[0];
	for (size_t i = 0; i < HASH_LEN; i++)
		wrong |= (unsigned)(block[i] ^ label[i]);
	for (size_t i = HASH_LEN; i < one; i++)
		wrong |= block[i];
	wrong |= (unsigned)(block[one] ^ 1);
	memcpy(text, block + one + 1, text_len);
	return (wrong - 1) >> 31; /* wrong is 0..255: only 0 borrows */
}
