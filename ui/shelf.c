#include "ui/shelf.h"

#include "base/assert.h"

/* Where the text of the given depth begins, behind its length. */
static size_t place(const struct shelf *s, unsigned depth)
{
	size_t at = 0;
	assert(depth >= 1 && depth <= s->count);
	for (unsigned i = s->count; i > depth; i--)
		at += 2 + (size_t)load_be16(s->at + at);
	return at + 2;
}

struct span shelf_at(const struct shelf *s, unsigned depth)
{
	size_t at = place(s, depth);
	return span_of(s->at + at, load_be16(s->at + at - 2));
}

/* Puts added bytes, or takes out as many, behind the first keep bytes of a text. */
static void resize(struct shelf *s, size_t text, size_t keep, size_t added, size_t removed)
{
	uint8_t *at = s->at + text + keep, *end = s->at + s->len;
	memmove(at + added, at + removed, (size_t)(end - at) - removed);
	s->len = s->len + added - removed;
	if (removed > added)
		bytes_wipe(s->at + s->len, removed - added);
	store_be16(s->at + text - 2, (uint16_t)(load_be16(s->at + text - 2) + added - removed));
}

void shelf_drop(struct shelf *s, unsigned depth)
{
	size_t at = place(s, depth) - 2, size = 2 + shelf_at(s, depth).len;
	memmove(s->at + at, s->at + at + size, s->len - at - size);
	s->len -= size;
	bytes_wipe(s->at + s->len, size);
	s->count--;
}

/* Makes room for more bytes, at the cost of what is older than depth. */
static bool make_room(struct shelf *s, unsigned depth, size_t more)
{
	while (SHELF - s->len < more && s->count > depth)
		shelf_drop(s, s->count);
	return SHELF - s->len >= more;
}

static void put(struct shelf *s, size_t at, struct span bytes)
{
	if (bytes.len > 0)
		memcpy(s->at + at, bytes.at, bytes.len);
}

void shelf_add(struct shelf *s, struct span text)
{
	assert(text.len <= SHELF_TEXT);
	make_room(s, 0, text.len + 2);
	store_be16(s->at + s->len, (uint16_t)text.len);
	put(s, s->len + 2, text);
	s->len += 2 + text.len;
	s->count++;
}

bool shelf_join(struct shelf *s, struct span bytes, bool before)
{
	if (!make_room(s, 1, bytes.len))
		return false;
	size_t text = place(s, 1), keep = before ? 0 : shelf_at(s, 1).len;
	resize(s, text, keep, bytes.len, 0);
	put(s, text + keep, bytes);
	return true;
}

bool shelf_change(struct shelf *s, unsigned depth, struct span text)
{
	size_t old = shelf_at(s, depth).len;
	if (text.len > old && !make_room(s, depth, text.len - old))
		return false;
	size_t at = place(s, depth);
	resize(s, at, 0, text.len, old);
	put(s, at, text);
	return true;
}

void shelf_wipe(struct shelf *s)
{
	bytes_wipe(s->at, s->len);
	s->len = s->count = 0;
}
