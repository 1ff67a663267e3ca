/* doubt: something has happened to a network, here or there, and nobody knows which paths still
 * lead to the peer. Which of them have answered since, and which are to get a copy of what is
 * unacknowledged. docs/PROTOCOL.md 6.6. Paths are bits of a mask, as in paths.h. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* Only doubt.c writes to it; others read on, and copies. All zero at the start. */
struct doubt {
	bool on;         /* it is not known whether the path of the data works */
	uint64_t at;     /* since when */
	uint64_t number; /* of the first packet since then */
	unsigned copies; /* paths that are still to get a copy */
};

/* validated: those that get one; next_number: no packet of that number was sent yet. */
void doubt_begin(struct doubt *d, unsigned validated, uint64_t next_number, uint64_t now);
void doubt_end(struct doubt *d);
/* Has it answered since? answered: when its newest challenge left that was answered; acked: the
 * highest number of its packets that was acknowledged, UINT64_MAX: none. */
bool doubt_sure(const struct doubt *d, uint64_t answered, uint64_t acked);
bool doubt_hurries(const struct doubt *d, uint64_t now); /* everything is asked often */
/* The path whose turn it is to get a copy; allowed: those that may. -1: there is none left. */
int doubt_copy(struct doubt *d, unsigned allowed);
void doubt_copied(struct doubt *d, int path);
