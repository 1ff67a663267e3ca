#include "files/outlet.h"

#include "base/assert.h"

void outlet_init(struct outlet *o, void *at, size_t cap)
{
	*o = (struct outlet){ .w = writer_of(at, cap) };
}

struct span outlet_waiting(const struct outlet *o)
{
	return span_after(written(&o->w), o->sent);
}

void outlet_drop(struct outlet *o)
{
	o->w.len = o->sent = 0;
}

void outlet_sent(struct outlet *o, size_t len)
{
	assert(len <= o->w.len - o->sent);
	o->sent += len;
	if (o->sent == o->w.len && !o->held)
		outlet_drop(o);
}
