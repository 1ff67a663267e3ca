/* digits: base32 and base64, in which keys are written, base/base32 and base64. */
#include "proofs/lines/digits.h"

/*@ requires c <= 255;
    assigns \nothing; */
static uint32_t base32_value(uint32_t c);

/*@ requires c <= 255;
    assigns \nothing; */
static uint32_t base64_value(uint32_t c);

/*@ requires bytes(in.at, in.len) && \valid(digits);
    assigns *digits;
    ensures *digits <= in.len; */
static bool base64_well_formed(struct span in, size_t *digits);

#include "base/base32.c"
#include "base/base64.c"
