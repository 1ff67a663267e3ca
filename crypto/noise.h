/* noise: the suites noise and hybrid, which differ in the pattern of their handshake alone. */
#pragma once

#include "crypto/encryptor.h"

extern const struct encryptor_class noise_class, noise_hybrid_class;
