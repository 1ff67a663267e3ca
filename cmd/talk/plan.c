#include "cmd/talk/plan.h"

#include <string.h>

#include "base/assert.h"
#include "base/text.h"
#include "cmd/report.h"

int plan_begin(struct plan *p)
{
	const char *name = p->options->crypto;
	p->suite = name ? encryptor_class_named(span_text(name)) : NULL;
	assert(name == NULL || p->suite != NULL); /* options have looked it up */
	name = p->options->name;
	if (name && !contact_name_valid(span_text(name)))
		return report_error(EXIT_USAGE,
		                    "'%s' can't be a contact's name: " CONTACT_NAME_RULE, name);
	return book_load(p->book);
}

bool plan_forwards(const struct plan *p)
{
	return p->errand == PLAN_TALKS &&
	       (p->serving ? p->options->to != NULL : p->options->listen.count > 0);
}

enum mode plan_mode(const struct plan *p)
{
	return plan_forwards(p) ? MODE_FORWARD : p->options->pipe ? MODE_PIPE : MODE_CHAT;
}

bool plan_add_servers(struct plan *p, const char *list)
{
	struct text t = { .at = p->servers, .len = strlen(p->servers), .cap = LIMIT_SERVERS };
	text_add_format(&t, "%s%s", t.len > 0 ? ", " : "", list);
	return !t.cut;
}

int plan_suite(struct plan *p)
{
	const struct options *o = p->options;
	if (p->suite == NULL)
		p->suite = encryptor_classes[0];
	if (p->suite->insecure && !o->insecure)
		return report_error(
		    EXIT_USAGE,
		    "the suite %s does not encrypt: anyone on the path can read and change what "
		    "you say. To use it anyway, add --insecure on both sides.",
		    p->suite->name);
	return 0;
}

int plan_relay(const struct plan *p)
{
	const struct options *o = p->options;
	if (o->relay_only && !p->target.class->meets)
		return report_error(EXIT_USAGE,
		                    "--relay-only hides your address from the peer, and a "
		                    "direct connection shows it. Use a signaling server.");
	return 0;
}

bool plan_insists(const struct plan *p)
{
	return options_from(p->options, options_named(span_text("crypto"))) == FROM_COMMAND;
}

bool plan_wants(const struct plan *p, const struct contact *c)
{
	const struct options *o = p->options;
	if (!p->serving)
		return strcmp(c->name, p->target.contact.name) == 0;
	for (size_t i = 0; i < o->allow.count; i++)
		if (strcmp(c->name, o->allow.at[i]) == 0)
			return true;
	return o->allow.count == 0;
}

bool plan_takes(const struct plan *p, const struct contact *c, enum suite suite)
{
	return plan_wants(p, c) && (plan_insists(p) || contact_suite(c)->suite == suite);
}

const struct contact *plan_only(const struct plan *p)
{
	const struct option_list *allow = &p->options->allow;
	const struct contact *c = p->target.has_contact ? &p->target.contact : NULL;
	if (p->serving)
		c = allow->count == 1 ? book_named(p->book, span_text(allow->at[0])) : NULL;
	return c && c->key.type == p->suite->key_type ? c : NULL;
}

bool plan_goes_on(const struct plan *p, bool person)
{
	return p->options->keep || (person && !p->options->pipe && p->errand == PLAN_TALKS);
}

bool plan_seeks_again(const struct plan *p, bool person)
{
	return !p->serving && plan_goes_on(p, person) && p->suite->key_type != KEY_NONE;
}

uint64_t plan_timeout_us(const struct plan *p, uint64_t otherwise)
{
	if (p->options->timeout == NULL)
		return otherwise;
	uint64_t seconds = options_number(p->options->timeout, 0);
	return seconds == 0 ? NEVER : seconds * SECOND;
}

size_t plan_memory(const struct plan *p)
{
	uint64_t kilobytes = options_number(p->options->memory, LIMIT_STREAM_MEMORY / 1024);
	size_t memory = 64 * 1024;

	while (2 * memory <= kilobytes * 1024)
		memory *= 2;
	return memory;
}

uint64_t plan_shown_by(const struct plan *p, uint64_t now)
{
	uint64_t us = plan_timeout_us(p, NEVER);
	return p->options->command == FOR_SAY && us != NEVER ? now + us : NEVER;
}

/* serve waits for its server as it waits for its peer; --timeout is for the server alone. */
uint64_t plan_server_ends(const struct plan *p, uint64_t now)
{
	bool limited = p->serving && p->target.class->meets && !p->options->keep;
	uint64_t us = plan_timeout_us(p, NEVER);
	return limited && us != NEVER ? now + us : NEVER;
}

/* A longer code has no end: wrong tries lock it for a while. */
uint64_t plan_code_ends(const struct plan *p, const struct code *code, uint64_t now)
{
	return p->serving && code->words_count == CODE_WORDS ? now + LIMIT_CODE_US : NEVER;
}

/* A server that is silent now, or a name that cannot be looked up, may be there in a moment: how
 * long that is tried --timeout says. A contact is waited for, whatever is in the way. */
bool plan_patient(const struct plan *p, enum err err)
{
	if (p->options->timeout || p->options->keep)
		return true;
	if (!p->target.class->meets)
		return err == ERR_TIMEOUT;
	return err != ERR_FORMAT || (!p->serving && p->target.has_contact);
}

void plan_wipe(struct plan *p)
{
	book_wipe(p->book);
	bytes_wipe(&p->target, sizeof p->target);
}
