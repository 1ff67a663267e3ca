/* records: see records.h. */
#include "crypto/records.h"

#include "base/assert.h"

_Static_assert((int)TAG_LEN == (int)AEAD_TAG, "every AEAD we have gives 16 bytes");

#define COUNTER_LIMIT (UINT64_C(1) << 62)

void records_start(struct records *r, enum aead_kind kind, const uint8_t *keys, size_t key_len)
{
	struct span first = span_of(keys, key_len), second = span_of(keys + key_len, key_len);
	aead_init(&r->send, kind, r->base.initiator ? first : second);
	aead_init(&r->receive, kind, r->base.initiator ? second : first);
	r->base.ready = true;
}

void records_seal(struct encryptor *e, uint64_t counter, struct span header, uint8_t *data,
                  size_t len)
{
	struct records *r = (struct records *)e;
	uint8_t nonce[AEAD_NONCE];
	assert(e->ready);
	assert(counter < COUNTER_LIMIT);
	aead_nonce(&r->send, counter, nonce);
	aead_seal(&r->send, nonce, header, data, len);
}

enum err records_open(struct encryptor *e, uint64_t counter, struct span header, uint8_t *data,
                      size_t len)
{
	struct records *r = (struct records *)e;
	uint8_t nonce[AEAD_NONCE];
	assert(e->ready);
	if (counter >= COUNTER_LIMIT)
		return ERR_AUTH; /* the peer's seal cannot have made it */
	if (!replay_fresh(&r->window, counter))
		return ERR_REPLAY; /* asked first: a repeated packet costs nothing */

	aead_nonce(&r->receive, counter, nonce);
	if (!aead_open(&r->receive, nonce, header, data, len))
		return ERR_AUTH;
	replay_mark(&r->window, counter);
	return OK;
}

void records_export(const struct encryptor *e, struct span label, uint8_t out[static 32])
{
	assert(e->ready);
	hkdf_expand(((const struct records *)e)->exporter, PARTS(label), out, 32);
}
