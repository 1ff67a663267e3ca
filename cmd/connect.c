/* schat connect: goes to the host that waits: by a code, by a contact's name, or by its address. */
#include <string.h>

#include "cmd/report.h"
#include "cmd/subcommands.h"
#include "cmd/talk/talk.h"
#include "os/clock.h"
#include "os/descriptor.h"
#include "os/process.h"
#include "os/terminal.h"

enum { LIMIT_TARGET = 512 }; /* bytes of what connect is told */

/* A line of standard input, byte by byte: what follows belongs to the conversation. */
static int read_line(char line[static LIMIT_TARGET])
{
	struct text t = text_of(line, LIMIT_TARGET);
	char c[2] = "";
	size_t len = 0;
	enum err err;
	while ((err = descriptor_read(0, c, 1, &len)) == OK && len == 1 && c[0] != '\n' && !t.cut)
		if (c[0] != '\r' && !(t.len == 0 && c[0] == ' '))
			text_add(&t, c);
	while (t.len > 0 && line[t.len - 1] == ' ')
		line[--t.len] = 0;
	if (err)
		return report_error(EXIT_LOCAL, "cannot read standard input: ", descriptor_why(),
		                    ".", NULL);
	if (t.len == 0 || t.cut)
		return report_error(EXIT_USAGE, "standard input had no code in its first line.",
		                    NULL);
	return 0;
}

/* What to connect to, as text: an argument, SCHAT_CODE, a line of input. code: SCHAT_CODE beside an
 * address, or "". */
static int read_words(const struct options *o, char words[static LIMIT_TARGET],
                      char code[static LIMIT_TARGET])
{
	char *argument = o->arguments_count > 0 ? o->arguments[0] : NULL;
	code[0] = 0;
	(void)process_environment_take("SCHAT_CODE", code, LIMIT_TARGET);
	if (o->arguments_count > 1)
		return usage_error(o, "connect goes to one place");
	if (argument && strcmp(argument, "-") != 0) {
		struct text t = text_of(words, LIMIT_TARGET);
		text_add(&t, argument);
		if (target_has_secret(span_text(words)))
			process_hide(argument);
		return t.cut ? usage_error(o, "that is too long for an address") : 0;
	}
	if (!argument && code[0]) {
		memcpy(words, code, LIMIT_TARGET);
		bytes_wipe(code, LIMIT_TARGET);
		return 0;
	}
	if (!argument && !terminal_is(0))
		return usage_error(o, "connect to whom? A code, a contact's name, an address, or - "
		                      "for a code from standard input");
	if (terminal_is(0))
		(void)descriptor_write_all(2, span_text("code: "));
	return read_line(words);
}

static int read_target(struct talk *t, struct target *target)
{
	char words[LIMIT_TARGET], code_text[LIMIT_TARGET];
	int code = read_words(t->o, words, code_text);
	if (!code)
		code = target_read(target, span_text(words), t->book);
	if (!code && code_text[0] && target->kind != TARGET_P2P && !target->has_code) {
		code = target_add_code(target, span_text(code_text));
		target->has_contact = false;
	}
	bytes_wipe(words, sizeof words);
	bytes_wipe(code_text, sizeof code_text);
	return code;
}

static const char *suite_of(const struct options *o, const struct target *target)
{
	if (target->has_contact && !(o->crypto && strcmp(o->crypto, "pseudo") == 0))
		return target->contact.key.type == KEY_RSA ? "rsa" : "noise";
	return o->crypto ? o->crypto : "noise";
}

/* There is no state "encrypted, but to whom?": a code, a key we know, or --tofu. */
static int check_trust(const struct talk *t, const struct target *target)
{
	bool strangers = t->o->tofu || t->suite->insecure;
	if (t->suite->insecure && (target->has_code || target->has_contact))
		return report_error(EXIT_USAGE,
		                    "pseudo checks nobody, so it takes neither codes nor contacts: "
		                    "only an address, or a code's number without words.",
		                    NULL);
	if (target->has_code || target->has_contact || strangers)
		return 0;
	if (target->kind == TARGET_P2P)
		return report_error(EXIT_USAGE,
		                    "the words of the code are missing, as in 107-velvet-anchor.",
		                    NULL);
	return report_error(
	    EXIT_USAGE, "who is at ", t->direct,
	    "? Give the code that the other side shows (tcp://WORD-WORD@HOST:PORT), "
	    "or trust whoever answers with --tofu.",
	    NULL);
}

static int check_server(const struct talk *t, const struct target *target)
{
	if (target->kind != TARGET_P2P || target->host[0] || t->o->signal)
		return 0;
	return report_error(EXIT_USAGE,
	                    "at which signaling server? Put it behind the code "
	                    "(107-velvet-anchor@HOST), or give it with -s HOST.",
	                    NULL);
}

/* Addresses: of the peer, or of the signaling server. */
static int find(struct talk *t, const struct target *target, struct communicator_config *network)
{
	uint8_t secret[32];
	if (target->kind != TARGET_P2P)
		return talk_resolve(t, target->host, target->port, network->peers,
		                    &network->peers_count);
	if (target->has_contact && !rooms_secret(&t->identity, &target->contact, secret))
		return report_error(EXIT_USAGE, "no meeting place with ", t->peer.name,
		                    " is known yet. Connect once by a code or an address.", NULL);
	bytes_wipe(secret, sizeof secret);
	if (!target->host[0])
		return talk_server(t, t->o->signal, network);
	char server[LIMIT_HOST + 8], *colon = strchr(target->host, ':');
	struct text s = text_of(server, sizeof server);
	text_add(&s, colon ? "[" : "");
	text_add(&s, target->host);
	text_add(&s, colon ? "]:" : ":");
	text_add_u64(&s, target->port);
	return talk_server(t, server, network);
}

/* How long until a conversation must stand. A person may want to wait for a contact. */
static uint64_t patience(const struct talk *t, const struct target *target)
{
	uint64_t usual = 60 * SECOND;
	if (t->screen.terminal)
		usual = target->kind != TARGET_P2P ? 15 * SECOND
		        : target->has_contact      ? NEVER
		                                   : 30 * SECOND;
	return talk_timeout_us(t, usual);
}

static int prepare(struct talk *t, struct target *target)
{
	struct communicator_config network = { .peers_count = 0 };
	int code = book_load(&t->book);
	if (!code)
		code = read_target(t, target);
	if (!code)
		code = talk_suite(t, suite_of(t->o, target));
	if (code)
		return code;
	t->kind = target->kind;
	t->code = target->code;
	t->has_code = target->has_code;
	t->has_nameplate_room = target->kind == TARGET_P2P && target->code.has_nameplate;
	t->peer = target->contact;
	t->expected = target->contact.key;
	if (target->kind != TARGET_P2P && !target_direct_text(target, t->direct))
		return usage_error(t->o, "that is too long for an address");
	code = check_trust(t, target);
	if (!code)
		code = check_server(t, target);
	if (!code)
		code = talk_open(t);
	if (!code)
		code = find(t, target, &network);
	if (!code)
		code = screen_open(&t->screen, t->o, false);
	if (code)
		return code;
	struct endpoint_config config = { .code = t->has_code ? &t->code : NULL,
		                          .expected = target->has_contact ? &t->expected : NULL,
		                          .first_use = !t->has_code && !target->has_contact,
		                          .handshake_us = patience(t, target) };
	code = talk_start(t, &network, &config);
	if (!code && t->has_nameplate_room) {
		uint8_t token[TOKEN_LEN];
		communicator_nameplate_token(t->code.nameplate, token);
		(void)endpoint_join(t->endpoint, token, clock_us());
	}
	return code;
}

int connect_run(struct options *o)
{
	static struct talk t;
	struct target target = { .kind = TARGET_P2P };
	t = (struct talk){
		.o = o, .code_ends_at = NEVER, .rooms.next_at = NEVER, .pair_child.fd = -1
	};
	int code = prepare(&t, &target);
	target_wipe(&target);
	if (!code)
		code = talk_run(&t);
	talk_close(&t, code);
	return code;
}
