#include "crypto/records.h"

_Static_assert((int)TAG_LEN == (int)AEAD_TAG, "every AEAD we have gives 16 bytes");

void records_start(struct records *r, enum aead_kind kind, const uint8_t *keys, size_t key_len)
{
	struct span first = span_of(keys, key_len), second = span_of(keys + key_len, key_len);
	aead_init(&r->send, kind, r->base.config.initiator ? first : second);
	aead_init(&r->receive, kind, r->base.config.initiator ? second : first);
}

void records_seal(struct encryptor *e, uint64_t counter, struct span header, uint8_t *data,
                  size_t len)
{
	struct aead *send = &((struct records *)e)->send;
	uint8_t nonce[AEAD_NONCE];
	aead_nonce(send, counter, nonce);
	aead_seal(send, nonce, header, data, len);
}

bool records_open(struct encryptor *e, uint64_t counter, struct span header, uint8_t *data,
                  size_t len)
{
	struct aead *receive = &((struct records *)e)->receive;
	uint8_t nonce[AEAD_NONCE];
	aead_nonce(receive, counter, nonce);
	return aead_open(receive, nonce, header, data, len);
}
