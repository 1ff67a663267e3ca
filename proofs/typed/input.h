/* What the drivers of proofs/typed are given: input that waits, and who is here. */
#pragma once

#include "proofs/states/any.h"
#include "ui/interactor.h"

/* Each of them in a state of its own. */
static inline size_t any_of(size_t from, size_t to)
{
	while (from < to && Frama_C_interval(0, 1) == 1)
		from++;
	return from;
}

static inline void look_at(struct span s)
{
	if (s.len > 0)
		s.at[0], s.at[s.len - 1];
}

/* A text of any length that there is room for. */
static inline void make_text(char *at, size_t cap)
{
	Frama_C_make_unknown(at, cap);
	at[cap - 1] = 0;
}

/* Input of any bytes, which has ended or has not. */
static inline struct queue any_input(size_t len)
{
	struct queue q = queue_of(any_array + ANY_MAX - len, len);
	q.end = any_bytes(len).len;
	q.ended = any_bool();
	q.runs[0].whom = any_number(UINT64_MAX);
	q.runs[0].len = len;
	q.run_count = len > 0;
	return q;
}

/* Whether somebody of that name is here is any. */
const struct present_peer *present_named(const struct present *p, struct span name)
{
	look_at(name);
	return any_bool() ? &p->at[0] : NULL;
}
