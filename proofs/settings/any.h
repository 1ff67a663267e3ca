/* What proofs/settings gives: texts of any bytes. What is shown elsewhere is stubbed. */
#pragma once

#include <string.h>

#include "base/text.h"
#include "base/token.h"
#include "cmd/nearest.h"
#include "crypto/encryptor.h"
#include "proofs/parsers/any.h"

static inline bool any_bool(void)
{
	return Frama_C_interval(0, 1) == 1;
}

/* Any text of up to len bytes at the end of an array of so many, and its 0. */
static inline char *any_text(char *array, size_t size, size_t len)
{
	char *at = array + size - len - 1;
	if (len > 0)
		Frama_C_make_unknown(at, len);
	at[len] = 0;
	return at;
}

/* What the C library's do, whose text Frama-C does not have. */
static inline int compare_texts(const char *a, const char *b)
{
	for (; *b && *a == *b; b++)
		a++;
	return *a - *b;
}
#define strcmp compare_texts

static inline size_t length_before(const char *s, const char *set)
{
	size_t len = 0;
	while (s[len] && s[len] != *set)
		len++;
	return len;
}
#define strcspn length_before

static inline size_t length_of(const char *s)
{
	size_t len = 0;
	while (s[len])
		len++;
	return len;
}
#define strlen length_of

static inline char *first_of(const char *s, char c)
{
	for (; *s; s++)
		if (*s == c)
			return (char *)s;
	return NULL;
}
#define strchr first_of

static inline char *last_of(const char *s, char c)
{
	const char *found = NULL;
	for (; *s; s++)
		if (*s == c)
			found = s;
	return (char *)found;
}
#define strrchr last_of

/* Of two letters. */
static inline char *pair_in(const char *s, const char *pair)
{
	for (; *s; s++)
		if (s[0] == pair[0] && s[1] == pair[1])
			return (char *)s;
	return NULL;
}
#define strstr pair_in

/* What is said is any text. */
static inline void say_any(struct text *t)
{
	Frama_C_make_unknown(t->at, t->cap);
	t->len = (size_t)Frama_C_interval(0, (int)t->cap - 1);
	t->at[t->cap - 1] = 0;
	t->at[t->len] = 0;
	t->cut = any_bool();
}
#undef text_add_format
#define text_add_format(t, ...) say_any(t)

struct text text_of(char *at, size_t cap)
{
	at[0] = 0;
	return (struct text){ at, 0, cap, false };
}

void text_add(struct text *t, const char *s)
{
	strlen(s);
	say_any(t);
}

void text_add_span(struct text *t, struct span s)
{
	if (s.len > 0)
		s.at[s.len - 1];
	say_any(t);
}

bool text_read_u64(struct span s, uint64_t max, uint64_t *v)
{
	if (s.len > 0)
		s.at[s.len - 1];
	*v = Frama_C_unsigned_long_interval(0, max);
	return any_bool();
}

/* Of a text that token_tidy changes any may come that is no longer. */
void token_tidy(char *text)
{
	size_t len = strlen(text);
	if (len > 0)
		Frama_C_make_unknown(text, len);
}

struct nearest nearest_to(struct span typed)
{
	if (typed.len > 0)
		typed.at[typed.len - 1];
	return (struct nearest){ .typed = typed };
}

void nearest_offer(struct nearest *n, const char *candidate)
{
	if (any_bool())
		n->best = candidate;
}
