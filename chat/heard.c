#include "chat/heard.h"

#include <string.h>

#include "base/min_max.h"

/* 0: it is whole, or cannot be a record. */
static size_t wants(const struct heard *h)
{
	size_t needs = h->len < RECORD_LENGTH ? RECORD_LENGTH : record_size(h->record);
	return needs > h->len ? needs - h->len : 0;
}

enum err heard_record(struct heard *h, struct span *bytes, struct record *r)
{
	size_t len;
	if (h->state != HEARD_NOTHING || bytes->len == 0) /* what was whole was read at once */
		return ERR_FULL;
	/*@ loop invariant is_heard(h) && is_span(bytes) && bytes->len <= \at(bytes->len, Pre);
	    loop invariant \base_addr(bytes->at) == \at(\base_addr(bytes->at), Pre);
	    loop assigns len, h->len, h->looked, h->record[0 .. LIMIT_RECORD - 1], *bytes;
	    loop variant bytes->len; */
	while ((len = (size_t)min_of(wants(h), bytes->len)) > 0) {
		memcpy(h->record + h->len, bytes->at, len);
		h->len += len;
		h->looked -= min_of(h->looked, len);
		*bytes = span_after(*bytes, len);
	}
	if (wants(h) > 0)
		return ERR_FULL;
	len = h->len;
	h->len = 0;
	return record_size(h->record) == 0 ? ERR_FORMAT : record_read(span_of(h->record, len), r);
}

bool heard_kept(struct heard *h, const struct record *r)
{
	if (r->text.len != sizeof h->next.name)
		return false;
	memcpy(h->next.name, r->text.at, r->text.len);
	h->next.number = r->number;
	return true;
}

bool heard_text(struct heard *h, const struct record *r)
{
	if (r->number != h->count + 1)
		return false;
	h->count++;
	h->mark = h->next;
	h->next = (struct outbox_mark){ .number = 0 };
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

bool heard_take_back(struct heard *h)
{
	bool lent = h->state == HEARD_LENT;
	if (lent)
		h->state = HEARD_NOTHING;
	return lent;
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

uint64_t heard_ahead(struct heard *h, struct span bytes, uint64_t least, uint64_t most)
{
	/*@ loop assigns h->looked, least;
	    loop variant bytes.len - h->looked; */
	while (h->looked < bytes.len) {
		struct span left = span_after(bytes, h->looked);
		UNSET struct record r;
		size_t size = left.len < RECORD_LENGTH ? 0 : record_size(left.at);
		if (size == 0 || size > left.len)
			break;
		if (left.at[RECORD_LENGTH] == RECORD_RECEIPT &&
		    record_read(span_of(left.at, size), &r) == OK && r.number <= most)
			least = max_of(least, r.number);
		h->looked += size;
	}
	return least;
}
