/* built: that texts which base/text builds end with a 0; and where base/split goes on. */
#include "proofs/texts/ended.h"

#undef text_add_format
#include "base/split.c"
#include "base/text.c"
