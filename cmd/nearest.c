/* nearest: see nearest.h. The distance counts inserted, dropped, changed and swapped letters. */
#include "cmd/nearest.h"

#include <string.h>

enum { LONGEST = 32 };

static unsigned least(unsigned a, unsigned b, unsigned c)
{
	unsigned m = a < b ? a : b;
	return m < c ? m : c;
}

static unsigned distance(struct span a, const char *b)
{
	size_t b_len = strlen(b);
	unsigned rows[3][LONGEST + 1];
	if (a.len > LONGEST || b_len > LONGEST)
		return LONGEST;
	for (unsigned j = 0; j <= b_len; j++)
		rows[0][j] = j;
	for (size_t i = 1; i <= a.len; i++) {
		unsigned *now = rows[i % 3], *last = rows[(i + 2) % 3], *older = rows[(i + 1) % 3];
		now[0] = (unsigned)i;
		for (size_t j = 1; j <= b_len; j++) {
			bool same = a.at[i - 1] == (uint8_t)b[j - 1];
			now[j] = least(last[j] + 1, now[j - 1] + 1, last[j - 1] + !same);
			bool swapped = i > 1 && j > 1 && a.at[i - 1] == (uint8_t)b[j - 2] &&
			               a.at[i - 2] == (uint8_t)b[j - 1];
			if (swapped && older[j - 2] + 1 < now[j])
				now[j] = older[j - 2] + 1;
		}
	}
	return rows[a.len % 3][b_len];
}

struct nearest nearest_to(struct span typed)
{
	unsigned allowed = typed.len <= 2 ? 1 : typed.len <= 5 ? 2 : 3;
	return (struct nearest){ .typed = typed, .distance = allowed + 1 };
}

void nearest_offer(struct nearest *n, const char *candidate)
{
	unsigned d = distance(n->typed, candidate);
	bool begins =
	    n->typed.len >= 3 && strncmp(candidate, (const char *)n->typed.at, n->typed.len) == 0;
	if (begins && d > 1)
		d = 1;
	if (d < n->distance) {
		n->distance = d;
		n->best = candidate;
	}
}
