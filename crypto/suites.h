/* suites: the classes themselves, for the table in encryptor.c. A new suite: its file, a line here
 * and a line there. */
#ifndef CRYPTO_SUITES_H
#define CRYPTO_SUITES_H

#include "crypto/encryptor.h"

extern const struct encryptor_class noise_class;
extern const struct encryptor_class rsa_class;
extern const struct encryptor_class pseudo_class;

#endif
