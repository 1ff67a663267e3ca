/* scrypt (RFC 7914) with r = 8 and p = 1: a key from a passphrase, which costs whoever guesses as
 * much memory as whoever knows it. */
#pragma once

#include <stddef.h>

#include "base/bytes.h"

enum { SCRYPT_KEY = 32, SCRYPT_LOG_MAX = 20 /* a gigabyte */ };

/* Bytes of scratch for N = 2^log_n. */
static inline size_t scrypt_scratch(unsigned log_n)
{
	return (size_t)1024 << log_n;
}

/* scratch: so many bytes; holds secrets afterwards. Where it is read depends on the passphrase, as
 * it has to in scrypt. */
void scrypt(struct span passphrase, struct span salt, unsigned log_n, uint32_t *scratch,
            uint8_t key[static SCRYPT_KEY]);
