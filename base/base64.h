/* base64: RFC 4648 section 4 with padding, for PEM bodies and public key lines. */
#pragma once

#include "base/bytes.h"

void base64_encode(struct span in, struct writer *out); /* all of it, or full */

/* Ignores blanks (split_is_blank). False: any other foreign character, wrong padding, spare bits
 * that are not zero; or it does not fit: then out is full, too. */
bool base64_decode(struct span in, struct writer *out);
