/* outbox: see outbox.h. */
#include "ui/outbox.h"

#include <string.h>

#include "base/assert.h"

unsigned outbox_count(const struct outbox *o)
{
	return o->count;
}

bool outbox_add(struct outbox *o, struct span text, uint64_t conv)
{
	assert(text.len <= LIMIT_TEXT);
	if (OUTBOX_SIZE - o->len < OUTBOX_HEADER + text.len)
		return false;
	store_be16(o->at + o->len, (uint16_t)text.len);
	o->at[o->len + 2] = 0;
	store_be64(o->at + o->len + 3, conv);
	memcpy(o->at + o->len + OUTBOX_HEADER, text.at, text.len);
	o->len += OUTBOX_HEADER + text.len;
	o->count++;
	return true;
}

struct span outbox_first(const struct outbox *o)
{
	return o->count == 0 ? span_of(NULL, 0) : span_of(o->at + OUTBOX_HEADER, load_be16(o->at));
}

uint64_t outbox_first_conv(const struct outbox *o)
{
	return o->count == 0 ? 0 : load_be64(o->at + 3);
}

bool outbox_first_shown(const struct outbox *o)
{
	return o->count > 0 && o->at[2] != 0;
}

bool outbox_drop(struct outbox *o)
{
	assert(o->count > 0);
	size_t size = OUTBOX_HEADER + (size_t)load_be16(o->at);
	bool shown = outbox_first_shown(o);
	memmove(o->at, o->at + size, o->len - size);
	bytes_wipe(o->at + o->len - size, size);
	o->len -= size;
	o->count--;
	return shown;
}

bool outbox_unshown(const struct outbox *o, struct span *text, size_t *place)
{
	for (size_t i = 0; i < o->len; i += OUTBOX_HEADER + (size_t)load_be16(o->at + i)) {
		if (o->at[i + 2] != 0)
			continue;
		*place = i;
		*text = span_of(o->at + i + OUTBOX_HEADER, load_be16(o->at + i));
		return true;
	}
	return false;
}

void outbox_mark(struct outbox *o, size_t place)
{
	assert(place + OUTBOX_HEADER <= o->len);
	o->at[place + 2] = 1;
}
