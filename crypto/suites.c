/* suites: the table of suites, and nothing else: a test links its own instead. */
#include "crypto/encryptor.h"

extern const struct encryptor_class noise_class, rsa_class, pseudo_class;

const struct encryptor_class *const encryptor_classes[] = {
	&noise_class,
	&rsa_class,
	&pseudo_class,
	NULL,
};
