/* suites: the table of suites, and nothing else: a test links its own instead. */
#include "crypto/encryptor.h"
#include "crypto/noise.h"

extern const struct encryptor_class rsa_class, pseudo_class;

const struct encryptor_class *const encryptor_classes[] = {
	&noise_hybrid_class, &noise_class, &rsa_class, &pseudo_class, NULL,
};
