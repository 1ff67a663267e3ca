#include "cmd/talk/opening.h"

#include <string.h>

#include "base/text.h"
#include "base/utf8.h"
#include "cmd/key_file.h"
#include "cmd/report.h"
#include "cmd/seed.h"
#include "cmd/talk/contact_rooms.h"
#include "crypto/drbg.h"
#include "crypto/self_test.h"
#include "os/clock.h"
#include "os/process.h"
#include "os/resolve.h"
#include "os/signals.h"

/* ---- names ---- */

static int look_up(struct net *net, const char *host, uint16_t port,
                   struct communicator_config *network)
{
	static struct resolve r;
	struct addr *found = network->peers;
	size_t *count = &network->peers_count;
	enum err err = resolve_start(&r, span_text(host), port, found, count, clock_us());
	int code = 0;
	while (err == ERR_FULL && !code) {
		struct watch w[RESOLVE_FAMILIES + 1];
		resolve_watch(&r, w);
		w[RESOLVE_FAMILIES] = (struct watch){ .fd = signals_fd(), .read = true };
		net_wait(net, r.deadline, w, RESOLVE_FAMILIES + 1);
		code = signals_ending(signals_take()); /* Ctrl-C ends the search */
		err = resolve_take(&r, found, count, clock_us());
	}
	resolve_end(&r);
	if (code || !err)
		return code;
	if (err == ERR_FORMAT)
		return report_error(EXIT_USAGE, "'%s' isn't a valid host name", host);
	return report_error(EXIT_UNREACHABLE,
	                    "can't resolve %s%s. Check the name, and that this host is online.",
	                    host, err == ERR_TIMEOUT ? ": the name servers don't answer" : "");
}

/* The first server of the list that has an address. */
static int find_server(struct net *net, const char *list, char server[static LIMIT_HOST],
                       struct communicator_config *network)
{
	struct span rest = span_text(list);
	char name[LIMIT_HOST];
	uint16_t port;
	int code;
	(void)target_next_server(&rest, name, &port);
	do {
		if (port == 0) /* so is a list without any */
			return report_error(
			    EXIT_USAGE,
			    "'%s' isn't a valid signaling server. Write it as HOST or HOST:PORT.",
			    name);
		target_server_text(name, port, server);
		code = look_up(net, name, port, network);
	} while (code == EXIT_UNREACHABLE && target_next_server(&rest, name, &port));
	return code;
}

int opening_find(const struct plan *plan, const struct identity *own, struct net *net,
                 char server[static LIMIT_HOST], struct communicator_config *network)
{
	const struct target *t = &plan->target;
	uint8_t secret[32];
	server[0] = 0;
	if (t->class->by_name)
		network->name = t->host;
	if (!plan->target.class->meets)
		return plan->serving || t->class->by_name ? 0
		                                          : look_up(net, t->host, t->port, network);
	if (t->has_contact && !contact_rooms_secret(own, &t->contact, secret))
		return report_error(EXIT_USAGE,
		                    "you can't connect to %s through a server yet. Connect once "
		                    "with a code or an address.",
		                    t->contact.name);
	bytes_wipe(secret, sizeof secret);
	return find_server(net, plan->servers, server, network);
}

/* ---- the endpoint ---- */

static struct span nick_of(const struct options *o)
{
	const char *nick = o->nick ? o->nick : process_environment("USER");
	static char cut[LIMIT_NICK + 1];
	text_copy(cut, sizeof cut, nick ? nick : "");
	return utf8_valid(span_text(cut)) ? span_text(cut) : span_text("");
}

/* How long connect tries. A person may want to wait for a contact. */
static uint64_t patience(const struct plan *plan, bool person)
{
	uint64_t usual = !person                      ? 60 * SECOND
	                 : !plan->target.class->meets ? 15 * SECOND
	                 : plan->target.has_contact   ? NEVER
	                                              : 30 * SECOND;
	return plan->serving ? NEVER : plan_timeout_us(plan, usual);
}

/* The first one, where the endpoint wants any: nobody is answered without. */
static int make_session_key(struct endpoint *endpoint)
{
	struct identity key;
	if (!endpoint_pair_wanted(endpoint))
		return 0;
	int code = key_file_generate(KEY_RSA, RSA_BITS_DEFAULT, &key);
	if (!code)
		endpoint_pair(endpoint, &key);
	bytes_wipe(&key, sizeof key);
	return code;
}

int opening_endpoint(const struct plan *plan, const struct identity *own, bool person,
                     struct communicator_config *network, struct endpoint **endpoint)
{
	const struct options *o = plan->options;
	const struct target *t = &plan->target;
	enum err err = OK;
	uint64_t now = clock_us();
	network->initiator = !plan->serving;
	network->random = seed_random();
	network->nameplate_wanted = plan->serving && o->allow.count == 0;
	network->listen_count = plan->listen_count;
	memcpy(network->listen, plan->listen, sizeof network->listen);
	if (network->listen_count == 0) {
		network->listen[0] = addr_v4(0, 0, 0, 0, 0);
		network->listen[1] = (struct addr){ .port = 0 };
		network->listen_count = 2;
	}
	struct endpoint_config config = {
		.keying = {
			.initiator = !plan->serving,
			.suite = plan->suite,
			.identity = own,
			.aes = self_test_has_aes(),
			.code = t->has_code ? &t->code : NULL,
			.expected = t->has_contact ? &t->contact.key : NULL,
			.contacts = plan->contacts,
			.first_use = plan->first_use,
			.random = seed_random(),
		},
		.communicator = communicator_new(t->class, network, now, &err),
		.mode = o->pipe ? MODE_PIPE : MODE_CHAT,
		.nick = nick_of(o),
		.no_relay = o->no_relay,
		.relay_only = o->relay_only,
		.silence_us = plan_timeout_us(plan, person ? NEVER : 60 * SECOND),
		.handshake_us = patience(plan, person),
	};
	if (config.communicator)
		*endpoint = endpoint_new(&config, now, &err);
	if (*endpoint == NULL)
		return report_error(EXIT_OTHER, "can't start: %s", err_text(err));
	if (plan->serving)
		return make_session_key(*endpoint);
	uint8_t token[TOKEN_LEN];
	if (t->code.has_nameplate) {
		communicator_nameplate_token(t->code.nameplate, token);
		(void)endpoint_join(*endpoint, token, now);
	}
	return 0;
}
