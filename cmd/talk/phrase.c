/* phrase: see phrase.h. */
#include "cmd/talk/phrase.h"

#include "base/text.h"

enum { DIGITS = 24 };

static const char *number(uint64_t v, char out[static DIGITS])
{
	struct text t = text_of(out, DIGITS);
	text_add_u64(&t, v);
	return out;
}

struct event phrase_event(const struct phrase *p, enum event_kind kind)
{
	return (struct event){
		.kind = kind, .text = span_text(p->text), .hint = span_text(p->hint), .err = p->err
	};
}

void phrase_of(struct phrase *p, enum err err, const char *first, ...)
{
	struct text t = text_of(p->text, sizeof p->text);
	va_list more;
	p->err = err;
	p->hint[0] = 0;
	va_start(more, first);
	text_add_list(&t, first, more);
	va_end(more);
}

/* The same with a hint that is always the same. */
__attribute__((sentinel)) static void advise(struct phrase *p, const char *advice, enum err err,
                                             const char *first, ...)
{
	struct text t = text_of(p->text, sizeof p->text);
	va_list more;
	p->err = err;
	text_copy(p->hint, sizeof p->hint, advice);
	va_start(more, first);
	text_add_list(&t, first, more);
	va_end(more);
}

__attribute__((sentinel)) static void hint(struct phrase *p, const char *first, ...)
{
	struct text t = text_of(p->hint, sizeof p->hint);
	va_list more;
	va_start(more, first);
	text_add_list(&t, first, more);
	va_end(more);
}

/* ---- the code ---- */

#define NEW_CODE "For a new code, ask the other side to run schat serve again."

void phrase_command(struct phrase *p, const struct phrase_command *c)
{
	phrase_of(p, OK, "schat connect ", c->suite ? "-c " : "", c->suite ? c->suite : "",
	          c->suite ? " " : "", c->insecure ? "--insecure " : "", c->pipe ? "--pipe " : "",
	          c->tofu ? "--tofu " : "", c->target, NULL);
}

void phrase_code_ended(struct phrase *p, bool guessed, bool others)
{
	phrase_of(p, ERR_TRUST,
	          guessed ? "the code is dead after three wrong tries"
	                  : "the code expired after ten minutes",
	          NULL);
	hint(p, others ? "Known contacts can still connect. " : "",
	     "For a new code, run schat serve again.", NULL);
}

void phrase_guess(struct phrase *p, const struct phrase_guess *g)
{
	char so_far[DIGITS], rest[DIGITS];
	const char *what = g->serving ? "wrong code entered (attempt "
	                   : g->has_code
	                       ? "someone answered without proving that they know the code ("
	                       : "someone answered, but left before the words to compare (";
	number(g->number, so_far);
	number(g->rest_s, rest);
	phrase_of(p, OK, what, so_far, g->serving && g->patient ? ")" : " of 3)",
	          g->rest_s > 0 ? "; the code is locked for " : "", g->rest_s > 0 ? rest : "",
	          g->rest_s > 0 ? " seconds" : "", g->serving ? "" : "; still trying", NULL);
	_Static_assert(LIMIT_CODE_GUESSES == 3, "said in words here");
}

void phrase_wrong_code(struct phrase *p, bool has_code, uint32_t tries)
{
	bool last = tries >= LIMIT_CODE_GUESSES;
	if (!has_code)
		advise(p,
		       "Someone may be intercepting the connection. Use a code instead: run "
		       "schat serve without --tofu.",
		       ERR_TRUST, last ? "three times, " : "",
		       "someone answered, but left before the words to compare", NULL);
	else if (last)
		advise(p,
		       "Compare the code with the other side. If it is right, someone on the "
		       "path is guessing it: get a new one, and use another server or tcp://.",
		       ERR_TRUST,
		       "three answers came from someone who doesn't know the code; giving up",
		       NULL);
	else
		advise(p,
		       "Compare the code with the other side and try again. After two wrong tries "
		       "from one host, or three in all, you need a new code.",
		       ERR_TRUST, "wrong code: a word was mistyped, or someone else answered",
		       NULL);
}

/* ---- keys ---- */

struct key_words {
	char fingerprint[FINGERPRINT_TEXT];
	char line[LIMIT_KEY_LINE + 3]; /* quoted for a shell */
};

static void words_of_key(struct key_words *w, const struct public_key *key)
{
	uint8_t line[LIMIT_KEY_LINE];
	struct writer bytes = writer_of(line, sizeof line);
	struct text t = text_of(w->line, sizeof w->line);
	public_key_fingerprint(key, w->fingerprint);
	text_add(&t, "'");
	if (public_key_write(key, &bytes) == OK)
		text_add_span(&t, written(&bytes));
	text_add(&t, "'");
}

void phrase_saved(struct phrase *p, const char *name, const char *taken, bool serving)
{
	phrase_of(p, OK, "saved this peer as ", name, taken ? ", since " : "", taken ? taken : "",
	          taken ? " is (or looks like) a contact with another key" : "",
	          serving ? "; no code needed next time" : "; next time: schat connect ",
	          serving ? "" : name, NULL);
}

void phrase_key_changed(struct phrase *p, const struct contact *c, const struct public_key *fresh,
                        bool unproved)
{
	struct key_words old, new;
	words_of_key(&old, &c->key);
	words_of_key(&new, fresh);
	phrase_of(p, ERR_TRUST, c->name, "'s key has changed. Known: ", old.fingerprint,
	          c->since[0] ? " since " : "", c->since, "; now: ", new.fingerprint,
	          unproved ? " (unproved: anyone on the path could have sent it)" : "", NULL);
	hint(p, "If ", c->name, " told you in person about a new key, run: schat peers trust ",
	     c->name, " ", new.line, NULL);
}

static void add_unsaid(struct text *t, uint64_t unsaid)
{
	char count[DIGITS];
	text_add_all(t, number(unsaid, count),
	             unsaid == 1 ? " more attempt to connect was turned away"
	                         : " more attempts to connect were turned away",
	             NULL);
}

void phrase_strangers(struct phrase *p, uint64_t unsaid)
{
	phrase_of(p, ERR_TRUST, "", NULL);
	struct text t = text_of(p->text, sizeof p->text);
	add_unsaid(&t, unsaid);
}

void phrase_stranger(struct phrase *p, const struct phrase_stranger *s)
{
	struct key_words old, new;
	char before[PHRASE_TEXT] = "";
	struct text t = text_of(before, sizeof before);
	words_of_key(&new, s->key);
	if (s->unsaid > 0) {
		text_add(&t, "; before that, ");
		add_unsaid(&t, s->unsaid);
	}
	if (s->known) {
		phrase_of(p, ERR_TRUST, "refused ", s->known->name,
		          ", who is not named with --allow", before, NULL);
		return;
	}
	if (s->namesake) {
		words_of_key(&old, &s->namesake->key);
		phrase_of(p, ERR_TRUST, "refused a peer calling itself ", s->nick, ": its key is ",
		          new.fingerprint, ", not ", old.fingerprint, ", known",
		          s->namesake->since[0] ? " since " : "", s->namesake->since, before, NULL);
		hint(p, "If ", s->nick,
		     " told you in person about a new key, run: schat peers trust ", s->nick, " ",
		     new.line, NULL);
		return;
	}
	phrase_of(p, ERR_TRUST, "refused a stranger", s->alike ? " calling itself " : "",
	          s->alike ? s->nick : "", s->alike ? ", which is not your contact " : "",
	          s->alike ? s->alike : "", "; its key is ", new.fingerprint, before, NULL);
	hint(p, "If you know whose key it is, run: schat peers add ", s->as, " ", new.line, NULL);
}

void phrase_words_differ(struct phrase *p, const char *name)
{
	phrase_of(p, OK,
	          "If they differ, the connection is being intercepted: end the conversation",
	          name[0] ? ", then run: schat peers forget " : "", name, NULL);
}

/* ---- nobody came ---- */

void phrase_no_answer(struct phrase *p, enum phrase_silent who, const char *where,
                      const char *contact)
{
	switch (who) {
	case PHRASE_SILENT_ADDRESS:
		phrase_of(p, ERR_UNREACHABLE, "can't reach ", where, NULL);
		hint(p, "Check that schat serve is running there ", contact[0] ? "with " : "",
		     contact, contact[0] ? "'s key, " : "", "and that its port is open.", NULL);
		break;
	case PHRASE_SILENT_SO_FAR:
		advise(p,
		       "Check that schat serve is running there and that its port is open. To keep "
		       "trying, add --timeout SEC.",
		       ERR_UNREACHABLE, "can't reach ", where, NULL);
		break;
	case PHRASE_SILENT_SERVER:
		advise(p,
		       "Check that schat signal is running there and that its port is open for "
		       "UDP and TCP.",
		       ERR_UNREACHABLE, "can't reach the signaling server ", where, NULL);
		break;
	case PHRASE_SILENT_CODE:
		advise(p, "Codes work once, and expire after ten minutes. " NEW_CODE,
		       ERR_UNREACHABLE, "nobody is waiting under this code's number at ", where,
		       NULL);
		break;
	case PHRASE_SILENT_CONTACT:
		phrase_of(p, ERR_UNREACHABLE, contact, " isn't waiting at ", where, NULL);
		hint(p,
		     "They have to run schat serve with this server, and have you as a contact. "
		     "If either of you has a new key, run schat peers forget ",
		     contact, " and pair again with a code.", NULL);
		break;
	case PHRASE_SILENT_PEER:
		advise(p, "Check that it is still running and that both hosts are online.",
		       ERR_UNREACHABLE, "the other side is there but doesn't answer", NULL);
		break;
	}
}

static void no_key_matched(struct phrase *p, const struct contact *c, bool has_code)
{
	struct key_words old;
	if (has_code) {
		advise(p, NEW_CODE, ERR_TRUST,
		       "the other side accepts no code, or its code no longer works", NULL);
		return;
	}
	if (!c->name[0]) {
		advise(p, "Ask them for a code, or to run schat serve with --tofu.", ERR_TRUST,
		       "the other side doesn't accept unknown peers", NULL);
		return;
	}
	words_of_key(&old, &c->key);
	phrase_of(p, ERR_TRUST, "whoever answers doesn't have ", c->name,
	          "'s key. Known: ", old.fingerprint, c->since[0] ? " since " : "", c->since, NULL);
	hint(p, "If ", c->name, " told you in person about a new key, run: schat peers trust ",
	     c->name, " KEYLINE, with the line in id_", public_key_type_name(c->key.type),
	     ".pub on their host", NULL);
}

static void other_suite(struct phrase *p, uint8_t theirs, const char *ours)
{
	const struct encryptor_class *class = encryptor_class_of((enum suite)theirs);
	const char *name = class ? class->name : "another suite";
	phrase_of(p, ERR_VERSION, "the other side uses the suite ", name, ", this side ", ours,
	          NULL);
	hint(p, "Try again with -c ", name, NULL);
}

void phrase_refused(struct phrase *p, const struct endpoint_event *e, const char *suite,
                    const struct contact *c, bool has_code)
{
	char version[DIGITS];
	switch (e->reason) {
	case REFUSE_VERSION:
		advise(p, "Update the older one.", ERR_VERSION,
		       "the other side speaks protocol version ", number(e->their_version, version),
		       ", this schat (" SCHAT_VERSION ") version 1", NULL);
		break;
	case REFUSE_SUITE: other_suite(p, e->their_suite, suite); break;
	case REFUSE_KEY: no_key_matched(p, c, has_code); break;
	case REFUSE_CODE: phrase_wrong_code(p, has_code, e->number); break;
	case REFUSE_CODE_DEAD:
		advise(p,
		       "A code allows two wrong tries from one host, and three in all. " NEW_CODE,
		       ERR_TRUST,
		       "this code no longer works: it was used, has expired, or was mistyped too "
		       "often, here or elsewhere",
		       NULL);
		break;
	case REFUSE_BUSY:
		advise(p, "Try again later.", ERR_BUSY, "the other side is in another conversation",
		       has_code ? ", or its code is locked after wrong tries" : "", NULL);
		break;
	default: /* any byte may come, and a later version may have a meaning for it */
		advise(p, "Check that both sides run the same version.", ERR_VERSION,
		       "the other side refuses, for a reason that this schat (" SCHAT_VERSION
		       ") doesn't know",
		       NULL);
		break;
	}
}

void phrase_server_full(struct phrase *p, const char *server)
{
	phrase_of(p, ERR_BUSY, server,
	          " is full: too many peers are waiting with this code, or at this server", NULL);
}

void phrase_cannot_listen(struct phrase *p, const char *at)
{
	advise(p, "Check that no other program uses this port and that this host has that address.",
	       ERR_LOCAL, "can't listen on ", at, NULL);
}

void phrase_failed(struct phrase *p, enum err err, struct span said)
{
	struct text t = text_of(p->text, sizeof p->text);
	phrase_of(p, err == ERR_VERSION || err == ERR_UNREACHABLE ? err : ERR_CUT, "", NULL);
	text_add_span(&t, said.len > 0 ? said : span_text(err_text(err)));
	if (err == ERR_VERSION)
		hint(p, "Use --pipe on both sides, or on neither.", NULL);
	else if (err == ERR_UNREACHABLE)
		hint(p,
		     "Ask whoever runs the signaling server to start it with --relay, or use "
		     "tcp:// and an open port.",
		     NULL);
}

/* ---- the end of a conversation ---- */

static void add_outcome(struct text *t, const struct phrase_over *o)
{
	if (o->err == ERR_TRUST && !o->by_us)
		text_add_all(t, o->peer, " refused the conversation", NULL);
	else
		text_add_all(t, "the conversation with ", o->peer,
		             o->err == OK            ? " is over"
		             : o->err == ERR_TRUST   ? " was refused"
		             : o->err == ERR_VERSION ? " was not possible"
		                                     : " was cut off",
		             NULL);
	if (o->by_us)
		return;
	if (o->err == ERR_CUT && o->words.len == 0)
		text_add(t, ": nothing was heard for too long");
	if (o->err && span_is(o->words, PHRASE_BROKEN_OFF)) {
		text_add(t, " by the other side");
	} else if (o->err && o->words.len > 0) {
		text_add(t, o->err == ERR_TRUST ? ", saying: " : "; the other side says: ");
		text_add_span(t, o->words);
	}
}

void phrase_over(struct phrase *p, const struct phrase_over *o)
{
	char count[DIGITS];
	phrase_of(p, o->err, "", NULL);
	struct text t = text_of(p->text, sizeof p->text);
	if (o->failed_stream)
		text_add_all(&t, o->failed_stream, " failed", o->failed_why ? ": " : "",
		             o->failed_why ? o->failed_why : "", ", so the conversation was ended",
		             NULL);
	else if (!o->err && o->left_early)
		text_add_all(&t, o->peer, " left before the input ended", NULL);
	else if (o->err == ERR_BUSY)
		text_add_all(&t, o->peer, " is talking with someone else; try again later", NULL);
	else if (o->anew)
		text_add_all(&t, o->peer, " has started again", NULL);
	else
		add_outcome(&t, o);
	bool counted = o->err && o->err != ERR_BUSY && !o->failed_stream && o->unconfirmed > 0;
	if (counted)
		text_add_all(&t, ". Not confirmed: ", number(o->unconfirmed, count),
		             o->pipe               ? " bytes"
		             : o->unconfirmed == 1 ? " message"
		                                   : " messages",
		             NULL);
	text_add(&t, o->next ? ". Waiting for the next peer." : counted ? "." : "");
}

void phrase_input_failed(struct phrase *p, const char *why)
{
	phrase_of(p, ERR_LOCAL, "can't read standard input", why ? ": " : "", why ? why : "", NULL);
}
