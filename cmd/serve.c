/* schat serve: waits for a peer, at a signaling server or at an address of its own. */
#include "cmd/serve.h"

#include <errno.h>
#include <string.h>

#include "cmd/help.h"
#include "cmd/report.h"
#include "cmd/seed.h"
#include "cmd/subcommands.h"
#include "cmd/talk/conversation.h"
#include "cmd/talk/planned.h"
#include "os/file.h"
#include "os/resolve.h"

/* Checks that the names of --allow are contacts whose keys need one suite, and takes that suite. */
static int read_allowed(struct plan *p)
{
	const struct options *o = p->options;
	for (size_t i = 0; i < o->allow.count; i++) {
		const struct contact *c = book_look_up(p->book, o->allow.at[i]);
		if (c == NULL)
			return EXIT_USAGE;
		const struct encryptor_class *theirs = contact_suite(c);
		if (p->suite && p->suite->key_type != theirs->key_type)
			return report_error(EXIT_USAGE,
			                    "%s's key needs the suite %s, not %s. Run a second "
			                    "schat serve for that suite.",
			                    c->name, theirs->name, p->suite->name);
		if (p->suite == NULL)
			p->suite = theirs;
	}
	return 0;
}

/* Unless -c is given, each contact comes by its own suite: with our type of key there are two. */
static void read_suites(struct plan *p)
{
	for (size_t i = 0; i < p->book->count && !plan_insists(p); i++) {
		const struct contact *c = &p->book->contacts[i];
		const struct encryptor_class *theirs = contact_suite(c);
		if (theirs != p->suite && theirs->key_type == p->suite->key_type &&
		    plan_wants(p, c))
			p->also = theirs;
	}
}

static int where(struct plan *p, const char *at)
{
	const struct options *o = p->options;
	p->target.class = communicator_class_that_meets();
	if (at)
		return target_listen(&p->target, span_text(at), p->listen, &p->listen_count);
	if (o->signal)
		return plan_add_servers(p, o->signal)
		           ? 0
		           : help_usage_error(o, "the list of servers is too long");
	return report_error(
	    EXIT_USAGE,
	    "no signaling server given. Name one with -s HOST (a host that runs schat signal), or "
	    "wait at an address of this host: %s tcp://0.0.0.0:" LIMIT_PORT_TEXT,
	    p->errand == PLAN_TALKS ? "schat serve" : "add --listen");
}

/* --to says where each connection goes; and who may have one, --allow. */
static int read_port(struct plan *p)
{
	const struct options *o = p->options;
	struct span host;
	if (o->to == NULL)
		return 0;
	if (!addr_split_host_port(span_text(o->to), 0, &host, &p->to_port) || p->to_port == 0 ||
	    resolve_check(host) != OK || host.len >= sizeof p->to_host)
		return help_usage_error(o, "--to needs a host and a port, as in localhost:22");
	memcpy(p->to_host, host.at, host.len);
	if (o->allow.count == 0)
		return help_usage_error(
		    o, "say who may reach that port: --to needs --allow NAME, a contact's name");
	return 0;
}

/* --inbox: where it can't be, that is said before somebody has written something. Two programs
 * would mix up what is not whole yet, so it is ours until we end. */
static int make_inbox(const struct options *o)
{
	enum { WAIT_MS = 1000 }; /* the one before may be about to end */
	char path[FILE_PATH];
	struct text t = text_of(path, sizeof path);
	int lock;
	if (o->inbox == NULL)
		return 0;
	text_add_format(&t, "%s/", o->inbox);
	errno = ENAMETOOLONG; /* if so */
	enum err err = t.cut ? file_failed() : file_make_folders(path);
	if (!err)
		err = file_lock(path, WAIT_MS, &lock);
	if (err == ERR_BUSY)
		return report_error(
		    EXIT_LOCAL, "another schat has the inbox %s. End it, or use another folder.",
		    o->inbox);
	return err ? report_file("make the inbox", o->inbox) : 0;
}

int serve_plan(struct plan *p, const char *at)
{
	const struct options *o = p->options;
	int code = read_port(p);
	if (!code)
		code = read_allowed(p);
	if (!code)
		code = make_inbox(o);
	if (!code)
		code = plan_suite(p);
	if (!code)
		code = where(p, at);
	if (!code)
		code = plan_relay(p);
	if (code)
		return code;
	p->serving = true;
	read_suites(p);
	p->contacts = p->suite->key_type != KEY_NONE;
	p->first_use = o->tofu || !p->contacts;
	p->target.has_code = p->contacts && !o->tofu && o->allow.count == 0;
	if (p->target.has_code)
		code_make(&p->target.code, (unsigned)options_number(o->words, CODE_WORDS),
		          seed_random());
	return 0;
}

static int make_plan(struct plan *p, struct options *o)
{
	o->keep |= o->to != NULL; /* who forwards a port, waits */
	return serve_plan(p, o->arguments_count > 0 ? o->arguments[0] : NULL);
}

static int run(struct options *o)
{
	return planned_run(o, PLAN_TALKS, make_plan, conversation_run);
}

const struct subcommand serve_subcommand = {
	.name = "serve",
	.bit = FOR_SERVE,
	.settings = true,
	.crypto = true,
	.arguments = 1,
	.takes = "one address at most",
	.calls = CALLS_ALL,
	.reads = true,
	.run = run,
};
