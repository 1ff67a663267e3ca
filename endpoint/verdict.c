#include "endpoint/verdict.h"

#include "base/min_max.h"

#define LAST_INTRODUCTION_US SECOND /* nobody else is introduced for so long */

void verdict_init(struct verdict *v, uint64_t give_up_at)
{
	*v = (struct verdict){ .give_up_at = give_up_at };
}

void verdict_done(struct verdict *v)
{
	v->done = true;
}

void verdict_members(struct verdict *v, uint32_t members)
{
	v->members = members;
}

void verdict_introduced(struct verdict *v, uint64_t now)
{
	v->introduced_at = now;
}

static void note_loser(struct verdict *v, const struct source *source)
{
	for (size_t i = 0; i < v->losers_count; i++) {
		if (source_same(&v->losers[i], source))
			return;
	}
	if (v->losers_count < VERDICT_LOSERS)
		v->losers[v->losers_count++] = *source;
}

void verdict_failed(struct verdict *v, const struct endpoint_event *why,
                    const struct source *source, bool direct, uint64_t now)
{
	v->failure = *why;
	v->failed_at = now;
	v->direct = direct;
	note_loser(v, source);
}

/* When the kept failure is reported, as things stand; NEVER: somebody may yet do better. */
static uint64_t report_at(const struct verdict *v, uint64_t hope)
{
	uint64_t at = max_of(v->failed_at, hope);

	if (v->failed_at == 0)
		return NEVER;
	if (v->direct || v->members <= v->losers_count)
		return at;
	return max_of(at, max_of(v->failed_at, v->introduced_at) + LAST_INTRODUCTION_US);
}

static struct endpoint_event last_of(const struct verdict *v, const struct tries *tries)
{
	struct endpoint_event e = { .kind = ENDPOINT_FAILED, .err = ERR_UNREACHABLE };

	if (tries_lost(tries) > 0)
		e = (struct endpoint_event){ .kind = ENDPOINT_WRONG_CODE };
	if (v->failed_at != 0 && !tries_over(tries))
		e = v->failure;
	e.number = tries_lost(tries);
	return e;
}

bool verdict_take(struct verdict *v, const struct tries *tries, uint64_t hope,
                  struct endpoint_event *event, uint64_t now)
{
	bool more = tries_lost(tries) > v->reported,
	     end = tries_over(tries) || now >= report_at(v, hope);

	if (v->done || (!more && !end && now < v->give_up_at))
		return false;
	v->reported = tries_lost(tries);
	if (more && !end) {
		*event = (struct endpoint_event){ .kind = ENDPOINT_GUESS, .number = v->reported };
		return true;
	}
	*event = last_of(v, tries);
	v->done = true;
	return true;
}

uint64_t verdict_deadline(const struct verdict *v, const struct tries *tries, uint64_t hope)
{
	if (v->done)
		return NEVER;
	if (tries_lost(tries) > v->reported)
		return 0;
	return min_of(tries_deadline(tries), min_of(report_at(v, hope), v->give_up_at));
}
