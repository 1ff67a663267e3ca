/* proofs/parsers/frama_c.h, and more models. */
#pragma once

#include <__fc_builtin.h>
#include <string.h>

#include "base/text.h"
#include "proofs/parsers/frama_c.h"

/* Frama-C wants a byte at either pointer even where none is copied or compared. */
static inline void *copy_some(void *to, const void *from, size_t len)
{
	return len > 0 ? memcpy(to, from, len) : to;
}
#define memcpy copy_some

static inline int compare_some(const void *a, const void *b, size_t len)
{
	return len > 0 ? memcmp(a, b, len) : 0;
}
#define memcmp compare_some

/* What is put together by a format is any text. */
static inline void add_any(struct text *t)
{
	size_t room = t->cap - 1 - t->len;
	Frama_C_make_unknown(t->at, t->cap);
	t->len += (size_t)Frama_C_interval(0, (int)room);
	t->at[t->len] = 0;
	t->cut = Frama_C_interval(0, 1);
}

static inline void write_any(struct writer *w)
{
	w->full = Frama_C_interval(0, 1);
}

#define text_add_format(t, ...) add_any(t)
#define text_write(w, ...)      write_any(w)
