/* rsa: handshakes of rsa, crypto/rsa: messages of up to LEN bytes. Keys have at most 8 bytes here,
 * and any may be accepted, so that short messages are read to their end. */
#include "crypto/rsa_ops.h"
#include "proofs/states/talk.h"

extern const struct encryptor_class rsa_class;

enum err public_key_check(const struct public_key *key)
{
	look_at(key->bytes, key->len);
	return any_bool() ? OK : ERR_FORMAT;
}

bool public_key_equal(const struct public_key *a, const struct public_key *b)
{
	look_at(a->bytes, a->len);
	look_at(b->bytes, b->len);
	return any_bool();
}

void rsa_ops_sign(const struct identity *id, struct parts message, struct writer *signature)
{
	(void)message;
	write_zeroes(signature, id->public.len);
}

bool rsa_ops_verify(const struct public_key *key, struct parts message, struct span signature)
{
	(void)message;
	look_at(key->bytes, key->len);
	look_at(signature.at, signature.len);
	return any_bool();
}

void rsa_ops_encrypt(const struct public_key *key, struct span text, struct random *random,
                     struct writer *sealed)
{
	(void)random;
	look_at(text.at, text.len);
	write_zeroes(sealed, key->len);
}

void rsa_ops_decrypt(const struct identity *id, struct span sealed, struct random *random,
                     uint8_t *out, size_t out_len)
{
	(void)id, (void)random;
	look_at(sealed.at, sealed.len);
	make_any(out, out_len);
}

int main(void)
{
	enum { M0 = 32 + HASH_LEN };
	own.public = (struct public_key){ .type = KEY_RSA, .len = LIMIT_PUBLIC_KEY };
	for (size_t len = 0; len <= LEN; len++)
		talk(&rsa_class, true, len, AEAD_TAG + 1);
	for (size_t len = 0; len <= LEN - 32; len++)
		talk(&rsa_class, false, M0, len);
	for (size_t len = 0; len < 3; len++) {
		talk(&rsa_class, false, M0 - 1 + len, 0);
		talk(&rsa_class, true, LEN, AEAD_TAG - 1 + len);
		talk(&rsa_class, true, LEN, AEAD_TAG + LIMIT_HELLO - 1 + len);
	}
}
