#include "endpoint/credentials.h"

#include "base/assert.h"

void credentials_init(struct credentials *c, const struct keying_config *keying, uint8_t mode,
                      struct span nick)
{
	*c = (struct credentials){ .keying = *keying };
	c->greeting[0] = mode;
	credentials_set_nick(c, nick);
	c->keying.code = NULL; /* not ours */
}

void credentials_set_nick(struct credentials *c, struct span nick)
{
	struct writer w = writer_of(c->greeting + 1, sizeof c->greeting - 1);
	assert(nick.len <= LIMIT_NICK);
	write_u8(&w, (uint8_t)nick.len);
	write_span(&w, nick);
	c->keying.payload = span_of(c->greeting, 1 + w.len);
}

bool credentials_same_code(const struct credentials *c, const struct code *code)
{
	return code != NULL && c->keying.code != NULL && c->code.words_count == code->words_count &&
	       bytes_equal((const uint8_t *)c->code.words, (const uint8_t *)code->words,
	                   code->words_count * sizeof code->words[0]);
}

void credentials_set_code(struct credentials *c, const struct code *code)
{
	bytes_wipe(&c->code, sizeof c->code);
	c->keying.code = code != NULL ? &c->code : NULL;
	if (code != NULL)
		c->code = *code;
}

void credentials_meet(struct credentials *c, const struct public_key *key)
{
	credentials_set_code(c, NULL);
	c->met = *key;
	c->keying.expected = &c->met;
	c->keying.first_use = false;
}

bool credentials_one_host(const struct credentials *c)
{
	return c->keying.expected != NULL;
}

bool credentials_need_key(const struct credentials *c)
{
	return c->keying.suite->session_key != KEY_NONE && !c->keying.initiator &&
	       c->keying.session_key == NULL;
}

void credentials_set_key(struct credentials *c, const struct identity *key)
{
	bytes_wipe(&c->session_key, sizeof c->session_key);
	c->keying.session_key = key != NULL ? &c->session_key : NULL;
	if (key != NULL)
		c->session_key = *key;
}

struct greeting credentials_greeting_of(struct span payload)
{
	struct reader r = reader_of(payload);
	struct greeting g = { .mode = read_u8(&r) };
	size_t len = read_u8(&r);
	struct span nick = read_span(&r, len);

	if (!r.bad && len <= LIMIT_NICK)
		g.nick = nick;
	g.exact = len <= LIMIT_NICK && read_end(&r);
	return g;
}
