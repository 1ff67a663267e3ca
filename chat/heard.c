/* heard: see heard.h. */
#include "chat/heard.h"

#include <string.h>

#include "base/assert.h"

/* What the record must have, as far as is known. 0: it cannot be one. */
static size_t record_needs(const struct heard *h)
{
	return h->len < RECORD_LENGTH ? RECORD_LENGTH : record_size(h->record);
}

size_t heard_wants(const struct heard *h)
{
	size_t needs = record_needs(h);
	return h->state == HEARD_NOTHING && needs > h->len ? needs - h->len : 0;
}

void heard_add(struct heard *h, struct span bytes)
{
	assert(bytes.len <= heard_wants(h));
	if (bytes.len > 0)
		memcpy(h->record + h->len, bytes.at, bytes.len);
	h->len += bytes.len;
}

bool heard_record(struct heard *h, struct record *r, enum err *err)
{
	if (h->state != HEARD_NOTHING || heard_wants(h) > 0)
		return false;
	*err = record_needs(h) == 0 ? ERR_FORMAT : record_read(span_of(h->record, h->len), r);
	h->len = 0;
	return true;
}

bool heard_text(struct heard *h, const struct record *r)
{
	if (r->number != h->count + 1)
		return false;
	h->count++;
	h->text = r->text;
	h->more = r->type == RECORD_TEXT_PART;
	h->state = HEARD_READY;
	return true;
}

bool heard_take(struct heard *h, uint64_t *number, struct span *text, bool *more)
{
	if (h->state != HEARD_READY)
		return false;
	*number = h->count;
	*text = h->text;
	*more = h->more;
	h->state = HEARD_LENT;
	return true;
}

void heard_take_back(struct heard *h)
{
	if (h->state == HEARD_LENT)
		h->state = HEARD_NOTHING;
}

void heard_show(struct heard *h, uint64_t number)
{
	if (number > h->shown)
		h->shown = number;
}

uint64_t heard_confirm(struct heard *h)
{
	return h->confirmed = h->shown;
}
