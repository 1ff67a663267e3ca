/* What the proofs of proofs/texts take as given, beside proofs/lines. */
#pragma once

#include "proofs/lines/given.h"

/*@ requires room: n > 0 ==> \valid((uint8_t *)to + (0 .. n - 1));
    requires bytes: n > 0 ==> \valid_read((uint8_t *)from + (0 .. n - 1));
    assigns ((uint8_t *)to)[0 .. n - 1] \from ((uint8_t *)from)[0 .. n - 1];
    assigns \result \from to;
    ensures \result == to; */
void *memmove(void *to, const void *from, size_t n);

/* A text: what is compared ends with a 0. */
/*@ admit requires text: is_text(a) && is_text(b);
    assigns \nothing; */
int strcmp(const char *a, const char *b);
