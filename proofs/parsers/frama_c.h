/* What Frama-C 25 doesn't know of our headers: _Generic, and a compound literal in a sizeof. On a
 * 64-bit machine all of base/min_max.h's numbers have one type; and what is hashed no parser
 * reads. */
#pragma once

#include "base/min_max.h"
#include "crypto/sha256.h"

#undef min_of
#undef max_of
#define min_of(a, b) min_of_numbers((a), (b))
#define max_of(a, b) max_of_numbers((a), (b))

/* Of a call that does not return Eva does not look at the precondition, which here is how it sees
 * that an assertion fails. */
#define _Noreturn

#undef PARTS
#define PARTS(...) ((struct parts){ 0 })
