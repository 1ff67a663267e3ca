#include "ui/complete.h"

#include "base/utf8.h"

void complete_begin(struct complete *c, struct span typed)
{
	c->typed = typed;
	c->count = 0;
	c->common_len = c->list_len = 0;
	c->list[0] = 0;
}

/* How many bytes, in whole characters, both begin with. */
static size_t same(struct span a, struct span b)
{
	size_t len = 0;
	while (len < a.len && len < b.len && a.at[len] == b.at[len])
		len++;
	return utf8_whole(span_of(a.at, len));
}

void complete_offer(struct complete *c, struct span word)
{
	if (word.len > sizeof c->common || same(c->typed, word) < c->typed.len)
		return;
	struct text list = { .at = c->list, .cap = sizeof c->list, .len = c->list_len };
	if (c->count++ == 0) {
		memcpy(c->common, word.at, word.len);
		c->common_len = word.len;
	} else {
		c->common_len = same(span_of(c->common, c->common_len), word);
		text_add(&list, "  ");
	}
	text_add_span(&list, word);
	c->list_len = list.len;
}

struct span complete_rest(const struct complete *c)
{
	return c->count == 0 ? span_of(NULL, 0)
	                     : span_after(span_of(c->common, c->common_len), c->typed.len);
}
