#include "crypto/code.h"

#include "base/assert.h"
#include "base/split.h"
#include "base/text.h"
#include "crypto/words.h"

void code_make(struct code *c, unsigned words_count, struct random *random)
{
	assert(words_count >= CODE_WORDS && words_count <= CODE_WORDS_MAX);
	*c = (struct code){ .words_count = words_count };
	for (unsigned i = 0; i < c->words_count; i++)
		c->words[i] = (uint16_t)random_below(random, WORDS_COUNT);
}

/* The next part of a code, taken off the front of *text; empty at the end. */
static struct span next_part(struct span *text)
{
	return split_word_at(text, "- \t\r\n");
}

static bool is_letters(struct span s)
{
	/*@ loop invariant i <= s.len;
	    loop assigns i;
	    loop variant s.len - i; */
	for (size_t i = 0; i < s.len; i++) {
		uint8_t lower = s.at[i] | 0x20;
		if (lower < 'a' || lower > 'z')
			return false;
	}
	return true;
}

/* The nameplate and the parts that stand for words; false: not shaped like a code. */
static bool split(struct span text, struct code *c, struct span parts[static CODE_WORDS_MAX])
{
	struct span part = next_part(&text);
	uint64_t nameplate;
	if (text_read_u64(part, UINT32_MAX, &nameplate) && nameplate > 0) {
		c->has_nameplate = true;
		c->nameplate = (uint32_t)nameplate;
		part = next_part(&text);
	}
	/*@ loop invariant is_span(&text) && bytes(part.at, part.len);
	    loop invariant c->words_count <= CODE_WORDS_MAX;
	    loop invariant \forall integer i; 0 <= i < c->words_count ==>
	      bytes(parts[i].at, parts[i].len);
	    loop assigns part, text, c->words_count, parts[0 .. CODE_WORDS_MAX - 1];
	    loop variant text.len + part.len; */
	for (; part.len > 0; part = next_part(&text)) {
		if (!is_letters(part) || c->words_count == CODE_WORDS_MAX)
			return false;
		parts[c->words_count++] = part;
	}
	return c->words_count >= CODE_WORDS;
}

enum err code_parse(struct span text, struct code *c, struct span *unknown)
{
	struct code read = { 0 };
	struct span parts[CODE_WORDS_MAX];
	enum err err = split(text, &read, parts) ? OK : ERR_FORMAT;
	/*@ loop invariant i <= read.words_count <= CODE_WORDS_MAX;
	    loop invariant err == OK || err == ERR_AUTH || err == ERR_FORMAT;
	    loop invariant err == ERR_AUTH ==> bytes(unknown->at, unknown->len);
	    loop assigns i, err, read.words[0 .. CODE_WORDS_MAX - 1], *unknown;
	    loop variant read.words_count - i; */
	for (unsigned i = 0; i < read.words_count && !err; i++) {
		int index = words_index(parts[i]);
		read.words[i] = (uint16_t)index;
		if (index < 0) {
			*unknown = parts[i];
			err = ERR_AUTH;
		}
	}
	if (!err)
		*c = read;
	bytes_wipe(&read, sizeof read);
	return err;
}

static void add_words(const struct code *c, struct text *t)
{
	char word[WORD_TEXT];
	for (unsigned i = 0; i < c->words_count; i++) {
		text_add(t, i > 0 ? "-" : "");
		words_at(c->words[i], word);
		text_add(t, word);
	}
	bytes_wipe(word, sizeof word);
}

void code_words(const struct code *c, char out[static CODE_TEXT])
{
	struct text t = text_of(out, CODE_TEXT);
	add_words(c, &t);
}

void code_format(const struct code *c, char out[static CODE_TEXT])
{
	struct text t = text_of(out, CODE_TEXT);
	if (c->has_nameplate) {
		text_add_u64(&t, c->nameplate);
		text_add(&t, c->words_count > 0 ? "-" : "");
	}
	add_words(c, &t);
}
