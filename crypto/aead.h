/* aead: authenticated encryption under one key, in place: ChaCha20-Poly1305 (RFC 8439) and AES-GCM
 * (NIST SP 800-38D), by BearSSL. The key is expanded once; nothing allocates; every implementation
 * is constant time. A struct aead points into itself: it must not be copied or moved after
 * aead_init. */
#pragma once

#include <bearssl.h>

#include "base/bytes.h"

enum { AEAD_NONCE = 12, AEAD_TAG = 16, AEAD_KEY_MAX = 32 };

enum aead_kind {
	AEAD_CHACHA20_POLY1305, /* key of 32 bytes */
	AEAD_AES_GCM,           /* key of 16 or 32 bytes; in hardware where aead_has_aes() */
	AEAD_AES_GCM_SOFTWARE   /* the same bytes from bit-sliced code, its fallback: for tests */
};

struct aead {
	enum aead_kind kind;
	uint8_t key[AEAD_KEY_MAX]; /* ChaCha20-Poly1305 */
	br_poly1305_run poly1305;
	br_aes_gen_ctr_keys aes; /* AES-GCM */
	br_gcm_context gcm;
};

/* AES and carry-less multiply are instructions of this processor, and BearSSL can use them. */
bool aead_has_aes(void);

/* key: copied. */
void aead_init(struct aead *a, enum aead_kind kind, struct span key);

/* A counter as nonce, as the kind has it: 4 zero bytes, then 8 little-endian (ChaCha20-Poly1305) or
 * big-endian (AES-GCM). */
void aead_nonce(const struct aead *a, uint64_t counter, uint8_t nonce[static AEAD_NONCE]);

/* data: len bytes of text, and room for AEAD_TAG more. The caller never repeats a nonce under one
 * key. */
void aead_seal(struct aead *a, const uint8_t nonce[static AEAD_NONCE], struct span ad,
               uint8_t *data, size_t len);

/* len counts the tag; the text is the first len - AEAD_TAG bytes. False: does not verify, data is
 * then garbage (untouched when shorter than a tag). */
bool aead_open(struct aead *a, const uint8_t nonce[static AEAD_NONCE], struct span ad,
               uint8_t *data, size_t len);
