/* identity: what a file with a private key has between its marks, crypto/identity and der; of up to
 * so many bytes. Base64 is for proofs/parsers; whether numbers make an RSA key is left open. */
#include "crypto/identity.c"
#include "proofs/parsers/any.h"

static struct identity identity;
static uint8_t modulus[LIMIT_PUBLIC_KEY];

bool rsa_ops_fits(const struct identity *id)
{
	(void)id;
	return Frama_C_interval(0, 1);
}

void x25519_public(const uint8_t secret[static X25519_LEN], uint8_t out[static X25519_LEN])
{
	(void)secret;
	Frama_C_make_unknown((char *)out, X25519_LEN);
}

enum err public_key_check(const struct public_key *key)
{
	return Frama_C_interval(0, 1) ? OK : ERR_FORMAT;
}

static void read_all(size_t len)
{
	struct span before, behind;
	read_pkcs8(any_bytes(len), &identity);
	read_x25519(any_bytes(len), &identity);
	read_rsa(any_bytes(len), &identity);
	if (find(any_bytes(len), "BEGIN", &before, &behind) && before.len > 0)
		before.at[before.len - 1];
}

int main(void)
{
	for (size_t len = 0; len <= LEN; len++)
		read_all(len);
}
