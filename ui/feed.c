/* feed: see feed.h. */
#include "ui/feed.h"

#include <string.h>

#include "base/assert.h"

struct feed feed_of(uint8_t *at, size_t size)
{
	return (struct feed){ .at = at, .size = size };
}

size_t feed_room(const struct feed *f)
{
	return f->ended ? 0 : f->size - (f->end - f->start);
}

void feed_add(struct feed *f, struct span bytes)
{
	assert(bytes.len <= feed_room(f));
	if (bytes.len == 0)
		return;
	if (bytes.len > f->size - f->end) {
		memmove(f->at, f->at + f->start, f->end - f->start);
		f->end -= f->start;
		f->start = 0;
	}
	memcpy(f->at + f->end, bytes.at, bytes.len);
	f->end += bytes.len;
}

struct span feed_waiting(const struct feed *f)
{
	return span_of(f->at + f->start, f->end - f->start);
}

void feed_use(struct feed *f, size_t len)
{
	assert(len <= f->end - f->start);
	bytes_wipe(f->at + f->start, len);
	f->start += len;
	if (f->start == f->end)
		f->start = f->end = 0;
}

bool feed_line(const struct feed *f, struct span *line, size_t *used)
{
	struct span all = feed_waiting(f);
	const uint8_t *newline = all.len > 0 ? memchr(all.at, '\n', all.len) : NULL;
	if (!newline && (!f->ended || all.len == 0))
		return false;
	size_t len = newline ? (size_t)(newline - all.at) : all.len;
	*used = newline ? len + 1 : len;
	if (len > 0 && all.at[len - 1] == '\r')
		len--;
	*line = span_of(all.at, len);
	return true;
}
