/* What the proofs of proofs/reading take as given, beside proofs/bytes: what more is called of the
 * C library, and that the texts which the program itself hands on end with a 0. */
#pragma once

#include <limits.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* Text is bytes, as on ARM, where a char has no sign: WP tells memory of the two types apart. */
#define char uint8_t

#define PROOF_WITHOUT_BITS
#define PROOF_GIVEN admit
#include "proofs/bytes/contracts.h"

/*@ admit requires text: is_text(set);
    assigns \result \from set, byte, set[0 ..];
    ensures there: \result == \null ||
      (\exists integer i; 0 <= i <= text_len(set) && \result == set + i); */
char *strchr(const char *set, int byte);

/*@ requires bytes: n > 0 ==> \valid_read((uint8_t *)at + (0 .. n - 1));
    assigns \result \from at, byte, n, ((uint8_t *)at)[0 .. n - 1];
    ensures first: \result != \null ==> \exists integer i; 0 <= i < n &&
      (uint8_t *)\result == (uint8_t *)at + i; */
void *memchr(const void *at, int byte, size_t n);

#undef min_of
#undef max_of
#include "base/min_max.h"
#undef min_of
#undef max_of
#define min_of(a, b) ((a) < (b) ? (a) : (b))
#define max_of(a, b) ((a) > (b) ? (a) : (b))
