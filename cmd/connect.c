/* schat connect: connects to a host that waits, by a code, a contact's name or an address. */
#include "cmd/connect.h"

#include <string.h>

#include "base/split.h"
#include "base/text.h"
#include "base/token.h"
#include "cmd/ask.h"
#include "cmd/completion.h"
#include "cmd/help.h"
#include "cmd/report.h"
#include "cmd/subcommands.h"
#include "cmd/talk/conversation.h"
#include "cmd/talk/planned.h"
#include "os/descriptor.h"
#include "os/process.h"
#include "os/terminal.h"

enum { LIMIT_TARGET = 512 }; /* bytes of connect's argument */

bool connect_has_code(void)
{
	return process_environment("SCHAT_CODE") != NULL;
}

/* What was pasted, perhaps with the whole command in front of it. */
static void tidy(char words[static LIMIT_TARGET])
{
	token_tidy(words);
	struct span s = span_text(words);
	if (split_prefix(&s, "schat connect ") || split_prefix(&s, "schat receive ")) {
		memmove(words, s.at, s.len + 1);
		token_tidy(words);
	}
}

/* Reads a line of standard input byte by byte: what follows belongs to the conversation. */
static int read_line(char line[static LIMIT_TARGET])
{
	struct text t = text_of(line, LIMIT_TARGET);
	char c[2] = "";
	size_t len = 0;
	enum err err;
	while ((err = descriptor_await(0, c, 1, &len)) == OK && len == 1 && c[0] != '\n' && !t.cut)
		text_add(&t, c);
	if (err)
		return report_error(EXIT_LOCAL, "can't read standard input: %s", descriptor_why());
	tidy(line);
	if (line[0] == 0 || t.cut)
		return report_error(EXIT_USAGE,
		                    "there is no code in the first line of standard input");
	return 0;
}

/* What to connect to, as text: an argument, SCHAT_CODE, a line of input. code: SCHAT_CODE beside an
 * address, or "". */
static int read_words(const struct options *o, const struct book *book,
                      char words[static LIMIT_TARGET], char code[static LIMIT_TARGET])
{
	char *argument = o->arguments_count > 0 ? o->arguments[0] : NULL;
	code[0] = 0;
	(void)process_environment_take("SCHAT_CODE", code, LIMIT_TARGET);
	if (argument && strcmp(argument, "-") != 0) {
		struct text t = text_of(words, LIMIT_TARGET);
		text_add(&t, argument);
		tidy(words);
		if (target_has_secret(span_text(words)))
			bytes_wipe(argument, strlen(argument)); /* ps shows it no longer */
		return t.cut ? help_usage_error(o,
		                                "that is too long for a code, a name or an address")
		             : 0;
	}
	if (argument == NULL && code[0]) {
		memcpy(words, code, LIMIT_TARGET);
		tidy(words);
		bytes_wipe(code, LIMIT_TARGET);
		return 0;
	}
	if (argument == NULL && !terminal_is(0))
		return help_usage_error(
		    o, "nothing to connect to. Give a code, a contact's name or an "
		       "address, or - to read a code from standard input");
	if (ask_can()) {
		const char *names[LIMIT_CONTACTS + 1] = { NULL };
		for (size_t i = 0; i < book->count; i++)
			names[i] = book->contacts[i].name;
		int status = ask_line(names, "code: ", words, LIMIT_TARGET);
		tidy(words);
		return status || words[0]
		           ? status
		           : report_error(EXIT_USAGE,
		                          "nothing to connect to. Type the code that schat serve "
		                          "shows on the other host, like 107-velvet-anchor, or the "
		                          "name of a contact.");
	}
	if (terminal_is(0))
		(void)descriptor_write_all(2, span_text("code: "));
	return read_line(words);
}

/* -s on the command line beats everything that is remembered. */
static bool server_said(const struct options *o)
{
	return options_from(o, options_named(span_text("signal"))) == FROM_COMMAND;
}

static int read_target(struct plan *p)
{
	struct target *t = &p->target;
	char words[LIMIT_TARGET], code_text[LIMIT_TARGET];
	int code = read_words(p->options, p->book, words, code_text);
	token_tidy(code_text);
	if (!code)
		code = target_read(t, span_text(words), p->book, server_said(p->options));
	if (!code && code_text[0] && !t->class->meets && !t->has_code) {
		code = target_add_code(t, span_text(code_text));
		t->has_contact = false;
	}
	bytes_wipe(words, sizeof words);
	bytes_wipe(code_text, sizeof code_text);
	return code;
}

/* There is no state "encrypted, but to whom?": a code, a key we know, or --tofu. */
static int check_trust(const struct plan *p)
{
	const struct target *t = &p->target;
	bool someone = t->has_code || t->has_contact;
	if (p->suite->insecure && someone)
		return report_error(
		    EXIT_USAGE,
		    "the suite %s authenticates nobody, so it takes neither codes nor contacts. "
		    "Give an address, or a code's number without its words.",
		    p->suite->name);
	if (someone || p->options->tofu || p->suite->insecure)
		return 0;
	if (t->class->meets)
		return report_error(
		    EXIT_USAGE,
		    "the words of the code are missing. A code looks like 107-velvet-anchor.");
	return report_error(
	    EXIT_USAGE,
	    "there is no known key for %s. Use the address with its words, as schat serve prints "
	    "it (%sWORD-WORD@HOST:PORT), or, for a contact that has moved there, with its name "
	    "(%sNAME@HOST:PORT). Or add --tofu and compare words.",
	    p->direct, t->class->scheme, t->class->scheme);
}

/* Where to look: at the server in the argument, or at that of -s. Else where a contact was last
 * met, and then, as it may have moved, at what the environment or the settings name. */
static int read_servers(struct plan *p)
{
	const struct target *t = &p->target;
	const struct options *o = p->options;
	const char *met = t->has_contact && !server_said(o) ? t->contact.signal : "";
	char named[LIMIT_HOST];
	struct text shown = text_of(named, sizeof named);
	bool fits = true;
	if (!t->class->meets)
		return 0;
	if (t->host[0]) {
		target_server_text(t->host, t->port, named);
		return plan_add_servers(p, named) ? 0 : EXIT_OTHER;
	}
	if (met[0])
		fits = plan_add_servers(p, met);
	if (o->signal && strcmp(o->signal, met) != 0)
		fits = fits && plan_add_servers(p, o->signal);
	if (!fits)
		return help_usage_error(o, "the list of servers is too long");
	if (o->verbose && met[0]) {
		access_key_hide(met, &shown);
		report_say("signal = %s (from the peers file, where %s was last met)", named,
		           t->contact.name);
	}
	if (p->servers[0])
		return 0;
	return report_error(EXIT_USAGE,
	                    "no signaling server given. Name one with -s HOST, or after the %s: "
	                    "%s@HOST",
	                    t->has_contact ? "name" : "code",
	                    t->has_contact ? t->contact.name : "107-velvet-anchor");
}

int connect_plan(struct plan *p)
{
	int code = read_target(p);
	/* A contact's line decides, unless -c asks for a suite that fits its key or one without. */
	enum key_type key = p->target.contact.key.type;
	if (p->target.has_contact &&
	    !(p->suite &&
	      (p->suite->key_type == KEY_NONE || (p->suite->key_type == key && plan_insists(p)))))
		p->suite = contact_suite(&p->target.contact);
	if (!code)
		code = plan_suite(p);
	if (!code)
		code = plan_relay(p);
	if (code)
		return code;
	if (!p->target.class->meets && !target_direct_text(&p->target, p->direct))
		return help_usage_error(p->options, "that is too long for an address");
	p->first_use = !p->target.has_code && !p->target.has_contact;
	code = check_trust(p);
	return code ? code : read_servers(p);
}

static int make_plan(struct plan *p, struct options *o)
{
	o->keep |= o->listen.count > 0; /* programs come as long as it listens */
	return connect_plan(p);
}

static int run(struct options *o)
{
	return planned_run(o, PLAN_TALKS, make_plan, conversation_run);
}

static void offer(const char *before)
{
	(void)before;
	completion_offer_contacts();
}

const struct subcommand connect_subcommand = {
	.name = "connect",
	.bit = FOR_CONNECT,
	.settings = true,
	.crypto = true,
	.arguments = 1,
	.takes = "one code, name or address",
	.calls = CALLS_ALL,
	.reads = true,
	.run = run,
	.offer = offer,
};
