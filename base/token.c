#include "base/token.h"

#include <string.h>

#include "base/utf8.h"

/* What stands for the runes first to last. 0: nothing. */
static const struct {
	uint16_t first, last;
	char meant;
} kinds[] = {
	{ 0x0009, 0x000d, ' ' }, { 0x00a0, 0x00a0, ' ' },  { 0x00ab, 0x00ab, '"' },
	{ 0x00ad, 0x00ad, 0 },   { 0x00bb, 0x00bb, '"' },  { 0x2000, 0x200a, ' ' },
	{ 0x200b, 0x200f, 0 },   { 0x2010, 0x2015, '-' },  { 0x2018, 0x201b, '\'' },
	{ 0x201c, 0x201f, '"' }, { 0x2028, 0x2029, ' ' },  { 0x202a, 0x202e, 0 },
	{ 0x202f, 0x202f, ' ' }, { 0x2039, 0x203a, '\'' }, { 0x205f, 0x205f, ' ' },
	{ 0x2060, 0x206f, 0 },   { 0x2212, 0x2212, '-' },  { 0x3000, 0x3000, ' ' },
	{ 0xfe58, 0xfe58, '-' }, { 0xfe63, 0xfe63, '-' },  { 0xfeff, 0xfeff, 0 },
	{ 0xff0d, 0xff0d, '-' },
};

static void take_rune(struct span *s, struct writer *w)
{
	struct span from = *s;
	uint32_t rune = utf8_take(s);
	size_t len = from.len - s->len;
	/*@ loop assigns i;
	    loop variant sizeof(kinds) / sizeof(kinds[0]) - i; */
	for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
		if (rune >= kinds[i].first && rune <= kinds[i].last) {
			if (kinds[i].meant)
				write_u8(w, (uint8_t)kinds[i].meant);
			return;
		}
	memmove(w->at + w->len, from.at, len); /* the text never grows */
	w->len += len;
}

static bool is_edge(uint8_t c)
{
	return c == ' ' || c == '"' || c == '\'' || c == '`';
}

void token_tidy(char *text)
{
	struct span s = span_text(text);
	size_t len = s.len, plain = 0;
	/*@ loop invariant plain <= len;
	    loop assigns plain;
	    loop variant len - plain; */
	while (plain < len && s.at[plain] > ' ' && s.at[plain] < 0x7f)
		plain++;
	if (plain == len && (len == 0 || (!is_edge(s.at[0]) && !is_edge(s.at[len - 1]))))
		return;
	struct writer w = writer_of(text, len + 1);
	/*@ loop invariant fits(&w, &s) && w.at == (uint8_t *)text && w.cap == len + 1;
	    loop invariant text[len] == 0;
	    loop assigns s, w.len, w.full, text[0 .. len - 1];
	    loop variant s.len; */
	while (s.len > 0)
		take_rune(&s, &w);
	/*@ loop invariant w.len <= len;
	    loop assigns w.len;
	    loop variant w.len; */
	while (w.len > 0 && is_edge(w.at[w.len - 1]))
		w.len--;
	size_t skip = 0;
	/*@ loop invariant skip <= w.len;
	    loop assigns skip;
	    loop variant w.len - skip; */
	while (skip < w.len && is_edge(w.at[skip]))
		skip++;
	w.len -= skip;
	memmove(text, text + skip, w.len);
	memset(text + w.len, 0,
	       len - w.len); /* it may be a secret, and seen in a list of processes */
}
