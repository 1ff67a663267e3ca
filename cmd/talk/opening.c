#include "cmd/talk/opening.h"

#include <string.h>

#include "base/text.h"
#include "base/utf8.h"
#include "cmd/report.h"
#include "cmd/seed.h"
#include "cmd/talk/contact_rooms.h"
#include "cmd/talk/session_key.h"
#include "crypto/drbg.h"
#include "crypto/self_test.h"
#include "os/clock.h"
#include "os/process.h"
#include "os/proxy.h"

/* Without a person: an ssh survives that its user is away for lunch, and what nobody ends is over
 * by the evening. */
#define FORWARD_SILENCE_US (3600 * SECOND)

/* ---- the proxy ---- */

/* Others on this host can see the arguments of a program. */
static void hide_login(const char *url)
{
	char *from = strstr(url, "://"), *end = strrchr(url, '@');
	if (from && end && end > from)
		memset(from + 3, '*', (size_t)(end - from) - 3);
}

static const char *proxy_of_environment(char url[static PROXY_URL])
{
	static const char *const names[] = { "https_proxy", "HTTPS_PROXY", "all_proxy",
		                             "ALL_PROXY" };
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (process_environment_take(names[i], url, PROXY_URL))
			return url;
	return NULL;
}

static int choose_proxy(const struct plan *plan)
{
	const struct options *o = plan->options;
	const struct target *t = &plan->target;
	char taken[PROXY_URL];
	bool possible = t->class->meets || (!plan->serving && strcmp(t->class->name, "tcp") == 0);
	const char *url = o->proxy ? o->proxy : proxy_of_environment(taken),
		   *except = process_environment("no_proxy");
	if (url == NULL || strcmp(url, "none") == 0 || (!possible && o->proxy == NULL))
		return 0;
	if (except == NULL)
		except = process_environment("NO_PROXY");
	if (!possible)
		return report_error(EXIT_USAGE,
		                    "a proxy can be used only with a signaling server, or to "
		                    "connect to a tcp:// address");
	if (o->no_relay)
		return report_error(EXIT_USAGE,
		                    "only the relay works through a proxy, and --no-relay "
		                    "forbids it. To go without the proxy: --proxy none");
	enum err err = proxy_use(span_text(url), span_text(except ? except : ""));
	bytes_wipe(taken, sizeof taken);
	if (o->proxy)
		hide_login(o->proxy);
	if (err == ERR_VERSION)
		return report_error(EXIT_USAGE,
		                    "schat supports socks5:// and http:// proxies only");
	return err ? report_error(EXIT_USAGE,
	                          "that isn't a valid proxy. Write it as socks5://HOST:PORT or "
	                          "http://HOST:PORT.")
	           : 0;
}

int opening_check(const struct plan *plan, const struct identity *own)
{
	const struct target *t = &plan->target;
	uint8_t secret[32];
	int code = choose_proxy(plan);
	if (code)
		return code;
	if (!t->class->meets || !t->has_contact)
		return 0;
	bool possible = contact_rooms_secret(own, &t->contact, secret);
	bytes_wipe(secret, sizeof secret);
	return possible ? 0
	                : report_error(EXIT_USAGE,
	                               "you can't connect to %s through a server yet. Connect once "
	                               "with a code or an address.",
	                               t->contact.name);
}

/* ---- the endpoint ---- */

static struct span nick_of(const struct options *o)
{
	const char *nick = o->nick ? o->nick : process_environment("USER");
	static char cut[LIMIT_NICK + 1];
	text_copy(cut, sizeof cut, nick ? nick : "");
	return utf8_valid(span_text(cut)) ? span_text(cut) : span_text("");
}

static enum punching punching(const struct options *o)
{
	if (o->relay_only || (o->punch && strcmp(o->punch, "off") == 0))
		return PUNCHING_NONE;
	return o->punch && strcmp(o->punch, "easy") == 0 ? PUNCHING_EASY : PUNCHING_FULL;
}

/* How long connect tries. A person may want to wait for a contact, and so does --keep. */
static uint64_t patience(const struct plan *plan, bool person)
{
	if (plan->serving || (plan->options->keep && !plan->target.has_code))
		return NEVER;
	uint64_t usual = !person                      ? 60 * SECOND
	                 : !plan->target.class->meets ? 15 * SECOND
	                 : plan->target.has_contact   ? NEVER
	                                              : 30 * SECOND;
	return plan_timeout_us(plan, usual);
}

static int not_opened(const struct communicator_class *class, enum err err)
{
	if (err == ERR_FULL)
		return report_no_room();
	return report_error(err_exit(err), "can't use %s: %s", class->scheme, err_text(err));
}

int opening_endpoint(const struct plan *plan, const struct identity *own,
                     const struct terminal_io *io, struct endpoint **endpoint)
{
	const struct options *o = plan->options;
	const struct target *t = &plan->target;
	bool person = io->person, keyed = plan->suite->key_type != KEY_NONE;
	struct communicator_config network = { .initiator = !plan->serving,
		                               .random = seed_random() };
	enum err err = OK;
	uint64_t now = clock_us();
	network.nameplate_wanted = plan->serving && o->allow.count == 0;
	network.hidden = punching(o) == PUNCHING_NONE;
	network.streams = !network.hidden;
	network.listen[0] = addr_v4(0, 0, 0, 0, 0);
	network.listen_count = 2;
	if (plan->listen_count > 0) {
		network.listen_count = plan->listen_count;
		memcpy(network.listen, plan->listen, sizeof network.listen);
	}
	network.name = t->class->by_name ? t->host : NULL;
	struct endpoint_config config = {
		.keying = {
			.initiator = !plan->serving,
			.suite = plan->suite,
			.also = plan->also,
			.identity = own,
			.aes = self_test_has_aes(),
			.code = t->has_code ? &t->code : NULL,
			.expected = t->has_contact ? &t->contact.key : NULL,
			.contacts = plan->contacts,
			.first_use = plan->first_use,
			.random = seed_random(),
		},
		.communicator = communicator_new(t->class, &network, now, &err),
		.mode = plan_mode(plan),
		.nick = nick_of(o),
		.peers = keyed ? io->peers : 1, /* without keys nobody is told from another */
		.no_relay = o->no_relay,
		.punching = punching(o),
		.memory = plan_memory(plan),
		.forward_silence_us = plan_timeout_us(plan, FORWARD_SILENCE_US),
		.silence_us = plan_timeout_us(
		    plan, person && plan->errand == PLAN_TALKS ? NEVER : 60 * SECOND),
		.handshake_us = patience(plan, person),
		.again = plan_seeks_again(plan, person),
		.patient = o->keep && t->has_contact && plan_seeks_again(plan, person),
	};
	if (config.communicator)
		*endpoint = endpoint_new(&config, now, &err);
	if (*endpoint == NULL)
		return not_opened(t->class, err);
	if (plan->serving)
		return session_key_first(*endpoint);
	uint8_t token[TOKEN_LEN];
	if (t->code.has_nameplate) {
		communicator_nameplate_token(t->code.nameplate, token);
		(void)endpoint_join(*endpoint, token, now);
	}
	return 0;
}
