/* What the proofs of proofs/lines take as given, beside proofs/reading. */
#pragma once

#include "proofs/reading/texts.h"

/* Further than any text goes: of where a writer writes more is said than is true, since base/bytes
 * says where it would, were there room. */
#define WHATEVER (2 * 0xffffffffffffffff)

/* Formatted text is any text that fits. */
/*@ requires is_string(t);
    assigns t->len, t->cut, t->at[0 .. t->cap - 1];
    ensures is_string(t); */
void add_format(struct text *t);
#define text_add_format(t, ...) add_format(t)

/* WP tells bytes from a struct of them apart: that what is wiped is not more than there is, an
 * array or a struct that is pointed to, the compiler sees. */
#define bytes_wipe(at, len)                                                                        \
	((void)sizeof(char[(len) <= sizeof(at) || (len) <= sizeof(*(at)) ? 1 : -1]))
