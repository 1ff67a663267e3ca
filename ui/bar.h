/* bar: how far a transfer is, in one row of a terminal. Pure. */
#pragma once

#include "base/text.h"
#include "chat/chat.h"

enum { BAR_ROW = 160 }; /* bytes and columns at most, with a final 0 */

/* "45 %, 1.2 GB of 2.7 GB, 112 MB/s, 0:13 left" */
void bar_words(struct text *t, const struct event_files *f);
/* The same with a bar in it, in fewer than columns; all characters are ASCII. */
void bar_row(struct text *t, const struct event_files *f, unsigned columns);
