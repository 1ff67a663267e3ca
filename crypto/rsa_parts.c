/* rsa_parts: see rsa_parts.h. Schoolbook numbers of 32-bit limbs, least first: used once, when a
 * key file is read. */
#include "crypto/rsa_parts.h"

#include "base/assert.h"

enum { LIMBS_MAX = RSA_BITS_MAX / 32, LIMBS_HALF = LIMBS_MAX / 2, BITS_E = 17 };

struct big {
	uint32_t limb[LIMBS_MAX];
};

static struct big big_of(struct span big_endian)
{
	assert(big_endian.len <= LIMBS_MAX * 4);
	struct big b = { { 0 } };
	for (size_t i = 0; i < big_endian.len; i++)
		b.limb[i / 4] |= (uint32_t)big_endian.at[big_endian.len - 1 - i] << 8 * (i % 4);
	return b;
}

static struct big big_of_u32(uint32_t v)
{
	return (struct big){ { v } };
}

static bool big_equal(const struct big *a, const struct big *b)
{
	return bytes_equal(a, b, sizeof *a);
}

/* r = a * b, each below 2^(RSA_BITS_MAX / 2); r is neither of them. */
static void multiply(struct big *r, const struct big *a, const struct big *b)
{
	*r = big_of_u32(0);
	for (size_t i = 0; i < LIMBS_HALF; i++) {
		uint64_t carry = 0;
		for (size_t j = 0; j < LIMBS_HALF; j++) {
			carry += (uint64_t)a->limb[i] * b->limb[j] + r->limb[i + j];
			r->limb[i + j] = (uint32_t)carry;
			carry >>= 32;
		}
		r->limb[i + LIMBS_HALF] = (uint32_t)carry;
	}
}

/* ---- modulo numbers of half the size: the upper halves of everything here but a stay zero ---- */

/* r = choice ? a : r, for choice 0 or 1 */
static void choose(struct big *r, uint32_t choice, const struct big *a)
{
	uint32_t mask = 0 - choice;
	for (size_t i = 0; i < LIMBS_HALF; i++)
		r->limb[i] ^= (r->limb[i] ^ a->limb[i]) & mask;
}

/* r = r + b modulo m, both below m. */
static void add_modulo(struct big *r, const struct big *b, const struct big *m)
{
	struct big less;
	uint64_t carry = 0, borrow = 0;
	for (size_t i = 0; i < LIMBS_HALF; i++) {
		carry += (uint64_t)r->limb[i] + b->limb[i];
		r->limb[i] = (uint32_t)carry;
		carry >>= 32;
		uint64_t difference = (uint64_t)r->limb[i] - m->limb[i] - borrow;
		less.limb[i] = (uint32_t)difference;
		borrow = difference >> 63;
	}
	choose(r, (uint32_t)(carry | (1 - borrow)), &less); /* the sum is m or more */
	bytes_wipe(less.limb, LIMBS_HALF * sizeof less.limb[0]);
}

/* r = a * b modulo m, where a has at most a_bits, and b is below m; doubling and adding from a's
 * highest bit down. r is neither of them. */
static void multiply_modulo(struct big *r, const struct big *a, size_t a_bits, const struct big *b,
                            const struct big *m)
{
	struct big other;
	*r = big_of_u32(0);
	for (size_t bit = a_bits; bit-- > 0;) {
		other = *r;
		add_modulo(r, &other, m);
		other = *r;
		add_modulo(&other, b, m);
		choose(r, a->limb[bit / 32] >> bit % 32 & 1, &other);
	}
	bytes_wipe(&other, sizeof other);
}

/* What concerns one of the two factors, which is odd: its exponent is d reduced, and the inverse of
 * e. */
static bool exponent_fits(const struct big *factor, const struct big *exponent, const struct big *d)
{
	const struct big one = big_of_u32(1), e = big_of_u32(RSA_EXPONENT);
	struct {
		struct big m, reduced, product;
	} b = { .m = *factor };
	b.m.limb[0] -= 1;
	multiply_modulo(&b.reduced, d, RSA_BITS_MAX, &one, &b.m);
	multiply_modulo(&b.product, &e, BITS_E, &b.reduced, &b.m);
	bool fit = big_equal(&b.reduced, exponent) && big_equal(&b.product, &one);
	bytes_wipe(&b, sizeof b);
	return fit;
}

/* iq is below p and the inverse of q. */
static bool inverse_fits(const struct big *p, const struct big *q, const struct big *iq)
{
	const struct big one = big_of_u32(1);
	struct {
		struct big reduced, product;
	} b;
	multiply_modulo(&b.reduced, iq, RSA_BITS_MAX / 2, &one, p);
	multiply_modulo(&b.product, q, RSA_BITS_MAX / 2, &b.reduced, p);
	bool fit = big_equal(&b.reduced, iq) && big_equal(&b.product, &one);
	bytes_wipe(&b, sizeof b);
	return fit;
}

/* Far above e, so that e, 1 and the like are below every modulus here. */
static bool is_odd_and_large(struct span v)
{
	return v.len >= RSA_BITS_MIN / 16 / 2 && v.at[0] != 0 && (v.at[v.len - 1] & 1) == 1;
}

bool rsa_parts_fit(const struct rsa_parts *parts)
{
	if (!is_odd_and_large(parts->p) || !is_odd_and_large(parts->q))
		return false;

	/* Whether they fit may be seen from the time this takes; their values may not. */
	struct {
		struct big n, d, p, q, dp, dq, iq, product;
	} b = { big_of(parts->n),  big_of(parts->d),  big_of(parts->p),  big_of(parts->q),
		big_of(parts->dp), big_of(parts->dq), big_of(parts->iq), { { 0 } } };
	multiply(&b.product, &b.p, &b.q);
	bool fit = big_equal(&b.product, &b.n) && exponent_fits(&b.p, &b.dp, &b.d) &&
	           exponent_fits(&b.q, &b.dq, &b.d) && inverse_fits(&b.p, &b.q, &b.iq);
	bytes_wipe(&b, sizeof b);
	return fit;
}
