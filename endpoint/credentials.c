/* credentials: see credentials.h. */
#include "endpoint/credentials.h"

void credentials_init(struct credentials *c, const struct keying_config *keying, uint8_t mode,
                      struct span nick)
{
	*c = (struct credentials){ .keying = *keying };
	c->keying.code = NULL; /* not ours */
	c->keying.payload = span_of(c->greeting, greeting_write(c->greeting, mode, nick));
}

const struct keying_config *credentials_config(const struct credentials *c)
{
	return &c->keying;
}

bool credentials_have_code(const struct credentials *c)
{
	return c->has_code;
}

bool credentials_same_code(const struct credentials *c, const struct code *code)
{
	return code != NULL && c->has_code && c->code.words_count == code->words_count &&
	       bytes_equal((const uint8_t *)c->code.words, (const uint8_t *)code->words,
	                   code->words_count * sizeof code->words[0]);
}

void credentials_set_code(struct credentials *c, const struct code *code)
{
	code_wipe(&c->code);
	c->has_code = code != NULL;
	if (code != NULL)
		c->code = *code;
}

bool credentials_need_key(const struct credentials *c)
{
	return c->keying.suite->session_key != KEY_NONE && !c->keying.initiator && !c->has_key;
}

const struct identity *credentials_key(const struct credentials *c)
{
	return c->has_key ? &c->session_key : NULL;
}

void credentials_set_key(struct credentials *c, const struct identity *key)
{
	identity_wipe(&c->session_key);
	c->has_key = key != NULL;
	if (key != NULL)
		c->session_key = *key;
}

struct handshake *credentials_handshake(const struct credentials *c,
                                        const uint8_t id[static CONNECTION_ID],
                                        const struct route *route, bool first_use, uint64_t now)
{
	enum err err;
	struct keying_config config = c->keying;

	config.first_use = first_use;
	config.code = c->has_code ? &c->code : NULL;
	config.session_key = credentials_key(c);
	struct keying *keying = keying_new(&config, &err);
	if (keying == NULL)
		return NULL;
	return handshake_new(keying, config.initiator, (uint8_t)config.suite->suite, id, route,
	                     now);
}
