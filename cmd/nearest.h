/* nearest: what a user who mistyped a word probably meant. */
#pragma once

#include "base/bytes.h"

/* The best of the candidates offered so far. */
struct nearest {
	struct span typed;
	const char *best; /* NULL: none is near */
	uint64_t distance;
};

struct nearest nearest_to(struct span typed);
void nearest_offer(struct nearest *n, const char *candidate); /* kept by reference */
