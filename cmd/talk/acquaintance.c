#include "cmd/talk/acquaintance.h"

#include "base/text.h"
#include "os/clock.h"

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
	e->suite = plan->suite->name;
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

/* Marks *c, or says why not; without a fingerprint, how to do it. Returns how *p is to be shown. */
static enum event_kind verify(const struct plan *plan, struct contact *c, struct span said,
                              struct phrase *p)
{
	char fingerprint[FINGERPRINT_TEXT];
	public_key_fingerprint(&c->key, fingerprint);
	if (said.len == 0) {
		phrase_of(p, OK,
		          "ask %s to read out the fingerprint that schat keygen --show prints "
		          "there, and type it here: /verify FINGERPRINT. It should be %s",
		          c->name, fingerprint);
		return EVENT_NOTICE;
	}
	if (!public_key_has_fingerprint(&c->key, said)) {
		phrase_of(p, ERR_TRUST,
		          "that is NOT the fingerprint of %s's key, which is %s\nAsk again, in "
		          "person. If it still differs, this is not %s's key.",
		          c->name, fingerprint, c->name);
		return EVENT_ERROR;
	}
	clock_today(c->verified);
	int code = book_change(plan->book, c->name, c);
	phrase_of(p, code ? ERR_LOCAL : OK,
	          code ? "%s's key is right, but this could not be saved" : "%s's key is verified",
	          c->name);
	return code ? EVENT_ERROR : EVENT_CONTACTS;
}

void acquaintance_verify(const struct plan *plan, struct terminal_io *io,
                         const struct meeting_peer *here, const struct command *c)
{
	struct span name = c->peer;
	if (name.len == 0 && here != NULL && here->saved)
		name = span_text(here->name);
	const struct contact *known = book_named(plan->book, name);
	struct contact contact = { .name = "" };
	enum event_kind kind = EVENT_ERROR;
	struct phrase p;
	if (known != NULL) {
		contact = *known;
		kind = verify(plan, &contact, c->text, &p);
	} else {
		phrase_of(&p, ERR_STATE,
		          name.len > 0 ? "there is no contact of that name"
		          : here       ? "whoever is here isn't a contact"
		                       : "nobody is connected");
	}
	struct event e = phrase_event(&p, kind);
	e.id = c->id;
	if (kind == EVENT_CONTACTS)
		list(&e, &contact);
	(void)terminal_io_show(io, &e);
	bytes_wipe(&contact, sizeof contact);
}
