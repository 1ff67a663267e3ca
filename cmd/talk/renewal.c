#include "cmd/talk/renewal.h"

#include "base/limits.h"
#include "base/min_max.h"

#define REST_US     LIMIT_CODE_US
#define REST_MAX_US (24 * 3600 * SECOND)

struct renewal renewal_none(void)
{
	return (struct renewal){ .at = NEVER, .rest_us = REST_US };
}

void renewal_tried(struct renewal *r)
{
	r->tried = true;
}

void renewal_plan(struct renewal *r, enum renewal_end how, uint64_t now)
{
	static const char *const why[] = { "was used", "has expired", "died of wrong tries" };
	bool rests = how != CODE_USED && r->tried;
	r->why = why[how];
	r->at = rests ? now + r->rest_us : now;
	r->rest_us = rests              ? min_of(2 * r->rest_us, REST_MAX_US)
	             : how == CODE_USED ? REST_US
	                                : r->rest_us;
	r->tried = false;
}

bool renewal_due(struct renewal *r, uint64_t now)
{
	bool due = now >= r->at;
	if (due)
		r->at = NEVER;
	return due;
}
