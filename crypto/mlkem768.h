/* mlkem768: ML-KEM-768 of FIPS 203, a key encapsulation that is believed to withstand quantum
 * computers. No branch, no index and no division depends on a secret. The caller brings the
 * randomness. */
#pragma once

#include "base/bytes.h"

/* Bytes: of the seed (d || z), of a decapsulation key, of the encapsulation key, which is a part
 * of it, of a ciphertext, of m, and of what is shared. */
enum {
	MLKEM768_SEED = 64,
	MLKEM768_DK = 2400,
	MLKEM768_EK = 1184,
	MLKEM768_EK_AT = 1152,
	MLKEM768_CT = 1088,
	MLKEM768_M = 32,
	MLKEM768_SHARED = 32
};

/* ML-KEM.KeyGen_internal. The encapsulation key is the MLKEM768_EK bytes from dk + MLKEM768_EK_AT
 * on, and is public; all the rest of dk is secret. */
void mlkem768_keygen(const uint8_t seed[static MLKEM768_SEED], uint8_t dk[static MLKEM768_DK]);

/* ML-KEM.Encaps_internal, after the check of section 7.2. False, and nothing is written: ek is
 * none, as some of its numbers are not below q. m: random, secret, never used again. */
bool mlkem768_encapsulate(const uint8_t ek[static MLKEM768_EK], const uint8_t m[static MLKEM768_M],
                          uint8_t ct[static MLKEM768_CT], uint8_t shared[static MLKEM768_SHARED]);

/* ML-KEM.Decaps_internal, of a key made by mlkem768_keygen. A ciphertext that was not made for it
 * gives something else, which nobody can foresee, and takes the same time: only the use of shared
 * shows it. */
void mlkem768_decapsulate(const uint8_t dk[static MLKEM768_DK],
                          const uint8_t ct[static MLKEM768_CT],
                          uint8_t shared[static MLKEM768_SHARED]);
