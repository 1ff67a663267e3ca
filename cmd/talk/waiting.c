#include "cmd/talk/waiting.h"

#include "base/limits.h"
#include "base/min_max.h"
#include "base/text.h"

#define PATIENT_US SECOND       /* who is met within it hears of no waiting */
#define SURE_US    (2 * SECOND) /* what lasts so long is no hiccup */

void waiting_is(struct waiting *w, enum waiting_state state, uint64_t now)
{
	if (state == w->state)
		return;
	if (w->state == WAITING_NOT)
		w->since = now;
	w->state = state;
	w->tell_at = max_of(w->since + PATIENT_US, w->told == WAITING_NOT ? 0 : now + SURE_US);
	if (state == WAITING_NOT)
		*w = (struct waiting){ .tell_at = NEVER };
	else if (state == w->told)
		w->tell_at = NEVER;
}

void waiting_told(struct waiting *w, enum waiting_state state)
{
	w->told = state;
	if (state == w->state)
		w->tell_at = NEVER;
}

bool waiting_tells(struct waiting *w, bool *first, uint64_t now)
{
	if (w->state == WAITING_NOT || now < w->tell_at)
		return false;
	*first = w->told == WAITING_NOT;
	waiting_told(w, w->state);
	return true;
}

uint64_t waiting_deadline(const struct waiting *w)
{
	return w->state == WAITING_NOT ? NEVER : w->tell_at;
}

/* "alice isn't there", "nobody is there under the number 77" */
static void add_absence(struct text *t, const struct waiting_place *at)
{
	if (at->nameplate > 0)
		text_add_format(t, "nobody is there under the number %u", at->nameplate);
	else
		text_add_format(t, "%s isn't there", at->peer);
}

void waiting_phrase(struct phrase *p, enum waiting_state state, const struct waiting_place *at,
                    bool first)
{
	char said[PHRASE_TEXT];
	struct text t = text_of(said, sizeof said);
	if (first)
		text_add_format(&t, "at %s: ", at->where);
	else if (state == WAITING_PEER)
		text_add_format(&t, "%s answers; ", at->where);
	if (state == WAITING_ANSWER)
		text_add_format(&t, "no answer from %s", first ? "there" : at->where);
	else if (state == WAITING_REPLY)
		text_add_format(&t,
		                at->port ? "the port is open, but %s hasn't answered"
		                         : "%s is there, but hasn't answered",
		                at->peer);
	else
		add_absence(&t, at);
	text_add(&t, " yet");
	if (state == WAITING_PEER && at->nameplate > 0)
		text_add(&t, ". Check the number, and that the code is fresh.");
	phrase_of(p, OK, "%s", said);
}
