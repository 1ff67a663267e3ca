/* ranges: a set of 64-bit numbers as sorted, disjoint intervals [from, to) that do not touch, in an
 * array of the owner's; or, when that is full, in a larger one on the heap. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct range {
	uint64_t from, to; /* from < to */
};

struct ranges {
	struct range *at; /* ascending */
	size_t count, cap, most;
	bool grown; /* at is on the heap */
};

struct ranges ranges_of(struct range *at, size_t cap); /* never grows */
/* Begins in the owner's array, and grows to so many. It is to be freed. */
struct ranges ranges_growing(struct range *at, size_t cap, size_t most);
void ranges_free(struct ranges *r); /* it is empty then, and does not grow */
/* False: that would need more than most intervals, or memory that there is not; nothing has
 * changed. Empty intervals are fine. */
bool ranges_add(struct ranges *r, uint64_t from, uint64_t to);
bool ranges_remove(struct ranges *r, uint64_t from, uint64_t to); /* the same */
void ranges_remove_below(struct ranges *r, uint64_t to);          /* cannot fail */
bool ranges_have_all(const struct ranges *r, uint64_t from, uint64_t to);
/* The index of the first interval with to > number; count: there is none. */
size_t ranges_after(const struct ranges *r, uint64_t number);
