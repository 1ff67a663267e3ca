/* x25519: Diffie-Hellman of RFC 7748 by BearSSL, with the check for a zero result that BearSSL
 * leaves out. Scalars are little-endian as in the RFC; this is BearSSL 0.6's order, later versions
 * changed it (see self_test_passes). */
#pragma once

#include "base/bytes.h"

enum { X25519_LEN = 32 }; /* bytes of a scalar and of a point */

/* shared = scalar * point. False, and zeroes, when the result is zero: a low-order point was sent.
 * Decided without a branch on the value; the top bit of point is ignored and the scalar clamped, as
 * the RFC says. shared may be scalar or point. */
bool x25519(const uint8_t scalar[static X25519_LEN], const uint8_t point[static X25519_LEN],
            uint8_t shared[static X25519_LEN]);

/* public = scalar * 9 */
void x25519_public(const uint8_t scalar[static X25519_LEN], uint8_t public[static X25519_LEN]);
