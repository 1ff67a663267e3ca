/* listing: what schat peers list prints. On a terminal, columns; elsewhere, fields with tabs
 * between them, or one JSON object a line. */
#pragma once

#include "cmd/book.h"

int listing_print(const struct book *b, bool json); /* returns the exit status */
