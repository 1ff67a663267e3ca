/* What stands in proofs/words for base/split.c: the parts of a text that it gives are as long as
 * the driver says in part_lens, if the text is, or as long as the text. */
#pragma once

#include "base/split.h"
#include "proofs/states/any.h"

static inline size_t any_part(size_t all)
{
	int which = Frama_C_interval(0, (int)(sizeof part_lens - 1));
	//@ split which;
	;
	size_t len = part_lens[which];
	return len < all ? len : all;
}

bool split_line(struct span *s, struct span *line)
{
	if (s->len == 0)
		return false;
	size_t len = any_part(s->len);
	//@ split len;
	;
	*line = span_of(s->at, len);
	*s = span_after(*s, len < s->len ? len + 1 : s->len);
	return true;
}

/* A text here has one blank at most before a word. */
struct span split_word(struct span *s)
{
	*s = span_after(*s, s->len > 0 && any_bool() ? 1 : 0);
	size_t len = any_part(s->len);
	//@ split len;
	;
	struct span word = span_of(s->at, len);
	*s = span_after(*s, len);
	return word;
}

struct span split_word_at(struct span *s, const char *gaps)
{
	(void)gaps;
	return split_word(s);
}

bool split_at(struct span s, char c, struct span *before, struct span *after)
{
	size_t len = any_part(s.len);
	//@ split len;
	;
	(void)c;
	if (len == s.len)
		return false;
	*before = span_of(s.at, len);
	*after = span_after(s, len + 1);
	return true;
}

bool split_prefix(struct span *s, const char *prefix)
{
	size_t len = strlen(prefix);
	if (s->len < len || !any_bool())
		return false;
	*s = span_after(*s, len);
	return true;
}
