/* base: base/utf8 and base/split, and of base/text what reads and what cuts. */
#include "proofs/reading/texts.h"

#include "base/split.c"
#include "base/text.c"
#include "base/utf8.c"
