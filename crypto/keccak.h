/* keccak: SHA3-256, SHA3-512, SHAKE128 and SHAKE256 (FIPS 202). ML-KEM is made with them; nothing
 * else here is. */
#pragma once

#include "base/bytes.h"
#include "crypto/sha256.h"

enum keccak_kind { KECCAK_SHA3_256, KECCAK_SHA3_512, KECCAK_SHAKE128, KECCAK_SHAKE256 };

/* Secret where the message is: wipe it. */
struct keccak {
	uint64_t lanes[25];
	unsigned rate, at; /* bytes: of a block; how many of this one are absorbed or squeezed */
};

/* Takes in the whole message, from the beginning. */
void keccak_absorb(struct keccak *k, enum keccak_kind kind, struct parts message);
/* The next len bytes of what comes out: of a hash its length in all, of SHAKE as many as wanted. */
void keccak_squeeze(struct keccak *k, uint8_t *out, size_t len);
/* Both, and wiped. */
void keccak_hash(enum keccak_kind kind, struct parts message, uint8_t *out, size_t len);
