#include "session/refusals.h"

enum { NONE = LIMIT_OPEN };

static unsigned find(const struct refusals *r, uint32_t id)
{
	unsigned i = 0;

	while (i < LIMIT_OPEN && r->at[i].id != id)
		i++;
	return i;
}

static unsigned find_due(const struct refusals *r)
{
	unsigned i = 0;

	while (i < LIMIT_OPEN && !r->at[i].due)
		i++;
	return i;
}

bool refusals_add(struct refusals *r, uint32_t id)
{
	unsigned i = find(r, 0);

	if (i == NONE)
		return false;
	r->at[i].id = id;
	r->at[i].due = true;
	return true;
}

bool refusals_due(const struct refusals *r)
{
	return find_due(r) != NONE;
}

bool refusals_next(struct refusals *r, uint32_t *id)
{
	unsigned i = find_due(r);

	if (i == NONE)
		return false;
	*id = r->at[i].id;
	r->at[i].due = false;
	return true;
}

void refusals_settle(struct refusals *r, uint32_t id, bool lost)
{
	unsigned i = find(r, id);

	if (i == NONE)
		return;
	r->at[i].due = lost;
	r->at[i].id = lost ? id : 0;
}
