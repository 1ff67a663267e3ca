/* nearest: see nearest.h. The distance counts letters that were inserted, dropped or changed. */
#include "cmd/nearest.h"

#include <string.h>

#include "base/min_max.h"

enum { LONGEST = 32 };

static uint64_t distance(struct span a, const char *b)
{
	size_t b_len = strlen(b);
	uint64_t rows[2][LONGEST + 1];
	if (a.len > LONGEST || b_len > LONGEST)
		return LONGEST;
	for (size_t j = 0; j <= b_len; j++)
		rows[0][j] = j;
	for (size_t i = 1; i <= a.len; i++) {
		uint64_t *now = rows[i % 2], *last = rows[(i + 1) % 2];
		now[0] = i;
		for (size_t j = 1; j <= b_len; j++) {
			bool same = a.at[i - 1] == (uint8_t)b[j - 1];
			now[j] = min_of(min_of(last[j], now[j - 1]) + 1, last[j - 1] + !same);
		}
	}
	return rows[a.len % 2][b_len];
}

struct nearest nearest_to(struct span typed)
{
	unsigned allowed = typed.len <= 4 ? 1 : typed.len <= 7 ? 2 : 3;
	return (struct nearest){ .typed = typed, .distance = allowed + 1 };
}

void nearest_offer(struct nearest *n, const char *candidate)
{
	uint64_t d = distance(n->typed, candidate);
	bool begins =
	    n->typed.len >= 3 && strncmp(candidate, (const char *)n->typed.at, n->typed.len) == 0;
	if (begins)
		d = min_of(d, 1);
	if (d < n->distance) {
		n->distance = d;
		n->best = candidate;
	}
}
