/* outlet: bytes that wait for the stream. They leave in their order; there is room again when all
 * have left. */
#pragma once

#include "base/bytes.h"

/* Others append to w. */
struct outlet {
	struct writer w;
	size_t sent; /* of w, so much has left */
	bool held;   /* somebody has a pointer to what is behind w: room does not come back */
};

void outlet_init(struct outlet *o, void *at, size_t cap);
struct span outlet_waiting(const struct outlet *o);
void outlet_sent(struct outlet *o, size_t len);
void outlet_drop(struct outlet *o); /* nothing of it is needed any more */
