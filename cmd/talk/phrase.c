#include "cmd/talk/phrase.h"

#include "base/split.h"
#include "base/text.h"

struct event phrase_event(const struct phrase *p, enum event_kind kind)
{
	return (struct event){
		.kind = kind, .text = span_text(p->text), .hint = span_text(p->hint), .err = p->err
	};
}

/* A text to be built, without a hint. */
static struct text begin(struct phrase *p, enum err err)
{
	p->err = err;
	p->hint[0] = 0;
	return text_of(p->text, sizeof p->text);
}

void phrase_of(struct phrase *p, enum err err, const char *format, ...)
{
	char both[PHRASE_TEXT + PHRASE_HINT];
	struct text all = text_of(both, sizeof both), text = begin(p, err),
		    hint = text_of(p->hint, sizeof p->hint);
	va_list more;
	va_start(more, format);
	text_add_format_list(&all, format, more);
	va_end(more);
	struct span first = text_span(&all), second = span_of(NULL, 0);
	(void)split_at(first, '\n', &first, &second);
	text_add_span(&text, first);
	text_add_span(&hint, second);
}

/* What one types for an errand, without the name or code behind it. */
static const char *const commands[] = { [PLAN_TALKS] = "schat connect ",
	                                [PLAN_SENDS] = "schat send FILE... ",
	                                [PLAN_RECEIVES] = "schat receive " };

/* ---- the code ---- */

void phrase_command(struct phrase *p, const struct plan *plan, const char *target)
{
	struct text t = begin(p, OK);
	text_add(&t, commands[plan->errand == PLAN_SENDS      ? PLAN_RECEIVES
	                      : plan->errand == PLAN_RECEIVES ? PLAN_SENDS
	                                                      : PLAN_TALKS]);
	if (plan->suite != encryptor_classes[0])
		text_add_format(&t, "-c %s ", plan->suite->name);
	text_add(&t, plan->suite->insecure ? "--insecure " : "");
	text_add(&t, plan->options->pipe ? "--pipe " : "");
	text_add(&t, plan->options->tofu ? "--tofu " : "");
	text_add_word(&t, target);
}

void phrase_code_ended(struct phrase *p, bool guessed, bool others, uint64_t next_us)
{
	char next[80];
	struct text t = text_of(next, sizeof next);
	if (next_us == 0)
		text_add(&t, "For a new code, run the same command again.");
	else
		text_add_format(&t, "There will be a new one in %ju minutes.",
		                next_us / (60 * SECOND));
	phrase_of(p, ERR_TRUST, "the code %s\n%s%s",
	          guessed ? "is dead after three wrong tries" : "expired after ten minutes",
	          others ? "Known contacts can still connect. " : "", next);
}

void phrase_invite(struct phrase *p, enum phrase_invite why, uint64_t after_us)
{
	static const char *const sentences[] = {
		"/invite works only in schat serve; ask the peer to type it there",
		"no code was made: this suite has no codes",
		"no code was made: with --tofu, others connect without one",
		"no code was made: --max allows no more peers; wait until one has left",
		"no code was made: someone guessed at the last one. Try again",
		"the code expired after ten minutes; /invite makes a new one",
		"the code is dead after three wrong tries; /invite makes a new one after a while",
	};
	char after[40] = "";
	struct text t = text_of(after, sizeof after);
	if (why == PHRASE_INVITE_RESTS)
		text_add_format(&t, " in %ju minute%s",
		                (uintmax_t)((after_us + 60 * SECOND - 1) / (60 * SECOND)),
		                after_us > 60 * SECOND ? "s" : "");
	phrase_of(p, why < PHRASE_INVITE_EXPIRED ? ERR_STATE : OK, "%s%s", sentences[why], after);
}

void phrase_guess(struct phrase *p, const struct endpoint_event *e, bool serving,
                  const struct code *code)
{
	char locked[64];
	struct text t = text_of(locked, sizeof locked);
	bool counted = !serving || code == NULL || code->words_count == CODE_WORDS;
	if (e->rest_s > 0)
		text_add_format(&t, "; the code is locked for %u seconds", e->rest_s);
	phrase_of(p, OK, "%s%u%s)%s%s",
	          serving ? "wrong code entered (attempt "
	          : code  ? "someone answered without proving that they know the code ("
	                  : "someone answered, but left before the words to compare (",
	          e->number, counted ? " of 3" : "", locked, serving ? "" : "; still trying");
	_Static_assert(LIMIT_CODE_GUESSES == 3, "said in words here");
}

void phrase_wrong_code(struct phrase *p, bool has_code, uint32_t tries)
{
	bool last = tries >= LIMIT_CODE_GUESSES;
	if (!has_code)
		phrase_of(p, ERR_TRUST,
		          "%ssomeone answered, but left before the words to compare\n"
		          "Someone may be intercepting the connection. Use a code instead: run "
		          "schat serve without --tofu.",
		          last ? "three times, " : "");
	else if (last)
		phrase_of(p, ERR_TRUST,
		          "three answers came from someone who doesn't know the code; giving up\n"
		          "Compare the code with the peer. If it is right, someone on the "
		          "path is guessing it: get a new one, and use another server or tcp://.");
	else
		phrase_of(p, ERR_TRUST,
		          "wrong code: a word was mistyped, it was used before, or someone else "
		          "answered\n"
		          "Compare the code with the peer and try again. After two wrong "
		          "tries from one host, or three in all, you need a new code.");
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

static const char *since(const struct contact *c)
{
	return c->since[0] ? " since " : "";
}

void phrase_saved(struct phrase *p, const char *name, const char *taken, const struct plan *plan)
{
	bool comes = plan->serving && (plan->errand == PLAN_TALKS || plan->listen_count > 0);
	phrase_of(p, OK, "saved this peer as %s%s%s%s%s%s%s", name, taken ? ", since " : "",
	          taken ? taken : "", taken ? " is (or looks like) a contact with another key" : "",
	          comes ? ": next time it connects without a code" : "; next time: ",
	          comes ? "" : commands[plan->errand], comes ? "" : name);
}

/* After phrase_of: what to do about a contact's new key. Returns the hint, to be added to. */
static struct text new_key(struct phrase *p, const char *name, const char *line)
{
	struct text t = text_of(p->hint, sizeof p->hint);
	text_add_format(&t,
	                "If %s told you in person about a new key, run: schat peers trust %s %s",
	                name, name, line);
	return t;
}

void phrase_key_changed(struct phrase *p, const struct contact *c, const struct public_key *fresh,
                        bool unproved)
{
	struct key_words old, new;
	words_of_key(&old, &c->key);
	words_of_key(&new, fresh);
	phrase_of(p, ERR_TRUST, "%s's key has changed. Known: %s%s%s; now: %s%s", c->name,
	          old.fingerprint, since(c), c->since, new.fingerprint,
	          unproved ? " (unproved: anyone on the path could have sent it)" : "");
	(void)new_key(p, c->name, new.line);
}

/* "2 more attempts to connect were turned away" */
static void add_unsaid(struct text *t, const char *before, uint64_t unsaid)
{
	text_add_format(t, "%s%ju more attempt%s to connect %s turned away", before, unsaid,
	                unsaid == 1 ? "" : "s", unsaid == 1 ? "was" : "were");
}

void phrase_strangers(struct phrase *p, uint64_t unsaid)
{
	struct text t = begin(p, ERR_TRUST);
	add_unsaid(&t, "", unsaid);
}

void phrase_stranger(struct phrase *p, const struct phrase_stranger *s)
{
	struct key_words old, new;
	char before[PHRASE_TEXT] = "";
	struct text t = text_of(before, sizeof before);
	words_of_key(&new, s->key);
	if (s->unsaid > 0)
		add_unsaid(&t, "; before that, ", s->unsaid);
	if (s->suite) {
		phrase_of(p, ERR_TRUST,
		          "refused %s, who is saved with the suite %s but came with %s%s\n"
		          "Pair again with a code, or run: schat peers set %s suite=%s",
		          s->known->name, contact_suite(s->known)->name, s->suite, before,
		          s->known->name, s->suite);
	} else if (s->known) {
		phrase_of(p, ERR_TRUST, "refused %s, who is not named with --allow%s",
		          s->known->name, before);
	} else if (s->namesake) {
		words_of_key(&old, &s->namesake->key);
		phrase_of(p, ERR_TRUST,
		          "refused a peer calling itself %s: its key is %s, not %s, known%s%s%s",
		          s->nick, new.fingerprint, old.fingerprint, since(s->namesake),
		          s->namesake->since, before);
		(void)new_key(p, s->nick, new.line);
	} else {
		phrase_of(p, ERR_TRUST,
		          "refused a stranger%s%s%s%s; its key is %s%s\n"
		          "If you know whose key it is, run: schat peers add %s %s",
		          s->alike ? " calling itself " : "", s->alike ? s->nick : "",
		          s->alike ? ", which is not your contact " : "", s->alike ? s->alike : "",
		          new.fingerprint, before, s->as, new.line);
	}
}

void phrase_visitor(struct phrase *p, const char *name, bool nick, uint64_t unsaid)
{
	struct text t = begin(p, OK);
	text_add_format(&t, "%s%s wanted to connect, and was told that you are busy",
	                nick ? "a peer calling itself " : "", name);
	if (unsaid > 0)
		add_unsaid(&t, "; before that, ", unsaid);
}

void phrase_words_differ(struct phrase *p, const char *name)
{
	phrase_of(p, OK,
	          "If they differ, the connection is being intercepted: end the conversation%s%s",
	          name[0] ? ", then run: schat peers forget " : "", name);
}

void phrase_server(struct phrase *p, const char *server, const struct communicator_event *e)
{
	char at[ADDR_TEXT], relay[40] = "for handshakes only";
	struct text r;
	addr_format(&e->addr, at);
	if (e->relay_kbit > 0) {
		r = text_of(relay, sizeof relay);
		text_add_format(&r, "%u kbit/s", e->relay_kbit);
	}
	phrase_of(p, OK, "signaling server %s (%s) answers; relay %s", server, at, relay);
}

/* ---- refusals ---- */

static void no_key_matched(struct phrase *p, const struct contact *c, bool has_code)
{
	struct key_words old;
	if (has_code) {
		phrase_of(p, ERR_TRUST,
		          "the peer accepts no code, or its code no longer "
		          "works\n" PHRASE_NEW_CODE);
	} else if (!c->name[0]) {
		phrase_of(p, ERR_TRUST,
		          "the peer doesn't accept unknown peers\n"
		          "Ask them for a code, or to run schat serve with --tofu.");
	} else {
		words_of_key(&old, &c->key);
		phrase_of(p, ERR_TRUST,
		          "the host that answers doesn't have %s's key. Known: %s%s%s", c->name,
		          old.fingerprint, since(c), c->since);
		struct text t = new_key(p, c->name, "KEYLINE, with the line in id_");
		text_add_format(&t, "%s.pub on their host", public_key_type_name(c->key.type));
	}
}

static void other_suite(struct phrase *p, uint8_t theirs, const char *ours)
{
	const struct encryptor_class *class = encryptor_class_of((enum suite)theirs);
	if (class == NULL)
		phrase_of(p, ERR_VERSION,
		          "the peer uses a suite that this schat (" SCHAT_VERSION
		          ") does not know\nUpdate this schat, or let the peer use -c %s.",
		          ours);
	else
		phrase_of(p, ERR_VERSION,
		          "the peer uses the suite %s, this side %s\nTry again with -c %s",
		          class->name, ours, class->name);
}

void phrase_refused(struct phrase *p, const struct endpoint_event *e, const char *suite,
                    const struct contact *c, bool has_code)
{
	switch (e->reason) {
	case REFUSE_VERSION:
		phrase_of(p, ERR_VERSION,
		          "the peer speaks protocol version %u, this schat (" SCHAT_VERSION
		          ") version 1\nUpdate the older one.",
		          e->their_version);
		break;
	case REFUSE_SUITE: other_suite(p, e->their_suite, suite); break;
	case REFUSE_KEY: no_key_matched(p, c, has_code); break;
	case REFUSE_CODE: phrase_wrong_code(p, has_code, e->number); break;
	case REFUSE_CODE_DEAD:
		phrase_of(p, ERR_TRUST,
		          "this code no longer works: it was used, has expired, or was mistyped "
		          "too often, here or elsewhere\n"
		          "A code allows two wrong tries from one host, and three in "
		          "all. " PHRASE_NEW_CODE);
		break;
	case REFUSE_BUSY:
		phrase_of(p, ERR_BUSY, "%s is talking with someone else%s\nTry again later.",
		          c->name[0] ? c->name : "the peer",
		          has_code ? ", or its code is locked after wrong tries" : "");
		break;
	default: /* any byte may come, and a later version may have a meaning for it */
		phrase_of(p, ERR_VERSION,
		          "the peer refused, for a reason that this schat (" SCHAT_VERSION
		          ") doesn't know\nCheck that both sides run the same version.");
		break;
	}
}

void phrase_turned_away(struct phrase *p, const char *name, struct span words)
{
	struct text t = begin(p, ERR_TRUST);
	text_add_format(&t, "%s refused the connection, saying: ", name[0] ? name : "the peer");
	text_add_span(&t, words);
}

void phrase_failed(struct phrase *p, enum err err, struct span said, bool talks)
{
	const char *hint =
	    err == ERR_VERSION && !talks ? "With --pipe or --to the peer takes no messages or "
					   "files. To reach a port that it "
					   "forwards, use schat connect with --listen or --pipe."
	    : err == ERR_VERSION
		? "Use --pipe on both sides, or on neither. To reach a port that the peer "
		  "forwards, use --listen or --pipe."
	    : err == ERR_UNREACHABLE
		? "Use a signaling server that relays (schat signal --relay KBIT), or tcp:// and "
		  "an open port."
		: "";
	struct text t = begin(p, hint[0] ? err : ERR_CUT);
	text_add_span(&t, said.len > 0 ? said : span_text(err_text(err)));
	text_copy(p->hint, sizeof p->hint, hint);
}
