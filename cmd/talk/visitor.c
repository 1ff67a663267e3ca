#include "cmd/talk/visitor.h"

#define ANSWER_US (4 * SECOND) /* a second before that, session_away says that none comes */

void visitor_comes(struct visitor *v, const struct endpoint_event *e, uint64_t now)
{
	*v = (struct visitor){ .event = *e, .since = now, .until = now + ANSWER_US };
}

bool visitor_may(struct visitor *v, bool talking, uint64_t heard_at, uint64_t now)
{
	if (v->until == 0 || (talking && heard_at <= v->since && now < v->until))
		return false;
	v->until = 0;
	return true;
}

uint64_t visitor_deadline(const struct visitor *v)
{
	return v->until == 0 ? NEVER : v->until;
}
