/* sha256: see sha256.h. */
#include "crypto/sha256.h"

#include <bearssl.h>

void sha256(struct parts message, uint8_t out[static HASH_LEN])
{
	br_sha256_context c;
	br_sha256_init(&c);
	for (size_t i = 0; i < message.count; i++)
		br_sha256_update(&c, message.at[i].at, message.at[i].len);
	br_sha256_out(&c, out);
	bytes_wipe(&c, sizeof c);
}
