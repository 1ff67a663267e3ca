/* split: takes text apart. Nothing is copied: what comes back is part of what was given, which is
 * shortened by it. */
#ifndef BASE_SPLIT_H
#define BASE_SPLIT_H

#include "base/bytes.h"

bool split_is_blank(uint8_t c);        /* space, tab, CR, LF */
struct span split_trim(struct span s); /* without blanks at both ends */

/* The next word of *s, up to a blank, or to one of gaps; empty when there is none. */
struct span split_word(struct span *s);
struct span split_word_at(struct span *s, const char *gaps);

/* The next line of *s, without its newline. False: *s is empty. */
bool split_line(struct span *s, struct span *line);

/* Around the first c of s. False: there is none, and nothing was set. */
bool split_at(struct span s, char c, struct span *before, struct span *after);

/* False: *s does not begin so, and stays as it is. */
bool split_prefix(struct span *s, const char *prefix);

#endif
