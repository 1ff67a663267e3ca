#include "cmd/talk/waiting.h"

#include "base/limits.h"
#include "base/min_max.h"
#include "base/text.h"
#include "cmd/talk/phrase_absent.h"

#define PATIENT_US SECOND       /* who is met within it hears of no waiting */
#define SURE_US    (2 * SECOND) /* what lasts so long is no hiccup */
#define REPLY_US   (3 * SECOND) /* who has left may be counted there for a moment */
#define LASTS_US   (60 * SECOND)

_Static_assert(LIMIT_VENUES <= 8, "in and full have a bit for each server");

void waiting_is(struct waiting *w, enum waiting_state state, uint64_t now)
{
	if (state == WAITING_PEER && waiting_full_server(w) >= 0)
		state = WAITING_ROOM;
	if (state == w->state)
		return;
	if (w->state == WAITING_NOT) {
		w->since = now;
		w->lasts_us = LASTS_US;
	}
	w->state = state;
	w->tell_at = max_of(w->since + (state == WAITING_REPLY ? REPLY_US : PATIENT_US),
	                    w->told == WAITING_NOT ? 0 : now + SURE_US);
	if (state == WAITING_NOT)
		*w = (struct waiting){ .in = w->in, .full = w->full, .tell_at = NEVER };
	else if (state == w->told)
		w->tell_at = NEVER;
}

void waiting_told(struct waiting *w, enum waiting_state state)
{
	w->told = state;
	if (state == w->state)
		w->tell_at = NEVER;
}

void waiting_full(struct waiting *w, unsigned server, bool full)
{
	unsigned bit = 1U << server;
	w->full = (uint8_t)(full ? w->full | bit : w->full & ~bit);
	w->in = (uint8_t)(full ? w->in & ~bit : w->in | bit);
	if (w->told != WAITING_NOT && waiting_full_server(w) >= 0) /* else FIRST names the peer */
		waiting_told(w, WAITING_ROOM);
}

int waiting_full_server(const struct waiting *w)
{
	int server = 0;
	if (w->in != 0 || w->full == 0)
		return -1;
	while ((w->full >> server & 1) == 0)
		server++;
	return server;
}

void waiting_no_room(struct phrase *p, const struct directory *d, unsigned server)
{
	char at[LIMIT_HOST];
	directory_text(d, server, at);
	phrase_absent_room(p, at, directory_keyed(d, server));
}

enum waiting_news waiting_tells(struct waiting *w, uint64_t now)
{
	bool first = w->told == WAITING_NOT;
	if (w->state == WAITING_NOT)
		return WAITING_NO_NEWS;
	bool lasts = now - w->since >= w->lasts_us;
	while (now - w->since >= w->lasts_us)
		w->lasts_us *= 4;
	if (now < w->tell_at)
		return lasts ? WAITING_LASTS : WAITING_NO_NEWS;
	waiting_told(w, w->state);
	return first ? WAITING_FIRST : WAITING_CHANGED;
}

uint64_t waiting_deadline(const struct waiting *w)
{
	return w->state == WAITING_NOT ? NEVER : min_of(w->tell_at, w->since + w->lasts_us);
}

static const char *peer_of(const struct waiting_place *at)
{
	return at->peer[0] ? at->peer : "the peer";
}

/* "alice isn't there", "nobody is there under the number 77" */
static void add_absence(struct text *t, const struct waiting_place *at)
{
	if (at->nameplate > 0)
		text_add_format(t, "nobody is there under the number %u", at->nameplate);
	else
		text_add_format(t, "%s isn't there", peer_of(at));
}

/* "4 minutes" */
static void add_duration(struct text *t, uint64_t us)
{
	uint64_t seconds = us / SECOND, minutes = seconds / 60, hours = minutes / 60,
		 count = hours > 0     ? hours
	                 : minutes > 0 ? minutes
	                               : seconds;
	text_add_format(t, "%ju %s%s", count,
	                hours > 0     ? "hour"
	                : minutes > 0 ? "minute"
	                              : "second",
	                count == 1 ? "" : "s");
}

void waiting_phrase(struct phrase *p, const struct waiting *w, enum waiting_news news,
                    const struct waiting_place *at, uint64_t now)
{
	char said[PHRASE_TEXT];
	struct text t = text_of(said, sizeof said);
	bool changed = news == WAITING_CHANGED;
	const char *peer = changed || at->port || at->peer[0] ? peer_of(at) : "it";
	if (at->serving) {
		phrase_of(p, OK, "no answer from the signaling server %s yet", at->where);
		return;
	}
	if (news == WAITING_LASTS)
		text_add_format(&t, "still waiting for %s ", peer_of(at));
	if (!changed)
		text_add_format(&t, "at %s", at->where);
	else if (w->state == WAITING_PEER)
		text_add_format(&t, "%s answers; ", at->where);
	if (news == WAITING_LASTS) {
		text_add(&t, ", for ");
		add_duration(&t, now - w->since);
		text_add(&t, " now");
	}
	text_add(&t, changed ? "" : ": ");
	if (w->state == WAITING_ANSWER)
		text_add_format(&t, changed ? "no answer from %s" : "no answer", at->where);
	else if (w->state == WAITING_ROOM)
		text_add_format(&t, changed ? "no place is free at %s" : "no place is free there",
		                at->where);
	else if (w->state == WAITING_REPLY && at->busy)
		text_add_format(&t, "%s is talking with someone else", peer);
	else if (w->state == WAITING_REPLY)
		text_add_format(&t,
		                at->port ? "the port is open, but %s hasn't answered"
		                         : "%s is there, but hasn't answered",
		                peer);
	else
		add_absence(&t, at);
	text_add(&t, w->state == WAITING_REPLY && at->busy ? "" : " yet");
	if (w->state == WAITING_PEER && at->nameplate > 0)
		text_add(&t, ". Check the number, and that the code is fresh.");
	phrase_of(p, OK, "%s", said);
}

void waiting_show(struct decisions *out, const struct waiting *w, enum waiting_news news,
                  const struct waiting_place *at, uint64_t now)
{
	struct phrase p;
	bool first = news == WAITING_FIRST && !at->serving, named = first && at->peer[0];
	waiting_phrase(&p, w, news, at, now);
	struct phrase *shown = decision_show(out, named ? EVENT_WAITING : EVENT_NOTICE);
	if (named)
		phrase_of(shown, OK, "%s\n%s", at->peer, p.text);
	else
		phrase_of(shown, OK, "%s%s", first ? "waiting for the peer " : "", p.text);
}
