/* suites: the classes themselves, for their table in suites.c and for tables of tests. */
#pragma once

#include "crypto/encryptor.h"

extern const struct encryptor_class noise_class;
extern const struct encryptor_class rsa_class;
extern const struct encryptor_class pseudo_class;
