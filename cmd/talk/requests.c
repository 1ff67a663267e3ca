#include "cmd/talk/requests.h"

#include "cmd/home.h"
#include "cmd/talk/acquaintance.h"
#include "cmd/talk/fetched.h"
#include "os/clock.h"

/* Says that the command was not possible. */
static void refuse(const struct dialogue *d, const struct command *c, const char *why)
{
	struct event e = { .kind = EVENT_ERROR,
		           .err = ERR_STATE,
		           .id = c->id,
		           .conv = c->conv,
		           .text = span_text(why) };
	(void)terminal_io_show(d->io, &e);
}

static void who(const struct dialogue *d, const struct meeting *m, const struct command *c)
{
	struct phrase p;
	struct session_path path = d->path; /* while no path carries data, the last that did */
	if (!d->talking) {
		meeting_place_standing(&m->place, clock_us(), &p);
		refuse(d, c, p.text);
		return;
	}
	(void)session_path(d->session, &path);
	struct event e = { .kind = EVENT_WHO, .conv = d->speech.number, .id = c->id };
	acquaintance_here(d->plan, d->io, d->peer, &path, &e);
}

/* Ends this conversation when everything is said; asked again, at once. */
static void hang_up(struct dialogue *d, const struct command *c)
{
	if (!d->talking || c->conv != d->speech.number) {
		refuse(d, c,
		       c->conv <= d->speech.number ? "that conversation is over"
		                                   : "there is no such conversation now");
		return;
	}
	if (!d->plan->serving) /* who has one peer leaves with it */
		dialogue_leave(d);
	dialogue_hang_up(d);
}

static void say(const struct dialogue *d, struct phrase *p)
{
	struct event e = phrase_event(p, p->err ? EVENT_ERROR : EVENT_NOTICE);
	(void)terminal_io_show(d->io, &e);
}

static void nick(const struct dialogue *d, struct endpoint *endpoint, struct span name)
{
	char text[LIMIT_NICK + 1];
	struct text t = text_of(text, sizeof text);
	struct phrase p;
	text_add_span(&t, name);
	if (t.cut) {
		phrase_of(&p, ERR_USAGE, "that is too long for a name: it can have %u bytes",
		          (unsigned)LIMIT_NICK);
	} else {
		endpoint_nick(endpoint, name);
		phrase_of(&p, OK, "those who come next are told that your name is %s", text);
	}
	say(d, &p);
}

/* What is said is kept in a file from now on, or no longer. */
static void keep(const struct dialogue *d, struct span words)
{
	char path[FILE_PATH] = "", shown[FILE_PATH];
	struct phrase p;
	int fd = -1;
	if (span_is(words, "off")) {
		phrase_of(&p, OK, "what is said is no longer written to a file");
	} else if (!home_file("said", path)) {
		phrase_of(&p, ERR_LOCAL, HOME_MISSING);
	} else if (file_make_folders(path) || (fd = file_append(path)) < 0) {
		phrase_of(&p, ERR_LOCAL, "can't write to %s: %s", path, file_why());
	} else {
		home_short(path, shown);
		phrase_of(&p, OK,
		          "what is said is now also written to %s, which is not encrypted; /log "
		          "off ends that",
		          shown);
	}
	terminal_io_keep(d->io, fd);
	say(d, &p);
}

void requests_answer(struct dialogue *d, const struct meeting *m, struct endpoint *endpoint,
                     const struct command *c)
{
	switch (c->kind) {
	case COMMAND_WHO: who(d, m, c); break;
	case COMMAND_HANGUP: hang_up(d, c); break;
	case COMMAND_NICK: nick(d, endpoint, c->text); break;
	case COMMAND_LOG: keep(d, c->text); break;
	case COMMAND_FILE: fetched_file(d->io, c->text); break;
	case COMMAND_NAMES: fetched_names(d->io, c->text); break;
	case COMMAND_CONTACTS: acquaintance_contacts(d->plan, d->io, c->id); break;
	case COMMAND_VERIFY:
		acquaintance_verify(d->plan, d->io, d->talking ? d->peer : NULL, c);
		break;
	default: break;
	}
}
