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

/* What is left of a line that grows over more conversations than FEED_RUNS is for nobody. */
static void add_run(struct feed *f, uint64_t conv, size_t len)
{
	bool same = f->run_count > 0 && f->runs[f->run_count - 1].conv == conv;
	if (!same && f->run_count == FEED_RUNS) {
		f->runs[FEED_RUNS - 1].conv = 0;
	} else if (!same) {
		f->runs[f->run_count].conv = conv;
		f->runs[f->run_count++].len = 0;
	}
	f->runs[f->run_count - 1].len += len;
}

static void use_runs(struct feed *f, size_t len)
{
	while (len > 0) {
		size_t some = f->runs[0].len < len ? f->runs[0].len : len;
		f->runs[0].len -= some;
		len -= some;
		if (f->runs[0].len == 0)
			memmove(f->runs, f->runs + 1, --f->run_count * sizeof f->runs[0]);
	}
}

void feed_add(struct feed *f, struct span bytes, uint64_t conv)
{
	assert(bytes.len <= feed_room(f));
	if (bytes.len == 0)
		return;
	if (bytes.len > f->size - f->end) {
		size_t len = f->end - f->start;
		memmove(f->at, f->at + f->start, len);
		bytes_wipe(f->at + len, f->end - len);
		f->start = 0;
		f->end = len;
	}
	memcpy(f->at + f->end, bytes.at, bytes.len);
	f->end += bytes.len;
	add_run(f, conv, bytes.len);
}

struct span feed_waiting(const struct feed *f)
{
	return span_of(f->at + f->start, f->end - f->start);
}

void feed_use(struct feed *f, size_t len)
{
	assert(len <= f->end - f->start);
	use_runs(f, len);
	bytes_wipe(f->at + f->start, len);
	f->start += len;
	if (f->start == f->end)
		f->start = f->end = 0;
}

uint64_t feed_conv(const struct feed *f)
{
	return f->run_count > 0 ? f->runs[0].conv : 0;
}

size_t feed_run(const struct feed *f)
{
	return f->run_count > 0 ? f->runs[0].len : 0;
}

void feed_end(struct feed *f)
{
	f->ended = true;
}

bool feed_at_end(const struct feed *f)
{
	return f->ended && f->start == f->end;
}

bool feed_line(const struct feed *f, struct span *line, size_t *used)
{
	struct span all = feed_waiting(f);
	const uint8_t *newline = all.len > 0 ? memchr(all.at, '\n', all.len) : NULL;
	if (newline == NULL && (!f->ended || all.len == 0))
		return false;
	size_t len = newline != NULL ? (size_t)(newline - all.at) : all.len;
	*used = newline != NULL ? len + 1 : len;
	if (len > 0 && all.at[len - 1] == '\r')
		len--;
	*line = span_of(all.at, len);
	return true;
}
