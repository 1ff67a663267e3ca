#include "cmd/talk/acquaintance.h"

#include "base/text.h"
#include "cmd/report.h"

/* The contacts of the event that is being shown. Borrows their names. */
static struct event_contact listed[LIMIT_CONTACTS];
static char fingerprints[LIMIT_CONTACTS][FINGERPRINT_TEXT];

static void list(struct event *event, const struct contact *c)
{
	size_t i = event->contacts_count++;
	public_key_fingerprint(&c->key, fingerprints[i]);
	listed[i] = (struct event_contact){ .name = c->name,
		                            .fingerprint = fingerprints[i],
		                            .since = c->since,
		                            .verified = c->verified };
	event->contacts = listed;
}

/* ---- who is here ---- */

const char *acquaintance_path(const struct session_path *path)
{
	if (path->route.kind == NULL)
		return "";
	return path->lan ? "same network, direct udp" : path->route.kind->label;
}

void acquaintance_here(const struct plan *plan, struct terminal_io *io,
                       const struct meeting_peer *peer, const struct session_path *path,
                       struct event *e)
{
	const char *saved = peer->saved ? peer->name : "";
	const struct contact *contact = book_named(plan->book, span_text(saved));
	struct phrase differ;
	phrase_words_differ(&differ, saved);
	e->peer = peer->name;
	e->fingerprint = peer->fingerprint;
	e->verified = contact ? contact->verified : "";
	e->suite = peer->suite->name;
	e->insecure = plan->suite->insecure;
	e->path = acquaintance_path(path);
	e->rtt_us = path->rtt_us;
	e->words = peer->words;
	e->hint = span_text(peer->words[0] ? differ.text : "");
	(void)terminal_io_show(io, e);
}

/* ---- the contacts ---- */

void acquaintance_waited(const struct meeting *m, struct event *event)
{
	const struct plan *plan = m->plan;
	const struct book *book = plan->book;
	if (event->kind != EVENT_WAITING)
		return;
	if (!plan->serving && m->contact.name[0] != 0)
		list(event, &m->contact);
	for (size_t i = 0; i < book->count && plan->serving && plan->contacts; i++) {
		const struct contact *c = &book->contacts[i];
		if (c->key.type == plan->suite->key_type && plan_wants(plan, c))
			list(event, c);
	}
}

void acquaintance_contacts(const struct plan *plan, struct terminal_io *io, struct span id)
{
	struct event e = { .kind = EVENT_CONTACTS, .id = id };
	while (e.contacts_count < plan->book->count)
		list(&e, &plan->book->contacts[e.contacts_count]);
	(void)terminal_io_show(io, &e);
}

/* Marks c; or *p says why not or, without a fingerprint, how to do it. Returns how it is shown. */
static enum event_kind verify(struct book *book, const struct contact *c, struct span said,
                              struct phrase *p)
{
	char text[PHRASE_TEXT];
	struct text t = text_of(text, sizeof text);
	if (said.len == 0) {
		char print[FINGERPRINT_TEXT], words[PUBLIC_KEY_WORDS_TEXT];
		public_key_fingerprint(&c->key, print);
		public_key_words(&c->key, words);
		text_add_format(&t, "%s, or in words: %s", print, words);
		phrase_of(p, OK, BOOK_VERIFY_HOW, c->name, "/verify", "", ". It should be ", text);
		return EVENT_NOTICE;
	}
	report_errors_to(&t);
	int code = book_verify(book, c, said);
	report_errors_to(NULL);
	phrase_of(p, err_of_exit(code), "%s", text);
	return code ? EVENT_ERROR : EVENT_CONTACTS;
}

void acquaintance_verify(const struct plan *plan, struct terminal_io *io,
                         const struct meeting_peer *here, const struct command *c)
{
	struct span name = c->peer;
	if (name.len == 0 && here != NULL && here->saved)
		name = span_text(here->name);
	const struct contact *known = book_named(plan->book, name);
	enum event_kind kind = EVENT_ERROR;
	struct phrase p;
	if (known != NULL)
		kind = verify(plan->book, known, c->text, &p);
	else
		phrase_of(&p, ERR_STATE,
		          name.len > 0 ? "you have no contact of that name"
		          : here       ? "the peer who is here isn't a contact"
		                       : "nobody is connected");
	known = book_named(plan->book, name); /* the book was read anew */
	bool verified = kind == EVENT_CONTACTS && known != NULL;
	if (verified)
		phrase_of(&p, OK, "%s's key is verified", known->name);
	struct event e = phrase_event(&p, kind);
	e.id = c->id;
	if (verified)
		list(&e, known);
	(void)terminal_io_show(io, &e);
}
