/* out: what an interactor has written and the program has not fetched yet: bytes for UI_OUT and
 * UI_ERR, in the order they were written. */
#ifndef UI_OUT_H
#define UI_OUT_H

#include "base/bytes.h"
#include "base/limits.h"

enum { UI_OUT = 1, UI_ERR = 2 }; /* standard output: data; standard error: talk */

enum {
	/* The longest single addition: a text of \u0001 escapes, and what goes around it. */
	OUT_TEXT = LIMIT_TEXT * 6 + 4096,
	/* What the chat leaves free: the program's events need room even when nobody reads the
	 * output. */
	OUT_RESERVE = OUT_TEXT,
	OUT_SIZE = 2 * OUT_TEXT + OUT_RESERVE,
	OUT_RUNS = 64 /* changes between UI_OUT and UI_ERR that can wait */
};

/* Private to out.c; others embed it. */
struct out {
	size_t start, end; /* at[start..end) waits */
	size_t run_count;
	struct {
		int where;
		size_t len;
	} runs[OUT_RUNS];
	uint8_t at[OUT_SIZE];
};

/* Bytes that may be added now; 0 also when OUT_RUNS are used up. */
size_t out_room(const struct out *o);
bool out_crowded(const struct out *o); /* less than OUT_RESERVE */
/* A writer over the free room; out_done appends what was written. Nothing else may be added between
 * the two. */
struct writer out_begin(struct out *o);
void out_done(struct out *o, int where, const struct writer *w);
void out_add(struct out *o, int where, struct span bytes);
/* As interactor_output. */
size_t out_take(struct out *o, int *where, uint8_t *to, size_t cap);

#endif
