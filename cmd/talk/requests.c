#include "cmd/talk/requests.h"

#include "cmd/home.h"
#include "cmd/talk/acquaintance.h"
#include "cmd/talk/fetched.h"
#include "cmd/talk/reception.h"
#include "os/clock.h"
#include "os/descriptor.h"

/* Says that the command was not possible. */
static void refuse(struct company *c, const struct command *wish, const char *why)
{
	struct event e = { .kind = EVENT_ERROR,
		           .err = ERR_STATE,
		           .id = wish->id,
		           .conv = wish->conv,
		           .text = span_text(why) };
	(void)terminal_io_show(c->io, &e);
}

/* Everybody who is here. */
static void who(struct company *c, const struct meeting *m, const struct command *wish)
{
	struct phrase p;
	struct dialogue *d;
	postbox_list(&c->postbox);
	if (c->speech.open == 0) {
		meeting_place_standing(&m->place, clock_us(), &p);
		refuse(c, wish, p.text);
		return;
	}
	for (int i = 0; (d = company_talking(c, &i)) != NULL;) {
		struct session_path path = d->path; /* while none carries data, the last that did */
		(void)session_path(d->session, &path);
		struct event e = dialogue_event_of(d, EVENT_WHO);
		e.id = wish->id;
		acquaintance_here(d->plan, d->io, &d->peer, &path, &e);
	}
}

/* Ends a conversation when everything is said; asked again, at once. */
static void hang_up(struct company *c, const struct command *wish)
{
	struct dialogue *d = wish->conv > 0 ? company_of(c, wish->conv) : NULL;
	if (d != NULL)
		company_hang_up(c, d);
	else
		refuse(c, wish,
		       wish->conv <= c->speech.number ? "that conversation is over"
		                                      : "there is no such conversation now");
}

static void say(struct company *c, struct phrase *p)
{
	struct event e = phrase_event(p, p->err ? EVENT_ERROR : EVENT_NOTICE);
	(void)terminal_io_show(c->io, &e);
}

static void nick(struct company *c, struct endpoint *endpoint, struct span name)
{
	char text[LIMIT_NICK + 1];
	struct text t = text_of(text, sizeof text);
	struct phrase p;
	text_add_span(&t, name);
	if (t.cut) {
		phrase_of(&p, ERR_USAGE, "that name is too long: it can have %u bytes at most",
		          (unsigned)LIMIT_NICK);
	} else {
		endpoint_nick(endpoint, name);
		phrase_of(&p, OK, "peers who connect later are told that your name is %s", text);
	}
	say(c, &p);
}

/* What is said is kept in a file from now on, or no longer. */
static void keep(struct company *c, struct span words)
{
	char path[FILE_PATH] = "", shown[FILE_PATH];
	struct phrase p;
	enum err err = OK;
	int fd = -1;
	if (span_is(words, "off")) {
		phrase_of(&p, OK, "what is said is no longer written to a file");
	} else if (!home_file("said", path)) {
		phrase_of(&p, ERR_LOCAL, HOME_MISSING);
	} else if (file_make_folders(path) || (fd = file_append(path)) < 0 ||
	           (err = file_check(fd, path, FILE_PRIVATE)) != OK) {
		if (err == ERR_TRUST) /* which names it */
			phrase_of(&p, ERR_LOCAL, "%s", file_why());
		else
			phrase_of(&p, ERR_LOCAL, "can't write to %s: %s", path, file_why());
		descriptor_close(fd);
		fd = -1;
	} else {
		home_short(path, shown);
		phrase_of(&p, OK,
		          "what is said is now also written to %s, which is not encrypted; /log "
		          "off stops that",
		          shown);
	}
	terminal_io_keep(c->io, fd);
	say(c, &p);
}

static void invite(struct company *c, struct meeting *m, struct endpoint *endpoint,
                   const struct command *wish)
{
	struct phrase p = { .err = OK };
	if (!meeting_invite(m, reception_state(endpoint, c), &p, clock_us()))
		refuse(c, wish, p.text);
}

/* Says yes or no to files, whoever sends them. d: whom our user faces; NULL: nobody. */
static void decide(struct company *c, struct dialogue *d, const struct command *wish)
{
	struct dialogue *other;
	bool yes = wish->kind == COMMAND_ACCEPT,
	     found = d && errands_answer(&d->errands, wish->text, yes);
	for (int i = 0; !found && wish->text.len > 0 && (other = company_talking(c, &i)) != NULL;)
		found = errands_answer(&other->errands, wish->text, yes);
	if (!found && !yes)
		found = postbox_withdraw(&c->postbox, wish->text);
	if (!found)
		refuse(c, wish, "there is no such offer");
}

/* ---- what is for those who are not here ---- */

/* The outbox of a contact; NULL: there is none, and *why says so. */
static struct outbox *outbox_named(struct company *c, struct span name, struct phrase *why)
{
	char fingerprint[FINGERPRINT_TEXT];
	const struct contact *k = book_named(c->plan->book, name);
	struct outbox *o = NULL;
	if (k == NULL) {
		phrase_of(why, ERR_STATE, "nobody of that name is here, or among your contacts");
	} else if (!c->postbox.used) {
		phrase_of(why, ERR_STATE, "%s isn't here. To keep what is for %s, use --outbox on.",
		          k->name, k->name);
	} else if (k->key.type != c->plan->suite->key_type) {
		phrase_of(why, ERR_STATE, "%s has a key of another type than yours: use -c %s",
		          k->name, public_key_type_name(k->key.type));
	} else {
		public_key_fingerprint(&k->key, fingerprint);
		o = postbox_of(&c->postbox, fingerprint, k->name);
		phrase_of(why, ERR_STATE, "not kept for %s", k->name);
	}
	return o;
}

static void say_later(struct company *c, const struct command *wish)
{
	struct phrase why;
	struct outbox *o = outbox_named(c, wish->peer, &why);
	if (o != NULL)
		outbox_clock(o, c->io->unix_ms / 1000);
	bool kept = o != NULL && outbox_add(o, wish->text, wish->more, true) == OK;
	if (o != NULL && !kept)
		phrase_of(&why, ERR_FULL, "not kept: too much is waiting");
	if (!kept && !c->io->ui->class->addressed) /* else its answer says so */
		refuse(c, wish, why.text);
	interactor_answer(c->io->ui, kept ? ANSWER_KEPT : ANSWER_NOBODY, wish->text.len);
}

/* The one of that name who is here; NULL: nobody. */
static struct dialogue *named(const struct company *c, struct span name)
{
	struct dialogue *d;
	for (int i = 0; (d = company_talking(c, &i)) != NULL;)
		if (span_is(name, d->peer.name))
			break;
	return d;
}

/* d: who is faced, or named; NULL: nobody. */
static void send(struct company *c, struct dialogue *d, const struct command *wish)
{
	struct phrase why;
	struct outbox_line line;
	struct outbox *o = d ? d->post.outbox : c->speech.outbox;
	phrase_of(&why, ERR_STATE, "nobody is here");
	if (wish->kind == COMMAND_UPLOAD) /* its bytes are somewhere else */
		o = NULL;
	else if (d == NULL && wish->peer.len > 0)
		o = outbox_named(c, wish->peer, &why);
	bool waits = o != NULL && (d == NULL || d->talk->away || outbox_next(o, true, &line));
	if (waits)
		postbox_send(&c->postbox, o, wish->text, wish->id);
	else if (d != NULL)
		errands_send(&d->errands, wish);
	else
		refuse(c, wish, why.text);
}

static void files(struct company *c, const struct command *wish)
{
	struct dialogue *d = company_of(c, wish->conv);
	unsigned count = 0;
	if (wish->kind == COMMAND_ACCEPT || wish->kind == COMMAND_REJECT) {
		decide(c, d, wish);
	} else if (wish->kind == COMMAND_SEND || wish->kind == COMMAND_UPLOAD) {
		send(c, wish->peer.len > 0 ? named(c, wish->peer) : d, wish);
	} else {
		for (int i = 0; (d = company_talking(c, &i)) != NULL;)
			count += errands_list(&d->errands, wish->id, clock_us());
		count += postbox_files(&c->postbox, wish->id);
		if (count == 0)
			refuse(c, wish, "there are no transfers");
	}
}

void requests_answer(struct company *c, struct meeting *m, struct endpoint *endpoint,
                     const struct command *wish)
{
	struct dialogue *d = company_of(c, CONV_NOBODY);
	switch (wish->kind) {
	case COMMAND_WHO: who(c, m, wish); break;
	case COMMAND_HANGUP: hang_up(c, wish); break;
	case COMMAND_TEXT: say_later(c, wish); break;
	case COMMAND_SEND:
	case COMMAND_UPLOAD:
	case COMMAND_ACCEPT:
	case COMMAND_REJECT:
	case COMMAND_FILES: files(c, wish); break;
	case COMMAND_NICK: nick(c, endpoint, wish->text); break;
	case COMMAND_INVITE: invite(c, m, endpoint, wish); break;
	case COMMAND_LOG: keep(c, wish->text); break;
	case COMMAND_FILE: fetched_file(c->io, wish->text); break;
	case COMMAND_NAMES: fetched_names(c->io, wish->text); break;
	case COMMAND_CONTACTS: acquaintance_contacts(c->plan, c->io, wish->id); break;
	case COMMAND_VERIFY: acquaintance_verify(c->plan, c->io, d ? &d->peer : NULL, wish); break;
	default: break;
	}
}
