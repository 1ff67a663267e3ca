/* nearest: see nearest.h. The distance counts letters that were inserted, dropped or
 * changed, and neighbours that changed places. */
#include "cmd/nearest.h"

#include <string.h>

#include "base/min_max.h"

enum { LONGEST = 32 };

static uint8_t at(struct span a, size_t i)
{
	uint8_t c = a.at[i];
	return c >= 'A' && c <= 'Z' ? c | 0x20 : c;
}

static uint64_t distance(struct span a, const char *b)
{
	size_t b_len = strlen(b);
	uint64_t rows[3][LONGEST + 1];
	if (a.len > LONGEST || b_len > LONGEST)
		return LONGEST;
	for (size_t j = 0; j <= b_len; j++)
		rows[0][j] = j;
	for (size_t i = 1; i <= a.len; i++) {
		uint64_t *now = rows[i % 3], *last = rows[(i + 2) % 3], *before = rows[(i + 1) % 3];
		now[0] = i;
		for (size_t j = 1; j <= b_len; j++) {
			bool same = at(a, i - 1) == (uint8_t)b[j - 1];
			now[j] = min_of(min_of(last[j], now[j - 1]) + 1, last[j - 1] + !same);
			if (i > 1 && j > 1 && at(a, i - 1) == (uint8_t)b[j - 2] &&
			    at(a, i - 2) == (uint8_t)b[j - 1])
				now[j] = min_of(now[j], before[j - 2] + 1);
		}
	}
	return rows[a.len % 3][b_len];
}

struct nearest nearest_to(struct span typed)
{
	unsigned allowed = typed.len <= 4 ? 1 : typed.len <= 7 ? 2 : 3;
	return (struct nearest){ .typed = typed, .distance = 2 * (allowed + 1) };
}

void nearest_offer(struct nearest *n, const char *candidate)
{
	uint64_t d = distance(n->typed, candidate);
	bool begins =
	    n->typed.len >= 3 && strncmp(candidate, (const char *)n->typed.at, n->typed.len) == 0;
	if (begins)
		d = min_of(d, 1);
	/* the first letter is seldom the wrong one */
	d = 2 * d + (n->typed.len > 0 && at(n->typed, 0) != (uint8_t)candidate[0]);
	if (d < n->distance) {
		n->distance = d;
		n->best = candidate;
	}
}
