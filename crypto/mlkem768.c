/* mlkem768: see mlkem768.h. Names in [brackets], and algorithms by number, are those of FIPS 203.
 * Coefficients are always in 0..Q-1. What is divided is divided by a multiplication: compilers may
 * make a division of a constant divisor, whose time shows what was divided. */
#include "crypto/mlkem768.h"

#include "crypto/ct.h"
#include "crypto/keccak.h"

enum { Q = 3329, N = 256, K = 3 };
enum { POLY_BYTES = 384, HASH = 32 }; /* a polynomial of 12 bits a coefficient; [H], [G]'s halves */
enum { DU = 10, DV = 4, U_BYTES = N / 8 * DU };
enum { DK_HASH = MLKEM768_EK_AT + MLKEM768_EK, DK_Z = DK_HASH + HASH };

struct poly {
	uint16_t c[N];
};

/* 17 to the power of i with its 7 bits reversed */
static const uint16_t zetas[128] = {
	1,    1729, 2580, 3289, 2642, 630,  1897, 848,  1062, 1919, 193,  797,  2786, 3260, 569,
	1746, 296,  2447, 1339, 1476, 3046, 56,   2240, 1333, 1426, 2094, 535,  2882, 2393, 2879,
	1974, 821,  289,  331,  3253, 1756, 1197, 2304, 2277, 2055, 650,  1977, 2513, 632,  2865,
	33,   1320, 1915, 2319, 1435, 807,  452,  1438, 2868, 1534, 2402, 2647, 2617, 1481, 648,
	2474, 3110, 1227, 910,  17,   2761, 583,  2649, 1637, 723,  2288, 1100, 1409, 2662, 3281,
	233,  756,  2156, 3015, 3050, 1703, 1651, 2789, 1789, 1847, 952,  1461, 2687, 939,  2308,
	2437, 2388, 733,  2337, 268,  641,  1584, 2298, 2037, 3220, 375,  2549, 2090, 1645, 1063,
	319,  2773, 757,  2099, 561,  2466, 2594, 2804, 1092, 403,  1026, 1143, 2150, 2775, 886,
	1722, 1212, 1874, 1029, 2110, 2935, 885,  2154,
};

/* ---- numbers modulo Q ---- */

/* x / Q, and in *rest what is left. The estimate is at most 1 too low, for every x: 2^32 / Q is
 * rounded down by less than 1. */
static uint32_t divide(uint32_t x, uint32_t *rest)
{
	uint32_t quotient = (uint32_t)((uint64_t)x * 1290167 >> 32);
	uint32_t left = x - quotient * Q;
	uint32_t low = (Q - 1 - left) >> 31;
	*rest = left - (Q & (0 - low));
	return quotient + low;
}

static uint16_t mod(uint32_t x)
{
	uint32_t rest;
	divide(x, &rest);
	return (uint16_t)rest;
}

/* x < 2 * Q */
static uint16_t mod_once(uint32_t x)
{
	x -= Q;
	return (uint16_t)(x + (Q & (0 - (x >> 31))));
}

/* ---- polynomials ---- */

static void add(struct poly *to, const struct poly *p)
{
	for (unsigned i = 0; i < N; i++)
		to->c[i] = mod_once((uint32_t)to->c[i] + p->c[i]);
}

/* Algorithm 9 */
static void ntt(struct poly *p)
{
	const uint16_t *zeta = zetas + 1;
	for (unsigned len = N / 2; len >= 2; len /= 2)
		for (unsigned start = 0; start < N; start += 2 * len, zeta++)
			for (uint16_t *low = p->c + start; low < p->c + start + len; low++) {
				uint32_t t = mod((uint32_t)low[len] * *zeta);
				low[len] = mod_once(*low + Q - t);
				*low = mod_once(*low + t);
			}
}

/* Algorithm 10 */
static void ntt_inverse(struct poly *p)
{
	const uint16_t *zeta = zetas + 127;
	for (unsigned len = 2; len <= N / 2; len *= 2)
		for (unsigned start = 0; start < N; start += 2 * len, zeta--)
			for (uint16_t *low = p->c + start; low < p->c + start + len; low++) {
				uint32_t t = *low;
				*low = mod_once(t + low[len]);
				low[len] = mod((low[len] + Q - t) * *zeta);
			}
	for (unsigned i = 0; i < N; i++)
		p->c[i] = mod((uint32_t)p->c[i] * 3303); /* 1/128 */
}

/* Algorithms 11 and 12, added to what is there. */
static void multiply_add(struct poly *to, const struct poly *a, const struct poly *b)
{
	for (unsigned i = 0; i < N; i += 2) {
		uint32_t a0 = a->c[i], a1 = a->c[i + 1], b0 = b->c[i], b1 = b->c[i + 1];
		uint32_t gamma = zetas[64 + i / 4];
		if (i & 2)
			gamma = Q - gamma;
		to->c[i] = mod(to->c[i] + a0 * b0 + mod(a1 * b1) * gamma);
		to->c[i + 1] = mod(to->c[i + 1] + a0 * b1 + a1 * b0);
	}
}

/* Algorithm 5: bits of each coefficient, the low ones first */
static uint8_t *encode(const struct poly *p, unsigned bits, uint8_t *out)
{
	uint32_t held = 0;
	unsigned held_bits = 0;
	for (unsigned i = 0; i < N; i++) {
		held |= (uint32_t)p->c[i] << held_bits;
		for (held_bits += bits; held_bits >= 8; held_bits -= 8, held >>= 8)
			*out++ = (uint8_t)held;
	}
	return out;
}

/* Algorithm 6, but for what is not below Q. */
static void decode(struct poly *p, unsigned bits, const uint8_t *in)
{
	uint32_t held = 0;
	unsigned held_bits = 0;
	for (unsigned i = 0; i < N; i++) {
		for (; held_bits < bits; held_bits += 8)
			held |= (uint32_t)*in++ << held_bits;
		p->c[i] = (uint16_t)(held & ((1u << bits) - 1));
		held >>= bits;
		held_bits -= bits;
	}
}

/* [Compress] and then encode */
static uint8_t *compress(struct poly *p, unsigned bits, uint8_t *out)
{
	for (unsigned i = 0; i < N; i++) {
		uint32_t rest, rounded = divide(((uint32_t)p->c[i] << bits) + Q / 2, &rest);
		p->c[i] = (uint16_t)(rounded & ((1u << bits) - 1));
	}
	return encode(p, bits, out);
}

/* decode and then [Decompress] */
static void decompress(struct poly *p, unsigned bits, const uint8_t *in)
{
	decode(p, bits, in);
	for (unsigned i = 0; i < N; i++)
		p->c[i] = (uint16_t)(((uint32_t)p->c[i] * Q + (1u << (bits - 1))) >> bits);
}

/* ---- sampling ---- */

/* Algorithm 7. The seed is public: how many tries it takes shows nothing. */
static void sample_ntt(struct poly *p, const uint8_t *seed, unsigned a, unsigned b)
{
	struct keccak xof;
	uint8_t index[2] = { (uint8_t)a, (uint8_t)b }, in[3];
	keccak_absorb(&xof, KECCAK_SHAKE128, PARTS({ seed, HASH }, { index, sizeof index }));
	for (unsigned n = 0; n < N;) {
		keccak_squeeze(&xof, in, sizeof in);
		unsigned pair[2] = { in[0] | (in[1] & 15u) << 8,
			             in[1] >> 4 | (unsigned)in[2] << 4 };
		for (unsigned i = 0; i < 2 && n < N; i++)
			if (pair[i] < Q)
				p->c[n++] = (uint16_t)pair[i];
	}
}

/* Algorithm 8 of [PRF]: the difference of two numbers of two bits each */
static void sample_noise(struct poly *p, const uint8_t *seed, unsigned number)
{
	uint8_t byte = (uint8_t)number, noise[N / 2];
	keccak_hash(KECCAK_SHAKE256, PARTS({ seed, HASH }, { &byte, 1 }), noise, sizeof noise);
	for (unsigned i = 0; i < N; i++) {
		uint32_t bits = noise[i / 2] >> i % 2 * 4;
		uint32_t plus = (bits & 1) + (bits >> 1 & 1),
			 minus = (bits >> 2 & 1) + (bits >> 3 & 1);
		p->c[i] = mod_once(plus + Q - minus);
	}
	bytes_wipe(noise, sizeof noise);
}

/* ---- K-PKE ---- */

/* Algorithm 13. seed: [d] and the byte [k] behind it. */
static void pke_keygen(const uint8_t *seed, uint8_t *dk)
{
	struct {
		uint8_t rho[HASH], sigma[HASH];
		struct poly s[K], t;
	} secret;
	static const uint8_t k = K;
	struct poly a;
	uint8_t *ek = dk + MLKEM768_EK_AT;
	keccak_hash(KECCAK_SHA3_512, PARTS({ seed, HASH }, { &k, 1 }), secret.rho, 2 * HASH);
	ct_public(secret.rho, HASH);
	for (unsigned i = 0; i < K; i++) {
		sample_noise(&secret.s[i], secret.sigma, i);
		ntt(&secret.s[i]);
		dk = encode(&secret.s[i], 12, dk);
	}
	for (unsigned i = 0; i < K; i++) {
		sample_noise(&secret.t, secret.sigma, K + i);
		ntt(&secret.t);
		for (unsigned j = 0; j < K; j++) {
			sample_ntt(&a, secret.rho, j, i);
			multiply_add(&secret.t, &a, &secret.s[j]);
		}
		ek = encode(&secret.t, 12, ek);
	}
	memcpy(ek, secret.rho, HASH);
	bytes_wipe(&secret, sizeof secret);
}

/* Algorithm 14 */
static void pke_encrypt(const uint8_t *ek, const uint8_t *m, const uint8_t *r, uint8_t *ct)
{
	struct {
		struct poly y[K], sum, noise;
	} secret;
	struct poly a;
	for (unsigned i = 0; i < K; i++) {
		sample_noise(&secret.y[i], r, i);
		ntt(&secret.y[i]);
	}
	for (unsigned i = 0; i <= K; i++) {
		memset(&secret.sum, 0, sizeof secret.sum);
		for (unsigned j = 0; j < K; j++) {
			if (i < K)
				sample_ntt(&a, ek + K * POLY_BYTES, i, j);
			else
				decode(&a, 12, ek + j * POLY_BYTES);
			multiply_add(&secret.sum, &a, &secret.y[j]);
		}
		ntt_inverse(&secret.sum);
		sample_noise(&secret.noise, r, K + i);
		add(&secret.sum, &secret.noise);
		if (i == K) {
			decompress(&secret.noise, 1, m);
			add(&secret.sum, &secret.noise);
		}
		ct = compress(&secret.sum, i < K ? DU : DV, ct);
	}
	bytes_wipe(&secret, sizeof secret);
}

/* Algorithm 15. -s*u is the same as s*u with all signs changed: v is what is left when it is added.
 */
static void pke_decrypt(const uint8_t *dk, const uint8_t *ct, uint8_t *m)
{
	struct {
		struct poly s, u, sum;
	} secret = { .sum = { { 0 } } };
	for (unsigned i = 0; i < K; i++) {
		decode(&secret.s, 12, dk + i * POLY_BYTES);
		decompress(&secret.u, DU, ct + i * U_BYTES);
		ntt(&secret.u);
		multiply_add(&secret.sum, &secret.s, &secret.u);
	}
	ntt_inverse(&secret.sum);
	decompress(&secret.u, DV, ct + K * U_BYTES);
	for (unsigned i = 0; i < N; i++)
		secret.u.c[i] = mod_once((uint32_t)secret.u.c[i] + Q - secret.sum.c[i]);
	compress(&secret.u, 1, m);
	bytes_wipe(&secret, sizeof secret);
}

/* ---- ML-KEM ---- */

/* Algorithm 16 */
void mlkem768_keygen(const uint8_t seed[static MLKEM768_SEED], uint8_t dk[static MLKEM768_DK])
{
	uint8_t *ek = dk + MLKEM768_EK_AT;
	pke_keygen(seed, dk);
	ct_public(ek, MLKEM768_EK);
	keccak_hash(KECCAK_SHA3_256, PARTS({ ek, MLKEM768_EK }), dk + DK_HASH, HASH);
	memcpy(dk + DK_Z, seed + HASH, HASH);
}

/* [K] || [r] of a message, and what is encrypted with r */
static void encrypt(const uint8_t *ek, const uint8_t *hash, const uint8_t *m, uint8_t *ct,
                    uint8_t *shared)
{
	uint8_t out[2 * HASH];
	keccak_hash(KECCAK_SHA3_512, PARTS({ m, MLKEM768_M }, { hash, HASH }), out, sizeof out);
	pke_encrypt(ek, m, out + HASH, ct);
	memcpy(shared, out, MLKEM768_SHARED);
	bytes_wipe(out, sizeof out);
}

/* Algorithm 17, and the modulus check of section 7.2. */
bool mlkem768_encapsulate(const uint8_t ek[static MLKEM768_EK], const uint8_t m[static MLKEM768_M],
                          uint8_t ct[static MLKEM768_CT], uint8_t shared[static MLKEM768_SHARED])
{
	uint8_t hash[HASH];
	struct poly t;
	for (unsigned i = 0; i < K; i++) {
		decode(&t, 12, ek + i * POLY_BYTES);
		for (unsigned j = 0; j < N; j++)
			if (t.c[j] >= Q)
				return false;
	}
	keccak_hash(KECCAK_SHA3_256, PARTS({ ek, MLKEM768_EK }), hash, sizeof hash);
	encrypt(ek, hash, m, ct, shared);
	return true;
}

/* Algorithm 18 */
void mlkem768_decapsulate(const uint8_t dk[static MLKEM768_DK],
                          const uint8_t ct[static MLKEM768_CT],
                          uint8_t shared[static MLKEM768_SHARED])
{
	struct {
		uint8_t m[MLKEM768_M], rejected[MLKEM768_SHARED], again[MLKEM768_CT];
	} secret;
	pke_decrypt(dk, ct, secret.m);
	keccak_hash(KECCAK_SHAKE256, PARTS({ dk + DK_Z, HASH }, { ct, MLKEM768_CT }),
	            secret.rejected, sizeof secret.rejected);
	encrypt(dk + MLKEM768_EK_AT, dk + DK_HASH, secret.m, secret.again, shared);
	uint8_t wrong = ct_hidden((uint8_t)(bytes_equal(ct, secret.again, MLKEM768_CT) - 1));
	for (unsigned i = 0; i < MLKEM768_SHARED; i++)
		shared[i] ^= wrong & (shared[i] ^ secret.rejected[i]);
	bytes_wipe(&secret, sizeof secret);
}
