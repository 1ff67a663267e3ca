/* ranges: see ranges.h. Binary search and one memmove; most sets change at their end, which is
 * looked at first. */
#include "session/ranges.h"

#include <stdlib.h>
#include <string.h>

#include "base/assert.h"
#include "base/min_max.h"

enum { FIRST = 128 }; /* intervals on the heap at first; then as many as there may be */

struct ranges ranges_growing(struct range *at, size_t cap, size_t most)
{
	return (struct ranges){ .at = at, .cap = cap, .most = most };
}

struct ranges ranges_of(struct range *at, size_t cap)
{
	return ranges_growing(at, cap, cap);
}

void ranges_free(struct ranges *r)
{
	if (r->grown)
		free(r->at);
	*r = (struct ranges){ .at = NULL };
}

static bool grow(struct ranges *r)
{
	struct ranges to = { .count = r->count, .most = r->most, .grown = true };

	if (r->cap >= r->most)
		return false;
	to.cap = r->cap < FIRST ? (size_t)min_of(FIRST, r->most) : r->most;
	to.at = calloc(to.cap, sizeof to.at[0]);
	if (to.at == NULL)
		return false;
	memcpy(to.at, r->at, r->count * sizeof to.at[0]);
	ranges_free(r);
	*r = to;
	return true;
}

size_t ranges_after(const struct ranges *r, uint64_t number)
{
	if (r->count == 0 || r->at[r->count - 1].to <= number)
		return r->count;
	size_t low = 0, high = r->count - 1; /* the answer is in low..high */
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (r->at[middle].to > number)
			high = middle;
		else
			low = middle + 1;
	}
	return low;
}

/* Closes the gap of the intervals first..last-1. */
static void cut(struct ranges *r, size_t first, size_t last)
{
	if (first == last)
		return;
	memmove(&r->at[first], &r->at[last], (r->count - last) * sizeof r->at[0]);
	r->count -= last - first;
}

static bool insert(struct ranges *r, size_t index, uint64_t from, uint64_t to)
{
	if (r->count >= r->cap && !grow(r))
		return false;
	memmove(&r->at[index + 1], &r->at[index], (r->count - index) * sizeof r->at[0]);
	r->at[index] = (struct range){ from, to };
	r->count++;
	return true;
}

bool ranges_add(struct ranges *r, uint64_t from, uint64_t to)
{
	if (from >= to)
		return true;
	/* first..last-1 overlap or touch the new interval and melt into one */
	size_t first = from == 0 ? 0 : ranges_after(r, from - 1), last = first;
	while (last < r->count && r->at[last].from <= to)
		last++;
	if (first == last)
		return insert(r, first, from, to);
	if (from < r->at[first].from)
		r->at[first].from = from;
	if (to < r->at[last - 1].to)
		to = r->at[last - 1].to;
	r->at[first].to = to;
	cut(r, first + 1, last);
	return true;
}

bool ranges_remove(struct ranges *r, uint64_t from, uint64_t to)
{
	if (from >= to)
		return true;
	size_t first = ranges_after(r, from);
	if (first == r->count)
		return true;
	struct range at = r->at[first];
	if (at.from < from && at.to > to) { /* a hole in the middle of one */
		if (!insert(r, first + 1, to, at.to))
			return false;
		r->at[first].to = from;
		return true;
	}
	if (at.from < from)
		r->at[first++].to = from;
	size_t last = first;
	while (last < r->count && r->at[last].to <= to)
		last++;
	cut(r, first, last);
	if (first < r->count && r->at[first].from < to)
		r->at[first].from = to;
	return true;
}

void ranges_remove_below(struct ranges *r, uint64_t to)
{
	bool removed = ranges_remove(r, 0, to); /* nothing lies below 0, so nothing is split */
	assert(removed);
}

bool ranges_have_all(const struct ranges *r, uint64_t from, uint64_t to)
{
	if (from >= to)
		return true;
	size_t i = ranges_after(r, from);
	return i < r->count && r->at[i].from <= from && r->at[i].to >= to;
}
