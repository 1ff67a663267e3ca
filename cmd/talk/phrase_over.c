#include "cmd/talk/phrase_over.h"

#include "base/text.h"

static void add_words(struct text *t, const struct phrase_over *o)
{
	text_add_format(t, "the conversation with %s %s", o->peer,
	                o->err == OK            ? "is over"
	                : o->err == ERR_VERSION ? "was not possible"
	                                        : "was cut off");
	if (o->err == ERR_CUT && o->words.len == 0)
		text_add(t, ": nothing was heard for too long");
	if (o->err && o->words.len > 0) {
		text_add(t, "; the peer says: ");
		text_add_span(t, o->words);
	}
}

static void add_outcome(struct text *t, const struct phrase_over *o)
{
	if (o->failed_stream) {
		text_add_format(t, "%s failed%s%s, so the conversation was ended", o->failed_stream,
		                o->failed_why ? ": " : "", o->failed_why ? o->failed_why : "");
	} else if (o->by_us) {
		text_add_format(t, "the conversation with %s was broken off", o->peer);
	} else if (o->err == ERR_FULL) {
		text_add_format(t, "out of memory, so the conversation with %s was ended", o->peer);
	} else if (o->anew) {
		text_add_format(t, "%s has started again", o->peer);
	} else if (o->newcomer) {
		text_add_format(t, "%s could not be reached any more, and %s has connected",
		                o->peer, o->newcomer);
	} else if (o->err && span_is(o->words, PHRASE_BROKEN_OFF)) {
		text_add_format(t, "%s left without waiting", o->peer);
	} else if (o->err == ERR_EXISTS) {
		text_add_format(t, "another program with your key has taken your place with %s",
		                o->peer);
	} else if (o->err == ERR_BUSY) {
		text_add_format(t, "%s is talking with someone else%s", o->peer,
		                o->then == THEN_ENDS ? "; try again later" : "");
	} else if (o->err == ERR_TRUST) {
		text_add_format(t, "%s refused the conversation", o->peer);
		text_add(t, o->words.len > 0 ? ", saying: " : "");
		text_add_span(t, o->words);
	} else if (!o->err && o->person && o->then != THEN_ENDS) {
		text_add_format(t, "%s has left", o->peer);
	} else if (!o->err && o->left_early) {
		text_add_format(t, "%s left before the input ended", o->peer);
	} else {
		add_words(t, o);
	}
}

/* What became of our user's words, where that is not as it should be. True: a full stop is due. */
static bool add_unconfirmed(struct text *t, const struct phrase_over *o)
{
	if (!o->err || o->failed_stream)
		return false;
	if (o->unconfirmed > 0)
		text_add_format(t, ". Not confirmed: %ju %s%s", o->unconfirmed,
		                o->pipe ? "byte" : "message",
		                o->unconfirmed == 1 && !o->pipe ? "" : "s");
	else if (!o->pipe && !o->silent && !o->anew && o->err != ERR_TRUST &&
	         o->err != ERR_VERSION && o->err != ERR_BUSY)
		text_add(t, "; everything you said had arrived");
	return o->unconfirmed > 0;
}

void phrase_over(struct phrase *p, const struct phrase_over *o)
{
	struct text t = text_of(p->text, sizeof p->text);
	const char *leaves = o->person ? "; Ctrl-D leaves" : "";
	p->err = o->err;
	p->hint[0] = 0;
	add_outcome(&t, o);
	bool stop = add_unconfirmed(&t, o);
	switch (o->then) {
	case THEN_ENDS:
	case THEN_OTHERS: text_add(&t, stop ? "." : ""); break;
	case THEN_ANYONE: text_add_format(&t, ". Waiting for the next peer%s.", leaves); break;
	case THEN_SAME: text_add_format(&t, ". Waiting for %s%s.", o->peer, leaves); break;
	case THEN_STAYS: text_add(&t, ". Ctrl-D leaves."); break;
	}
}
