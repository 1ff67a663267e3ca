/* What crypto/public_key promises of a line with a key. */
#pragma once

#include "proofs/lines/digits.h"

#include "crypto/public_key.h"

/*@ requires bytes(line.at, line.len) && \valid(out);
    assigns *out;
    ensures \result == OK ==> out->len <= LIMIT_PUBLIC_KEY; */
enum err public_key_read(struct span line, struct public_key *out);
