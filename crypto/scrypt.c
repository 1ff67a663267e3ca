#include "crypto/scrypt.h"

#include <string.h>

#include "crypto/sha256.h"

enum { WORDS = 256 /* of a block: 128 * r bytes */, SALSA = 16, HALF = WORDS / SALSA / 2 };

static uint32_t rotate(uint32_t x, unsigned by)
{
	return x << by | x >> (32 - by);
}

static void quarter(uint32_t *x, unsigned a, unsigned b, unsigned c, unsigned d)
{
	x[b] ^= rotate(x[a] + x[d], 7);
	x[c] ^= rotate(x[b] + x[a], 9);
	x[d] ^= rotate(x[c] + x[b], 13);
	x[a] ^= rotate(x[d] + x[c], 18);
}

/* Section 3: four times the columns and the rows of a square of 16 words. */
static void salsa20_8(uint32_t to[static SALSA])
{
	uint32_t x[SALSA];
	memcpy(x, to, sizeof x);
	for (unsigned round = 0; round < 4; round++) {
		for (unsigned i = 0; i < 4; i++)
			quarter(x, 5 * i, (5 * i + 4) % 16, (5 * i + 8) % 16, (5 * i + 12) % 16);
		for (unsigned i = 0; i < 4; i++)
			quarter(x, 5 * i, 4 * i + (i + 1) % 4, 4 * i + (i + 2) % 4,
			        4 * i + (i + 3) % 4);
	}
	for (unsigned i = 0; i < SALSA; i++)
		to[i] += x[i];
}

/* Section 4, in place, by way of a copy. */
static void mix_block(uint32_t block[static WORDS])
{
	uint32_t x[SALSA], out[WORDS];
	memcpy(x, block + WORDS - SALSA, sizeof x);
	for (unsigned i = 0; i < WORDS / SALSA; i++) {
		for (unsigned j = 0; j < SALSA; j++)
			x[j] ^= block[i * SALSA + j];
		salsa20_8(x);
		memcpy(out + (i / 2 + (i % 2) * HALF) * SALSA, x, sizeof x);
	}
	memcpy(block, out, sizeof out);
}

/* PBKDF2-HMAC-SHA256 with one iteration: a whole number of hashes. */
static void stretch(struct span passphrase, struct span salt, uint8_t *out, size_t len)
{
	for (uint32_t i = 1; len > 0; i++, out += HASH_LEN, len -= HASH_LEN) {
		uint8_t number[4] = { (uint8_t)(i >> 24), (uint8_t)(i >> 16), (uint8_t)(i >> 8),
			              (uint8_t)i };
		sha256_hmac(passphrase, PARTS(salt, span_of(number, sizeof number)), out);
	}
}

void scrypt(struct span passphrase, struct span salt, unsigned log_n, uint32_t *scratch,
            uint8_t key[static SCRYPT_KEY])
{
	uint8_t bytes[WORDS * 4];
	uint32_t block[WORDS];
	size_t n = (size_t)1 << log_n;
	stretch(passphrase, salt, bytes, sizeof bytes);
	for (unsigned i = 0; i < WORDS; i++)
		block[i] = bytes[4 * i] | (uint32_t)bytes[4 * i + 1] << 8 |
		           (uint32_t)bytes[4 * i + 2] << 16 | (uint32_t)bytes[4 * i + 3] << 24;
	for (size_t i = 0; i < n; i++) {
		memcpy(scratch + i * WORDS, block, sizeof block);
		mix_block(block);
	}
	for (size_t i = 0; i < n; i++) {
		const uint32_t *other = scratch + (block[WORDS - SALSA] & (n - 1)) * WORDS;
		for (unsigned j = 0; j < WORDS; j++)
			block[j] ^= other[j];
		mix_block(block);
	}
	for (unsigned i = 0; i < sizeof bytes; i++)
		bytes[i] = (uint8_t)(block[i / 4] >> i % 4 * 8);
	stretch(passphrase, span_of(bytes, sizeof bytes), key, SCRYPT_KEY);
	bytes_wipe(bytes, sizeof bytes);
	bytes_wipe(block, sizeof block);
}
