#include "ui/queue.h"

#include <string.h>

#include "base/assert.h"
#include "base/min_max.h"

struct queue queue_of(uint8_t *at, size_t size)
{
	return (struct queue){ .at = at, .size = size };
}

size_t queue_room(const struct queue *q)
{
	return q->ended ? 0 : q->size - (q->end - q->start);
}

size_t queue_room_apart(const struct queue *q)
{
	return q->run_count + 2 > QUEUE_RUNS ? 0 : queue_room(q);
}

struct writer queue_begin(struct queue *q)
{
	size_t len = q->end - q->start;
	if (q->start > 0) {
		memmove(q->at, q->at + q->start, len);
		bytes_wipe(q->at + len, q->end - len);
		q->start = 0;
		q->end = len;
	}
	return writer_of(q->at + len, q->size - len);
}

void queue_done(struct queue *q, uint64_t whom, const struct writer *w)
{
	bool same = q->run_count > 0 && q->runs[q->run_count - 1].whom == whom;
	assert(!w->full && w->at == q->at + q->end);
	if (w->len == 0)
		return;
	if (!same && q->run_count == QUEUE_RUNS) {
		q->runs[QUEUE_RUNS - 1].whom = 0;
	} else if (!same) {
		q->runs[q->run_count].whom = whom;
		q->runs[q->run_count++].len = 0;
	}
	q->runs[q->run_count - 1].len += w->len;
	q->end += w->len;
}

void queue_add(struct queue *q, uint64_t whom, struct span bytes)
{
	struct writer w = queue_begin(q);
	write_span(&w, bytes);
	queue_done(q, whom, &w);
}

void queue_end(struct queue *q)
{
	q->ended = true;
}

struct span queue_waiting(const struct queue *q)
{
	return span_of(q->at + q->start, q->end - q->start);
}

uint64_t queue_whom(const struct queue *q, size_t *len)
{
	*len = q->run_count > 0 ? q->runs[0].len : 0;
	return q->run_count > 0 ? q->runs[0].whom : 0;
}

void queue_use(struct queue *q, size_t len)
{
	assert(len <= q->end - q->start);
	bytes_wipe(q->at + q->start, len);
	q->start += len;
	if (q->start == q->end)
		q->start = q->end = 0;
	while (len > 0) {
		size_t some = (size_t)min_of(q->runs[0].len, len);
		q->runs[0].len -= some;
		len -= some;
		if (q->runs[0].len == 0)
			memmove(q->runs, q->runs + 1, --q->run_count * sizeof q->runs[0]);
	}
}

void queue_blank(struct queue *q, size_t from, size_t len)
{
	assert(from + len <= q->end - q->start);
	memset(q->at + q->start + from, ' ', len);
}

bool queue_at_end(const struct queue *q)
{
	return q->ended && q->start == q->end;
}

bool queue_line(const struct queue *q, struct span *line, size_t *used)
{
	return queue_line_behind(q, 0, line, used);
}

bool queue_line_behind(const struct queue *q, size_t behind, struct span *line, size_t *used)
{
	struct span all = span_after(queue_waiting(q), behind);
	const uint8_t *newline = all.len > 0 ? memchr(all.at, '\n', all.len) : NULL;
	if (newline == NULL && (!q->ended || all.len == 0))
		return false;
	size_t len = newline != NULL ? (size_t)(newline - all.at) : all.len;
	*used = newline != NULL ? len + 1 : len;
	if (len > 0 && all.at[len - 1] == '\r')
		len--;
	*line = span_of(all.at, len);
	return true;
}

void queue_again(struct queue *q, uint64_t from, uint64_t to)
{
	for (unsigned i = 0; i < q->run_count; i++)
		if (q->runs[i].whom == from)
			q->runs[i].whom = to;
}
