/* What the proofs of proofs/wire take as given, beside those of proofs/reading. */
#pragma once

/* A number may have any size: base/bytes says how many bytes it took, which nothing here needs. */
#define PROOF_ANY_SIZE
#include "proofs/reading/texts.h"

/* More than is true is said of what a function may write to, as far as base/bytes says that a
 * writer would write, were there room. */
#define WHATEVER (2 * 0xffffffffffffffff)

/*@ axiomatic Size { axiom size{L}: \forall char *text; 0 <= text_len(text) <= SIZE_MAX; } */
