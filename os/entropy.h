/* entropy: the kernel's random bytes, for seeding crypto/drbg.h. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* Waits until the kernel's generator is seeded. False: this host has no source of randomness, and
 * the program must not run. */
bool entropy_fill(void *to, size_t len);
