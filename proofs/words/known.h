/* What stands in proofs/words for parsers that proofs/lines and proofs/reading are about: they may
 * accept or refuse what they like, and what they give is some part of the text. */
#pragma once

#include "base/access_key.h"
#include "base/addr.h"
#include "proofs/states/any.h"

bool access_key_split(struct span *server, struct access_key *key)
{
	int len = Frama_C_interval(0, (int)server->len);
	//@ split len;
	;
	server->len = (size_t)len;
	key->given = any_bool();
	return any_bool();
}

/* Where a text begins that is an address, as a driver knows: there is a host in it. */
static const uint8_t *address;

/* A host begins with the text, or behind its bracket. */
bool addr_split_host_port(struct span text, uint16_t port_default, struct span *host,
                          uint16_t *port)
{
	(void)port_default;
	//@ split text.len;
	;
	int at = text.len > 0 && any_bool() ? 1 : 0;
	//@ split at;
	;
	int len = Frama_C_interval(0, (int)text.len - at);
	//@ split len;
	;
	if (text.at != address && !any_bool())
		return false;
	*host = span_of(text.at + at, (size_t)len);
	*port = (uint16_t)Frama_C_interval(0, UINT16_MAX);
	return true;
}

bool addr_parse(struct span text, uint16_t port_default, struct addr *out)
{
	(void)text, (void)port_default;
	*out = any_addr();
	return any_bool();
}

struct addr addr_v4(uint8_t a, uint8_t b, uint8_t c, uint8_t d, uint16_t port)
{
	(void)a, (void)b, (void)c, (void)d, (void)port;
	return any_addr();
}

bool addr_is_v4(const struct addr *a)
{
	(void)a;
	return any_bool();
}

bool addr_is_any(const struct addr *a)
{
	(void)a;
	return any_bool();
}

bool text_read_u64(struct span s, uint64_t max, uint64_t *v)
{
	if (!any_bool())
		return false;
	*v = any_number(max);
	return true;
}
