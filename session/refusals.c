#include "session/refusals.h"

enum { NONE = LIMIT_OPEN };

static unsigned find(const struct refusals *r, uint32_t id)
{
	unsigned i = 0;

	while (i < LIMIT_OPEN && r->at[i].id != id)
		i++;
	return i;
}

static void set_due(struct refusals *r, unsigned i, bool due)
{
	r->due += (unsigned)due - (unsigned)r->at[i].due;
	r->at[i].due = due;
}

bool refusals_add(struct refusals *r, uint32_t id)
{
	unsigned i = find(r, 0);

	if (i == NONE)
		return false;
	r->at[i].id = id;
	set_due(r, i, true);
	return true;
}

bool refusals_due(const struct refusals *r)
{
	return r->due > 0;
}

bool refusals_next(struct refusals *r, uint32_t *id)
{
	unsigned i = 0;

	if (r->due == 0)
		return false;
	while (!r->at[i].due)
		i++;
	*id = r->at[i].id;
	set_due(r, i, false);
	return true;
}

void refusals_settle(struct refusals *r, uint32_t id, bool lost)
{
	unsigned i = find(r, id);

	if (i == NONE)
		return;
	set_due(r, i, lost);
	r->at[i].id = lost ? id : 0;
}
