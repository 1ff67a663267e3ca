/* hmac: see hmac.h. */
#include "crypto/hmac.h"

#include <bearssl.h>

void hmac(struct span key, struct parts message, uint8_t out[static HASH_LEN])
{
	br_hmac_key_context k;
	br_hmac_context c;
	br_hmac_key_init(&k, &br_sha256_vtable, key.len > 0 ? (const void *)key.at : "", key.len);
	br_hmac_init(&c, &k, 0);
	for (size_t i = 0; i < message.count; i++)
		br_hmac_update(&c, message.at[i].at, message.at[i].len);
	br_hmac_out(&c, out);
	bytes_wipe(&k, sizeof k);
	bytes_wipe(&c, sizeof c);
}
