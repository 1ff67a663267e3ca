/* schat say: says one thing to a host that waits, and ends when it was shown there. */
#include <string.h>

#include "cmd/completion.h"
#include "cmd/connect.h"
#include "cmd/deposit.h"
#include "cmd/help.h"
#include "cmd/subcommands.h"
#include "cmd/talk/conversation.h"
#include "cmd/talk/planned.h"
#include "cmd/through.h"

static int make_plan(struct plan *p, struct options *o)
{
	o->quiet |= !o->verbose && !o->later;
	return o->later ? 0 : connect_plan(p);
}

static int carry_out(const struct plan *p)
{
	const struct options *o = p->options;
	if (o->later)
		return deposit_text(o, p->book, o->arguments[0], o->arguments[1]);
	return deposit_hint(conversation_run(p), p->target.contact.name);
}

static int run(struct options *o)
{
	static char patience[] = "30"; /* seconds: programs wait for us */
	if (o->arguments_count < 2 || o->arguments[1][0] == 0)
		return help_usage_error(o, "no name or no text given, as in: schat say alice "
		                           "'The backup is done'");
	o->timeout = o->timeout ? o->timeout : patience;
	if (o->socket)
		return through_say(o, o->arguments[0],
		                   strcmp(o->arguments[1], "-") == 0 ? NULL : o->arguments[1]);
	return planned_run(o, PLAN_TALKS, make_plan, carry_out);
}

static void offer(const char *before)
{
	if (strcmp(before, "say") == 0)
		completion_offer_contacts();
}

const struct subcommand say_subcommand = {
	.name = "say",
	.bit = FOR_SAY,
	.settings = true,
	.crypto = true,
	.arguments = 2,
	.takes = "a name and one text: put it in quotes",
	.calls = CALLS_ALL,
	.reads = true,
	.run = run,
	.offer = offer,
};
