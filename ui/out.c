/* out: see out.h. */
#include "ui/out.h"

#include <string.h>

#include "base/assert.h"

size_t out_room(const struct out *o)
{
	if (o->run_count + 2 > OUT_RUNS)
		return 0;
	return OUT_SIZE - (o->end - o->start);
}

bool out_crowded(const struct out *o)
{
	return out_room(o) < OUT_RESERVE;
}

struct writer out_begin(struct out *o)
{
	if (o->start > 0) {
		size_t len = o->end - o->start;
		memmove(o->at, o->at + o->start, len);
		bytes_wipe(o->at + len, o->end - len);
		o->start = 0;
		o->end = len;
	}
	return writer_of(o->at + o->end, OUT_SIZE - o->end);
}

void out_done(struct out *o, int where, const struct writer *w)
{
	assert(!w->full && w->at == o->at + o->end);
	if (w->len == 0)
		return;
	if (o->run_count == 0 || o->runs[o->run_count - 1].where != where) {
		assert(o->run_count < OUT_RUNS);
		o->runs[o->run_count].where = where;
		o->runs[o->run_count++].len = 0;
	}
	o->runs[o->run_count - 1].len += w->len;
	o->end += w->len;
}

void out_add(struct out *o, int where, struct span bytes)
{
	struct writer w = out_begin(o);
	write_span(&w, bytes);
	out_done(o, where, &w);
}

size_t out_take(struct out *o, int *where, uint8_t *to, size_t cap)
{
	if (o->run_count == 0 || cap == 0)
		return 0;
	size_t len = o->runs[0].len < cap ? o->runs[0].len : cap;
	*where = o->runs[0].where;
	memcpy(to, o->at + o->start, len);
	bytes_wipe(o->at + o->start, len);
	o->start += len;
	o->runs[0].len -= len;
	if (o->runs[0].len == 0)
		memmove(o->runs, o->runs + 1, --o->run_count * sizeof o->runs[0]);
	if (o->start == o->end)
		o->start = o->end = 0;
	return len;
}
