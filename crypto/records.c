/* records: see records.h. */
#include "crypto/records.h"

#include "base/assert.h"

_Static_assert((int)TAG_LEN == (int)AEAD_TAG, "every AEAD we have gives 16 bytes");

#define COUNTER_LIMIT (UINT64_C(1) << 62)

void records_init(struct records *r, enum aead_kind kind, struct span send_key,
                  struct span receive_key)
{
	bytes_wipe(r, sizeof *r);
	aead_init(&r->send, kind, send_key);
	aead_init(&r->receive, kind, receive_key);
}

void records_seal(struct records *r, uint64_t counter, struct span header, uint8_t *data,
                  size_t len)
{
	assert(counter < COUNTER_LIMIT);
	uint8_t nonce[AEAD_NONCE];
	aead_nonce(&r->send, counter, nonce);
	aead_seal(&r->send, nonce, header, data, len);
}

enum err records_open(struct records *r, uint64_t counter, struct span header, uint8_t *data,
                      size_t len)
{
	if (counter >= COUNTER_LIMIT)
		return ERR_AUTH; /* the peer's seal cannot have made it */
	if (!replay_fresh(&r->window, counter))
		return ERR_REPLAY; /* asked first: a repeated packet costs nothing */

	uint8_t nonce[AEAD_NONCE];
	aead_nonce(&r->receive, counter, nonce);
	if (!aead_open(&r->receive, nonce, header, data, len))
		return ERR_AUTH;
	replay_mark(&r->window, counter);
	return OK;
}

void records_wipe(struct records *r)
{
	bytes_wipe(r, sizeof *r);
}
