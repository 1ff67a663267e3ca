#include "cmd/talk/decision.h"

#include "base/assert.h"

struct decision *decision_add(struct decisions *d, enum decision_kind kind)
{
	assert(d->count < DECISION_MAX);
	struct decision *new = &d->list[d->count++];
	*new = (struct decision){ .kind = kind, .event = EVENT_NOTICE };
	return new;
}

struct phrase *decision_show(struct decisions *d, enum event_kind event)
{
	struct decision *new = decision_add(d, DECISION_SHOW);
	new->event = event;
	return &new->phrase;
}

struct phrase *decision_fail(struct decisions *d)
{
	return &decision_add(d, DECISION_FAIL)->phrase;
}

struct event decision_event(const struct decision *d)
{
	struct event e = phrase_event(&d->phrase, d->event);
	e.number = d->number;
	e.code = d->code[0] ? d->code : NULL;
	return e;
}

const struct decision *decision_take(struct decisions *d)
{
	if (d->taken < d->count)
		return &d->list[d->taken++];
	bytes_wipe(d->list, d->count * sizeof *d->list);
	d->taken = d->count = 0;
	return NULL;
}
