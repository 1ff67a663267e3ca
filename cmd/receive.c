/* schat receive: files come from a peer, and that is all. */
#include <string.h>

#include "cmd/completion.h"
#include "cmd/connect.h"
#include "cmd/help.h"
#include "cmd/serve.h"
#include "cmd/talk/conversation.h"
#include "cmd/talk/planned.h"

/* Where to wait; NULL: at a server. */
static const char *place(const struct options *o)
{
	return o->listen.count > 0 ? o->listen.at[0] : NULL;
}

/* Only this contact may come. */
static int allow(struct options *o, const char *name)
{
	if (o->allow.count > 0)
		return help_usage_error(o, "give a contact's name, or --allow, not both");
	o->allow.at[o->allow.count++] = name;
	return 0;
}

/* word: NAME[@SERVER] of a contact that is not kept with an address is waited for. */
static int await(struct plan *p, struct options *o, char *word, bool *calls)
{
	char *server = strchr(word, '@');
	struct span name = span_of(word, server ? (size_t)(server - word) : strlen(word));
	const struct contact *c = book_named(p->book, name);
	*calls = c == NULL || (c->addr[0] && !server && !place(o));
	if (*calls)
		return 0;
	bool met = c->signal[0] && !server && !place(o) &&
	           options_from(o, options_named(span_text("signal"))) != FROM_COMMAND;
	if (server)
		o->signal = server + 1;
	else if (met && o->signal == NULL)
		o->signal = c->signal;
	else if (met && strcmp(o->signal, c->signal) != 0 && !plan_add_servers(p, c->signal))
		return EXIT_OTHER;
	return allow(o, c->name);
}

static int make_plan(struct plan *p, struct options *o)
{
	bool calls = connect_has_code() && o->listen.count == 0 && o->allow.count == 0;
	int code = o->arguments_count > 0 ? await(p, o, o->arguments[0], &calls) : 0;
	if (code)
		return code;
	if (calls)
		return connect_plan(p);
	code = serve_plan(p, place(o));
	if (o->allow.count == 0)
		p->contacts = p->contacts && !o->yes; /* nobody sees whose it is */
	return code;
}

static int run(struct options *o)
{
	return planned_run(o, PLAN_RECEIVES, make_plan, conversation_run);
}

static void offer(const char *before)
{
	(void)before;
	completion_offer_contacts();
}

const struct subcommand receive_subcommand = {
	.name = "receive",
	.bit = FOR_RECEIVE,
	.settings = true,
	.crypto = true,
	.arguments = 1,
	.takes = "one code, name or address at most",
	.calls = CALLS_ALL,
	.run = run,
	.offer = offer,
};
