/* What stands in proofs/local for texts: any text of up to so many bytes, and of exactly so many;
 * what is put together from texts, base/text, is read and gives any text that fits. And loops for
 * what Frama-C knows by contracts that do not say where a match lies. */
#pragma once

#include <string.h>

#include "proofs/states/any.h"

/* Its first 0 may be anywhere. */
static inline char *any_text(char *at, size_t len)
{
	Frama_C_make_unknown(at, len);
	at[len] = 0;
	return at;
}

/* Its first 0 is behind so many bytes. */
static inline char *text_of_length(char *at, size_t len)
{
	for (size_t i = 0; i < len; i++)
		at[i] = (char)Frama_C_interval(1, 127);
	at[len] = 0;
	return at;
}

static inline void give_any(struct text *t)
{
	(void)any_text(t->at, t->cap - 1);
	t->len = (size_t)Frama_C_interval(0, (int)(t->cap - 1));
	t->cut = any_bool();
}

#undef text_add_format
#define text_add_format(t, ...)   give_any(t)
#define text_add(t, s)            (strlen(s), give_any(t))
#define text_copy(to, size, from) (strlen(from), any_text(to, (size)-1))

static inline int compare_prefix(const char *a, const char *b, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		if (a[i] != b[i])
			return 1;
		if (a[i] == 0)
			return 0;
	}
	return 0;
}
#define strncmp compare_prefix

int report_error(int exit_status, const char *format, ...)
{
	(void)format;
	return exit_status;
}
