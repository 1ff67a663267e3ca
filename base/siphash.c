/* siphash: SipHash-2-4 as in "SipHash: a fast short-input PRF" (Aumasson, Bernstein 2012) and its
 * 128-bit variant. Words are little-endian whatever the host is. */
#include "base/siphash.h"

static uint64_t rotate(uint64_t v, unsigned bits)
{
	return v << bits | v >> (64 - bits);
}

static void rounds(uint64_t v[4], int count)
{
	for (; count > 0; count--) {
		v[0] += v[1];
		v[2] += v[3];
		v[1] = rotate(v[1], 13) ^ v[0];
		v[3] = rotate(v[3], 16) ^ v[2];
		v[0] = rotate(v[0], 32) + v[3];
		v[2] += v[1];
		v[3] = rotate(v[3], 21) ^ v[0];
		v[1] = rotate(v[1], 17) ^ v[2];
		v[2] = rotate(v[2], 32);
	}
}

/* Everything up to the finalisation. The last block is the rest of the input, zeroes, and the
 * length's low byte. */
static void absorb(uint64_t v[4], const uint8_t *key, struct span in)
{
	uint64_t k0 = load_le64(key), k1 = load_le64(key + 8);
	v[0] ^= k0 ^ UINT64_C(0x736f6d6570736575);
	v[1] ^= k1 ^ UINT64_C(0x646f72616e646f6d);
	v[2] ^= k0 ^ UINT64_C(0x6c7967656e657261);
	v[3] ^= k1 ^ UINT64_C(0x7465646279746573);

	size_t at = 0;
	for (; in.len - at >= 8; at += 8) {
		uint64_t word = load_le64(in.at + at);
		v[3] ^= word;
		rounds(v, 2);
		v[0] ^= word;
	}
	uint64_t last = (uint64_t)in.len << 56;
	for (unsigned i = 0; at + i < in.len; i++)
		last |= (uint64_t)in.at[at + i] << 8 * i;
	v[3] ^= last;
	rounds(v, 2);
	v[0] ^= last;
}

static uint64_t fold(const uint64_t v[4])
{
	return v[0] ^ v[1] ^ v[2] ^ v[3];
}

uint64_t siphash(const uint8_t key[static SIPHASH_KEY], struct span in)
{
	uint64_t v[4] = { 0, 0, 0, 0 };
	absorb(v, key, in);
	v[2] ^= 0xff;
	rounds(v, 4);
	return fold(v);
}

void siphash_128(const uint8_t key[static SIPHASH_KEY], struct span in, uint8_t out[static 16])
{
	uint64_t v[4] = { 0, 0xee, 0, 0 };
	absorb(v, key, in);
	v[2] ^= 0xee;
	rounds(v, 4);
	store_le64(out, fold(v));
	v[1] ^= 0xdd;
	rounds(v, 4);
	store_le64(out + 8, fold(v));
}
