/* schat serve: waits for a peer, at a signaling server or at an address of its own. */
#include <string.h>

#include "cmd/keys.h"
#include "cmd/report.h"
#include "cmd/seed.h"
#include "cmd/subcommands.h"
#include "cmd/talk/talk.h"
#include "os/clock.h"

/* The names of --allow are known, and of one suite, which is then ours. */
static int read_allowed(struct talk *t, const char **suite)
{
	const struct options *o = t->o;
	for (size_t i = 0; i < o->allow_count; i++) {
		const struct contact *c = book_named(t->book, span_text(o->allow[i]));
		if (!c)
			return report_error(EXIT_USAGE, "there is no contact '", o->allow[i],
			                    "' to wait for. See: schat peers", NULL);
		const char *theirs = c->key.type == KEY_RSA ? "rsa" : "noise";
		if (*suite && strcmp(*suite, theirs) != 0)
			return report_error(EXIT_USAGE, c->name, "'s key needs the suite ", theirs,
			                    ", not ", *suite, ". One serve has one suite.", NULL);
		*suite = theirs;
	}
	return 0;
}

static int where(struct talk *t, struct communicator_config *network)
{
	t->kind = TARGET_P2P;
	if (t->o->arguments_count > 1)
		return usage_error(t->o, "serve waits at one address at most");
	if (t->o->arguments_count == 1)
		return target_listen(span_text(t->o->arguments[0]), &t->kind, network->listen,
		                     &network->listen_count);
	if (t->o->signal)
		return 0;
	return report_error(
	    EXIT_USAGE,
	    "at which signaling server? Give one with -s HOST ('schat signal' runs there), "
	    "or wait at an address of this host: schat serve tcp://0.0.0.0:" LIMIT_PORT_TEXT,
	    NULL);
}

/* An RSA session's pair is there before a peer is. */
static int first_pair(struct talk *t)
{
	struct identity pair;
	if (!endpoint_pair_wanted(t->endpoint))
		return 0;
	int code = keys_generate(KEY_RSA, RSA_BITS_DEFAULT, &pair);
	if (!code)
		endpoint_pair(t->endpoint, &pair);
	identity_wipe(&pair);
	return code;
}

static int prepare(struct talk *t)
{
	struct communicator_config network = { .peers_count = 0 };
	const char *suite = t->o->crypto;
	int code = book_load(&t->book);
	if (!code)
		code = read_allowed(t, &suite);
	if (!code)
		code = talk_suite(t, suite ? suite : "noise");
	if (!code)
		code = where(t, &network);
	if (!code)
		code = talk_open(t);
	if (!code && t->kind == TARGET_P2P)
		code = talk_server(t, t->o->signal, &network);
	if (code)
		return code;

	t->contacts = t->suite->key_type != KEY_NONE;
	t->has_code = t->contacts && !t->o->tofu && t->o->allow_count == 0;
	if (t->has_code)
		code_make_long(&t->code, (unsigned)option_number(t->o->words, CODE_WORDS),
		               seed_random());
	network.nameplate_wanted = t->o->allow_count == 0;
	struct endpoint_config config = { .code = t->has_code ? &t->code : NULL,
		                          .contacts = t->contacts,
		                          .first_use = t->o->tofu || !t->contacts,
		                          .handshake_us = NEVER };
	code = screen_open(&t->screen, t->o, true);
	if (!code)
		code = talk_start(t, &network, &config);
	if (!code)
		code = first_pair(t);
	/* a longer one has no need of it: wrong tries make it rest */
	bool ends = t->has_code && t->code.words_count == CODE_WORDS;
	t->code_ends_at = ends ? clock_us() + LIMIT_CODE_US : NEVER;
	return code;
}

int serve_run(struct options *o)
{
	static struct talk t;
	t = (struct talk){ .o = o,
		           .serving = true,
		           .code_ends_at = NEVER,
		           .rooms.next_at = NEVER,
		           .pair_child.fd = -1 };
	int code = prepare(&t);
	if (!code)
		code = talk_run(&t);
	talk_close(&t, code);
	return code;
}
