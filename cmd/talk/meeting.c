#include "cmd/talk/meeting.h"

#include <string.h>

#include "base/min_max.h"
#include "base/text.h"
#include "cmd/report.h"
#include "os/clock.h"

#define ANSWER_US (4 * SECOND) /* session_away says mostly sooner that none comes */

void meeting_init(struct meeting *m, const struct plan *plan, const struct identity *own,
                  const struct directory *directory, struct random *random, uint64_t now)
{
	bytes_clear(m, sizeof *m);
	m->plan = plan;
	m->contact = plan->target.contact;
	meeting_place_init(&m->place, plan, own, directory, random, now, &m->decisions);
	m->place.contact = plan->serving ? NULL : &m->contact;
}

/* ---- whom to let in ---- */

/* Keeps with the contact the secret that an RSA key cannot give, and where it was met. True: that
 * is new. */
static bool remember(struct meeting *m, struct contact *c, const struct endpoint_event *e)
{
	const struct plan *p = m->plan;
	char server[LIMIT_HOST];
	/* whoever pairs by a code comes by its suite from now on */
	bool changed = e->trust == TRUST_CODE && e->suite != contact_suite(c)->suite;
	if (changed)
		c->suite = encryptor_class_of(e->suite);
	bool agreed = e->trust != TRUST_CONTACT || !c->has_pair;
	if (e->key.type == KEY_RSA && agreed &&
	    !(c->has_pair && bytes_equal(c->pair, e->pair_secret, sizeof c->pair))) {
		c->has_pair = changed = true;
		memcpy(c->pair, e->pair_secret, sizeof c->pair);
	}
	directory_given(m->place.directory, m->place.by.introduced, server);
	/* where several have introduced us, the one that is remembered stays */
	if (p->target.class->meets && !directory_introduced(m->place.directory, c->signal) &&
	    strcmp(c->signal, server) != 0) {
		text_copy(c->signal, sizeof c->signal, server);
		changed = true;
	}
	if (p->target.class->meets && !p->serving &&
	    c->addr[0]) { /* we looked for it at a server */
		c->addr[0] = 0;
		changed = true;
	}
	if (p->direct[0] && strcmp(c->addr, p->direct) != 0) {
		text_copy(c->addr, sizeof c->addr, p->direct);
		changed = true;
	}
	return changed;
}

/* Writes it to the peers file. False: the user was told why not, and what that means. */
static bool keep(struct meeting *m, struct contact *c, bool new)
{
	char why[PHRASE_TEXT];
	struct text t = text_of(why, sizeof why);
	report_errors_to(&t);
	int code = new ? book_add(m->plan->book, c) : book_change(m->plan->book, c->name, c);
	report_errors_to(NULL);
	if (code && new)
		phrase_of(decision_show(&m->decisions, EVENT_ERROR), ERR_LOCAL,
		          "%s\nSo %s is not saved, and a code is needed again next time.", why,
		          c->name);
	else if (code)
		phrase_of(decision_show(&m->decisions, EVENT_ERROR), ERR_LOCAL,
		          "%s\nSo what is new about %s is not saved.", why, c->name);
	return code == 0;
}

/* m->contact is then the peer, if only for as long as this program runs. */
static void save_new(struct meeting *m, const struct endpoint_event *e)
{
	struct contact c = { .key = e->key, .suite = encryptor_class_of(e->suite) };
	char wanted[LIMIT_NAME + 1];
	if (m->plan->options->name)
		text_copy(wanted, sizeof wanted, m->plan->options->name);
	else
		contact_name_from(span_text(e->nick), wanted);
	memcpy(c.name, wanted, sizeof wanted);
	clock_today(c.since);
	(void)remember(m, &c, e);
	if (keep(m, &c, true))
		phrase_saved(decision_show(&m->decisions, EVENT_NOTICE), c.name,
		             strcmp(c.name, wanted) != 0 ? wanted : NULL, m->plan);
	else
		c.name[0] = 0;
	m->contact = c;
	bytes_wipe(&c, sizeof c);
}

/* Finds out who the peer is, for the screen, and updates the contacts. */
static void let_in(struct meeting *m, const struct endpoint_event *e, const struct contact *known,
                   uint64_t now)
{
	struct meeting_peer *peer = &m->peer;
	decision_add(&m->decisions, DECISION_LET_IN);
	bytes_wipe(&m->contact, sizeof m->contact);
	*peer = (struct meeting_peer){ .suite = encryptor_class_of(e->suite) };
	if (e->key.type != KEY_NONE)
		public_key_fingerprint(&e->key, peer->fingerprint);
	if (known) {
		m->contact = *known;
		if (remember(m, &m->contact, e))
			(void)keep(m, &m->contact, false);
	} else if (e->key.type != KEY_NONE) {
		save_new(m, e);
	}
	peer->saved = m->contact.name[0] != 0;
	contact_name_from(span_text(e->nick), peer->name);
	if (peer->saved)
		memcpy(peer->name, m->contact.name, sizeof peer->name);
	else /* who is not saved must not be taken for a contact */
		book_free_name(m->plan->book, peer->name);
	if (e->trust == TRUST_FIRST_USE)
		text_copy(peer->words, sizeof peer->words, e->words);
	if (e->trust == TRUST_CODE)
		meeting_place_end_code(&m->place, CODE_USED, now);
	m->place.met = true;
	m->place.members = 0; /* this one was it, and is there no more when it has left */
	meeting_place_update(&m->place, now);
}

static void refuse(struct meeting *m, uint8_t close_code, const char *words)
{
	struct decision *d = decision_add(&m->decisions, DECISION_REFUSE);
	d->close_code = close_code;
	d->words = words;
}

/* Somebody who knows our key, with a key that we don't know. Each is reported once, and many at a
 * time are only counted, so that nobody can fill the screen and the log. */
static void refuse_stranger(struct meeting *m, const struct endpoint_event *e,
                            const struct contact *known, uint64_t now)
{
	const struct book *book = m->plan->book;
	char nick[LIMIT_NAME + 1], as[LIMIT_NAME + 1];
	struct phrase_stranger s = { .key = &e->key, .nick = nick, .known = known, .as = as };
	if (known && plan_wants(m->plan, known))
		s.suite = encryptor_class_of(e->suite)->name;
	refuse(m, CLOSE_TRUST,
	       s.suite ? "you are saved here with another suite; pair again with a code"
	       : known ? "you are not among the contacts accepted now"
	               : "your key is not known here; pair with a code");
	if (public_key_equal(&m->refused, &e->key) || !hush_may(&m->refusals, now, &s.unsaid))
		return;
	m->refused = e->key;
	contact_name_from(span_text(e->nick), nick);
	memcpy(as, nick, sizeof as);
	s.namesake = known ? NULL : book_named(book, span_text(nick));
	const struct contact *alike =
	    known || s.namesake ? NULL : book_alike(book, span_text(nick));
	if (alike) {
		s.alike = alike->name;
		book_free_name(book, as);
	}
	phrase_stranger(decision_show(&m->decisions, EVENT_ERROR), &s);
}

static bool may_come(const struct meeting *m, const struct endpoint_event *e,
                     const struct contact *known)
{
	const struct plan *p = m->plan;
	if (!p->serving)
		return true; /* we came to it: by a code, by its key, or by --tofu */
	if (e->trust == TRUST_CONTACT)
		return known && plan_takes(p, known, e->suite);
	if (known && p->options->allow.count > 0)
		return plan_wants(m->plan, known);
	return e->trust == TRUST_CODE || e->trust == TRUST_FIRST_USE || p->suite->insecure;
}

/* Somebody who may come, while another is here. Each is reported once. */
static void turn_away(struct meeting *m, const struct endpoint_event *e,
                      const struct contact *known, uint64_t now)
{
	uint64_t unsaid;
	char nick[LIMIT_NAME + 1];
	refuse(m, CLOSE_BUSY, "this side is in another conversation");
	if (m->plan->options->pipe || e->key.type == KEY_NONE ||
	    public_key_equal(&m->turned_away, &e->key) || !hush_may(&m->refusals, now, &unsaid))
		return;
	m->turned_away = e->key;
	contact_name_from(span_text(e->nick), nick);
	phrase_visitor(decision_show(&m->decisions, EVENT_NOTICE), known ? known->name : nick,
	               known == NULL, unsaid);
}

/* It may come. asked: whoever is here was asked whether it still is. */
static void decide(struct meeting *m, const struct endpoint_event *e, enum meeting_state state,
                   bool asked, uint64_t now)
{
	const struct contact *known = book_of_key(m->plan->book, &e->key);
	bool pipe = m->plan->options->pipe, gone = state == MEETING_AWAY || asked;
	if (state == MEETING_TALKING && !pipe && !e->replaces && !asked) {
		m->visitor = (struct meeting_visitor){ *e, now, now + ANSWER_US };
		decision_add(&m->decisions, DECISION_ASK);
	} else if (state == MEETING_TALKING && !pipe && !e->replaces) {
		turn_away(m, e, known, now);
	} else if (state == MEETING_FREE || state == MEETING_ROOM ||
	           (state != MEETING_LEAVING && !pipe && (gone || e->replaces))) {
		let_in(m, e, known, now);
	} else {
		refuse(m, CLOSE_BUSY, "this side is in another conversation");
	}
}

static void knocked(struct meeting *m, const struct endpoint_event *e, enum meeting_state state,
                    uint64_t now)
{
	const struct contact *known = book_of_key(m->plan->book, &e->key);
	if (may_come(m, e, known))
		decide(m, e, state, false, now);
	else
		refuse_stranger(m, e, known, now);
}

/* ---- nothing comes of it ---- */

static bool is_here(enum meeting_state state)
{
	return state == MEETING_TALKING || state == MEETING_AWAY || state == MEETING_ROOM;
}

static bool others_may_come(const struct meeting *m)
{
	return m->plan->contacts && m->plan->book->count > 0;
}

/* Pairing is over. The user hears of it, unless somebody is here already; if nobody else can come,
 * the program ends. */
static void code_ends(struct meeting *m, enum meeting_state state, bool guessed, uint64_t now)
{
	bool others = others_may_come(m), keep = m->plan->options->keep;
	meeting_place_end_code(&m->place, guessed ? CODE_GUESSED : CODE_EXPIRED, now);
	decision_add(&m->decisions, DECISION_CODE);
	if (is_here(state) && m->place.code_is.invited)
		phrase_invite(decision_show(&m->decisions, EVENT_NOTICE),
		              guessed ? PHRASE_INVITE_GUESSED : PHRASE_INVITE_EXPIRED, 0);
	if (keep && m->place.renewal.at <= now)
		return; /* that is said with the next one */
	if (!is_here(state))
		phrase_code_ended(others || keep ? decision_show(&m->decisions, EVENT_ERROR)
		                                 : decision_fail(&m->decisions),
		                  guessed, others, keep ? m->place.renewal.at - now : 0);
}

/* Somebody had a try at the code. */
static void guessed(struct meeting *m, const struct endpoint_event *e, enum meeting_state state,
                    uint64_t now)
{
	struct decision *d = decision_add(&m->decisions, DECISION_SHOW);
	d->event = EVENT_GUESS;
	renewal_tried(&m->place.renewal);
	d->number = e->number;
	phrase_guess(&d->phrase, e, m->plan->serving, meeting_code(m));
	if (!m->plan->serving || m->place.code.words_count > CODE_WORDS ||
	    e->number < LIMIT_CODE_GUESSES)
		return;
	code_ends(m, state, true, now);
	decision_add(&m->decisions, DECISION_LINGER);
}

/* Where it ends nothing, it is news, and what to do about it is to wait. */
static struct phrase *tell(struct meeting *m, bool ends)
{
	return ends ? decision_fail(&m->decisions) : decision_show(&m->decisions, EVENT_ERROR);
}

static void still_trying(struct phrase *p, const struct endpoint_event *e)
{
	struct text t = { .at = p->text, .len = strlen(p->text), .cap = sizeof p->text };
	if (!e->again)
		return;
	text_add(&t, "; still trying");
	p->hint[0] = 0;
}

static void failed(struct meeting *m, const struct endpoint_event *e, enum meeting_state state)
{
	bool mode = e->err == ERR_VERSION, here = is_here(state) || (mode && m->place.met),
	     goes_on = e->again || (m->plan->serving && (m->plan->options->keep || here));
	const struct contact *known = book_of_key(m->plan->book, &e->key);
	if (mode && !may_come(m, e, known))
		return; /* what a stranger's program is like ends nothing, and is no news */
	struct phrase *p = tell(m, !goes_on);
	if (e->err == ERR_UNREACHABLE && e->text.len == 0)
		meeting_place_no_answer(&m->place, p);
	else if (e->err == ERR_TRUST)
		phrase_turned_away(p, m->contact.name, e->text);
	else
		phrase_failed(p, e->err, e->text, (m->plan->options->command & FOR_TALK) != 0);
	if (goes_on) {
		p->err = e->err;
		p->hint[0] = 0;
	}
	still_trying(p, e);
}

static void refused(struct meeting *m, const struct endpoint_event *e)
{
	if (e->again && e->reason == REFUSE_BUSY && !meeting_place_busy(&m->place))
		return;
	struct phrase *p = tell(m, !e->again);
	phrase_refused(p, e, m->plan->suite->name, &m->contact, m->place.code_alive);
	still_trying(p, e);
}

bool meeting_invite(struct meeting *m, enum meeting_state state, struct phrase *p, uint64_t now)
{
	const struct plan *plan = m->plan;
	uint64_t at = m->place.renewal.at;
	bool rests = at != NEVER && now < at;
	if (!plan->serving)
		phrase_invite(p, PHRASE_INVITE_CONNECT, 0);
	else if (!plan->contacts)
		phrase_invite(p, PHRASE_INVITE_SUITE, 0);
	else if (plan->options->tofu)
		phrase_invite(p, PHRASE_INVITE_TOFU, 0);
	else if (state != MEETING_FREE && state != MEETING_ROOM)
		phrase_invite(p, PHRASE_INVITE_FULL, 0);
	else if (rests)
		phrase_invite(p, PHRASE_INVITE_RESTS, at - now);
	else
		meeting_place_invite(&m->place, now);
	return p->err == OK;
}

/* ---- all of it ---- */

void meeting_event(struct meeting *m, const struct endpoint_event *e, enum meeting_state state,
                   uint64_t now)
{
	bool free = state == MEETING_FREE;
	switch (e->kind) {
	case ENDPOINT_COMMUNICATOR:
		meeting_place_event(&m->place, &e->communicator, free, now);
		break;
	case ENDPOINT_PEER: knocked(m, e, state, now); break;
	case ENDPOINT_CHANGED:
		phrase_key_changed(tell(m, !e->again), &m->contact, &e->key, e->unproved);
		break;
	case ENDPOINT_GUESS: guessed(m, e, state, now); break;
	case ENDPOINT_WRONG_CODE:
		phrase_wrong_code(decision_fail(&m->decisions), m->place.code_alive, e->number);
		break;
	case ENDPOINT_REFUSED: refused(m, e); break;
	case ENDPOINT_FAILED: failed(m, e, state); break;
	default: break; /* of the conversation */
	}
}

/* True, once: it is time to decide about the visitor. */
static bool visitor_waited(struct meeting *m, bool talking, uint64_t heard_at, uint64_t now)
{
	struct meeting_visitor *v = &m->visitor;
	if (v->until == 0 || (talking && heard_at <= v->since && now < v->until))
		return false;
	v->until = 0;
	return true;
}

void meeting_timer(struct meeting *m, enum meeting_state state, uint64_t heard_at, uint64_t now)
{
	if (visitor_waited(m, state == MEETING_TALKING, heard_at, now)) {
		bool silent = state == MEETING_TALKING && heard_at <= m->visitor.since;
		decide(m, &m->visitor.event, silent ? MEETING_AWAY : state, true, now);
		bytes_wipe(&m->visitor, sizeof m->visitor);
	}
	if (now >= m->place.code_ends_at)
		code_ends(m, state, false, now);
	uint64_t unsaid = hush_over(&m->refusals, now);
	if (unsaid > 0)
		phrase_strangers(decision_show(&m->decisions, EVENT_ERROR), unsaid);
	meeting_place_timer(&m->place, state == MEETING_FREE, now);
}

uint64_t meeting_deadline(const struct meeting *m)
{
	uint64_t visitor = m->visitor.until == 0 ? NEVER : m->visitor.until;
	return min_of(min_of(hush_deadline(&m->refusals), visitor),
	              min_of(m->place.code_ends_at, meeting_place_deadline(&m->place)));
}

bool meeting_invited(const struct meeting *m)
{
	return m->place.code_alive && m->place.code_is.invited;
}

const struct code *meeting_code(const struct meeting *m)
{
	return m->place.code_alive ? &m->place.code : NULL;
}
