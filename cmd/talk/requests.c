#include "cmd/talk/requests.h"

#include "cmd/talk/acquaintance.h"
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

void requests_answer(struct dialogue *d, const struct meeting *m, const struct command *c)
{
	switch (c->kind) {
	case COMMAND_WHO: who(d, m, c); break;
	case COMMAND_HANGUP: hang_up(d, c); break;
	case COMMAND_CONTACTS: acquaintance_contacts(d->plan, d->io, c->id); break;
	case COMMAND_VERIFY:
		acquaintance_verify(d->plan, d->io, d->talking ? d->peer : NULL, c);
		break;
	default: break;
	}
}
