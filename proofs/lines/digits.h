/* What base/base32 and base/base64 promise. */
#pragma once

#include "proofs/lines/given.h"

#include "base/base32.h"
#include "base/base64.h"

/*@ requires bytes(in.at, in.len) && room(out, out_len);
    assigns out[0 .. out_len - 1]; */
bool base32_decode(struct span in, uint8_t *out, size_t out_len);

/*@ requires bytes(in.at, in.len) && is_writer(out);
    assigns out->len, out->full, out->at[0 .. out->cap];
    ensures is_writer(out) && out->at == \old(out->at) && out->cap == \old(out->cap); */
bool base64_decode(struct span in, struct writer *out);
