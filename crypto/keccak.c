/* keccak: see keccak.h. Steps are those of FIPS 202 section 3.2. No branch and no index depends on
 * the message: tables and loops go by the number of the round and of the lane. */
#include "crypto/keccak.h"

enum { LANES = 25, ROUNDS = 24 };

static const uint64_t iota[ROUNDS] = {
	0x0000000000000001, 0x0000000000008082, 0x800000000000808a, 0x8000000080008000,
	0x000000000000808b, 0x0000000080000001, 0x8000000080008081, 0x8000000000008009,
	0x000000000000008a, 0x0000000000000088, 0x0000000080008009, 0x000000008000000a,
	0x000000008000808b, 0x800000000000008b, 0x8000000000008089, 0x8000000000008003,
	0x8000000000008002, 0x8000000000000080, 0x000000000000800a, 0x800000008000000a,
	0x8000000080008081, 0x8000000000008080, 0x0000000080000001, 0x8000000080008008,
};

/* Where pi takes the lanes to, one after the other, beginning with lane 1, and how far rho turns
 * each of them. */
static const uint8_t pi[LANES - 1] = { 10, 7,  11, 17, 18, 3, 5,  16, 8,  21, 24, 4,
	                               15, 23, 19, 13, 12, 2, 20, 14, 22, 9,  6,  1 };
static const uint8_t rho[LANES - 1] = { 1,  3,  6,  10, 15, 21, 28, 36, 45, 55, 2,  14,
	                                27, 41, 56, 8,  25, 43, 62, 18, 39, 61, 20, 44 };

static uint64_t turn(uint64_t v, unsigned bits)
{
	return v << bits | v >> (64 - bits); /* 0 < bits < 64 */
}

static void theta(uint64_t *a)
{
	uint64_t c[7]; /* of column x at x + 1, and again around the ends */
	for (unsigned x = 0; x < 5; x++)
		c[x + 1] = a[x] ^ a[x + 5] ^ a[x + 10] ^ a[x + 15] ^ a[x + 20];
	c[0] = c[5];
	c[6] = c[1];
	for (unsigned x = 0; x < 5; x++) {
		uint64_t d = c[x] ^ turn(c[x + 2], 1);
		a[x] ^= d;
		a[x + 5] ^= d;
		a[x + 10] ^= d;
		a[x + 15] ^= d;
		a[x + 20] ^= d;
	}
}

static void rho_and_pi(uint64_t *a)
{
	uint64_t moved = a[1];
	for (unsigned i = 0; i < LANES - 1; i++) {
		uint64_t next = a[pi[i]];
		a[pi[i]] = turn(moved, rho[i]);
		moved = next;
	}
}

static void chi(uint64_t *row)
{
	for (const uint64_t *end = row + LANES; row < end; row += 5) {
		uint64_t a = row[0], b = row[1], c = row[2], d = row[3], e = row[4];
		row[0] = a ^ (~b & c);
		row[1] = b ^ (~c & d);
		row[2] = c ^ (~d & e);
		row[3] = d ^ (~e & a);
		row[4] = e ^ (~a & b);
	}
}

/* The next block. */
static void permute(struct keccak *k)
{
	for (unsigned i = 0; i < ROUNDS; i++) {
		theta(k->lanes);
		rho_and_pi(k->lanes);
		chi(k->lanes);
		k->lanes[0] ^= iota[i];
	}
	k->at = 0;
}

static void mix(struct keccak *k, unsigned at, uint8_t byte)
{
	k->lanes[at / 8] ^= (uint64_t)byte << at % 8 * 8;
}

void keccak_absorb(struct keccak *k, enum keccak_kind kind, struct parts message)
{
	static const uint8_t rates[] = { 136, 72, 168, 136 }; /* in the order of the kinds */
	*k = (struct keccak){ .rate = rates[kind] };
	for (size_t part = 0; part < message.count; part++)
		for (size_t i = 0; i < message.at[part].len; i++) {
			mix(k, k->at++, message.at[part].at[i]);
			if (k->at == k->rate)
				permute(k);
		}
	mix(k, k->at, kind >= KECCAK_SHAKE128 ? 0x1f : 0x06);
	mix(k, k->rate - 1, 0x80);
	k->at = k->rate;
}

void keccak_squeeze(struct keccak *k, uint8_t *out, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		if (k->at == k->rate)
			permute(k);
		out[i] = (uint8_t)(k->lanes[k->at / 8] >> k->at % 8 * 8);
		k->at++;
	}
}

void keccak_hash(enum keccak_kind kind, struct parts message, uint8_t *out, size_t len)
{
	struct keccak k;
	keccak_absorb(&k, kind, message);
	keccak_squeeze(&k, out, len);
	bytes_wipe(&k, sizeof k);
}
