/* noise: handshakes of noise and hybrid, crypto/noise and noise_engine: messages of all lengths
 * around those that they have. */
#define ANY_MAX 2048
#include "crypto/noise.h"
#include "crypto/mlkem768.h"
#include "crypto/noise_engine.h"
#include "proofs/states/talk.h"

bool x25519(const uint8_t scalar[static X25519_LEN], const uint8_t point[static X25519_LEN],
            uint8_t shared[static X25519_LEN])
{
	look_at(scalar, X25519_LEN);
	look_at(point, X25519_LEN);
	make_any(shared, X25519_LEN);
	return any_bool();
}

void x25519_public(const uint8_t scalar[static X25519_LEN], uint8_t public[static X25519_LEN])
{
	look_at(scalar, X25519_LEN);
	make_any(public, X25519_LEN);
}

void mlkem768_keygen(const uint8_t seed[static MLKEM768_SEED], uint8_t dk[static MLKEM768_DK])
{
	look_at(seed, MLKEM768_SEED);
	make_any(dk, MLKEM768_DK);
}

bool mlkem768_encapsulate(const uint8_t ek[static MLKEM768_EK], const uint8_t m[static MLKEM768_M],
                          uint8_t ct[static MLKEM768_CT], uint8_t shared[static MLKEM768_SHARED])
{
	look_at(ek, MLKEM768_EK);
	look_at(m, MLKEM768_M);
	make_any(ct, MLKEM768_CT);
	make_any(shared, MLKEM768_SHARED);
	return any_bool();
}

void mlkem768_decapsulate(const uint8_t dk[static MLKEM768_DK],
                          const uint8_t ct[static MLKEM768_CT],
                          uint8_t shared[static MLKEM768_SHARED])
{
	look_at(dk, MLKEM768_DK);
	look_at(ct, MLKEM768_CT);
	make_any(shared, MLKEM768_SHARED);
}

/* Bytes of e, of something sealed that is empty, of a sealed key of ours and of the KEM. */
enum {
	E = X25519_LEN,
	SEALED = NOISE_TAG,
	S = X25519_LEN + NOISE_TAG,
	EK = MLKEM768_EK + NOISE_TAG,
	CT = MLKEM768_CT + NOISE_TAG
};

/* Messages of a suite: one behind another, each a byte shorter or longer, or not there at all. */
static void read_all(const struct encryptor_class *class, size_t m0, size_t m1, size_t m2)
{
	for (size_t more = 0; more < 3; more++) {
		talk(class, false, m0 - 1 + more, m2);
		talk(class, false, m0, m2 - 1 + more);
		talk(class, false, m0, m2 - 1 + LIMIT_HELLO + more);
		talk(class, true, m1 - 1 + more, 0);
		talk(class, true, m1 - 1 + LIMIT_HELLO + more, 0);
	}
	talk(class, false, 0, 0);
	talk(class, false, E, 0);
	talk(class, false, m0, 0);
	talk(class, false, m0, S);
	talk(class, false, m0, m2 + LIMIT_NOISE_PAYLOAD + 1);
	talk(class, true, 0, 0);
	talk(class, true, E, 0);
	talk(class, true, m1 - SEALED, 0);
	talk(class, true, m1 + LIMIT_NOISE_PAYLOAD + 1, 0);
}

int main(void)
{
	own.public = (struct public_key){ .type = KEY_X25519, .len = X25519_LEN };
	read_all(&noise_class, E + SEALED, E + S + SEALED, S + SEALED);
	read_all(&noise_hybrid_class, E + EK + SEALED, E + CT + S + SEALED, S + SEALED);
}
