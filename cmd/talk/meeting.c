/* meet: what the endpoint tells before and around a conversation: who knocks and whether it is let
 * in, keys that are kept, the way data takes. */
#include <string.h>

#include "cmd/log.h"
#include "cmd/report.h"
#include "cmd/talk/meeting.h"
#include "os/clock.h"

struct text sentence_in(char buffer[static SENTENCE])
{
	return text_of(buffer, SENTENCE);
}

const char *fingerprint_of(const struct public_key *key, char out[static FINGERPRINT_TEXT])
{
	public_key_fingerprint(key, out);
	return out;
}

void add_key_line(struct text *t, const struct public_key *key)
{
	uint8_t line[LIMIT_KEY_LINE];
	struct writer w = writer_of(line, sizeof line);
	text_add(t, "'");
	if (public_key_write(key, &w) == OK)
		text_add_span(t, written(&w));
	text_add(t, "'");
}

/* --- whom to let in --- */

static void remember(struct contact *c, struct talk *t, const struct endpoint_event *e,
                     bool *changed)
{
	bool agreed = e->trust != TRUST_CONTACT || !c->has_pair;
	if (e->key.type == KEY_RSA && agreed &&
	    !(c->has_pair && bytes_equal(c->pair, e->pair_secret, sizeof c->pair))) {
		c->has_pair = true;
		memcpy(c->pair, e->pair_secret, sizeof c->pair);
		*changed = true;
	}
	if (t->kind == TARGET_P2P && t->server[0] && strcmp(c->signal, t->server) != 0) {
		struct text s = text_of(c->signal, sizeof c->signal);
		text_add(&s, t->server);
		*changed = true;
	}
	if (!t->serving && t->direct[0] && strcmp(c->addr, t->direct) != 0) {
		struct text s = text_of(c->addr, sizeof c->addr);
		text_add(&s, t->direct);
		*changed = true;
	}
}

static void save_new(struct talk *t, const struct endpoint_event *e)
{
	struct contact c = { .key = e->key };
	char wanted[LIMIT_NAME + 1];
	bool changed;
	if (t->o->name) {
		struct text n = text_of(wanted, sizeof wanted);
		text_add(&n, t->o->name);
	} else {
		contact_name_from(span_text(e->nick), wanted);
	}
	memcpy(c.name, wanted, sizeof wanted);
	clock_today(c.since);
	remember(&c, t, e, &changed);
	if (book_add(t->book, &c) == 0) {
		talk_say(t, "the other side is saved as ", c.name,
		         strcmp(c.name, wanted) != 0 ? " (the name was taken)" : "",
		         t->serving ? "; from now on it needs no code."
		                    : "; next time: schat connect ",
		         t->serving ? NULL : c.name, NULL);
		t->peer = c;
	}
	contact_wipe(&c);
}

/* The peer is let in: who it is, for the screen and for the contact book. */
static void let_in(struct talk *t, const struct endpoint_event *e, uint64_t now)
{
	const struct contact *known =
	    e->key.type == KEY_NONE ? NULL : book_of_key(t->book, &e->key);
	struct text name = text_of(t->peer_name, sizeof t->peer_name),
		    words = text_of(t->words, sizeof t->words);
	endpoint_accept(t->endpoint, now);
	contact_wipe(&t->peer);
	t->fingerprint[0] = 0;
	if (e->key.type != KEY_NONE)
		public_key_fingerprint(&e->key, t->fingerprint);
	if (known) {
		bool changed = false;
		t->peer = *known;
		remember(&t->peer, t, e, &changed);
		if (changed)
			(void)book_change(t->book, t->peer.name, &t->peer);
	} else if (e->key.type != KEY_NONE) {
		save_new(t, e);
	}
	char nick[LIMIT_NAME + 1];
	contact_name_from(span_text(e->nick), nick);
	book_free_name(t->book, nick); /* who is not saved must not be taken for a contact */
	text_add(&name, t->peer.name[0] ? t->peer.name : nick);
	text_add(&words, e->trust == TRUST_FIRST_USE ? e->words : "");
	if (e->trust == TRUST_CODE && t->serving) {
		t->has_code = false;
		t->code_ends_at = NEVER;
	}
	meet_rooms(t, now);
}

static void add_unsaid(struct text *t, uint64_t unsaid)
{
	text_add_u64(t, unsaid);
	text_add(t, unsaid == 1 ? " more try" : " more tries");
	text_add(t, " to connect by somebody who may not come");
}

/* Those who came after the last that was told of. */
static void tell_refusals(struct talk *t, uint64_t now)
{
	char text[SENTENCE];
	struct text s = sentence_in(text);
	uint64_t unsaid = hush_over(&t->refusals, now);
	if (unsaid == 0)
		return;
	add_unsaid(&s, unsaid);
	talk_warn(t, ERR_TRUST, text, NULL);
}

/* A key we do not know, of somebody who knows ours. Told once; and who has many keys does not fill
 * the screen and the log with them. */
static void refuse_stranger(struct talk *t, const struct endpoint_event *e,
                            const struct contact *known, uint64_t now)
{
	char text[SENTENCE], hint[SENTENCE + LIMIT_KEY_LINE], old[FINGERPRINT_TEXT],
	    fresh[FINGERPRINT_TEXT], nick[LIMIT_NAME + 1];
	struct text s = sentence_in(text), h = text_of(hint, sizeof hint);
	uint64_t unsaid;
	endpoint_refuse(t->endpoint, CLOSE_TRUST,
	                span_text(known ? "you are not on the list of those who may come"
	                                : "your key is not known here"),
	                now);
	if (public_key_equal(&t->refused, &e->key) || !hush_may(&t->refusals, now, &unsaid))
		return;
	t->refused = e->key;
	fingerprint_of(&e->key, fresh);
	contact_name_from(span_text(e->nick), nick);
	const struct contact *namesake = known ? NULL : book_named(t->book, span_text(nick));
	const struct contact *alike =
	    known || namesake ? NULL : book_alike(t->book, span_text(nick));
	if (known) {
		text_add(&s, known->name);
		text_add(&s, " was refused: it is not among those of --allow");
	} else if (namesake) {
		text_add(&s, "somebody who calls itself ");
		text_add(&s, nick);
		text_add(&s, " was refused: its key is ");
		text_add(&s, fresh);
		text_add(&s, ", not ");
		text_add(&s, fingerprint_of(&namesake->key, old));
		text_add(&s, ", known since ");
		text_add(&s, namesake->since[0] ? namesake->since : "long");
		text_add(&h, "If ");
		text_add(&h, nick);
		text_add(&h, " has a new key and told you so in person: schat peers trust ");
	} else {
		text_add(&s, "a stranger was refused");
		if (alike) {
			text_add(&s, " that calls itself ");
			text_add(&s, nick);
			text_add(&s, " and is not your contact ");
			text_add(&s, alike->name);
			book_free_name(t->book, nick);
		}
		text_add(&s, "; its key is ");
		text_add(&s, fresh);
		text_add(&h, "If you know whose it is: schat peers add ");
	}
	if (!known) {
		text_add(&h, nick);
		text_add(&h, " ");
		add_key_line(&h, &e->key);
	}
	if (unsaid > 0) {
		text_add(&s, "; before that, ");
		add_unsaid(&s, unsaid);
	}
	talk_warn(t, ERR_TRUST, text, hint);
}

static bool may_come(const struct talk *t, const struct endpoint_event *e,
                     const struct contact **known)
{
	*known = e->key.type == KEY_NONE ? NULL : book_of_key(t->book, &e->key);
	if (!t->serving)
		return true; /* we came to it: by a code, by its key, or by --tofu */
	if (e->trust == TRUST_CONTACT)
		return *known && meet_is_wanted(*known, t);
	if (*known && t->o->allow_count > 0)
		return meet_is_wanted(*known, t);
	return e->trust == TRUST_CODE || e->trust == TRUST_FIRST_USE || t->suite->insecure;
}

static void knocked(struct talk *t, const struct endpoint_event *e, uint64_t now)
{
	const struct contact *known;
	bool busy = endpoint_session(t->endpoint) != NULL || t->talking;
	if (!may_come(t, e, &known)) {
		refuse_stranger(t, e, known, now);
	} else if (t->finishing || (busy && (!e->replaces || t->o->pipe))) {
		endpoint_refuse(t->endpoint, CLOSE_BUSY,
		                span_text("this side is in another conversation"), now);
	} else {
		if (t->talking)
			talk_conversation_replaced(t);
		let_in(t, e, now);
	}
}

/* --- the conversation's way --- */

const char *meet_path_text(const struct session_path *path)
{
	if (path->route.kind == NULL)
		return "";
	return path->lan ? "same network, direct udp" : path->route.kind->label;
}

/* What to do when the words to compare differ: the peer is saved as a contact by then. */
static struct span differ_hint(const struct talk *t, char hint[static SENTENCE])
{
	struct text s = sentence_in(hint);
	if (!t->words[0])
		return span_of(NULL, 0);
	text_add(&s, "If they differ, somebody is in between: end the conversation");
	text_add(&s, t->peer.name[0] ? ", and then type: schat peers forget " : "");
	text_add(&s, t->peer.name);
	return span_of(hint, s.len);
}

void meet_show_who(struct talk *t, enum event_kind kind)
{
	if (!t->talking) {
		talk_say(t, "nobody is here yet", NULL);
		return;
	}
	char hint[SENTENCE];
	struct event e = { .kind = kind,
		           .conv = speech_number(&t->speech),
		           .peer = t->peer_name,
		           .fingerprint = t->fingerprint,
		           .suite = t->suite->name,
		           .path = meet_path_text(&t->path),
		           .rtt_us = t->path.rtt_us,
		           .words = t->words,
		           .hint = differ_hint(t, hint),
		           .insecure = t->suite->insecure };
	if (kind == EVENT_CONNECTED)
		log_line("connected to ", t->peer_name, ", ", t->fingerprint, ", ", e.path, NULL);
	(void)screen_show(&t->screen, &e);
}

static void ready(struct talk *t, const struct endpoint_event *e)
{
	if (t->finishing)
		return;
	chat_attach(t->chat, endpoint_session(t->endpoint));
	speech_connected(&t->speech, t->peer_name);
	t->talking = true;
	t->over = t->holding = false;
	t->shown = t->displayed = 0;
	t->confirm_at = NEVER;
	t->out_base = t->screen.out_bytes;
	t->path = e->path;
	meet_show_who(t, EVENT_CONNECTED);
	talk_settle(t);
	if (t->path.no_chat)
		talk_say(t, "looking for a direct path; until there is one, nothing said is sent",
		         NULL);
}

static void state_changed(struct talk *t, const struct endpoint_event *e)
{
	struct event shown = { .kind = e->kind == ENDPOINT_PATH   ? EVENT_PATH
		                       : e->kind == ENDPOINT_AWAY ? EVENT_AWAY
		                                                  : EVENT_BACK };
	if (e->kind == ENDPOINT_PATH) {
		bool same = strcmp(meet_path_text(&t->path), meet_path_text(&e->path)) == 0;
		t->path = e->path;
		if (same && !t->o->verbose)
			return;
		shown.path = meet_path_text(&e->path);
		shown.rtt_us = e->path.rtt_us;
	}
	log_line(t->peer_name,
	         e->kind == ENDPOINT_PATH   ? ": now "
	         : e->kind == ENDPOINT_AWAY ? " is away"
	                                    : " is back",
	         shown.path ? shown.path : "", NULL);
	(void)screen_show(&t->screen, &shown);
}

/* --- all of it --- */

bool meet_events(struct talk *t, uint64_t now)
{
	struct endpoint_event e;
	bool any = false;
	while (!t->over && !screen_crowded(&t->screen) && endpoint_take(t->endpoint, &e, now)) {
		any = true;
		switch (e.kind) {
		case ENDPOINT_COMMUNICATOR: meet_communicator(t, &e.communicator, now); break;
		case ENDPOINT_PEER: knocked(t, &e, now); break;
		case ENDPOINT_READY: ready(t, &e); break;
		case ENDPOINT_CHANGED: meet_key_changed(t, &e); break;
		case ENDPOINT_GUESS: meet_guessed(t, &e); break;
		case ENDPOINT_WRONG_CODE: meet_wrong_code(t, e.number); break;
		case ENDPOINT_REFUSED: meet_refused(t, &e); break;
		case ENDPOINT_PATH:
		case ENDPOINT_AWAY:
		case ENDPOINT_BACK: state_changed(t, &e); break;
		case ENDPOINT_OVER: t->over = t->talking && !endpoint_session(t->endpoint); break;
		case ENDPOINT_FAILED: meet_failed(t, &e); break;
		}
		bytes_wipe(e.pair_secret, sizeof e.pair_secret);
	}
	return any;
}

void meet_timer(struct talk *t, uint64_t now)
{
	if (now >= t->code_ends_at) {
		t->code_ends_at = NEVER;
		if (t->has_code)
			meet_code_dead(t, "the code is ten minutes old, and dead");
	}
	tell_refusals(t, now);
	if (t->rooms.known && now >= t->rooms.next_at)
		meet_rooms(t, now);
}
