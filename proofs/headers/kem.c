/* kem: what a key and a ciphertext of ML-KEM from a peer reach, crypto/mlkem768. What Keccak makes
 * is any bytes. */
#include "crypto/mlkem768.c"
#include "proofs/states/any.h"

void keccak_absorb(struct keccak *k, enum keccak_kind kind, struct parts message)
{
	(void)kind, (void)message;
	Frama_C_make_unknown((char *)k, sizeof *k);
}

void keccak_squeeze(struct keccak *k, uint8_t *out, size_t len)
{
	k->at;
	Frama_C_make_unknown((char *)out, len);
}

void keccak_hash(enum keccak_kind kind, struct parts message, uint8_t *out, size_t len)
{
	(void)kind, (void)message;
	Frama_C_make_unknown((char *)out, len);
}

static uint8_t ek[MLKEM768_EK], dk[MLKEM768_DK], ct[MLKEM768_CT], m[MLKEM768_M],
    shared[MLKEM768_SHARED], any_ct[MLKEM768_CT];

int main(void)
{
	Frama_C_make_unknown((char *)ek, sizeof ek);
	Frama_C_make_unknown((char *)m, sizeof m);
	Frama_C_make_unknown((char *)any_ct, sizeof any_ct);
	(void)mlkem768_encapsulate(ek, m, ct, shared);
	Frama_C_make_unknown((char *)dk, sizeof dk);
	mlkem768_decapsulate(dk, any_ct, shared);
}
