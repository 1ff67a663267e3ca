#include "files/agenda.h"

#include "base/assert.h"

/* The n-th of those that are there. */
static struct entry *entry_at(struct agenda *a, unsigned n)
{
	return &a->entries[(a->first + n) % AGENDA_ENTRIES];
}

/* Bytes of paths that are still needed: those at the end. */
static size_t needed(const struct agenda *a)
{
	return a->count == 0 ? 0 : (size_t)(a->end - a->entries[a->first].path_at);
}

bool agenda_fits(const struct agenda *a, size_t path_len)
{
	return a->count < AGENDA_ENTRIES && needed(a) + path_len + 1 <= AGENDA_PATHS;
}

struct entry *agenda_add(struct agenda *a, struct span path)
{
	size_t keep = needed(a);
	assert(agenda_fits(a, path.len));
	if (keep == 0 || a->used + path.len + 1 > AGENDA_PATHS) {
		memmove(a->paths, a->paths + (a->used - keep), keep);
		a->used = keep;
	}
	struct entry *e = entry_at(a, a->count++);
	*e = (struct entry){ .path_at = a->end, .path_len = path.len };
	memcpy(a->paths + a->used, path.at, path.len);
	a->used += path.len + 1;
	a->end += path.len + 1;
	return e;
}

struct entry *agenda_first(struct agenda *a)
{
	return a->count == 0 ? NULL : entry_at(a, 0);
}

struct entry *agenda_last(struct agenda *a)
{
	assert(a->count > 0);
	return entry_at(a, a->count - 1);
}

void agenda_pop(struct agenda *a)
{
	assert(a->count > 0);
	a->first = (a->first + 1) % AGENDA_ENTRIES;
	a->count--;
	if (a->answered > 0)
		a->answered--;
}

struct entry *agenda_waiting(struct agenda *a)
{
	for (; a->answered < a->count; a->answered++) {
		struct entry *e = entry_at(a, a->answered);
		if (!e->folder && e->state == ENTRY_WAITS)
			return e;
	}
	return NULL;
}

struct span agenda_path(const struct agenda *a, const struct entry *e)
{
	return span_of(a->paths + (a->used - (size_t)(a->end - e->path_at)), e->path_len);
}

bool agenda_is_item(const struct agenda *a, const struct entry *e)
{
	return memchr(agenda_path(a, e).at, '/', e->path_len) == NULL;
}
