/* nearest: what somebody who typed something else probably meant. */
#ifndef CMD_NEAREST_H
#define CMD_NEAREST_H

#include "base/bytes.h"

/* The best of candidates offered one after the other. */
struct nearest {
	struct span typed;
	const char *best; /* NULL: nothing is near */
	uint64_t distance;
};

struct nearest nearest_to(struct span typed);
void nearest_offer(struct nearest *n, const char *candidate); /* kept by reference */

#endif
