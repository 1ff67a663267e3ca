#include "session/ring.h"

#include <stdlib.h>
#include <string.h>

#include "base/min_max.h"

enum { RING_START = 1 << 16, RING_SPARE = 1 << 18 };

void ring_free(struct ring *r)
{
	if (r->at != NULL)
		bytes_wipe(r->at, r->used);
	free(r->at);
	r->at = NULL;
	r->size = r->used = 0;
}

/* The same bytes in a ring of another size. */
static bool resize(struct ring *r, size_t size)
{
	uint8_t *at = calloc(1, size);

	if (at == NULL)
		return false;
	if (r->at != NULL) {
		memcpy(at, r->at + r->start, r->size - r->start);
		memcpy(at + r->size - r->start, r->at, r->start);
	}
	size_t used = r->size;
	ring_free(r);
	r->at = at;
	r->start = 0;
	r->used = used;
	r->size = size;
	return true;
}

struct ring ring_of(size_t max)
{
	return (struct ring){ .max = max };
}

/* Which size holds offsets up to end. */
static size_t size_for(const struct ring *r, uint64_t end)
{
	size_t size = r->size > 0 ? r->size : (size_t)min_of(RING_START, r->max);

	while (size < end - r->base)
		size *= 2;
	return size;
}

bool ring_hold(struct ring *r, uint64_t end)
{
	if (end - r->base > r->max)
		return false;
	size_t size = size_for(r, end);
	return size == r->size || resize(r, size);
}

bool ring_could_hold(const struct ring *r, uint64_t end)
{
	size_t size = size_for(r, end);
	void *volatile probe = NULL; /* that compilers do not think away */

	if (size == r->size)
		return true;
	probe = calloc(1, size + RING_SPARE);
	bool could = probe != NULL;
	free(probe);
	return could;
}

static size_t ring_place(const struct ring *r, uint64_t offset)
{
	return (r->start + (size_t)(offset - r->base)) & (r->size - 1);
}

struct span ring_piece(const struct ring *r, uint64_t offset, uint64_t len)
{
	if (len == 0)
		return span_of(NULL, 0);
	size_t place = ring_place(r, offset);
	return span_of(r->at + place, (size_t)min_of(len, r->size - place));
}

void ring_put(struct ring *r, uint64_t offset, struct span bytes)
{
	size_t place = ring_place(r, offset), front = (size_t)min_of(bytes.len, r->size - place);

	if (bytes.len == 0)
		return;
	memcpy(r->at + place, bytes.at, front);
	memcpy(r->at, bytes.at + front, bytes.len - front);
	r->used = (size_t)max_of(r->used, place + front);
}

bool ring_is(const struct ring *r, uint64_t offset, struct span bytes)
{
	size_t place = ring_place(r, offset), front = (size_t)min_of(bytes.len, r->size - place);

	return memcmp(r->at + place, bytes.at, front) == 0 &&
	       memcmp(r->at, bytes.at + front, bytes.len - front) == 0;
}

void ring_advance(struct ring *r, uint64_t offset, bool empty)
{
	r->start = empty ? 0 : ring_place(r, offset);
	r->base = offset;
}
