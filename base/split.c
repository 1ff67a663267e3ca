#include "base/split.h"

#include <string.h>

static const char blanks[] = " \t\r\n";

static bool is_one_of(uint8_t c, const char *set)
{
	return c != 0 && strchr(set, c) != NULL;
}

bool split_is_blank(uint8_t c)
{
	return is_one_of(c, blanks);
}

struct span split_trim(struct span s)
{
	/*@ loop invariant part(s, \at(s, Pre));
	    loop invariant \base_addr(s.at) == \at(\base_addr(s.at), Pre);
	    loop assigns s;
	    loop variant s.len; */
	while (s.len > 0 && split_is_blank(s.at[0]))
		s = span_after(s, 1);
	/*@ loop invariant part(s, \at(s, Pre));
	    loop assigns s.len;
	    loop variant s.len; */
	while (s.len > 0 && split_is_blank(s.at[s.len - 1]))
		s.len--;
	return s;
}

struct span split_word_at(struct span *s, const char *gaps)
{
	size_t len = 0;
	/*@ loop invariant is_span(s) && gave{Pre, Here}(s, \at(s->len, Pre) - s->len);
	    loop assigns *s;
	    loop variant s->len; */
	while (s->len > 0 && is_one_of(s->at[0], gaps))
		*s = span_after(*s, 1);
	/*@ loop invariant len <= s->len;
	    loop assigns len;
	    loop variant s->len - len; */
	while (len < s->len && !is_one_of(s->at[len], gaps))
		len++;
	struct span word = span_of(s->at, len);
	*s = span_after(*s, len);
	return word;
}

struct span split_word(struct span *s)
{
	return split_word_at(s, blanks);
}

bool split_line(struct span *s, struct span *line)
{
	struct span all = *s;
	if (all.len == 0)
		return false;
	if (!split_at(all, '\n', line, s)) {
		*line = all;
		*s = span_after(all, all.len);
	}
	return true;
}

bool split_at(struct span s, char c, struct span *before, struct span *after)
{
	const uint8_t *at = s.len > 0 ? memchr(s.at, c, s.len) : NULL;
	if (at == NULL)
		return false;
	size_t len = (size_t)(at - s.at);
	*before = span_of(s.at, len);
	*after = span_after(s, len + 1);
	return true;
}

bool split_prefix(struct span *s, const char *prefix)
{
	size_t len = strlen(prefix);
	if (s->len < len || memcmp(s->at, prefix, len) != 0)
		return false;
	*s = span_after(*s, len);
	return true;
}
