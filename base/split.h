/* split: takes text apart without copying: every result is a part of the text given. */
#pragma once

#include "base/bytes.h"

bool split_is_blank(uint8_t c);        /* space, tab, CR, LF */
struct span split_trim(struct span s); /* without blanks at both ends */

/* Takes the next word off *s: up to a blank, or up to one of gaps. Empty: there is none. */
struct span split_word(struct span *s);
struct span split_word_at(struct span *s, const char *gaps);

/* Takes the next line off *s, without its newline. False: *s is empty. */
bool split_line(struct span *s, struct span *line);

/* What is before and after the first c in s. False: there is none, and nothing was set. */
bool split_at(struct span s, char c, struct span *before, struct span *after);

/* Takes prefix off *s. False: *s does not begin with it, and stays as it is. */
bool split_prefix(struct span *s, const char *prefix);
