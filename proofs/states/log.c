/* log: a sealed log, crypto/sealed_log: of up to two records. */
#include "crypto/sealed_log.h"
#include "proofs/states/ciphers.h"

static const uint8_t secret[HASH_LEN];

static void read_all(size_t len)
{
	struct sealed_log l;
	struct span file = any_bytes(len), text, key = span_of(secret, sizeof secret);
	if (!sealed_log_open(&l, key, key, &file))
		return;
	for (int i = 0; i < 2 && sealed_log_next(&l, &file, &text); i++)
		look_at(text.at, text.len);
}

int main(void)
{
	/* none; a head; a record without a text, with one; and another: whole, and with a byte less
	 * or more */
	static const uint8_t lens[] = { 0, 23, 24, 25, 53, 54, 55, 56, 83, 84, 85, 86 };
	for (size_t i = 0; i < sizeof lens; i++)
		read_all(lens[i]);
}
