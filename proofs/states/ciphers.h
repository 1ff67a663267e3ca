/* What stands for cryptography in proofs/states: it may accept or refuse, and makes any bytes of
 * what it is given, which it reads to its end. */
#pragma once

#include "crypto/aead.h"
#include "crypto/sha256.h"
#include "proofs/states/any.h"

static inline void look_at(const uint8_t *at, size_t len)
{
	if (len > 0)
		at[0], at[len - 1];
}

static inline void make_any(uint8_t *at, size_t len)
{
	if (len > 0)
		Frama_C_make_unknown((char *)at, len);
}

void aead_init(struct aead *a, enum aead_kind kind, struct span key)
{
	look_at(key.at, key.len);
	a->kind = kind;
}

void aead_nonce(const struct aead *a, uint64_t counter, uint8_t nonce[static AEAD_NONCE])
{
	(void)a, (void)counter;
	make_any(nonce, AEAD_NONCE);
}

void aead_seal(struct aead *a, const uint8_t nonce[static AEAD_NONCE], struct span ad,
               uint8_t *data, size_t len)
{
	(void)a;
	look_at(nonce, AEAD_NONCE);
	look_at(ad.at, ad.len);
	make_any(data, len + AEAD_TAG);
}

bool aead_open(struct aead *a, const uint8_t nonce[static AEAD_NONCE], struct span ad,
               uint8_t *data, size_t len)
{
	(void)a;
	look_at(nonce, AEAD_NONCE);
	look_at(ad.at, ad.len);
	if (len < AEAD_TAG)
		return false;
	make_any(data, len);
	return any_bool();
}

void sha256(struct parts message, uint8_t out[static HASH_LEN])
{
	(void)message;
	make_any(out, HASH_LEN);
}

void sha256_hmac(struct span key, struct parts message, uint8_t out[static HASH_LEN])
{
	(void)message;
	look_at(key.at, key.len);
	make_any(out, HASH_LEN);
}

void sha256_hkdf(struct span salt, struct span ikm, struct span info, uint8_t *out, size_t out_len)
{
	look_at(salt.at, salt.len);
	look_at(ikm.at, ikm.len);
	look_at(info.at, info.len);
	make_any(out, out_len);
}

void sha256_extract(struct span salt, struct parts ikm, uint8_t prk[static HASH_LEN])
{
	(void)ikm;
	look_at(salt.at, salt.len);
	make_any(prk, HASH_LEN);
}

void sha256_expand(const uint8_t prk[static HASH_LEN], struct parts info, uint8_t *out,
                   size_t out_len)
{
	(void)info;
	look_at(prk, HASH_LEN);
	make_any(out, out_len);
}
