/* talk_setup: how a conversation's objects come to be and go, and what is said about it. See
 * talk.h. */
#include <signal.h>
#include <stdarg.h>
#include <string.h>

#include "base/utf8.h"
#include "cmd/keys.h"
#include "cmd/log.h"
#include "cmd/report.h"
#include "cmd/seed.h"
#include "cmd/talk/talk.h"
#include "crypto/drbg.h"
#include "os/clock.h"
#include "os/process.h"
#include "os/resolve.h"
#include "os/signals.h"
#include "os/terminal.h"
#include "ui/safe.h"

enum { SENTENCE = 1024 };

/* --- saying --- */

static struct span compose(char *to, size_t cap, const char *first, va_list more)
{
	struct text t = text_of(to, cap);
	for (const char *s = first; s; s = va_arg(more, const char *))
		text_add(&t, s);
	return span_of(to, t.len);
}

void talk_log(struct span s)
{
	uint8_t safe[SAFE_ROOM(SENTENCE) + 1];
	struct writer w = writer_of(safe, sizeof safe - 1);
	safe_text(s, SAFE_LINE, &w);
	safe[w.len] = 0;
	log_line((const char *)safe, NULL);
}

void talk_say(struct talk *t, const char *first, ...)
{
	char sentence[SENTENCE];
	va_list more;
	va_start(more, first);
	struct event e = { .kind = EVENT_NOTICE,
		           .text = compose(sentence, sizeof sentence, first, more) };
	va_end(more);
	talk_log(e.text);
	(void)screen_show(&t->screen, &e);
}

void talk_detail(struct talk *t, const char *first, ...)
{
	char sentence[SENTENCE];
	va_list more;
	va_start(more, first);
	struct event e = { .kind = EVENT_NOTICE,
		           .text = compose(sentence, sizeof sentence, first, more) };
	va_end(more);
	talk_log(e.text);
	if (t->o->verbose)
		(void)screen_show(&t->screen, &e);
}

void talk_warn(struct talk *t, enum err err, const char *text, const char *hint)
{
	struct event e = { .kind = EVENT_ERROR,
		           .text = span_text(text),
		           .hint = span_text(hint ? hint : ""),
		           .err = err };
	talk_log(e.text);
	(void)screen_show(&t->screen, &e);
}

/* --- starting --- */

int talk_suite(struct talk *t, const char *name)
{
	t->suite = encryptor_class_named(span_text(name));
	if (!t->suite)
		return report_error(EXIT_USAGE, "there is no suite '", name, "'.", NULL);
	if (t->suite->insecure && !t->o->insecure)
		return report_error(EXIT_USAGE, "the suite ", name,
		                    " hides nothing from anybody. If that is what you want, say "
		                    "--insecure too, on both ends.",
		                    NULL);
	if (t->o->no_relay && t->o->relay_only)
		return report_error(EXIT_USAGE, "--no-relay and --relay-only leave no way to go.",
		                    NULL);
	return 0;
}

int talk_open(struct talk *t)
{
	int code = log_open(t->o->log);
	if (!code && !signals_start())
		code = report_error(EXIT_OTHER, "this system has no signalfd(2).", NULL);
	if (!code && t->suite->key_type != KEY_NONE)
		code = keys_load(t->suite->key_type, t->o->identity, &t->identity);
	if (code)
		return code;
	t->pair_child.fd = -1;
	t->net = net_new(LIMIT_LINKS + 8);
	t->chat = chat_new(t->o->pipe ? MODE_PIPE : MODE_CHAT);
	return t->net && t->chat ? 0 : report_error(EXIT_OTHER, "out of memory.", NULL);
}

/* Signals that end the program; 0: none waits. */
static int ending_signal(void)
{
	int number;
	while ((number = signals_take()) != 0)
		if (number == SIGINT || number == SIGTERM || number == SIGHUP)
			return 128 + number;
	return 0;
}

int talk_resolve(struct talk *t, const char *host, uint16_t port,
                 struct addr out[static LIMIT_PEER_ADDRS], size_t *count)
{
	static struct resolve r;
	enum err err = resolve_start(&r, span_text(host), port, clock_us());
	int code = 0;
	while (!err && (err = resolve_take(&r, out, count, clock_us())) == ERR_FULL && !code) {
		struct watch w[] = { { .fd = resolve_fd(&r), .read = true },
			             { .fd = signals_fd(), .read = true } };
		net_wait(t->net, resolve_deadline(&r), w, 2);
		code = ending_signal();
		err = OK;
	}
	resolve_end(&r);
	if (code || !err)
		return code;
	if (err == ERR_FORMAT)
		return report_error(EXIT_USAGE, "'", host, "' is no name of a host.", NULL);
	return report_error(EXIT_UNREACHABLE, "the name ", host,
	                    err == ERR_TIMEOUT ? " was not found: the name servers do not answer."
	                                       : " was not found.",
	                    " Is it spelled right, and is this host online?", NULL);
}

/* The first server of the list that has an address. */
int talk_server(struct talk *t, const char *list, struct communicator_config *network)
{
	struct span rest = span_text(list), server, host;
	int code = EXIT_USAGE;
	while (target_next_server(&rest, &server)) {
		char name[LIMIT_HOST];
		uint16_t port;
		struct text n = text_of(name, sizeof name);
		if (!host_port_split(server, LIMIT_PORT, &host, &port) || port == 0 ||
		    host.len >= sizeof name) {
			text_add_span(&n, server);
			return report_error(EXIT_USAGE, "'", name,
			                    "' is no signaling server: HOST or HOST:PORT.", NULL);
		}
		text_add_span(&n, host);
		target_server_text(server, t->server);
		code = talk_resolve(t, name, port, network->peers, &network->peers_count);
		if (code != EXIT_UNREACHABLE)
			break;
	}
	return code;
}

uint64_t talk_timeout_us(const struct talk *t, uint64_t otherwise)
{
	if (!t->o->timeout)
		return otherwise;
	uint64_t seconds = option_number(t->o->timeout, 0);
	return seconds == 0 ? NEVER : seconds * SECOND;
}

static struct span nick_of(const struct options *o)
{
	const char *nick = o->nick ? o->nick : process_environment("USER");
	static char cut[LIMIT_NICK + 1];
	struct text t = text_of(cut, sizeof cut);
	text_add(&t, nick ? nick : "");
	return utf8_valid(span_of(cut, t.len)) ? span_of(cut, t.len) : span_text("");
}

static const char *communicator_name(enum target_kind kind)
{
	return kind == TARGET_TCP ? "tcp" : kind == TARGET_UDP ? "udp" : "p2p";
}

int talk_start(struct talk *t, struct communicator_config *network, struct endpoint_config *config)
{
	enum err err = OK;
	uint64_t now = clock_us();
	network->initiator = !t->serving;
	network->random = seed_random();
	if (network->listen_count == 0) {
		network->listen[0] = addr_v4(0, 0, 0, 0, 0);
		network->listen[1] = (struct addr){ .port = 0 };
		network->listen_count = 2;
	}
	config->initiator = !t->serving;
	config->suite = t->suite;
	config->identity = t->suite->key_type == KEY_NONE ? NULL : &t->identity;
	config->aes = crypto_has_aes();
	config->mode = t->o->pipe ? MODE_PIPE : MODE_CHAT;
	config->nick = nick_of(t->o);
	config->no_relay = t->o->no_relay;
	config->relay_only = t->o->relay_only;
	config->silence_us = talk_timeout_us(t, t->screen.terminal ? NEVER : 60 * SECOND);
	config->random = seed_random();
	config->communicator = communicator_new(
	    communicator_class_named(span_text(communicator_name(t->kind))), network, now, &err);
	if (config->communicator)
		t->endpoint = endpoint_new(config, now, &err);
	if (!t->endpoint)
		return report_error(EXIT_OTHER, "could not start: ", err_text(err), ".", NULL);
	bool typed = terminal_is(0);
	bool whole = t->screen.ui->class->whole && !typed;
	speech_init(&t->speech, t->screen.ui, t->chat,
	            &(struct speech_config){ .keep = t->o->keep,
	                                     .serving = t->serving,
	                                     .whole = whole && !t->o->keep,
	                                     .typed = typed });
	hosts_look(&t->hosts, t->endpoint, now);
	return 0;
}

void talk_close(struct talk *t, int exit_code)
{
	t->exit_code = exit_code;
	if (t->screen.ui)
		talk_closed(t);
	screen_close(&t->screen);
	chat_free(t->chat);
	endpoint_free(t->endpoint);
	net_free(t->net);
	child_end(&t->pair_child);
	book_free(t->book);
	code_wipe(&t->code);
	identity_wipe(&t->identity);
	contact_wipe(&t->peer);
	log_close();
}
