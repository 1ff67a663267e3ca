/* self_test: does the cryptography of this program, on this machine, do what it should? */
#pragma once

#include <stdbool.h>

/* Known answers of X25519, P-256, SHA-256, HMAC and the AEADs; run at start (the byte order of
 * BearSSL's X25519 changed between versions). False: refuse to run. */
bool self_test_passes(void);

/* AES and carry-less multiply are instructions of this processor, and BearSSL can use them. */
bool self_test_has_aes(void);
