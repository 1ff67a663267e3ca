/* aead: see aead.h. Which of BearSSL's implementations runs is decided once, at init. */
#include "crypto/aead.h"

#include "base/assert.h"
#include "crypto/ct.h"

/* Instructions of x86 or POWER8; NULL where the processor or the compiler has none. */
static const br_block_ctr_class *aes_hardware(void)
{
	const br_block_ctr_class *class = br_aes_x86ni_ctr_get_vtable();
	return class ? class : br_aes_pwr8_ctr_get_vtable();
}

static br_ghash ghash_hardware(void)
{
	br_ghash run = br_ghash_pclmul_get();
	return run ? run : br_ghash_pwr8_get();
}

bool aead_has_aes(void)
{
	return aes_hardware() && ghash_hardware();
}

static void init_chacha20_poly1305(struct aead *a, struct span key)
{
	assert(key.len == 32);
	struct writer w = writer_of(a->key, sizeof a->key);
	write_span(&w, key);

	/* ctmulq wants 128-bit products; ChaCha20's plain C beats its SSE2 version. */
#ifdef __SIZEOF_INT128__
	a->poly1305 = br_poly1305_ctmulq_run;
#else
	a->poly1305 = br_poly1305_ctmul_run;
#endif
}

static void init_aes_gcm(struct aead *a, struct span key)
{
	assert(key.len == 16 || key.len == 32);
	bool hardware = a->kind == AEAD_AES_GCM && aead_has_aes();
	bool words64 = sizeof(void *) == 8;

	const br_block_ctr_class *software =
	    words64 ? &br_aes_ct64_ctr_vtable : &br_aes_ct_ctr_vtable;
	const br_block_ctr_class *class = hardware ? aes_hardware() : software;
	class->init(&a->aes.vtable, key.at, key.len);
	br_ghash ghash = words64 ? br_ghash_ctmul64 : br_ghash_ctmul32;
	br_gcm_init(&a->gcm, &a->aes.vtable, hardware ? ghash_hardware() : ghash);
}

void aead_init(struct aead *a, enum aead_kind kind, struct span key)
{
	bytes_wipe(a, sizeof *a);
	a->kind = kind;
	if (kind == AEAD_CHACHA20_POLY1305)
		init_chacha20_poly1305(a, key);
	else
		init_aes_gcm(a, key);
}

void aead_nonce(const struct aead *a, uint64_t counter, uint8_t nonce[static AEAD_NONCE])
{
	store_be32(nonce, 0);
	if (a->kind == AEAD_CHACHA20_POLY1305)
		store_le64(nonce + 4, counter);
	else
		store_be64(nonce + 4, counter);
}

/* Everything but the comparison: data becomes the other of text and sealed text, tag is over the
 * sealed one. */
static void run(struct aead *a, const uint8_t *nonce, struct span ad, uint8_t *data, size_t len,
                uint8_t *tag, bool seal)
{
	if (a->kind == AEAD_CHACHA20_POLY1305) {
		a->poly1305(a->key, nonce, data, len, ad.at, ad.len, tag, br_chacha20_ct_run, seal);
		return;
	}
	br_gcm_reset(&a->gcm, nonce, AEAD_NONCE);
	br_gcm_aad_inject(&a->gcm, ad.at, ad.len);
	br_gcm_flip(&a->gcm);
	br_gcm_run(&a->gcm, seal, data, len);
	br_gcm_get_tag(&a->gcm, tag);
}

void aead_seal(struct aead *a, const uint8_t nonce[static AEAD_NONCE], struct span ad,
               uint8_t *data, size_t len)
{
	run(a, nonce, ad, data, len, data + len, true);
}

bool aead_open(struct aead *a, const uint8_t nonce[static AEAD_NONCE], struct span ad,
               uint8_t *data, size_t len)
{
	if (len < AEAD_TAG)
		return false;
	uint8_t tag[AEAD_TAG];
	run(a, nonce, ad, data, len - AEAD_TAG, tag, false);
	bool genuine = bytes_equal(tag, data + len - AEAD_TAG, AEAD_TAG);
	bytes_wipe(tag, sizeof tag); /* for a forgery this is the tag it should have had */
	return ct_verdict(genuine);
}
