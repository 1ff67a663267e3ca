#include "cmd/talk/repeats.h"

#include <string.h>

static struct outbox *outbox_of(const struct repeats *r)
{
	return r->peer->saved ? postbox_of(r->all, r->peer->fingerprint, r->peer->name) : NULL;
}

static bool is_of_last(const struct repeats *r, const struct outbox_mark *mark)
{
	return memcmp(mark->name, r->mark.name, sizeof mark->name) == 0;
}

bool repeats_known(const struct repeats *r, const struct outbox_mark *mark)
{
	if (mark->number == 0)
		return false;
	const struct outbox *o = outbox_of(r);
	bool noted_soon = is_of_last(r, mark) && mark->number <= r->mark.number;
	return o != NULL && (noted_soon || outbox_heard(o, mark));
}

bool repeats_wait(const struct repeats *r, const struct outbox_mark *mark)
{
	return mark->number > 0 && r->mark.number > 0 && !is_of_last(r, mark);
}

void repeats_show(struct repeats *r, const struct outbox_mark *mark)
{
	if (mark->number > 0)
		r->mark = *mark;
}

void repeats_note(struct repeats *r, bool surely)
{
	if (r->mark.number == 0)
		return;
	struct outbox *o = outbox_of(r);
	if (o != NULL)
		outbox_hear(o, &r->mark, surely);
	r->mark = (struct outbox_mark){ .number = 0 };
	postbox_write(r->all);
}
