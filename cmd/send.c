/* schat send: files go to a peer, and that is all. */
#include <string.h>

#include "base/token.h"
#include "cmd/connect.h"
#include "cmd/deposit.h"
#include "cmd/help.h"
#include "cmd/report.h"
#include "cmd/serve.h"
#include "cmd/talk/conversation.h"
#include "cmd/talk/phrase_files.h"
#include "cmd/talk/planned.h"
#include "os/file.h"
#include "os/tree.h"

/* The last word names the peer. */
static int take_target(struct plan *p, struct options *o, char *word)
{
	p->roots_count--;
	o->arguments += o->arguments_count - 1;
	o->arguments_count = 1;
	token_tidy(word);
	if (p->roots_count == 0)
		return help_usage_error(o, "no files given. Use: schat send FILE... NAME");
	return 0;
}

/* Which words are files, and whether the last one names the peer. *target: it does. */
static int read_words(struct plan *p, struct options *o, bool *target)
{
	p->roots = o->arguments;
	p->roots_count = (unsigned)o->arguments_count;
	if (o->arguments_count == 0)
		return help_usage_error(o,
		                        "no files given. Use: schat send FILE... [NAME or CODE]");
	char *last = o->arguments[o->arguments_count - 1];
	bool known = target_known(span_text(last), p->book);
	bool like_code = target_has_secret(span_text(last)), there = file_exists(last);
	if (known && there)
		return report_error(EXIT_USAGE,
		                    "'%s' is both a file and a peer. For the file, write ./%s; for "
		                    "the peer, %s@SERVER.",
		                    last, last, last);
	*target = known || (like_code && !there);
	return *target ? take_target(p, o, last) : 0;
}

/* Before anybody is called. */
static int check_files(const struct plan *p, const struct options *o)
{
	enum err err;
	unsigned which;
	struct tree *tree = tree_new(p->roots, p->roots_count, &err, &which);
	tree_free(tree);
	if (!err)
		return 0;
	const char *name = which < p->roots_count ? p->roots[which] : "";
	bool last = which > 0 && which + 1 == o->arguments_count;
	const struct contact *alike = last ? book_alike(p->book, span_text(name)) : NULL;
	if (err == ERR_USAGE || err == ERR_EXISTS || err == ERR_FORMAT)
		return report_error(EXIT_USAGE, "can't send %s: %s.", name,
		                    phrase_files_unfit(err));
	return report_error(EXIT_LOCAL, "can't send %s: %s.%s%s%s%s", name, phrase_files_unfit(err),
	                    last ? " It isn't a contact or a code, either." : "",
	                    alike ? " Did you mean " : "", alike ? alike->name : "",
	                    alike ? "?" : "");
}

static int make_plan(struct plan *p, struct options *o)
{
	bool target = false, waits = o->listen.count > 0 || o->allow.count > 0;
	int code = read_words(p, o, &target);
	if (!code)
		code = check_files(p, o);
	if (code)
		return code;
	if (target && waits)
		return help_usage_error(o, "--listen and --allow wait for a peer, a name or code "
		                           "connects to one. Use one of them.");
	if (o->later && (!target || target_has_secret(span_text(o->arguments[0]))))
		return help_usage_error(o,
		                        "--later is for a contact. Use: schat send --later FILE... "
		                        "NAME");
	if (o->later)
		return 0;
	if (!target)
		o->arguments_count = 0;
	if (target || (connect_has_code() && !waits))
		return connect_plan(p);
	code = serve_plan(p, o->listen.count > 0 ? o->listen.at[0] : NULL);
	if (o->allow.count == 0)
		p->contacts = false; /* it is for whoever has the code */
	return code;
}

static int carry_out(const struct plan *p)
{
	const struct options *o = p->options;
	if (o->later)
		return deposit_files(o, p->book, o->arguments[0], p->roots, p->roots_count);
	return deposit_hint(conversation_run(p), p->target.contact.name);
}

static int run(struct options *o)
{
	return planned_run(o, PLAN_SENDS, make_plan, carry_out);
}

const struct subcommand send_subcommand = {
	.name = "send",
	.bit = FOR_SEND,
	.settings = true,
	.crypto = true,
	.calls = CALLS_ALL,
	.run = run,
};
