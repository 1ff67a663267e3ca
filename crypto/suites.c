/* suites: the table of encryptor.h. A new suite is its file, a line in suites.h and a row here. */
#include "crypto/suites.h"

const struct encryptor_class *const encryptor_classes[] = {
	&noise_class,
	&rsa_class,
	&pseudo_class,
	NULL,
};
