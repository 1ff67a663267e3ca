#include "lib/contacts.h"

#include "base/assert.h"
#include "crypto/mutual.h"

struct contacts contacts_none(void)
{
	return (struct contacts){ .dates = dates_none() };
}

void contacts_clock(struct contacts *c, uint64_t unix_us, uint64_t now)
{
	c->unix_us = unix_us;
	c->unix_at = now;
}

void contacts_day(struct contacts *c, struct dates_day server, uint64_t now)
{
	uint64_t unix_us = c->unix_us > 0 ? c->unix_us + (now - c->unix_at) : 0;
	(void)dates_set(&c->dates, server, unix_us / SECOND, now);
}

static bool has(const struct contacts *c, const uint8_t token[static TOKEN_LEN])
{
	for (size_t i = 0; i < c->count; i++)
		if (bytes_equal(c->tokens[i], token, TOKEN_LEN))
			return true;
	return false;
}

void contacts_meet(struct contacts *c, const struct identity *own, const struct public_key *keys,
                   size_t count, struct endpoint *endpoint, uint64_t now)
{
	struct contacts before = *c;
	uint8_t secret[32];
	uint32_t day[DATES_AT_ONCE];
	size_t days = dates_now(&c->dates, now, day);
	assert(count <= CONTACTS_MAX);
	c->count = 0;
	for (size_t i = 0; i < count; i++) {
		if (mutual_secret(own, &keys[i], secret) != OK)
			continue; /* a key that nobody can have */
		for (size_t d = 0; d < days; d++) {
			mutual_token(secret, day[d], c->tokens[c->count]);
			(void)endpoint_join(endpoint, c->tokens[c->count++], now);
		}
	}
	for (size_t i = 0; i < before.count; i++)
		if (!has(c, before.tokens[i]))
			endpoint_leave(endpoint, before.tokens[i]);
	bytes_wipe(secret, sizeof secret);
	bytes_wipe(&before, sizeof before);
}
