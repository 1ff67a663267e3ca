/* refusals: the peer's streams that got no place. Each is reset until the peer knows.
 * docs/PROTOCOL.md 6.13-4. */
#pragma once

#include "base/bytes.h"
#include "base/limits.h"

/* Zeroed: none. Only refusals.c writes to it. */
struct refusals {
	unsigned due; /* so many of them */
	struct {
		uint32_t id; /* 0: none */
		bool due;
	} at[LIMIT_OPEN];
};

bool refusals_add(struct refusals *r, uint32_t id); /* false: no room to note it */
bool refusals_due(const struct refusals *r);
bool refusals_next(struct refusals *r, uint32_t *id); /* whose RESET leaves now */
/* The RESET was lost, or it arrived, or the peer has reset the stream itself. Harmless for ids that
 * are not among them. */
void refusals_settle(struct refusals *r, uint32_t id, bool lost);
