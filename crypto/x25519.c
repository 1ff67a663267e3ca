#include "crypto/x25519.h"

#include <bearssl.h>
#include <string.h>

#include "crypto/ct.h"

bool x25519(const uint8_t scalar[static X25519_LEN], const uint8_t point[static X25519_LEN],
            uint8_t shared[static X25519_LEN])
{
	uint8_t result[X25519_LEN]; /* mul works in place: point is the caller's */
	memcpy(result, point, sizeof result);
	uint32_t done =
	    br_ec_c25519_m31.mul(result, sizeof result, scalar, X25519_LEN, BR_EC_curve25519);
	uint32_t zero = bytes_zero(result, sizeof result);
	memcpy(shared, result, sizeof result);
	bytes_wipe(result, sizeof result);
	return ct_verdict(done & ~zero);
}

void x25519_public(const uint8_t scalar[static X25519_LEN], uint8_t public[static X25519_LEN])
{
	static const uint8_t base[X25519_LEN] = { 9 };
	(void)x25519(scalar, base, public); /* the base's order is prime: never zero */
	ct_public(public, X25519_LEN);
}
