/* replay: see replay.h. */
#include "crypto/replay.h"

#include <string.h>

/* A ring of bits: the place of counter c is c modulo the window. Overflow: counters stay below
 * 2^62. */
static uint64_t bit_of(uint64_t counter)
{
	return UINT64_C(1) << counter % 64;
}

static size_t word_of(uint64_t counter)
{
	return (size_t)(counter % LIMIT_REPLAY / 64);
}

bool replay_fresh(const struct replay_window *w, uint64_t counter)
{
	if (counter >= w->next)
		return true;
	if (w->next - counter > LIMIT_REPLAY)
		return false;
	return (w->seen[word_of(counter)] & bit_of(counter)) == 0;
}

void replay_mark(struct replay_window *w, uint64_t counter)
{
	if (counter >= w->next) {
		/* The places between the old and the new end held counters that now lie below the
		 * window. */
		if (counter - w->next >= LIMIT_REPLAY)
			memset(w->seen, 0, sizeof w->seen);
		else
			for (uint64_t c = w->next; c <= counter; c++)
				w->seen[word_of(c)] &= ~bit_of(c);
		w->next = counter + 1;
	}
	w->seen[word_of(counter)] |= bit_of(counter);
}
