/* ring: bytes of a stream from some offset on. It has no memory at first; this grows with what is
 * in it, to a power of two. A ring that runs empty starts again at its front, so that a quiet
 * stream touches little. */
#pragma once

#include "base/bytes.h"

/* Only ring.c writes to it; others may read base and max. */
struct ring {
	uint8_t *at;
	uint64_t base;    /* the first offset it may hold, */
	size_t start;     /* which lies here */
	size_t used;      /* bytes ever written: what is wiped */
	size_t size, max; /* powers of two: what it can hold now, and at most */
};

struct ring ring_of(size_t max); /* to be freed */
void ring_free(struct ring *r);  /* wipes it */
/* Can it hold offsets up to end? It grows if need be. False: above max, or no memory. */
bool ring_hold(struct ring *r, uint64_t end);
/* Whether there is memory for that (end is within max), and some is left for others. */
bool ring_could_hold(const struct ring *r, uint64_t end);
/* The bytes from offset on: len, or as many of them as lie in one piece. It holds them. */
struct span ring_piece(const struct ring *r, uint64_t offset, uint64_t len);
void ring_put(struct ring *r, uint64_t offset, struct span bytes); /* ring_hold was true */
bool ring_is(const struct ring *r, uint64_t offset, struct span bytes);
/* What lies below offset is gone, and if empty, so is all. */
void ring_advance(struct ring *r, uint64_t offset, bool empty);
