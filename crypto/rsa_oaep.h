/* rsa_oaep: what RSA decryption gives back, opened (RSAES-OAEP, RFC 8017 section 7.1.2 step 3;
 * SHA-256, MGF1-SHA-256, empty label), for a text whose length is known. BearSSL's own takes a
 * branch when the padding is right, which it may; here nobody may learn even that. */
#pragma once

#include "base/bytes.h"

/* em: len bytes, as long as the modulus and at least text_len + 66; garbage afterwards. 1: text is
 * what was encrypted; 0: it is garbage, for whatever reason. Time and memory accesses depend on the
 * lengths alone. */
uint32_t rsa_oaep_open(uint8_t *em, size_t len, uint8_t *text, size_t text_len);
