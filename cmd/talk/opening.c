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

int opening_check(const struct plan *plan, const struct identity *own)
{
	const struct target *t = &plan->target;
	uint8_t secret[32];
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

int opening_endpoint(const struct plan *plan, const struct identity *own, bool person,
                     struct endpoint **endpoint)
{
	const struct options *o = plan->options;
	const struct target *t = &plan->target;
	struct communicator_config network = { .initiator = !plan->serving };
	enum err err = OK;
	uint64_t now = clock_us();
	network.random = seed_random();
	network.nameplate_wanted = plan->serving && o->allow.count == 0;
	network.listen_count = plan->listen_count;
	memcpy(network.listen, plan->listen, sizeof network.listen);
	if (network.listen_count == 0) {
		network.listen[0] = addr_v4(0, 0, 0, 0, 0);
		network.listen[1] = (struct addr){ .port = 0 };
		network.listen_count = 2;
	}
	if (t->class->by_name)
		network.name = t->host;
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
		.communicator = communicator_new(t->class, &network, now, &err),
		.mode = o->pipe ? MODE_PIPE : MODE_CHAT,
		.nick = nick_of(o),
		.no_relay = o->no_relay,
		.relay_only = o->relay_only,
		.silence_us = plan_timeout_us(plan, person ? NEVER : 60 * SECOND),
		.handshake_us = patience(plan, person),
		.again = plan_seeks_again(plan, person),
		.patient = o->keep && t->has_contact && plan_seeks_again(plan, person),
	};
	if (config.communicator)
		*endpoint = endpoint_new(&config, now, &err);
	if (*endpoint == NULL)
		return report_error(EXIT_OTHER, "can't start: %s", err_text(err));
	if (plan->serving)
		return session_key_first(*endpoint);
	uint8_t token[TOKEN_LEN];
	if (t->code.has_nameplate) {
		communicator_nameplate_token(t->code.nameplate, token);
		(void)endpoint_join(*endpoint, token, now);
	}
	return 0;
}
